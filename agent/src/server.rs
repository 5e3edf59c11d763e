//! The SOC's server as the agent sees it: where it is, the proof of the account, what is reported to
//! it, and the releases it offers. It decides nothing about the account, and nothing here is worth
//! more than a line on stderr to the set-up: whatever goes wrong is a `Fault`, and the run goes on.

mod address;
mod link;
mod proof;
mod release;
mod transport;

pub(crate) use address::Address;
pub(crate) use link::{Link, Prover};
pub(crate) use release::{NotUpdated, ReleaseKey, Releases, Updated};
pub(crate) use transport::{BadCertificates, Fault, Transport};
