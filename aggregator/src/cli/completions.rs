//! `hubward completions SHELL`.

use clap::Args;
use clap_complete::Shell;

use super::screen::Screen;
use super::{CommandResult, Exit};

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, mut command: clap::Command, screen: &Screen) -> CommandResult {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "hubward", &mut script);
        screen.out(String::from_utf8_lossy(&script).trim_end())?;
        Ok(Exit::Done)
    }
}
