//! One message to one channel: what the outbox keeps of it, and what an attempt makes of it.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::notice::Notice;
use super::retry::next_attempt;

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its id: the same at every attempt.
    pub id: String,
    /// The channel's name.
    pub channel: String,
    /// What is told.
    pub notice: Notice,
    /// How far it is.
    pub state: DeliveryState,
    /// How often it was tried, this time included.
    pub attempts: i64,
    /// What the channel last answered.
    pub last_error: Option<String>,
    /// When it was put into the outbox.
    pub created_at: Timestamp,
}

/// A message of the outbox, as it is listed.
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
    /// How often it was tried.
    pub attempts: i64,
    /// What the channel last answered.
    pub last_error: Option<String>,
    /// When it is tried next; of no meaning once it is delivered or given up.
    pub due_at: Timestamp,
    /// When it was put into the outbox.
    pub created_at: Timestamp,
}

/// Which messages somebody wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostFilter {
    /// Only those in this state.
    pub state: Option<DeliveryState>,
    /// Only those to this channel; empty for all.
    pub channel: String,
}

/// How far a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is to be sent.
    Pending,
    /// The channel took it.
    Delivered,
    /// It is not tried any more.
    GivenUp,
}

/// What a channel did with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It took it.
    Taken,
    /// It did not.
    Refused {
        /// What it answered, without anything secret.
        why: String,
        /// Its `Retry-After`, in seconds.
        retry_after: Option<i64>,
        /// What it is about.
        blame: Blame,
    },
}

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The channel: no message would get through.
    Channel,
    /// This message: another one may get through.
    Message,
    /// This message, and it never will get through.
    Hopeless,
}

/// What becomes of a message after an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryNext {
    /// It is delivered.
    Delivered,
    /// It is tried again.
    Again {
        /// When.
        at: Timestamp,
        /// Why.
        why: String,
    },
    /// It is given up.
    GivenUp {
        /// Why.
        why: String,
    },
}

/// Decides what becomes of a message after an attempt; `chance` spreads repetitions.
pub fn after(delivery: &Delivery, attempt: Attempt, now: Timestamp, chance: u8) -> DeliveryNext {
    match attempt {
        Attempt::Taken => DeliveryNext::Delivered,
        Attempt::Refused {
            why,
            blame: Blame::Hopeless,
            ..
        } => DeliveryNext::GivenUp { why },
        Attempt::Refused {
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

/// The word is no state's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected pending, delivered or given_up")]
pub struct UnknownState;

impl FromStr for DeliveryState {
    type Err = UnknownState;

    fn from_str(word: &str) -> Result<Self, UnknownState> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or(UnknownState)
    }
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::GivenUp];

    /// The state's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::GivenUp => "given_up",
        }
    }
}
