//! The SOC's side of Hubward: ledger, invitations, checks, alerts, reports, and the server that agents report
//! to.
//!
//! Layers, and imports only go down: `cli`, `http` and `jobs` receive; `actions` and `queries` are the use
//! cases; `aws`, `channel`, `jira` and the crates `hubward-store` and `hubward-document` do input and output;
//! `hubward-domain` has the rules. All of them use the process's environment (`world`, `config`, `app`) and
//! the texts (`text`).

use std::process::ExitCode;

mod actions;
mod app;
mod aws;
mod channel;
mod cli;
mod config;
#[cfg(test)]
#[path = "../domain/src/fuzz.rs"]
mod fuzz;
mod http;
mod jira;
mod jobs;
mod lifecycle;
mod oidc;
mod queries;
mod say;
mod telemetry;
mod text;
mod world;

/// Stack size for the AWS SDK's futures, which are large in unoptimized builds.
const STACK: usize = 16 << 20;

/// Runs the program with the process's arguments and environment.
pub fn main() -> ExitCode {
    let world = world::World::of_process();
    let run = move || {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_stack_size(STACK)
            .build()
            .map(|runtime| runtime.block_on(cli::run(world)))
    };
    // In a thread of our own, because the operating system determines the main thread's stack.
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run);
    match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(exit))) => exit,
        Ok(Ok(Err(error))) | Err(error) => cli::cannot_start(&error),
        // The panic has already printed its location.
        Ok(Err(_)) => ExitCode::FAILURE,
    }
}
