//! Events of our own that prove the way from EventBridge to the store: one that somebody asked for, and
//! one a day. Pure; they are kept by `store::trials`.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// How long an event may be on its way before it is missing. EventBridge delivers within seconds.
pub const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// Why an event was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TestEventKind {
    /// Somebody asked for it; it goes on to the channels.
    Test,
    /// It is sent every day, and says nothing when it arrives.
    Canary,
}

/// An event of our own, as far as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestEvent {
    /// Its id.
    pub id: String,
    /// Why it was sent.
    pub kind: TestEventKind,
    /// Who sent it.
    pub actor: String,
    /// When.
    pub sent_at: Timestamp,
    /// When EventBridge made the event.
    pub event_at: Option<Timestamp>,
    /// By which door it came.
    pub door: Option<String>,
    /// When it came.
    pub received_at: Option<Timestamp>,
    /// When it was stored.
    pub stored_at: Option<Timestamp>,
}

/// The word is no kind's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of trial")]
pub struct NoKind;

impl TestEventKind {
    /// The kind's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Canary => "canary",
        }
    }
}

impl FromStr for TestEventKind {
    type Err = NoKind;

    fn from_str(word: &str) -> Result<Self, NoKind> {
        [Self::Test, Self::Canary]
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or(NoKind)
    }
}
