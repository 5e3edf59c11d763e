//! One message to one channel: its row in the outbox, and what follows from each delivery attempt.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::notice::Notice;
use super::retry::next_attempt;

/// A message in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its id, the same at every attempt, so that receivers can recognize duplicates.
    pub id: String,
    pub channel: String,
    /// The content.
    pub notice: Notice,
    pub state: DeliveryState,
    /// The number of attempts, including this one.
    pub attempts: i64,
    /// The channel's last response.
    pub last_error: Option<String>,
    /// When it was put into the outbox.
    pub created_at: Timestamp,
}

/// A message of the outbox, as listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = Delivery)]
pub struct Posted {
    /// Its id.
    pub id: String,
    /// The channel's name.
    pub channel: String,
    /// What it is about, such as `alert:ID`.
    pub subject: String,
    /// What happened, such as `alert.opened`.
    #[serde(rename = "type")]
    pub kind: String,
    /// How far it is.
    pub state: DeliveryState,
    /// The number of attempts.
    pub attempts: i64,
    /// The channel's last response.
    pub last_error: Option<String>,
    /// When the next attempt is due; meaningless once it is delivered or given up.
    pub due_at: Timestamp,
    /// When it was put into the outbox.
    pub created_at: Timestamp,
}

/// A filter of messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostFilter {
    /// Only messages in this state.
    pub state: Option<DeliveryState>,
    /// Only messages to this channel; empty means all.
    pub channel: String,
}

/// The state of a message.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    IntoStaticStr,
    EnumString,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum DeliveryState {
    /// Waiting for an attempt.
    Pending,
    /// The channel accepted it.
    Delivered,
    /// No further attempts.
    GivenUp,
}

/// The result of a delivery attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The channel accepted it.
    Accepted,
    /// The channel rejected it, or could not be reached.
    Rejected {
        /// The response, without secrets.
        why: String,
        /// The response's `Retry-After`, in seconds.
        retry_after: Option<i64>,
        /// Whose fault it is.
        fault: FaultDomain,
    },
}

/// Whether the channel or the message is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultDomain {
    /// The channel: no message would be accepted.
    Channel,
    /// This message: another one may be accepted.
    Message,
    /// This message, permanently: retrying does not help.
    Hopeless,
}

/// What follows from an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryNext {
    Delivered,
    /// Another attempt.
    Again {
        at: Timestamp,
        why: String,
    },
    GivenUp {
        why: String,
    },
}

/// Decides what follows from an attempt; `chance` spreads the retries over time.
pub fn after(delivery: &Delivery, attempt: Attempt, now: Timestamp, chance: u8) -> DeliveryNext {
    match attempt {
        Attempt::Accepted => DeliveryNext::Delivered,
        Attempt::Rejected {
            why,
            fault: FaultDomain::Hopeless,
            ..
        } => DeliveryNext::GivenUp { why },
        Attempt::Rejected {
            why, retry_after, ..
        } => match next_attempt(
            delivery.attempts,
            retry_after,
            delivery.created_at,
            now,
            chance,
        ) {
            Some(at) => DeliveryNext::Again { at, why },
            None => DeliveryNext::GivenUp { why },
        },
    }
}

impl DeliveryState {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
