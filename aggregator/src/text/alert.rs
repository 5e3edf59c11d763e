//! Alerts and what became of telling people, in words.

use rust_i18n::t;

use crate::actions::alert::acknowledge::AcknowledgeError;
use crate::actions::alert::drill::DrillError;
use crate::actions::alert::ingest::IngestError;
use crate::actions::alert::test_event::TestEventError;
use crate::queries::alert::AlertRow;
use hubward_domain::account::Language;
use hubward_domain::alert::AlertState;
use hubward_domain::alert::arrival::{TimelineMoment, TimelineStep};
use hubward_domain::delivery::DeliveryState;

use super::LocalizedMessage;

/// How far a message is.
pub(crate) fn delivery_state(state: DeliveryState, language: Language) -> String {
    let locale = language.as_str();
    match state {
        DeliveryState::Pending => t!("alert.pending", locale = locale),
        DeliveryState::Delivered => t!("alert.arrived", locale = locale),
        DeliveryState::GivenUp => t!("alert.given_up", locale = locale),
    }
    .into_owned()
}

/// How far people are with an alert.
pub(crate) fn state(state: AlertState, language: Language) -> String {
    let locale = language.as_str();
    match state {
        AlertState::Open => t!("alert.open", locale = locale),
        AlertState::Acknowledged => t!("alert.acknowledged", locale = locale),
        AlertState::Resolved => t!("alert.resolved", locale = locale),
        AlertState::Silenced => t!("alert.silenced", locale = locale),
    }
    .into_owned()
}

/// Why an alert was not taken, given away, ended or reopened.
pub(crate) fn not_handled(error: &AcknowledgeError, language: Language) -> String {
    let locale = language.as_str();
    match error {
        AcknowledgeError::Unknown(id) => t!("alert.unknown", locale = locale, id = id).into_owned(),
        AcknowledgeError::NotNow(not) => t!(
            "alert.not_now",
            locale = locale,
            state = state(not.state, language)
        )
        .into_owned(),
        AcknowledgeError::TooLong(longest) => {
            t!("alert.too_long", locale = locale, longest = longest).into_owned()
        }
        AcknowledgeError::Store(error) => super::startup_error::store_error(error, language).text,
    }
}

/// Whether people were told of an alert, in short.
pub(crate) fn told(row: &AlertRow, language: Language) -> String {
    let locale = language.as_str();
    let arrived = row
        .deliveries
        .iter()
        .filter(|delivery| delivery.state == DeliveryState::Delivered)
        .count();
    if row.deliveries.is_empty() {
        t!("alert.nobody", locale = locale).into_owned()
    } else {
        format!("{arrived}/{}", row.deliveries.len())
    }
}

/// How many are open.
pub(crate) fn summary(rows: &[AlertRow], language: Language) -> String {
    let open = rows
        .iter()
        .filter(|row| row.alert.state.as_str() == "open")
        .count();
    t!(
        "alert.summary",
        locale = language.as_str(),
        all = rows.len(),
        open = open
    )
    .into_owned()
}

/// Names and values of an alert.
pub(crate) fn facts(row: &AlertRow, language: Language) -> Vec<Vec<String>> {
    let locale = language.as_str();
    let alert = &row.alert;
    [
        (t!("table.alert", locale = locale), alert.id.clone()),
        (
            t!("table.severity", locale = locale),
            alert.severity.to_string(),
        ),
        (
            t!("table.state", locale = locale),
            alert.state.as_str().to_owned(),
        ),
        (t!("table.title", locale = locale), alert.title.clone()),
        (t!("channel.type", locale = locale), alert.kind.clone()),
        (
            t!("table.account", locale = locale),
            alert.account_id.to_string(),
        ),
        (t!("table.project", locale = locale), alert.project.clone()),
        (
            t!("table.contact", locale = locale),
            format!("{} {}", alert.contact, alert.contact_emails.join("; ")),
        ),
        (
            t!("table.region", locale = locale),
            alert.region.to_string(),
        ),
        (
            t!("channel.resource", locale = locale),
            alert.resource.clone(),
        ),
        (
            t!("channel.seen", locale = locale),
            t!(
                "channel.seen_times",
                locale = locale,
                count = alert.count,
                first = alert.first_seen,
                last = alert.last_seen
            )
            .into_owned(),
        ),
        (
            t!("alert.assignee", locale = locale),
            row.handling.assignee.clone(),
        ),
        (t!("alert.note", locale = locale), row.handling.note.clone()),
        (
            t!("table.findings", locale = locale),
            alert.finding_ids.join("\n"),
        ),
        (
            t!("channel.console", locale = locale),
            alert.console.clone().unwrap_or_default(),
        ),
    ]
    .into_iter()
    .map(|(name, value)| vec![name.into_owned(), value.trim().to_owned()])
    .collect()
}

/// Why the alert queue is not emptied.
pub(crate) fn queue_fails(error: &IngestError, language: Language) -> LocalizedMessage {
    match error {
        IngestError::Queue(failure) => super::aws::failure(failure, language),
        IngestError::Action(error) => super::startup_error::action_error(error, language),
        IngestError::Store(error) => super::startup_error::store_error(error, language),
        IngestError::Closed => {
            LocalizedMessage::new(t!("alert.stopping", locale = language.as_str()), "")
        }
    }
}

/// Why an event of our own was not sent.
pub(crate) fn trial_fails(error: &TestEventError, language: Language) -> LocalizedMessage {
    match error {
        TestEventError::Refused(failure) => super::aws::failure(failure, language),
        TestEventError::Action(error) => super::startup_error::action_error(error, language),
    }
}

/// Why there is no sample.
pub(crate) fn drill_fails(error: &DrillError, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    match error {
        DrillError::NoDetector => LocalizedMessage::new(
            t!("alert.no_detector", locale = locale),
            t!("alert.no_detector_hint", locale = locale),
        ),
        DrillError::Refused(failure) => super::aws::failure(failure, language),
        DrillError::Action(error) => super::startup_error::action_error(error, language),
    }
}

/// How many seconds after the first moment of a way another one was.
pub(crate) fn after(way: &[TimelineMoment], moment: &TimelineMoment) -> String {
    let first = way.first().map_or(moment.at, |first| first.at);
    format!("{:.3}", moment.at.duration_since(first).as_secs_f64())
}

/// What happened at a moment of an alert's way.
pub(crate) fn step(step: TimelineStep, language: Language) -> String {
    let locale = language.as_str();
    match step {
        TimelineStep::Created => t!("alert.step_created", locale = locale),
        TimelineStep::Event => t!("alert.step_event", locale = locale),
        TimelineStep::Received => t!("alert.step_received", locale = locale),
        TimelineStep::Stored => t!("alert.step_stored", locale = locale),
        TimelineStep::Delivered => t!("alert.step_delivered", locale = locale),
        TimelineStep::Refused => t!("alert.step_refused", locale = locale),
        TimelineStep::GivenUp => t!("alert.step_given_up", locale = locale),
        TimelineStep::Escalated => t!("alert.step_escalated", locale = locale),
        TimelineStep::Handled => t!("alert.step_handled", locale = locale),
    }
    .into_owned()
}
