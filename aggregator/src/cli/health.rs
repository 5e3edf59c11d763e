//! `hubward health`.

use std::path::Path;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::app;
use crate::queries::health::probe;
use crate::say::Say;
use crate::world::World;

pub(super) async fn run(given: Option<&Path>, world: &World, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let config =
        app::configuration(given, world).map_err(|error| CommandFailure::open(&error, language))?;
    let url = probe(&config.server).await.map_err(|error| {
        CommandFailure::new(say.cli_health_not_ready(error), say.cli_health_hint())
    })?;
    screen.say(&say.cli_health_ready(url));
    Ok(Exit::Done)
}
