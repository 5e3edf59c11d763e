//! AWS's evidence that accounts are really monitored.

pub(crate) mod read;
