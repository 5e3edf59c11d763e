//! Reports about findings: building and sending them.

pub(crate) mod build;
pub(crate) mod coverage;
pub(crate) mod send;
pub(crate) mod writer;
