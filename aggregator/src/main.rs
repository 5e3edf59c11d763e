//! The program. Everything is in the library, so that tests can use it too.

use std::process::ExitCode;

/// Findings and reports consist of millions of short texts, and the allocator of musl, which the released
/// program is linked with, uses one lock for all threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    hubward_aggregator::main()
}
