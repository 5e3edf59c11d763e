//! Inviting accounts to Security Hub.

pub mod send;
