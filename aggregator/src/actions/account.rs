//! Changing single accounts of the ledger.

pub mod edit;
