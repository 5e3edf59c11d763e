//! Support for scheduled jobs: leases, and pruning of old data.

pub mod lease;
pub mod prune;
