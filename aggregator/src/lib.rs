//! The SOC's side of Hubward: ledger, invitations, checks.

use std::process::ExitCode;

pub mod domain;

/// Runs the program.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
