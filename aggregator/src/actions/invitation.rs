//! Inviting accounts.

pub mod send;
