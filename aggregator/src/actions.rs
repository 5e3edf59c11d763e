//! What Hubward does. `NOUN/VERB.rs` is one use case: a function that takes the [`App`](crate::app::App) and
//! returns plain data. The command line, HTTP and jobs parse their input, call one use case and present the
//! result.
//!
//! An action that a person or a request can cause takes an [`Actor`](hubward_domain::audit::Actor), which its
//! audit events name. An action that only a job runs uses a constant `Actor::Job`. Actions that write no
//! audit event (planning, leases, the mirror of findings, messages of the outbox) take none. What only reads
//! is in `queries`.

pub mod access;
pub mod account;
pub mod agent;
pub mod alert;
pub mod backup;
pub mod check;
pub mod delivery;
pub mod doctor;
pub mod exception;
pub mod findings;
pub mod guide;
pub mod hub;
pub mod init;
pub mod invitation;
pub mod job;
pub mod ledger;
mod notify;
pub mod release;
pub mod report;
pub mod request;
pub mod token;
pub mod unlink;

use hubward_protocol::AccountId;

use crate::aws::AwsUnavailable;
pub use hubward_store::StoreError;

/// Why a use case that needs the ledger and AWS failed.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// AWS cannot be called at all.
    #[error(transparent)]
    Aws(#[from] AwsUnavailable),
    /// These requested accounts are not in the ledger.
    #[error("not in the ledger: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    NotInLedger(Vec<AccountId>),
}
