//! A table as a worksheet: frozen header, filter, widths, and on paper one page wide.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use super::cell::{Cell, fitting};
use super::style::Style;
use super::words;
use crate::domain::account::Language;
use crate::domain::finding::Severity;

/// A table's column.
pub(super) struct Column {
    pub(super) header: String,
    pub(super) width: f64,
    /// Whether numbers stand in it.
    pub(super) numbers: bool,
    /// Whether it is needed on paper too.
    pub(super) printed: bool,
}

/// A table, of rows that are made as they are written.
pub(super) struct Table<'a, R: Iterator<Item = Vec<Cell>>> {
    pub(super) columns: &'a [Column],
    pub(super) rows: R,
    /// Said where there is no row.
    pub(super) empty: &'a str,
}

/// Writes a table from the first row on. Row by row: the sheet may be one that keeps only the last.
pub(super) fn table<R: Iterator<Item = Vec<Cell>>>(
    sheet: &mut Worksheet,
    table: Table<'_, R>,
    style: &Style,
    language: Language,
) -> Result<(), XlsxError> {
    let (header, of_numbers) = (style.header(), style.header_of_numbers());
    sheet.set_row_height(0, 24)?;
    let (mut last_column, mut last_printed) = (0, 0);
    for (at, column) in (0_u16..).zip(table.columns) {
        last_column = at;
        sheet.set_column_width(at, column.width)?;
        let format = if column.numbers { &of_numbers } else { &header };
        sheet.write_string_with_format(0, at, &column.header, format)?;
        if column.printed {
            last_printed = at;
        }
    }
    let mut writer = Writer::new(style, language);
    let mut last_row = 0;
    for (row, cells) in (1_u32..).zip(table.rows) {
        last_row = row;
        // Two lines: not every program makes room for wrapped text by itself.
        sheet.set_row_height(row, 28)?;
        for (column, cell) in (0_u16..).zip(&cells) {
            writer.cell(sheet, row, column, cell)?;
        }
    }
    if last_row == 0 {
        sheet.write_string_with_format(1, 0, table.empty, &style.remark().unset_text_wrap())?;
    }
    sheet.autofilter(0, 0, last_row.max(1), last_column)?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_repeat_rows(0, 0)?;
    sheet.set_print_area(0, 0, last_row.max(1), last_printed)?;
    on_paper(sheet);
    Ok(())
}

/// Landscape A4, all columns on one page's width, the page's number below.
pub(super) fn on_paper(sheet: &mut Worksheet) {
    sheet.set_landscape();
    sheet.set_paper_size(9);
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
    sheet.set_footer("&L&8&A&R&8&P / &N");
    sheet.set_screen_gridlines(false);
}

/// Writes cells, each in its format, which is made once.
pub(super) struct Writer<'a> {
    style: &'a Style,
    language: Language,
    severities: BTreeMap<Severity, Format>,
    text: Format,
    quiet: Format,
    number: Format,
}

impl<'a> Writer<'a> {
    pub(super) fn new(style: &'a Style, language: Language) -> Self {
        Self {
            style,
            language,
            severities: BTreeMap::new(),
            text: style.text(),
            quiet: style.quiet(),
            number: style.number(),
        }
    }

    pub(super) fn cell(
        &mut self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        cell: &Cell,
    ) -> Result<(), XlsxError> {
        match cell {
            Cell::Text(text) => {
                sheet.write_string_with_format(row, column, fitting(text), &self.text)?;
            }
            Cell::Quiet(text) => {
                sheet.write_string_with_format(row, column, fitting(text), &self.quiet)?;
            }
            Cell::Number(number) => {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "a count of findings is far below 2^53"
                )]
                sheet.write_number_with_format(row, column, *number as f64, &self.number)?;
            }
            Cell::Severity(severity) => {
                let word = words::severity(*severity, self.language);
                let format = self
                    .severities
                    .entry(*severity)
                    .or_insert_with(|| self.style.severity(*severity));
                sheet.write_string_with_format(row, column, word, format)?;
            }
        }
        Ok(())
    }
}
