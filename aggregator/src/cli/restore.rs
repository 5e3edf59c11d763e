//! `hubward restore`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::backup::restore::{carry_out, plan};
use crate::app;
use crate::say::Say;
use crate::text;
use crate::world::World;
use hubward_domain::audit::Actor;

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The file that `hubward backup` wrote.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Skip the confirmation.
    #[arg(long)]
    yes: bool,
}

impl Restore {
    pub(super) async fn run(
        self,
        given: Option<&Path>,
        world: &World,
        actor: &Actor,
        screen: &Screen,
    ) -> CommandResult {
        let language = screen.language();
        let failed =
            |error| CommandFailure::messages(text::backup::restore_error(&error, language));
        let config = app::configuration(given, world)
            .map_err(|error| CommandFailure::open(&error, language))?;
        let plan = plan(&config, world, &self.file).await.map_err(failed)?;
        if !self.yes && !screen.confirm(&text::backup::question(&plan, language))? {
            screen.say(Say(language).cli_declined());
            return Ok(Exit::Failed);
        }
        let done = carry_out(plan, world, actor, &self.file)
            .await
            .map_err(failed)?;
        if screen.is_json() {
            screen.data(&json!([{
                "database": done.database,
                "kept": done.kept,
                "events": done.head.events,
                "head": done.head.hash,
            }]))?;
        }
        screen.say(&text::backup::restored(&done, language));
        Ok(Exit::Done)
    }
}
