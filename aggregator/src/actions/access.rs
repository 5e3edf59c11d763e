//! Logging in, and the keys that tokens and links are signed with.

pub mod login;
