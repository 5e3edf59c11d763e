//! The SOC's own resources in AWS.

pub(crate) mod setup;
