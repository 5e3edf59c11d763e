//! What Hubward does. `NOUN/VERB.rs` is one use case: a function that takes the [`App`](crate::app::App) and
//! returns plain data. The command line, HTTP and jobs parse their input, call one use case and present the
//! result.
//!
//! An action that a person or a request can cause takes an [`Actor`](hubward_domain::audit::Actor), which its
//! audit events name. An action that only a job runs uses a constant `Actor::Job`. Actions that write no
//! audit event (planning, leases, the mirror of findings, messages of the outbox) take none. What only reads
//! is in `queries`.

pub(crate) mod access;
pub(crate) mod account;
pub(crate) mod agent;
pub(crate) mod alert;
pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod control;
pub(crate) mod delivery;
pub(crate) mod doctor;
pub(crate) mod evidence;
pub(crate) mod exception;
pub(crate) mod findings;
pub(crate) mod guide;
pub(crate) mod hub;
pub(crate) mod init;
pub(crate) mod invitation;
pub(crate) mod job;
pub(crate) mod ledger;
mod notify;
pub(crate) mod release;
pub(crate) mod report;
pub(crate) mod request;
pub(crate) mod token;
pub(crate) mod unlink;

use hubward_protocol::{AccountId, Region};

use findings::sync::Failed;

use crate::aws::AwsUnavailable;
pub(crate) use hubward_store::StoreError;

/// The result of reading something in one Region.
#[derive(Debug)]
pub(crate) struct RegionReading {
    pub region: Region,
    /// How much was read, or why the reading is incomplete.
    pub outcome: Result<u64, Failed>,
}

/// Why a use case that needs the ledger and AWS failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ActionError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// AWS cannot be called at all.
    #[error(transparent)]
    Aws(#[from] AwsUnavailable),
    /// These requested accounts are not in the ledger.
    #[error("not in the ledger: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    NotInLedger(Vec<AccountId>),
}
