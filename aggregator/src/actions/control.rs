//! The controls of Security Hub.

pub(crate) mod read_catalog;
