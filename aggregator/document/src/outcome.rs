//! Writes the result of a ledger import as a workbook with one sheet: facts at the top, then a row
//! for each problem or change. All cells are text, so that no content can be a formula.

use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, XlsxError};

/// The longest text of a cell, in characters; Excel allows 32,767 UTF-16 units.
const MOST: usize = 16_000;
/// The same muted blue as in the ledger.
const HEADER: Color = Color::RGB(0xDD_E6_F0);

/// The content of the workbook.
#[derive(Clone, Debug, Default)]
pub struct ExportOutcome {
    /// The sheet's name.
    pub name: String,
    /// Names and values at the top.
    pub facts: Vec<[String; 2]>,
    /// The headers of the rows.
    pub headers: [String; 4],
    pub rows: Vec<[String; 4]>,
}

/// The workbook's bytes.
///
/// # Errors
/// There is more than a workbook takes.
pub fn write(outcome: &ExportOutcome) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(&outcome.name)?;
    let text = Format::new()
        .set_num_format("@")
        .set_text_wrap()
        .set_align(FormatAlign::Top);
    let header = Format::new().set_bold().set_background_color(HEADER);
    for (column, width) in (0_u16..).zip([16.0, 18.0, 18.0, 100.0]) {
        sheet.set_column_width(column, width)?;
    }
    let mut row = 0;
    for [name, value] in &outcome.facts {
        sheet.write_string_with_format(row, 0, cut(name), &header)?;
        sheet.write_string(row, 1, cut(value))?;
        row += 1;
    }
    row += 1;
    for (column, name) in (0_u16..).zip(&outcome.headers) {
        sheet.write_string_with_format(row, column, cut(name), &header)?;
    }
    let last = row + u32::try_from(outcome.rows.len()).unwrap_or(u32::MAX - row);
    sheet.autofilter(row, 0, last, 3)?;
    for cells in &outcome.rows {
        row += 1;
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write_string_with_format(row, column, cut(cell), &text)?;
        }
    }
    workbook.save_to_buffer()
}

fn cut(text: &str) -> String {
    text.chars().take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;

    #[test]
    fn what_was_written_is_read_again_as_text() {
        let words = |a: &str| [a, "=1+1", "@x", "日本語\n2"].map(str::to_owned);
        let outcome = ExportOutcome {
            name: "結果".to_owned(),
            facts: vec![["File".to_owned(), "=cmd".to_owned()]],
            headers: words("h"),
            rows: vec![words("a"), words(&"x".repeat(40_000))],
        };
        let bytes = write(&outcome).unwrap();
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let sheet = book.worksheet_range("結果").unwrap();
        let cell = |row, column| sheet.get_value((row, column)).cloned().unwrap();
        assert_eq!(cell(0, 1), Data::String("=cmd".to_owned()));
        assert_eq!(cell(3, 1), Data::String("=1+1".to_owned()));
        assert_eq!(cell(3, 3), Data::String("日本語\n2".to_owned()));
        assert_eq!(cell(4, 0).to_string().len(), MOST);
        assert_eq!(
            book.worksheet_formula("結果").unwrap().used_cells().count(),
            0
        );
    }
}
