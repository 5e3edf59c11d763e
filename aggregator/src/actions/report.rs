//! Reports about findings: building and sending them.

pub mod build;
pub mod send;
pub mod writer;
