//! `hubward config`.

use std::path::Path;

use clap::Subcommand;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::app;
use crate::config::verify::verify_secrets;
use crate::text;
use crate::world::World;

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Report all errors in the configuration at once.
    Check,
}

impl ConfigCommand {
    pub(super) fn run(
        &self,
        given: Option<&Path>,
        world: &World,
        screen: &Screen,
    ) -> CommandResult {
        let Self::Check = self;
        let language = screen.language();
        let config = app::configuration(given, world)
            .map_err(|error| CommandFailure::open(&error, language))?;
        let problems = verify_secrets(&config, &world.environment);
        if !problems.is_empty() {
            let messages = problems
                .iter()
                .map(|problem| text::config::problem(problem, language));
            return Err(CommandFailure::Messages(messages.collect()));
        }
        screen.say(&text::config::ok(
            &config.file.display().to_string(),
            language,
        ));
        Ok(Exit::Done)
    }
}
