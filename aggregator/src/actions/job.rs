//! Support for scheduled jobs: leases, and pruning of old data.

pub(crate) mod lease;
pub(crate) mod prune;
