//! Texts about alerts and their notifications.

use crate::actions::alert::acknowledge::AcknowledgeError;
use crate::actions::alert::drill::DrillError;
use crate::actions::alert::ingest::IngestError;
use crate::actions::alert::test_event::TestEventError;
use crate::queries::alert::AlertRow;
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::alert::AlertState;
use hubward_domain::alert::arrival::{TimelineMoment, TimelineStep};
use hubward_domain::delivery::DeliveryState;

use super::LocalizedMessage;

/// The state of a message.
pub(crate) fn delivery_state(state: DeliveryState, language: Language) -> String {
    let say = Say(language);
    match state {
        DeliveryState::Pending => say.alert_pending(),
        DeliveryState::Delivered => say.alert_arrived(),
        DeliveryState::GivenUp => say.alert_given_up(),
    }
    .to_owned()
}

/// The state of an alert.
pub(crate) fn state(state: AlertState, language: Language) -> String {
    let say = Say(language);
    match state {
        AlertState::Open => say.alert_open(),
        AlertState::Acknowledged => say.alert_acknowledged(),
        AlertState::Resolved => say.alert_resolved(),
        AlertState::Silenced => say.alert_silenced(),
    }
    .to_owned()
}

/// Why an alert could not be acknowledged, assigned, resolved or reopened.
pub(crate) fn not_handled(error: &AcknowledgeError, language: Language) -> String {
    let say = Say(language);
    match error {
        AcknowledgeError::Unknown(id) => say.alert_unknown(id),
        AcknowledgeError::NotNow(not) => say.alert_not_now(state(not.state, language)),
        AcknowledgeError::TooLong(longest) => say.alert_too_long(longest),
        AcknowledgeError::Store(error) => super::startup_error::store_error(error, language).text,
    }
}

/// A short summary of an alert's notifications.
pub(crate) fn notified(row: &AlertRow, language: Language) -> String {
    let say = Say(language);
    let arrived = row
        .deliveries
        .iter()
        .filter(|delivery| delivery.state == DeliveryState::Delivered)
        .count();
    if row.deliveries.is_empty() {
        say.alert_no_recipient().to_owned()
    } else {
        format!("{arrived}/{}", row.deliveries.len())
    }
}

/// The number of open alerts.
pub(crate) fn summary(rows: &[AlertRow], language: Language) -> String {
    let open = rows
        .iter()
        .filter(|row| row.alert.state.as_str() == "open")
        .count();
    Say(language).alert_summary(rows.len(), open)
}

/// Names and values of an alert.
pub(crate) fn facts(row: &AlertRow, language: Language) -> Vec<Vec<String>> {
    let say = Say(language);
    let alert = &row.alert;
    [
        (say.table_alert(), alert.id.clone()),
        (say.table_severity(), alert.severity.to_string()),
        (say.table_state(), alert.state.as_str().to_owned()),
        (say.table_title(), alert.title.clone()),
        (say.channel_type(), alert.kind.clone()),
        (say.table_account(), alert.account_id.to_string()),
        (say.table_project(), alert.project.clone()),
        (
            say.table_contact(),
            format!("{} {}", alert.contact, alert.contact_emails.join("; ")),
        ),
        (say.table_region(), alert.region.to_string()),
        (say.channel_resource(), alert.resource.clone()),
        (
            say.channel_detected(),
            say.channel_detected_times(alert.count, alert.first_seen, alert.last_seen),
        ),
        (say.alert_assignee(), row.handling.assignee.clone()),
        (say.alert_note(), row.handling.note.clone()),
        (say.table_findings(), alert.finding_ids.join("\n")),
        (
            say.channel_console(),
            alert.console.clone().unwrap_or_default(),
        ),
    ]
    .into_iter()
    .map(|(name, value)| vec![name.to_owned(), value.trim().to_owned()])
    .collect()
}

/// Why the alert queue cannot be read.
pub(crate) fn queue_fails(error: &IngestError, language: Language) -> LocalizedMessage {
    match error {
        IngestError::Queue(failure) => super::aws::failure(failure, language),
        IngestError::Action(error) => super::startup_error::action_error(error, language),
        IngestError::Store(error) => super::startup_error::store_error(error, language),
        IngestError::Closed => LocalizedMessage::new(Say(language).alert_stopping(), ""),
    }
}

/// Why a test event was not sent.
pub(crate) fn test_event_fails(error: &TestEventError, language: Language) -> LocalizedMessage {
    match error {
        TestEventError::Refused(failure) => super::aws::failure(failure, language),
        TestEventError::Action(error) => super::startup_error::action_error(error, language),
    }
}

/// Why no sample was created.
pub(crate) fn drill_fails(error: &DrillError, language: Language) -> LocalizedMessage {
    let say = Say(language);
    match error {
        DrillError::NoDetector => {
            LocalizedMessage::new(say.alert_no_detector(), say.alert_no_detector_hint())
        }
        DrillError::Refused(failure) => super::aws::failure(failure, language),
        DrillError::Action(error) => super::startup_error::action_error(error, language),
    }
}

/// Seconds between the first moment of a timeline and another one.
pub(crate) fn after(timeline: &[TimelineMoment], moment: &TimelineMoment) -> String {
    let first = timeline.first().map_or(moment.at, |first| first.at);
    format!("{:.3}", moment.at.duration_since(first).as_secs_f64())
}

/// The text of a step in an alert's timeline.
pub(crate) fn step(step: TimelineStep, language: Language) -> String {
    let say = Say(language);
    match step {
        TimelineStep::Created => say.alert_step_created(),
        TimelineStep::Event => say.alert_step_event(),
        TimelineStep::Received => say.alert_step_received(),
        TimelineStep::Stored => say.alert_step_stored(),
        TimelineStep::Delivered => say.alert_step_delivered(),
        TimelineStep::Refused => say.alert_step_refused(),
        TimelineStep::GivenUp => say.alert_step_given_up(),
        TimelineStep::Escalated => say.alert_step_escalated(),
        TimelineStep::Handled => say.alert_step_handled(),
    }
    .to_owned()
}
