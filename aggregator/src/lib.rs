//! The SOC's side of Hubward: ledger, invitations, checks, and the server that agents report to.
//!
//! Four floors, and imports only go down: `cli`, `http` and `jobs` ask; `actions` is what Hubward can do;
//! `store`, `aws`, `channel`, `jira` and `document` touch the world; `domain` is what is true. Beside them stand the values that
//! a process is given (`world`, `config`, `app`) and the words it says (`text`).

use std::process::ExitCode;

pub mod actions;
pub mod app;
pub mod aws;
pub mod channel;
pub mod cli;
pub mod config;
#[cfg(test)]
#[path = "../domain/src/fuzz.rs"]
mod fuzz;
pub mod http;
pub mod jira;
pub mod jobs;
pub mod lifecycle;
pub mod oidc;
pub mod queries;
pub mod telemetry;
pub mod text;
pub mod world;

rust_i18n::i18n!("locales", fallback = "en");

/// Room for the AWS SDK's futures, which are large where nothing optimises them.
const STACK: usize = 16 << 20;

/// Runs the program with the process's own arguments and environment.
pub fn main() -> ExitCode {
    let world = world::World::of_process();
    let run = move || {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_stack_size(STACK)
            .build()
            .map(|runtime| runtime.block_on(cli::run(world)))
    };
    // On a thread of our own, because the main thread's stack is the operating system's choice.
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run);
    match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(exit))) => exit,
        Ok(Ok(Err(error))) | Err(error) => cli::cannot_start(&error),
        // A panic has already said where it was.
        Ok(Err(_)) => ExitCode::FAILURE,
    }
}
