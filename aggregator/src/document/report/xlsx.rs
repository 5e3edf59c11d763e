//! The workbook: six sheets, always all of them and in this order.

use rust_i18n::t;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

use super::sheet::{Column, Table, on_paper, table};
use super::style::Style;
use super::{Report, Scope, summary, tables};
use crate::document::report::cell::{Cell, fitting};

pub(super) fn write(report: &Report<'_>) -> Result<Vec<u8>, XlsxError> {
    let locale = report.language.as_str();
    let style = Style::new(report.language);
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(report)?);

    let sheet = workbook.add_worksheet();
    sheet.set_name(t!("report.sheet_summary", locale = locale))?;
    summary::write(sheet, report, &style)?;

    let filled = |sheet: &mut Worksheet, columns: Vec<Column>, rows, empty: &str| {
        let columns = &columns;
        let content = Table {
            columns,
            rows,
            empty,
        };
        table(sheet, content, &style, report.language)
    };
    let boxed = |rows| -> Box<dyn Iterator<Item = Vec<Cell>>> { rows };

    // The tables may be long: of these sheets, only a row at a time is kept in memory.
    let sheet = workbook.add_worksheet_with_low_memory()?;
    sheet.set_name(t!("report.sheet_controls", locale = locale))?;
    let rows = boxed(Box::new(tables::controls(report)));
    let empty = t!("report.no_controls", locale = locale);
    filled(sheet, tables::controls_columns(report), rows, &empty)?;

    let sheet = workbook.add_worksheet_with_low_memory()?;
    sheet.set_name(t!("report.sheet_findings", locale = locale))?;
    let rows = boxed(Box::new(tables::findings(report)));
    let empty = t!("report.no_findings", locale = locale);
    filled(sheet, tables::findings_columns(report), rows, &empty)?;

    let sheet = workbook.add_worksheet_with_low_memory()?;
    sheet.set_name(t!("report.sheet_threats", locale = locale))?;
    let rows = boxed(Box::new(tables::threats(report)));
    let empty = t!("report.no_threats", locale = locale);
    filled(sheet, tables::threats_columns(report), rows, &empty)?;

    let sheet = workbook.add_worksheet_with_low_memory()?;
    sheet.set_name(t!("report.sheet_suppressed", locale = locale))?;
    let rows = boxed(Box::new(tables::suppressed(report)));
    let empty = t!("report.no_suppressed", locale = locale);
    filled(sheet, tables::suppressed_columns(report), rows, &empty)?;

    let sheet = workbook.add_worksheet();
    sheet.set_name(t!("report.sheet_about", locale = locale))?;
    about(sheet, report, &style)?;
    workbook.save_to_buffer()
}

fn properties(report: &Report<'_>) -> Result<DocProperties, XlsxError> {
    let locale = report.language.as_str();
    let title = match report.scope {
        Scope::Account(_) => t!("report.headline", locale = locale),
        Scope::Overview(_) => t!("report.headline_overview", locale = locale),
    };
    let built = ExcelDateTime::from_timestamp(report.built_at.as_second())?;
    Ok(DocProperties::new()
        .set_title(format!("{title} {}", report.period))
        .set_author("Hubward")
        .set_creation_datetime(&built))
}

/// What the words and numbers of the other sheets mean, and how old they are.
fn about(sheet: &mut Worksheet, report: &Report<'_>, style: &Style) -> Result<(), XlsxError> {
    let locale = report.language.as_str();
    let zone = report.zone.iana_name().unwrap_or("UTC");
    let synced = match report.synced_at {
        Some(_) => report.local(report.synced_at),
        None => t!("report.never", locale = locale).into_owned(),
    };
    let (first, last) = report.period.days();
    let mut rows = vec![
        (
            t!("report.about", locale = locale),
            t!("report.about_text", locale = locale),
        ),
        (
            t!("report.period", locale = locale),
            t!(
                "report.period_text",
                locale = locale,
                period = report.period,
                first = first,
                last = last,
                zone = zone
            ),
        ),
        (
            t!("report.synced", locale = locale),
            t!("report.synced_text", locale = locale, synced = synced),
        ),
        (
            t!("report.built", locale = locale),
            t!(
                "report.built_text",
                locale = locale,
                built = report.local(Some(report.built_at)),
                version = env!("CARGO_PKG_VERSION")
            ),
        ),
        (
            t!("report.open", locale = locale),
            t!("report.open_text", locale = locale),
        ),
        (
            t!("report.new", locale = locale),
            t!("report.new_text", locale = locale),
        ),
        (
            t!("report.resolved", locale = locale),
            t!("report.resolved_text", locale = locale),
        ),
        (
            t!("report.suppressed", locale = locale),
            t!("report.suppressed_text", locale = locale),
        ),
        (
            t!("report.severity", locale = locale),
            t!("report.severity_text", locale = locale),
        ),
        (
            t!("report.score_short", locale = locale),
            t!("report.score_text", locale = locale),
        ),
        (
            t!("report.link", locale = locale),
            t!("report.link_text", locale = locale),
        ),
    ];
    if report.left_out > 0 {
        rows.push((
            t!("report.left_out", locale = locale),
            t!(
                "report.left_out_text",
                locale = locale,
                count = report.left_out
            ),
        ));
    }
    sheet.set_column_width(0, 24)?;
    sheet.set_column_width(1, 110)?;
    sheet.set_row_height(0, 34)?;
    sheet.merge_range(0, 0, 0, 1, "", &style.title())?;
    let name = t!("report.sheet_about", locale = locale);
    sheet.write_string_with_format(0, 0, name, &style.title())?;
    let (label, text) = (style.label().set_bold(), style.text());
    for (row, (term, meaning)) in (2_u32..).zip(rows) {
        sheet.set_row_height(row, 8 + 14 * lines(&meaning))?;
        sheet.write_string_with_format(row, 0, term, &label)?;
        sheet.write_string_with_format(row, 1, fitting(&meaning), &text)?;
    }
    on_paper(sheet);
    Ok(())
}

/// How many lines a text takes in the wide column; an ideograph is as wide as two letters.
fn lines(text: &str) -> u32 {
    let width: u32 = text
        .chars()
        .map(|char| if char.is_ascii() { 1 } else { 2 })
        .sum();
    width / 116 + 1
}
