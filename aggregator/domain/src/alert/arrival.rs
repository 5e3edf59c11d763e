//! How an alert reached Hubward, and the moments between the finding and the notification.

use jiff::Timestamp;
use serde::Serialize;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// The source of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, IntoStaticStr, EnumString, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum IngestSource {
    /// The SQS queue.
    Queue,
    /// Pushed by an EventBridge API destination.
    Push,
    /// The dead-letter queue, imported by an operator.
    DeadLetter,
    /// No message: Hubward found it itself in the member listing.
    Watch,
}

/// How an alert arrived. All times have millisecond precision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// By which door.
    pub door: IngestSource,
    /// When GuardDuty created the finding.
    pub aws_created_at: Option<Timestamp>,
    /// When EventBridge created the event.
    pub event_at: Option<Timestamp>,
    /// When Hubward received the message.
    pub received_at: Timestamp,
    pub stored_at: Timestamp,
}

/// A received message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    pub door: IngestSource,
    /// The same each time the same message is delivered.
    pub id: String,
    /// What it says.
    pub body: String,
    /// When it was received, to the millisecond.
    pub received_at: Timestamp,
}

/// The result of one delivery attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    pub delivery: String,
    /// The attempt's number, from 1.
    pub attempt: i64,
    /// When it ended, to the millisecond.
    pub at: Timestamp,
    /// `delivered`, `again` or `given_up`.
    pub outcome: String,
    /// The channel's response, if it did not accept the message.
    pub why: Option<String>,
}

/// One moment in an alert's timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimelineMoment {
    pub at: Timestamp,
    /// What happened then.
    pub step: TimelineStep,
    /// Additional text, such as the source or a channel's response.
    pub detail: String,
}

/// What happened at a moment of an alert's timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TimelineStep {
    /// GuardDuty created the finding.
    Created,
    /// EventBridge created the event.
    Event,
    /// Hubward received the message.
    Received,
    /// The alert was stored.
    Stored,
    /// A channel accepted a message.
    Delivered,
    /// A channel rejected a message.
    Refused,
    /// Delivery of a message was given up.
    GivenUp,
    /// The alert was not acknowledged, and people were notified again.
    Escalated,
    /// A person acted on it.
    Handled,
}

impl IngestSource {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl TimelineStep {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Arrival {
    /// The moments before the notification, in order of time.
    pub fn moments(&self) -> Vec<TimelineMoment> {
        let moment = |step, at, detail: &str| TimelineMoment {
            at,
            step,
            detail: detail.to_owned(),
        };
        let mut moments = Vec::new();
        moments.extend(
            self.aws_created_at
                .map(|at| moment(TimelineStep::Created, at, "")),
        );
        moments.extend(self.event_at.map(|at| moment(TimelineStep::Event, at, "")));
        moments.push(moment(
            TimelineStep::Received,
            self.received_at,
            self.door.as_str(),
        ));
        moments.push(moment(TimelineStep::Stored, self.stored_at, ""));
        moments
    }
}
