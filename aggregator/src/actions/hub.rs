//! The SOC's own resources in AWS.

pub mod setup;
