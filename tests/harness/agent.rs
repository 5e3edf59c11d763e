//! `hubward-agent`, built for the stories.

use std::process::ExitCode;

fn main() -> ExitCode {
    hubward_agent::main(None)
}
