//! The local mirror of Security Hub's findings.

pub mod sync;
