//! Logging in to the dashboard and out again.

pub mod login;
