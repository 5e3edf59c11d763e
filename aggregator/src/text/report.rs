//! Messages about building and sending reports. The reports' own texts are in `hubward_document::report`.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;

use super::LocalizedMessage;
use hubward_protocol::{AccountId, Region};

use crate::actions::report::build::{BuildOutcome, Built, DraftError};
use crate::actions::report::send::{self, PlannedCounts, SendError};
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::report::RegionWatch;
use hubward_domain::report::sending::{Destination, PeriodRefused};

/// Why a file was not written.
pub(crate) fn failure(file: &Path, failed: &DraftError, language: Language) -> LocalizedMessage {
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
        say.report_not_written(file.display(), why),
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
    let count = |is: fn(&BuildOutcome) -> bool| {
        let rows = built.rows.iter();
        rows.filter(|row| is(&row.outcome)).count()
    };
    Say(language).report_summary(
        count(|outcome| matches!(outcome, BuildOutcome::Failed { .. })),
        count(|outcome| matches!(outcome, BuildOutcome::Written { .. })),
        built.period,
        count(|outcome| matches!(outcome, BuildOutcome::NotWatched)),
    )
}

/// The accounts without a report, because they are watched nowhere, and why memberships could not be read.
pub(crate) fn uncovered(built: &Built, language: Language) -> Vec<LocalizedMessage> {
    let say = Say(language);
    let rows = built.rows.iter();
    let unwatched = rows.filter(|row| matches!(row.outcome, BuildOutcome::NotWatched));
    let unwatched = unwatched.filter_map(|row| row.account_id.as_ref());
    let mut messages: Vec<LocalizedMessage> =
        not_watched(unwatched, language).into_iter().collect();
    let regions = built.rows.iter().flat_map(|row| &row.coverage.regions);
    let unknown: BTreeSet<(Region, &str)> = regions
        .filter_map(|its| match &its.watch {
            RegionWatch::Unknown { why } => Some((its.region, why.as_str())),
            _ => None,
        })
        .collect();
    messages.extend(unknown.into_iter().map(|(region, why)| {
        LocalizedMessage::new(
            say.report_membership_unknown(region, why),
            say.report_membership_unknown_hint(),
        )
    }));
    messages
}

/// The accounts without a report, because they are watched nowhere; `None` if there is none.
pub(crate) fn unwatched_of_sent(
    rows: &[send::SendRow],
    language: Language,
) -> Option<LocalizedMessage> {
    let skipped = rows
        .iter()
        .filter(|row| matches!(row.outcome, send::SendOutcome::NotWatched));
    let accounts: BTreeSet<&AccountId> =
        skipped.filter_map(|row| row.account_id.as_ref()).collect();
    not_watched(accounts.into_iter(), language)
}

fn not_watched<'a>(
    accounts: impl Iterator<Item = &'a AccountId>,
    language: Language,
) -> Option<LocalizedMessage> {
    /// How many accounts are named.
    const NAMED: usize = 10;
    let say = Say(language);
    let accounts: Vec<String> = accounts.map(ToString::to_string).collect();
    let count = accounts.len();
    let named = accounts.get(..NAMED).unwrap_or(&accounts).join(", ");
    let more = if count > NAMED { ", …" } else { "" };
    (count > 0).then(|| {
        LocalizedMessage::new(
            say.report_got_none(format!("{named}{more}"), count),
            say.report_got_none_hint(),
        )
    })
}

/// The question before reports are sent.
pub(crate) fn question(planned: PlannedCounts, language: Language) -> String {
    Say(language).report_question(planned.mails, planned.reports)
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
        SendError::Period { period, last, why } => match why {
            PeriodRefused::NotOver => LocalizedMessage::new(
                say.report_period_not_over(last, period),
                say.report_period_not_over_hint(period),
            ),
            PeriodRefused::Ahead => LocalizedMessage::new(
                say.report_period_ahead(period),
                say.report_period_ahead_hint(),
            ),
            PeriodRefused::Over => LocalizedMessage::new(
                say.report_period_over(period),
                say.report_period_over_hint(period),
            ),
        },
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
        SendOutcome::Planned => String::new(),
        SendOutcome::NotWatched => say.report_not_watched().to_owned(),
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
        count(|outcome| matches!(outcome, SendOutcome::Planned)),
        count(|outcome| matches!(outcome, SendOutcome::Sent { .. })),
        count(|outcome| matches!(outcome, SendOutcome::NotWatched)),
    )
}
