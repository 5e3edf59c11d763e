//! The last sheet: what the words and numbers of the others mean, and how old and complete the data
//! is.

use std::borrow::Cow;

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::cell::fitting;
use super::coverage::UNKNOWN;
use super::sheet::on_paper;
use super::style::Style;
use super::{Closing, ReportFrame};
use crate::say::Say;

pub(super) fn write(
    sheet: &mut Worksheet,
    frame: &ReportFrame<'_>,
    closing: Closing<'_>,
    style: &Style,
) -> Result<(), XlsxError> {
    let say = Say(frame.language);
    sheet.set_column_width(0, 24)?;
    sheet.set_column_width(1, 110)?;
    sheet.set_row_height(0, 34)?;
    sheet.merge_range(0, 0, 0, 1, "", &style.title())?;
    let name = say.report_sheet_about();
    sheet.write_string_with_format(0, 0, name, &style.title())?;
    let (label, text) = (style.label().set_bold(), style.text());
    let mut rows = of_the_data(frame);
    rows.extend(of_the_words(frame));
    if closing.left_out > 0 {
        rows.push((
            say.report_left_out(),
            say.report_left_out_text(closing.left_out).into(),
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

type AboutEntry = (&'static str, Cow<'static, str>);

/// The source and the age of the data.
fn of_the_data(frame: &ReportFrame<'_>) -> Vec<AboutEntry> {
    let say = Say(frame.language);
    let zone = frame.zone.iana_name().unwrap_or("UTC");
    let (first, last) = frame.period.days();
    let synced = match frame.synced_at() {
        Some(synced) => frame.local(Some(synced)),
        None => say.report_never().to_owned(),
    };
    let sources: Vec<String> = frame
        .sources
        .iter()
        .map(|(region, read_to)| format!("{region}: {}", frame.local(Some(*read_to))))
        .collect();
    let complete = if frame.sources.is_empty() {
        say.report_incomplete_text().to_owned()
    } else {
        say.report_complete_text(or_none(frame.watched_regions(), say), sources.join("\n"))
    };
    let mut complete = vec![complete];
    for (regions, text) in [
        (frame.unwatched_regions(), say.report_not_watched()),
        (frame.unknown_regions(), say.report_watch_unknown()),
    ] {
        if !regions.is_empty() {
            complete.push(format!("{text}: {regions}"));
        }
    }
    let complete = complete.join("\n").into();
    vec![
        (say.report_about(), say.report_about_text().into()),
        (
            say.report_period(),
            say.report_period_text(first, last, frame.period, zone)
                .into(),
        ),
        (say.report_synced(), say.report_synced_text(synced).into()),
        (say.report_complete(), complete),
        (
            say.report_built(),
            say.report_built_text(frame.local(Some(frame.built_at)), env!("CARGO_PKG_VERSION"))
                .into(),
        ),
    ]
}

fn or_none(regions: String, say: Say) -> String {
    if regions.is_empty() {
        say.report_none().to_owned()
    } else {
        regions
    }
}

/// What the words mean.
fn of_the_words(frame: &ReportFrame<'_>) -> Vec<AboutEntry> {
    let say = Say(frame.language);
    vec![
        (UNKNOWN, say.report_dash_text().into()),
        (say.report_open(), say.report_open_text().into()),
        (say.report_new(), say.report_new_text().into()),
        (say.report_reopened(), say.report_reopened_text().into()),
        (say.report_resolved(), say.report_resolved_text().into()),
        (
            say.report_change_still_failing(),
            say.report_still_failing_text().into(),
        ),
        (say.report_suppressed(), say.report_suppressed_text().into()),
        (say.report_severity(), say.report_severity_text().into()),
        (say.report_score_short(), say.report_score_text().into()),
        (say.report_link(), say.report_link_text().into()),
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
