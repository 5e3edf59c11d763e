//! Logging in to the dashboard and out again.

pub(crate) mod login;
