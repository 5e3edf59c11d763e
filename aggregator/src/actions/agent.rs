//! Requests of the agent: sessions, heartbeats, and results that are recorded from a file.

pub(crate) mod heartbeat;
pub(crate) mod record;
pub(crate) mod session;
