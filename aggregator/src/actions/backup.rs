//! Backups of the database: creating and restoring.

pub(crate) mod create;
pub(crate) mod restore;
