//! The SOC's own side in AWS.

pub mod setup;
