//! `hubward-agent`: sets one AWS account up for its SOC, in all its Regions at once. It observes the account,
//! shows what it would change, changes only what is needed, verifies the result, and reports it. Running it
//! again is safe.
//!
//! From the top down: `cli` and `commands` parse and present. `converge` observes, plans, makes the changes,
//! and observes again. `aws` calls AWS; `server` calls the SOC's server;
//! `runtime_api` is for the Lambda function that `stay` makes. `baseline`, `observed`, `change`,
//! `plan` and `verdict` are plain values and pure decisions. `text` has the sentences, `term` the layout,
//! `world` the process.

mod aws;
mod baseline;
mod change;
mod cli;
mod commands;
mod converge;
mod observed;
mod plan;
mod runtime_api;
mod server;
mod term;
mod text;
mod verdict;
mod world;

use std::process::ExitCode;

use crate::verdict::ExitStatus;
use crate::world::World;

/// Runs the program. `release_key` is the public key that verifies releases, in hexadecimal digits or base64.
/// A build without it refuses to update.
pub fn main(release_key: Option<&'static str>) -> ExitCode {
    let world = World::of_this_process(release_key);
    // The HTTP client is built without a TLS library of its own. An error means that one is set already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // The SDK's futures are large, in debug builds above all, and need larger stacks.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(16 * 1024 * 1024)
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        return ExitStatus::Failed.into();
    };
    let status = runtime.block_on(async {
        tokio::spawn(commands::run(world))
            .await
            .unwrap_or(ExitStatus::Failed)
    });
    // A thread may still wait for an answer to the question; the process must not wait for it.
    runtime.shutdown_background();
    status.into()
}
