//! The first sheet's chart: what was open at the end of each of the last periods. Its numbers are
//! to the right of the page, where they are not printed.

use rust_xlsxwriter::{
    Chart, ChartFormat, ChartLegendPosition, ChartSolidFill, ChartType, XlsxError,
};

use super::{LAST, SummarySheet, TILES};
use crate::report::style::{chart_color, faint};
use crate::report::words;
use crate::say::Say;
use hubward_domain::finding::FindingSeverity;

/// The numbers' first column: one empty column after the page.
const NUMBERS: u16 = LAST + 2;
/// The rows that the chart covers, and the height of each.
const ROWS: u32 = 13;
const HEIGHT: u32 = 20;

impl SummarySheet<'_> {
    pub(super) fn trend(&mut self) -> Result<(), XlsxError> {
        let (language, closing) = (self.frame.language, self.closing);
        let say = Say(language);
        self.heading(say.report_trend())?;
        if closing.trend.iter().filter(|it| it.open.is_some()).count() < 2 {
            let begun = say.report_trend_begun();
            self.wide(22.0, begun, &self.style.remark())?;
            self.row += 1;
            return Ok(());
        }
        let top = self.row;
        let (label, number) = (self.style.label(), self.style.number());
        let name = self.sheet.name();
        self.sheet
            .write_string_with_format(top, NUMBERS, say.report_period(), &label)?;
        let mut chart = Chart::new(ChartType::ColumnStacked);
        let mut last = top;
        for (row, point) in (top + 1..).zip(closing.trend) {
            last = row;
            self.sheet
                .write_string_with_format(row, NUMBERS, point.period.to_string(), &label)?;
        }
        // The least severe ones are at the bottom of the stacked columns.
        let shown: Vec<FindingSeverity> = TILES.into_iter().take(4).rev().collect();
        for (column, severity) in (NUMBERS + 1..).zip(shown) {
            let word = words::severity(severity, language);
            self.sheet
                .write_string_with_format(top, column, word, &label)?;
            for (row, point) in (top + 1..).zip(closing.trend) {
                let count = point
                    .open
                    .as_ref()
                    .map(|open| open.get(&severity).copied().unwrap_or_default());
                self.sheet_number(row, column, count, &number)?;
            }
            let color = chart_color(severity);
            chart
                .add_series()
                .set_name((name.as_str(), top, column))
                .set_categories((name.as_str(), top + 1, NUMBERS, last, NUMBERS))
                .set_values((name.as_str(), top + 1, column, last, column))
                .set_gap(60)
                .set_overlap(100)
                .set_format(
                    ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(color)),
                );
        }
        chart.legend().set_position(ChartLegendPosition::Right);
        chart
            .y_axis()
            .set_num_format("#,##0")
            .set_major_gridlines_line(&faint())
            .set_format(ChartFormat::new().set_no_line());
        chart
            .x_axis()
            .set_format(ChartFormat::new().set_line(&faint()));
        chart
            .chart_area()
            .set_format(ChartFormat::new().set_no_border());
        chart.set_width(880).set_height(ROWS * HEIGHT * 4 / 3 - 12);
        for row in top..top + ROWS {
            self.sheet.set_row_height(row, HEIGHT)?;
        }
        self.sheet.insert_chart_with_offset(top, 0, &chart, 4, 6)?;
        self.row += ROWS + 1;
        Ok(())
    }
}
