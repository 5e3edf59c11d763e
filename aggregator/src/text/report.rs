//! What became of a build of reports, in words. The reports' own words are in `hubward_document::report`.

use std::error::Error;

use rust_i18n::t;

use super::LocalizedMessage;
use crate::actions::report::build::{BuildRow, Built, DraftError};
use crate::actions::report::send::{self, SendError};
use hubward_domain::account::Language;
use hubward_domain::report::sending::Destination;

/// Why a file was not written.
pub(crate) fn failure(row: &BuildRow, failed: &DraftError, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    let why = match failed {
        DraftError::Disk(error) => error.to_string(),
        DraftError::Store(error) => error.to_string(),
        DraftError::Format(error) => {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            format!("{error}: {cause}")
        }
    };
    LocalizedMessage::new(
        t!(
            "report.not_written",
            locale = locale,
            file = row.file.display(),
            why = why
        ),
        t!("report.not_written_hint", locale = locale),
    )
}

/// That the overview is not all there is.
pub(crate) fn overview_left_out(count: u64, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    LocalizedMessage::new(
        t!("report.overview_left_out", locale = locale, count = count),
        t!("report.overview_left_out_hint", locale = locale),
    )
}

/// What a person should know of the mirror before trusting a report.
pub(crate) fn never_synced(language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    LocalizedMessage::new(
        t!("report.never_synced", locale = locale),
        t!("report.never_synced_hint", locale = locale),
    )
}

/// How many files, of which period.
pub(crate) fn summary(built: &Built, language: Language) -> String {
    t!(
        "report.summary",
        locale = language.as_str(),
        files = built.rows.iter().filter(|row| row.failed.is_none()).count(),
        period = built.period,
        failed = built.rows.iter().filter(|row| row.failed.is_some()).count()
    )
    .into_owned()
}

/// Why no report was sent at all.
pub(crate) fn not_sent(error: &SendError, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    match error {
        SendError::Action(error) => super::startup_error::action_error(error, language),
        SendError::NoDestination => LocalizedMessage::new(
            t!("report.no_destination", locale = locale),
            t!("report.no_destination_hint", locale = locale),
        ),
        SendError::NeverSynced => LocalizedMessage::new(
            t!("report.not_sent_unsynced", locale = locale),
            t!("report.never_synced_hint", locale = locale),
        ),
        SendError::Workplace(error) => LocalizedMessage::new(
            t!("report.no_workplace", locale = locale, why = error),
            t!("report.no_workplace_hint", locale = locale),
        ),
    }
}

/// Where a report is, or why it is not there.
pub(crate) fn sent(outcome: &send::SendOutcome, language: Language) -> String {
    use crate::actions::report::send::SendOutcome;
    let locale = language.as_str();
    match outcome {
        SendOutcome::Sent { place } | SendOutcome::Already { place } => place.clone(),
        SendOutcome::Busy => t!("report.busy", locale = locale).into_owned(),
        SendOutcome::Failed { why, given_up } if *given_up => {
            t!("report.given_up", locale = locale, why = why).into_owned()
        }
        SendOutcome::Failed { why, .. } => why.clone(),
    }
}

/// How many reports could not be sent, and why the first could not.
pub(crate) fn left(
    count: usize,
    to: Destination,
    why: &str,
    language: Language,
) -> LocalizedMessage {
    let locale = language.as_str();
    LocalizedMessage::new(
        t!(
            "report.left",
            locale = locale,
            count = count,
            destination = destination(to, language),
            why = why
        ),
        t!("report.left_hint", locale = locale),
    )
}

/// A destination's name.
pub(crate) fn destination(destination: Destination, language: Language) -> String {
    let locale = language.as_str();
    match destination {
        Destination::Directory => t!("report.to_directory", locale = locale),
        Destination::Bucket => t!("report.to_bucket", locale = locale),
        Destination::Mail => t!("report.to_mail", locale = locale),
        Destination::Channels => t!("report.to_channels", locale = locale),
    }
    .into_owned()
}

/// How many reports went somewhere, were there, or failed.
pub(crate) fn sent_summary(rows: &[send::SendRow], language: Language) -> String {
    use crate::actions::report::send::SendOutcome;
    let count = |of: fn(&SendOutcome) -> bool| rows.iter().filter(|row| of(&row.outcome)).count();
    t!(
        "report.sent_summary",
        locale = language.as_str(),
        sent = count(|outcome| matches!(outcome, SendOutcome::Sent { .. })),
        already = count(|outcome| matches!(outcome, SendOutcome::Already { .. })),
        failed = count(|outcome| matches!(outcome, SendOutcome::Failed { .. } | SendOutcome::Busy))
    )
    .into_owned()
}
