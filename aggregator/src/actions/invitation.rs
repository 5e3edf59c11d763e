//! Inviting accounts to Security Hub.

pub(crate) mod send;
