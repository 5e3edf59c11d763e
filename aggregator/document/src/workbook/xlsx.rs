//! Writes the table as a workbook for editing: frozen header, filter, drop-down lists, account ids
//! as text so that Excel keeps their zeros.

use rust_xlsxwriter::{
    Color, DataValidation, Format, FormatAlign, Note, Workbook, Worksheet, XlsxError,
};
use strum::VariantArray;

use super::table::LedgerTable;
use hubward_domain::account::{AccountState, Language, ReportCadence};
use hubward_domain::ledger::LedgerColumn;
use hubward_domain::word::words;

/// The last row with lists and formats: the last one that the reader accepts.
const LAST_ROW: u32 = 19_999;
/// A muted blue that prints well and keeps the text readable.
const HEADER_COLOR: Color = Color::RGB(0xDD_E6_F0);
const REQUIRED_COLOR: Color = Color::RGB(0xFF_E6_C8);

/// The workbook's bytes; without explanations, the notes and the second sheet are left out.
pub(super) fn write(
    table: &LedgerTable,
    language: Language,
    explanations: &[(LedgerColumn, String)],
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    ledger(workbook.add_worksheet(), table, language, explanations)?;
    if !explanations.is_empty() {
        columns(workbook.add_worksheet(), explanations, language)?;
    }
    workbook.save_to_buffer()
}

fn ledger(
    sheet: &mut Worksheet,
    table: &LedgerTable,
    language: Language,
    explanations: &[(LedgerColumn, String)],
) -> Result<(), XlsxError> {
    sheet.set_name(match language {
        Language::En => "Ledger",
        Language::Ja => "台帳",
    })?;
    let text = Format::new()
        .set_num_format("@")
        .set_align(FormatAlign::Top);
    // Excel shows more than 255 characters in a text format as `####`.
    let long = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let known = LedgerColumn::VARIANTS.iter().copied().map(Some);
    let columns = known.chain(std::iter::repeat(None));
    let mut last_column = 0;
    for ((column, known), header) in (0_u16..).zip(columns).zip(&table.headers) {
        last_column = column;
        sheet.set_column_width(column, width(known))?;
        let format = if known.is_some_and(|known| known != LedgerColumn::Notes) {
            &text
        } else {
            &long
        };
        sheet.set_column_format(column, format)?;
        sheet.write_string_with_format(0, column, header, &header_format(known))?;
        let explained = explanations
            .iter()
            .find(|(column, _)| Some(*column) == known);
        if let Some((_, explanation)) = explained {
            // Next to the header while a person fills it in; without the author, which Excel would
            // put first.
            let note = Note::new(explanation)
                .add_author_prefix(false)
                .set_width(320)
                .set_height(120);
            sheet.insert_note(0, column, &note)?;
        }
        if let Some(choice) = known.and_then(choice) {
            let list = DataValidation::new().allow_list_strings(&choice)?;
            sheet.add_data_validation(1, column, LAST_ROW, column, &list)?;
        }
        for (row, texts) in (1_u32..).zip(&table.rows) {
            if let Some(value) = texts
                .get(usize::from(column))
                .filter(|value| !value.is_empty())
            {
                sheet.write_string_with_format(row, column, value, format)?;
            }
        }
    }
    let last_row = u32::try_from(table.rows.len()).unwrap_or(LAST_ROW).max(1);
    sheet.autofilter(0, 0, last_row, last_column)?;
    sheet.set_freeze_panes(1, 1)?;
    // In print: all columns on one page's width, the headers on every page.
    sheet.set_landscape();
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}

fn columns(
    sheet: &mut Worksheet,
    explanations: &[(LedgerColumn, String)],
    language: Language,
) -> Result<(), XlsxError> {
    sheet.set_name(match language {
        Language::En => "Columns",
        Language::Ja => "列の説明",
    })?;
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    sheet.set_column_width(0, 24)?;
    sheet.set_column_width(1, 100)?;
    for (row, (column, text)) in (0_u32..).zip(explanations) {
        let header = column.header(language);
        sheet.write_string_with_format(row, 0, header, &header_format(Some(*column)))?;
        sheet.write_string_with_format(row, 1, text, &wrapped)?;
    }
    Ok(())
}

fn header_format(column: Option<LedgerColumn>) -> Format {
    let required = column.is_some_and(|column| LedgerColumn::REQUIRED.contains(&column));
    Format::new()
        .set_bold()
        .set_num_format("@")
        .set_align(FormatAlign::Top)
        .set_background_color(if required {
            REQUIRED_COLOR
        } else {
            HEADER_COLOR
        })
}

/// The allowed words of a column, if it has a fixed set.
fn choice(column: LedgerColumn) -> Option<Vec<&'static str>> {
    match column {
        LedgerColumn::Language => Some(words::<Language>()),
        LedgerColumn::Report => Some(words::<ReportCadence>()),
        LedgerColumn::State => Some(words::<AccountState>()),
        _ => None,
    }
}

fn width(column: Option<LedgerColumn>) -> f64 {
    match column {
        Some(
            LedgerColumn::AccountId
            | LedgerColumn::Environment
            | LedgerColumn::Contact
            | LedgerColumn::Request,
        ) => 18.0,
        Some(LedgerColumn::Project | LedgerColumn::Department) | None => 24.0,
        Some(LedgerColumn::ContactEmail | LedgerColumn::AccountEmail | LedgerColumn::Regions) => {
            32.0
        }
        Some(LedgerColumn::Standards | LedgerColumn::Notes) => 48.0,
        Some(LedgerColumn::Language | LedgerColumn::Report | LedgerColumn::State) => 12.0,
    }
}
