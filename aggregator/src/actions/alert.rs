//! Alerts: from a GuardDuty finding to an alert, and what people and time do with it.

pub(crate) mod acknowledge;
pub(crate) mod drill;
pub(crate) mod emergency_notify;
pub(crate) mod escalate;
pub(crate) mod ingest;
pub(crate) mod open_or_update;
pub(crate) mod remind;
pub(crate) mod silence;
pub(crate) mod test_event;
pub(crate) mod write_back;
