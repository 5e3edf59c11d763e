//! `completions`: prints a completion script for a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::verdict::ExitStatus;
use crate::world;

pub(super) fn run(shell: Shell) -> ExitStatus {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "hubward-agent", &mut script);
    world::print(&String::from_utf8_lossy(&script));
    ExitStatus::Complete
}
