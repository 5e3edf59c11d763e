//! Adding and editing single accounts of the ledger.

pub(crate) mod edit;
