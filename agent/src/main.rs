//! The program: hands the process over to the library, so that tests can own it too.

use std::process::ExitCode;

fn main() -> ExitCode {
    hubward_agent::main(option_env!("HUBWARD_RELEASE_KEY"))
}
