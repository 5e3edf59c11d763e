//! Test events, which prove that events get from EventBridge to the store: one on request, and a
//! daily canary. Pure; stored by `store::test_events`.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// How long an event may take before it counts as missing. EventBridge delivers within seconds.
pub const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// Why an event was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, IntoStaticStr, EnumString, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "lowercase")]
pub enum TestEventKind {
    /// An operator asked for it; channels are notified of it.
    Test,
    /// The daily one; silent when it arrives.
    Canary,
}

/// A test event, and how far it got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestEvent {
    pub id: String,
    /// Why it was sent.
    pub kind: TestEventKind,
    pub actor: String,
    pub sent_at: Timestamp,
    /// When EventBridge created the event.
    pub event_at: Option<Timestamp>,
    /// The source by which it arrived.
    pub door: Option<String>,
    /// When it was received.
    pub received_at: Option<Timestamp>,
    pub stored_at: Option<Timestamp>,
}

impl TestEventKind {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
