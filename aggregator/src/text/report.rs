//! Messages about building and sending reports. The reports' own texts are in `hubward_document::report`.

use std::error::Error;

use super::LocalizedMessage;
use crate::actions::report::build::{BuildRow, Built, DraftError};
use crate::actions::report::send::{self, SendError};
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::report::sending::Destination;

/// Why a file was not written.
pub(crate) fn failure(row: &BuildRow, failed: &DraftError, language: Language) -> LocalizedMessage {
    let say = Say(language);
    let why = match failed {
        DraftError::Disk(error) => error.to_string(),
        DraftError::Store(error) => error.with_causes(),
        DraftError::Format(error) => {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            format!("{error}: {cause}")
        }
    };
    LocalizedMessage::new(
        say.report_not_written(row.file.display(), why),
        say.report_not_written_hint(),
    )
}

/// The overview omits some findings.
pub(crate) fn overview_left_out(count: u64, language: Language) -> LocalizedMessage {
    let say = Say(language);
    LocalizedMessage::new(
        say.report_overview_left_out(count),
        say.report_overview_left_out_hint(),
    )
}

/// The mirror is empty, so that a report would be misleading.
pub(crate) fn never_synced(language: Language) -> LocalizedMessage {
    let say = Say(language);
    LocalizedMessage::new(say.report_never_synced(), say.report_never_synced_hint())
}

/// The number of files, and their period.
pub(crate) fn summary(built: &Built, language: Language) -> String {
    Say(language).report_summary(
        built.rows.iter().filter(|row| row.failed.is_some()).count(),
        built.rows.iter().filter(|row| row.failed.is_none()).count(),
        built.period,
    )
}

/// Why no report was sent.
pub(crate) fn not_sent(error: &SendError, language: Language) -> LocalizedMessage {
    let say = Say(language);
    match error {
        SendError::Action(error) => super::startup_error::action_error(error, language),
        SendError::NoDestination => LocalizedMessage::new(
            say.report_no_destination(),
            say.report_no_destination_hint(),
        ),
        SendError::NeverSynced => LocalizedMessage::new(
            say.report_not_sent_unsynced(),
            say.report_never_synced_hint(),
        ),
        SendError::Workplace(error) => LocalizedMessage::new(
            say.report_no_workplace(error),
            say.report_no_workplace_hint(),
        ),
    }
}

/// Where a report is, or why it is not there.
pub(crate) fn sent(outcome: &send::SendOutcome, language: Language) -> String {
    use crate::actions::report::send::SendOutcome;
    let say = Say(language);
    match outcome {
        SendOutcome::Sent { place } | SendOutcome::Already { place } => place.clone(),
        SendOutcome::Busy => say.report_busy().to_owned(),
        SendOutcome::Failed { why, given_up } if *given_up => say.report_given_up(why),
        SendOutcome::Failed { why, .. } => why.clone(),
    }
}

/// The number of reports that could not be sent, and the error of the first.
pub(crate) fn left(
    count: usize,
    to: Destination,
    why: &str,
    language: Language,
) -> LocalizedMessage {
    let say = Say(language);
    LocalizedMessage::new(
        say.report_left(count, destination(to, language), why),
        say.report_left_hint(),
    )
}

/// The name of a destination.
pub(crate) fn destination(destination: Destination, language: Language) -> String {
    let say = Say(language);
    match destination {
        Destination::Directory => say.report_to_directory(),
        Destination::Bucket => say.report_to_bucket(),
        Destination::Mail => say.report_to_mail(),
        Destination::Channels => say.report_to_channels(),
    }
    .to_owned()
}

/// The number of reports that were sent, existed, or failed.
pub(crate) fn sent_summary(rows: &[send::SendRow], language: Language) -> String {
    use crate::actions::report::send::SendOutcome;
    let count = |of: fn(&SendOutcome) -> bool| rows.iter().filter(|row| of(&row.outcome)).count();
    Say(language).report_sent_summary(
        count(|outcome| matches!(outcome, SendOutcome::Already { .. })),
        count(|outcome| matches!(outcome, SendOutcome::Failed { .. } | SendOutcome::Busy)),
        count(|outcome| matches!(outcome, SendOutcome::Sent { .. })),
    )
}
