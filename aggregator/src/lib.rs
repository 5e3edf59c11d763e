//! The SOC's side of Hubward: ledger, invitations, checks.

use std::process::ExitCode;

pub mod actions;
pub mod app;
pub mod aws;
pub mod config;
pub mod document;
pub mod domain;
pub mod store;
pub mod text;
pub mod world;

rust_i18n::i18n!("locales", fallback = "en");

/// Runs the program.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
