//! What became of a build of reports, in words. The reports' own words are in `document::report`.

use std::error::Error;

use rust_i18n::t;

use super::Message;
use crate::actions::build_report::{BuildFailed, Built, Row};
use crate::domain::account::Language;

/// Why a file was not written.
pub fn failure(row: &Row, failed: &BuildFailed, language: Language) -> Message {
    let locale = language.as_str();
    let why = match failed {
        BuildFailed::Disk(error) => error.to_string(),
        BuildFailed::Format(error) => {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            format!("{error}: {cause}")
        }
    };
    Message::new(
        t!(
            "report.not_written",
            locale = locale,
            file = row.file.display(),
            why = why
        ),
        t!("report.not_written_hint", locale = locale),
    )
}

/// What a person should know of the mirror before trusting a report.
pub fn never_synced(language: Language) -> Message {
    let locale = language.as_str();
    Message::new(
        t!("report.never_synced", locale = locale),
        t!("report.never_synced_hint", locale = locale),
    )
}

/// How many files, of which period.
pub fn summary(built: &Built, language: Language) -> String {
    t!(
        "report.summary",
        locale = language.as_str(),
        files = built.rows.iter().filter(|row| row.failed.is_none()).count(),
        period = built.period,
        failed = built.rows.iter().filter(|row| row.failed.is_some()).count()
    )
    .into_owned()
}
