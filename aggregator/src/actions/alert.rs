//! Alerts: from a GuardDuty finding to an alert, and what people and time do with it.

pub mod acknowledge;
pub mod drill;
pub mod emergency_notify;
pub mod escalate;
pub mod ingest;
pub mod open_or_update;
pub mod remind;
pub mod silence;
pub mod test_event;
pub mod write_back;
