//! Writes the guide as a workbook to filter and edit: a sheet of controls, a sheet of threats, a
//! column for every field in both languages.
//!
//! All cells are text, so that nothing is a formula. `sheet` and `domain::guide` read it back.

use rust_xlsxwriter::{Color, DataValidation, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use strum::VariantArray;

use hubward_domain::account::Language;
use hubward_domain::guide::{
    Effort, EntryDraft, FieldKind, Guide, GuideEntry, GuideField, Owner, Policy, Section,
};
use hubward_domain::word::words;

/// A muted blue that prints well and keeps the text readable.
const HEADER_COLOR: Color = Color::RGB(0xDD_E6_F0);
/// The last row with drop-down lists, so that new rows have them too.
const LAST_ROW: u32 = 1_999;
/// In pixels. Some lines of text are enough to recognize an entry.
const ROW_HEIGHT: u32 = 60;

/// The workbook's bytes, with headers in a language.
///
/// # Errors
/// An entry does not fit into a workbook.
pub fn write(guide: &Guide, language: Language) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    for &kind in FieldKind::VARIANTS {
        let entries = guide.entries(kind).into_iter();
        let drafts: Vec<EntryDraft> = entries.map(GuideEntry::draft).collect();
        table(workbook.add_worksheet(), kind, &drafts, language)?;
    }
    workbook.save_to_buffer()
}

fn table(
    sheet: &mut Worksheet,
    kind: FieldKind,
    drafts: &[EntryDraft],
    language: Language,
) -> Result<(), XlsxError> {
    sheet.set_name(match (kind, language) {
        (FieldKind::Control, Language::En) => "Controls",
        (FieldKind::Control, Language::Ja) => "コントロール",
        (FieldKind::Threat, Language::En) => "Threats",
        (FieldKind::Threat, Language::Ja) => "脅威",
    })?;
    let header = Format::new()
        .set_bold()
        .set_num_format("@")
        .set_align(FormatAlign::Top)
        .set_text_wrap()
        .set_background_color(HEADER_COLOR);
    let text = Format::new()
        .set_num_format("@")
        .set_align(FormatAlign::Top)
        .set_text_wrap();
    let mut last_column = 0;
    for (column, field) in (0_u16..).zip(kind.fields()) {
        last_column = column;
        sheet.set_column_width(column, width(field))?;
        sheet.set_column_format(column, &text)?;
        sheet.write_string_with_format(0, column, field.header(language), &header)?;
        if let Some(words) = choice(field) {
            let list = DataValidation::new().allow_list_strings(&words)?;
            sheet.add_data_validation(1, column, LAST_ROW, column, &list)?;
        }
        for (row, draft) in (1_u32..).zip(drafts) {
            sheet.write_string_with_format(row, column, draft.get(field), &text)?;
        }
    }
    let last_row = u32::try_from(drafts.len()).unwrap_or(LAST_ROW).max(1);
    for row in 1..=last_row {
        sheet.set_row_height(row, ROW_HEIGHT)?;
    }
    sheet.autofilter(0, 0, last_row, last_column)?;
    sheet.set_freeze_panes(1, 1)?;
    sheet.set_landscape();
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}

fn choice(field: GuideField) -> Option<Vec<&'static str>> {
    match field {
        GuideField::Policy => Some(words::<Policy>()),
        GuideField::Effort => Some(words::<Effort>()),
        GuideField::Owner => Some(words::<Owner>()),
        _ => None,
    }
}

fn width(field: GuideField) -> f64 {
    match field {
        GuideField::Id
        | GuideField::Policy
        | GuideField::Effort
        | GuideField::Owner
        | GuideField::Reviewed => 14.0,
        GuideField::Family => 26.0,
        GuideField::Title(_) | GuideField::Types => 36.0,
        GuideField::AppliesWhen(_) | GuideField::Link => 32.0,
        GuideField::Text(Section::Risk | Section::Happened | Section::Exception, _) => 44.0,
        GuideField::Text(..) => 60.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet;
    use hubward_domain::guide::read_sheets;

    #[test]
    fn the_workbook_loses_nothing() {
        let guide = Guide::with(Vec::new());
        for &language in Language::VARIANTS {
            let bytes = write(&guide, language).unwrap();
            let sheets = sheet::read_all(&bytes, "guide.xlsx").unwrap();
            let imported = read_sheets(&sheets, &guide).unwrap();
            assert_eq!(imported.changes, []);
            let count = guide.controls().len() + guide.threats().count();
            assert_eq!(imported.unchanged, count);
        }
    }
}
