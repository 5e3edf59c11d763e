//! `hubward-agent`: sets one AWS account up for its SOC, in all its Regions at once. It looks, shows
//! what it would change, changes the least, verifies, reports, and leaves; running it again is safe.
//!
//! From the top down: `cli` and `commands` parse and present; `converge` looks, plans, does and
//! looks again; `aws` translates; `server` proves the account to the SOC's server and reports to it;
//! `baseline`, `observed`, `change`, `plan` and `verdict` are true without any of it. `text` has the sentences, `term` the layout, `world` the process.

mod aws;
mod baseline;
mod change;
mod cli;
mod commands;
mod converge;
mod observed;
mod plan;
mod server;
mod term;
mod text;
mod verdict;
mod world;

use std::process::ExitCode;

use crate::verdict::ExitStatus;
use crate::world::World;

/// Runs the program. The key is the public half of the one that signs releases, in hexadecimal digits
/// or base64: a build without it cannot verify updates, and makes none.
pub fn main(release_key: Option<&'static str>) -> ExitCode {
    let world = World::of_this_process(release_key);
    // The HTTP client is built without a TLS library of its own; one that is set already stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // The SDK's futures are large, unoptimised ones above all: they run on threads with room for them.
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
    // A question that nobody answered must not hold the process.
    runtime.shutdown_background();
    status.into()
}
