//! Sending the messages of the outbox, retrying, and recording the results.

pub(crate) mod record;
pub(crate) mod retry;
pub(crate) mod send;
pub(crate) mod test;
