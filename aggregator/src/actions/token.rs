//! Access tokens.

pub(crate) mod add;
pub(crate) mod revoke;
