//! What travels between `hubward-agent` and `hubward`, and the two words both must spell alike:
//! an account and a Region.
//!
//! It is serde types only: no I/O, no async, nothing that decides. The golden files under
//! `protocol/golden/` freeze every shape that was ever released, because an old agent may talk to a
//! new aggregator for years.

mod account;
pub mod api;
pub mod proof;
mod region;
mod run;

pub use account::{AccountId, InvalidAccountId};
pub use region::{InvalidRegion, Region};
pub use run::{RegionReport, RunReport, State, Step, StepReport};
