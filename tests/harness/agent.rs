//! Builds `hubward-agent` for the tests. Its built-in release key is a test key.

use std::process::ExitCode;

fn main() -> ExitCode {
    hubward_agent::main(release_key())
}

#[expect(
    clippy::disallowed_methods,
    reason = "in place of the build that bakes a key in"
)]
fn release_key() -> Option<&'static str> {
    let key = std::env::var("STORY_RELEASE_KEY").ok()?;
    Some(key.leak())
}
