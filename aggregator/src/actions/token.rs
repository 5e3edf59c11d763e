//! Access tokens.

pub mod add;
pub mod revoke;
