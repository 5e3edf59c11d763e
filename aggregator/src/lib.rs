//! The SOC's side of Hubward: ledger, invitations, checks.

use std::process::ExitCode;

pub mod config;
pub mod document;
pub mod domain;
pub mod store;
pub mod world;

/// Runs the program.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
