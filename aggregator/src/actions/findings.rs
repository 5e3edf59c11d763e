//! The local mirror of Security Hub's findings.

pub(crate) mod sync;
