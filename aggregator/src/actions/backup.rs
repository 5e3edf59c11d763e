//! Copies of the database: making one, and restoring from one.

pub mod create;
pub mod restore;
