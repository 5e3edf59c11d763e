//! The stories: each drives the real binaries through one capability, from the outside.

#[path = "../harness/mod.rs"]
mod harness;

mod audit;
mod check;
mod configuration;
mod invite;
mod ledger;
mod set_up;
mod tidy;
