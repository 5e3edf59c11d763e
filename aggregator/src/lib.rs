//! The SOC's side of Hubward: ledger, invitations, checks.

use std::process::ExitCode;

pub mod actions;
pub mod app;
pub mod aws;
pub mod config;
pub mod domain;
pub mod store;
pub mod world;

/// Runs the program.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
