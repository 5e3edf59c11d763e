//! The last sheet: what the words and numbers of the others mean, and how old and complete the data
//! is.

use std::borrow::Cow;

use rust_i18n::t;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::cell::fitting;
use super::sheet::on_paper;
use super::style::Style;
use super::{Closing, ReportFrame};

pub(super) fn write(
    sheet: &mut Worksheet,
    frame: &ReportFrame<'_>,
    closing: Closing<'_>,
    style: &Style,
) -> Result<(), XlsxError> {
    let locale = frame.language.as_str();
    sheet.set_column_width(0, 24)?;
    sheet.set_column_width(1, 110)?;
    sheet.set_row_height(0, 34)?;
    sheet.merge_range(0, 0, 0, 1, "", &style.title())?;
    let name = t!("report.sheet_about", locale = locale);
    sheet.write_string_with_format(0, 0, name, &style.title())?;
    let (label, text) = (style.label().set_bold(), style.text());
    let mut rows = of_the_data(frame);
    rows.extend(of_the_words(frame));
    if closing.left_out > 0 {
        rows.push((
            t!("report.left_out", locale = locale),
            t!(
                "report.left_out_text",
                locale = locale,
                count = closing.left_out
            ),
        ));
    }
    for (row, (term, meaning)) in (2_u32..).zip(rows) {
        sheet.set_row_height(row, 8 + 14 * lines(&meaning))?;
        sheet.write_string_with_format(row, 0, term, &label)?;
        sheet.write_string_with_format(row, 1, fitting(&meaning), &text)?;
    }
    on_paper(sheet);
    Ok(())
}

type AboutEntry = (Cow<'static, str>, Cow<'static, str>);

/// The source and the age of the data.
fn of_the_data(frame: &ReportFrame<'_>) -> Vec<AboutEntry> {
    let locale = frame.language.as_str();
    let zone = frame.zone.iana_name().unwrap_or("UTC");
    let (first, last) = frame.period.days();
    let synced = match frame.synced_at() {
        Some(synced) => frame.local(Some(synced)),
        None => t!("report.never", locale = locale).into_owned(),
    };
    let sources: Vec<String> = frame
        .sources
        .iter()
        .map(|(region, read_to)| format!("{region}: {}", frame.local(Some(*read_to))))
        .collect();
    let regions: Vec<String> = frame.regions.iter().map(ToString::to_string).collect();
    let complete = if frame.sources.is_empty() {
        t!("report.incomplete_text", locale = locale)
    } else {
        t!(
            "report.complete_text",
            locale = locale,
            sources = sources.join("\n"),
            regions = regions.join(", ")
        )
    };
    vec![
        (
            t!("report.about", locale = locale),
            t!("report.about_text", locale = locale),
        ),
        (
            t!("report.period", locale = locale),
            t!(
                "report.period_text",
                locale = locale,
                period = frame.period,
                first = first,
                last = last,
                zone = zone
            ),
        ),
        (
            t!("report.synced", locale = locale),
            t!("report.synced_text", locale = locale, synced = synced),
        ),
        (t!("report.complete", locale = locale), complete),
        (
            t!("report.built", locale = locale),
            t!(
                "report.built_text",
                locale = locale,
                built = frame.local(Some(frame.built_at)),
                version = env!("CARGO_PKG_VERSION")
            ),
        ),
    ]
}

/// What the words mean.
fn of_the_words(frame: &ReportFrame<'_>) -> Vec<AboutEntry> {
    let locale = frame.language.as_str();
    vec![
        (
            t!("report.open", locale = locale),
            t!("report.open_text", locale = locale),
        ),
        (
            t!("report.new", locale = locale),
            t!("report.new_text", locale = locale),
        ),
        (
            t!("report.reopened", locale = locale),
            t!("report.reopened_text", locale = locale),
        ),
        (
            t!("report.resolved", locale = locale),
            t!("report.resolved_text", locale = locale),
        ),
        (
            t!("report.change_still_failing", locale = locale),
            t!("report.still_failing_text", locale = locale),
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
    ]
}

/// How many lines a text needs in the wide column; an ideograph is as wide as two letters.
fn lines(text: &str) -> u32 {
    let of_line = |line: &str| {
        let width: u32 = line
            .chars()
            .map(|char| if char.is_ascii() { 1 } else { 2 })
            .sum();
        width / 116 + 1
    };
    text.lines().map(of_line).sum::<u32>().max(1)
}
