//! `hubward migrate`.

use std::path::Path;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::init::migrate;
use crate::app;
use crate::text;
use crate::world::World;

pub(super) async fn run(given: Option<&Path>, world: &World, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let failed = |error| CommandFailure::open(&error, language);
    let config = app::configuration(given, world).map_err(failed)?;
    let (place, applied) = migrate(&config.store, config.directory(), world)
        .await
        .map_err(failed)?;
    screen.say(&text::startup_error::migrated(&place, applied, language));
    Ok(Exit::Done)
}
