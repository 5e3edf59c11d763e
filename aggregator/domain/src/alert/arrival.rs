//! How an alert came to us, and the moments on its way to people.

use std::str::FromStr;

use jiff::Timestamp;
use serde::Serialize;

/// By which door a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IngestSource {
    /// From the queue.
    Queue,
    /// Pushed by EventBridge.
    Push,
    /// From the dead-letter queue, by an operator's hand.
    DeadLetter,
    /// Not at all: we saw it ourselves, in the listing of members.
    Watch,
}

/// How an alert came; all times to the millisecond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// By which door.
    pub door: IngestSource,
    /// When GuardDuty made the finding.
    pub aws_created_at: Option<Timestamp>,
    /// When EventBridge made the event.
    pub event_at: Option<Timestamp>,
    /// When we had the message.
    pub received_at: Timestamp,
    /// When it was stored.
    pub stored_at: Timestamp,
}

/// A message as it came by a door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// Which door.
    pub door: IngestSource,
    /// The same whenever the same message comes again.
    pub id: String,
    /// What it says.
    pub body: String,
    /// When it came, to the millisecond.
    pub received_at: Timestamp,
}

/// One attempt to deliver a message, as it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The message.
    pub delivery: String,
    /// Which attempt it was.
    pub attempt: i64,
    /// When it ended, to the millisecond.
    pub at: Timestamp,
    /// What became of it: `delivered`, `again` or `given_up`.
    pub outcome: String,
    /// What the channel answered, where it did not take it.
    pub why: Option<String>,
}

/// One moment of an alert's way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimelineMoment {
    /// When.
    pub at: Timestamp,
    /// What happened then.
    pub step: TimelineStep,
    /// What there is to say to it, such as the door, or a channel's answer.
    pub detail: String,
}

/// What happened at a moment of an alert's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimelineStep {
    /// GuardDuty made the finding.
    Created,
    /// EventBridge made the event.
    Event,
    /// We had the message.
    Received,
    /// The alert was stored.
    Stored,
    /// A channel took a message.
    Delivered,
    /// A channel did not take a message.
    Refused,
    /// A message was given up.
    GivenUp,
    /// Nobody had taken the alert, and people were told again.
    Escalated,
    /// A person did something with it.
    Handled,
}

/// The word is no door's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a door")]
pub struct NoDoor;

impl IngestSource {
    /// Every door.
    pub const ALL: [Self; 4] = [Self::Queue, Self::Push, Self::DeadLetter, Self::Watch];

    /// The door's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Push => "push",
            Self::DeadLetter => "dead_letter",
            Self::Watch => "watch",
        }
    }
}

impl FromStr for IngestSource {
    type Err = NoDoor;

    fn from_str(word: &str) -> Result<Self, NoDoor> {
        Self::ALL
            .into_iter()
            .find(|door| door.as_str() == word)
            .ok_or(NoDoor)
    }
}

impl TimelineStep {
    /// The step's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Event => "event",
            Self::Received => "received",
            Self::Stored => "stored",
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::GivenUp => "given_up",
            Self::Escalated => "escalated",
            Self::Handled => "handled",
        }
    }
}

impl Arrival {
    /// The moments before people were told, in the order in which they happen.
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
