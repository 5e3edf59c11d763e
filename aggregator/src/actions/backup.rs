//! Backups of the database: creating and restoring.

pub mod create;
pub mod restore;
