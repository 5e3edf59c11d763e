//! The SOC's server: its address, the proof of the account, heartbeats, and releases. A problem with it is a
//! `ServerError`, which costs the set-up one warning; the run continues without the server.

mod address;
mod proof;
mod release;
mod session;
mod transport;

pub(crate) use address::Address;
pub(crate) use release::{ReleaseKey, Releases, UpdateError, UpdateOutcome};
pub(crate) use session::{Prover, ServerSession};
pub(crate) use transport::{InvalidCertificates, ServerError, Transport};
