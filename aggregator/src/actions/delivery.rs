//! Sending what is in the outbox, retrying, and recording what became of it.

pub mod record;
pub mod retry;
pub mod send;
pub mod test;
