//! `hubward health`.

use std::path::Path;

use rust_i18n::t;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::app;
use crate::queries::health::probe;
use crate::world::World;

pub(super) async fn run(given: Option<&Path>, world: &World, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let locale = language.as_str();
    let config =
        app::configuration(given, world).map_err(|error| CommandFailure::open(&error, language))?;
    let url = probe(&config.server).await.map_err(|error| {
        CommandFailure::new(
            t!("cli.health_not_ready", locale = locale, why = error),
            t!("cli.health_hint", locale = locale),
        )
    })?;
    screen.say(&t!("cli.health_ready", locale = locale, url = url));
    Ok(Exit::Done)
}
