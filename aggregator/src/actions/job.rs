//! What scheduled jobs need: leases and pruning.

pub mod lease;
pub mod prune;
