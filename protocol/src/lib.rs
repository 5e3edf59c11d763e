//! The messages between `hubward-agent` and `hubward`, and the two identifiers that both use: an account and
//! a Region.
//!
//! These are serde types only: no I/O, no async, no decisions. The golden files in `protocol/golden/` hold
//! every released message format, because an old agent may talk to a new aggregator for years.

#![warn(missing_docs)]

mod account;
pub mod api;
pub mod proof;
mod region;
mod run;

pub use account::{AccountId, InvalidAccountId};
pub use region::{InvalidRegion, Region};
pub use run::{Fact, RegionReport, RunReport, State, Step, StepReport};
