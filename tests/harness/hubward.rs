//! Builds `hubward` for the tests.

use std::process::ExitCode;

fn main() -> ExitCode {
    hubward_aggregator::main()
}
