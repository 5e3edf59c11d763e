//! Sending the messages of the outbox, retrying, and recording the results.

pub mod record;
pub mod retry;
pub mod send;
pub mod test;
