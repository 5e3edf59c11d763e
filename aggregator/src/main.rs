//! The program: hands the process over to the library, so that tests can own it too.

use std::process::ExitCode;

/// Findings and reports are made of millions of short texts, and the allocator of musl, which the released program
/// is linked with, lets all threads wait for one another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    hubward_aggregator::main()
}
