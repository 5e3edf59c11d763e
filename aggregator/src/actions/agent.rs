//! Requests of the agent: sessions, heartbeats, and results that are recorded from a file.

pub mod heartbeat;
pub mod record;
pub mod session;
