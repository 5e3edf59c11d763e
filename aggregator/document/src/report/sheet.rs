//! A table that spans as many worksheets as it needs: frozen header, filter, widths, conditional
//! colors, and one page wide in print. Each row is written to disk when the next one is added.
//!
//! Formats are set for columns, not for cells: looking up a format for every cell takes longer than
//! writing the cell.

use rust_xlsxwriter::{
    ConditionalFormatBlank, ConditionalFormatCell, ConditionalFormatCellRule,
    ConditionalFormatDataBar, ConditionalFormatType, Format, Workbook, Worksheet, XlsxError,
};

use super::cell::{ReportCell, fitting};
use super::column::{CellStyle, SheetColumn};
use super::style::Style;
use super::words;
use hubward_domain::account::Language;
use hubward_domain::finding::FindingSeverity;

/// The maximum row height in Excel, in points.
const HIGHEST: f64 = 409.0;

/// A table that is being written.
pub(super) struct SheetTable {
    name: String,
    columns: Vec<SheetColumn>,
    /// Shown if there are no rows.
    empty: String,
    language: Language,
    /// How many rows a worksheet has, including the header.
    most: u32,
    /// Whether rows are as high as their texts, which requires measuring every text.
    high: bool,
    sheets: Vec<Worksheet>,
    row: u32,
}

impl SheetTable {
    pub(super) fn begin(
        workbook: &mut Workbook,
        style: &Style,
        name: &str,
        columns: Vec<SheetColumn>,
        empty: &str,
        (language, most): (Language, u32),
    ) -> Result<Self, XlsxError> {
        let mut table = Self {
            name: name.to_owned(),
            columns,
            empty: empty.to_owned(),
            language,
            most: most.max(2),
            high: false,
            sheets: Vec::new(),
            row: 0,
        };
        table.next_sheet(workbook, style)?;
        Ok(table)
    }

    /// Makes rows as high as their texts.
    pub(super) fn with_high_rows(self) -> Self {
        Self { high: true, ..self }
    }

    /// Appends a row.
    pub(super) fn push<'c>(
        &mut self,
        workbook: &mut Workbook,
        style: &Style,
        cells: impl IntoIterator<Item = ReportCell<'c>>,
    ) -> Result<(), XlsxError> {
        if self.row + 1 >= self.most {
            self.end_sheet(style)?;
            self.next_sheet(workbook, style)?;
        }
        self.row += 1;
        let (row, language) = (self.row, self.language);
        let cells: Vec<ReportCell<'c>> = cells.into_iter().collect();
        let Some(sheet) = self.sheets.last_mut() else {
            return Ok(());
        };
        if self.high {
            let lines = self
                .columns
                .iter()
                .zip(&cells)
                .map(|(column, cell)| lines(cell, column.width))
                .fold(1.0, f64::max);
            sheet.set_row_height(row, (14.0 * lines + 4.0).clamp(28.0, HIGHEST))?;
        }
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                ReportCell::Empty => {}
                ReportCell::Text(text) => {
                    sheet.write_string(row, column, fitting(&text))?;
                }
                ReportCell::Number(number) => {
                    sheet.write_number(row, column, float(number))?;
                }
                ReportCell::Severity(severity) => {
                    sheet.write_string(row, column, words::severity(severity, language))?;
                }
            }
        }
        Ok(())
    }

    /// Appends the worksheets to the workbook.
    pub(super) fn finish(
        mut self,
        workbook: &mut Workbook,
        style: &Style,
    ) -> Result<(), XlsxError> {
        self.end_sheet(style)?;
        for sheet in self.sheets {
            workbook.push_worksheet(sheet);
        }
        Ok(())
    }

    fn next_sheet(&mut self, workbook: &mut Workbook, style: &Style) -> Result<(), XlsxError> {
        let mut sheet = workbook.new_worksheet_with_constant_memory()?;
        match self.sheets.len() {
            0 => sheet.set_name(&self.name)?,
            number => sheet.set_name(format!("{} ({})", self.name, number + 1))?,
        };
        sheet.set_default_row_height(28);
        for (at, column) in (0_u16..).zip(&self.columns) {
            sheet.set_column_width(at, column.width)?;
            sheet.set_column_format(at, &style.column(column.look))?;
        }
        sheet.set_row_height(0, 24)?;
        for (at, column) in (0_u16..).zip(&self.columns) {
            let format = style.header_of(column.look);
            sheet.write_string_with_format(0, at, &column.header, &format)?;
        }
        self.row = 0;
        self.sheets.push(sheet);
        Ok(())
    }

    fn end_sheet(&mut self, style: &Style) -> Result<(), XlsxError> {
        let Some(sheet) = self.sheets.last_mut() else {
            return Ok(());
        };
        if self.row == 0 {
            let format = style.remark().unset_text_wrap();
            sheet.write_string_with_format(1, 0, &self.empty, &format)?;
        }
        let last = self.row.max(1);
        let (mut last_column, mut last_printed) = (0, 0);
        for (at, column) in (0_u16..).zip(&self.columns) {
            last_column = at;
            if column.printed {
                last_printed = at;
            }
            color_by_condition(sheet, style, self.language, column.look, at, last)?;
        }
        sheet.autofilter(0, 0, last, last_column)?;
        sheet.set_freeze_panes(1, 0)?;
        sheet.set_repeat_rows(0, 0)?;
        sheet.set_print_area(0, 0, last, last_printed)?;
        on_paper(sheet);
        Ok(())
    }
}

