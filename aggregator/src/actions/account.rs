//! Adding and editing single accounts of the ledger.

pub mod edit;