/// Adds conditional colors, so that they stay right when a reader sorts, filters or edits.
fn color_by_condition(
    sheet: &mut Worksheet,
    style: &Style,
    language: Language,
    look: CellStyle,
    column: u16,
    last: u32,
) -> Result<(), XlsxError> {
    let mut equal = |word: &str, format: Format| -> Result<(), XlsxError> {
        let rule = ConditionalFormatCell::new()
            .set_rule(ConditionalFormatCellRule::EqualTo(word.to_owned()))
            .set_format(format);
        sheet.add_conditional_format(1, column, last, column, &rule)?;
        Ok(())
    };
    match look {
        CellStyle::Severity => {
            for severity in FindingSeverity::ALL {
                equal(words::severity(severity, language), style.tint(severity))?;
            }
        }
        CellStyle::State => {
            for (word, format) in style.states(language) {
                equal(word, format)?;
            }
        }
        CellStyle::Days => {
            for (days, severity) in [(90, FindingSeverity::High), (30, FindingSeverity::Medium)] {
                let rule = ConditionalFormatCell::new()
                    .set_rule(ConditionalFormatCellRule::GreaterThan(days))
                    .set_format(style.tint(severity));
                sheet.add_conditional_format(1, column, last, column, &rule)?;
            }
        }
        CellStyle::Bar => {
            let bar = ConditionalFormatDataBar::new()
                .set_minimum(ConditionalFormatType::Number, 0)
                .set_fill_color(super::style::BAR)
                .set_solid_fill(true)
                .set_border_off(true);
            sheet.add_conditional_format(1, column, last, column, &bar)?;
        }
        CellStyle::Blank => {
            let blank = ConditionalFormatBlank::new().set_format(style.paper());
            sheet.add_conditional_format(1, column, last, column, &blank)?;
        }
        CellStyle::Text | CellStyle::Quiet | CellStyle::Number => {}
    }
    Ok(())
}

/// Landscape A4, all columns on one page's width, the page number at the bottom.
pub(super) fn on_paper(sheet: &mut Worksheet) {
    sheet.set_landscape();
    sheet.set_paper_size(9);
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
    sheet.set_footer("&L&8&A&R&8&P / &N");
    // Rows have borders of their own.
    sheet.set_screen_gridlines(false);
}

/// How many lines a text needs in a column of this width; an ideograph is as wide as two letters.
fn lines(cell: &ReportCell<'_>, width: f64) -> f64 {
    let ReportCell::Text(text) = cell else {
        return 1.0;
    };
    let of_line = |line: &str| {
        let units: u32 = line
            .chars()
            .map(|char| if char.is_ascii() { 1 } else { 2 })
            .sum();
        (f64::from(units) / width).ceil().max(1.0)
    };
    text.lines().map(of_line).sum()
}

/// A count as an Excel number.
pub(super) fn float(number: u64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a count of findings is far below 2^53"
    )]
    let number = number as f64;
    number
}
