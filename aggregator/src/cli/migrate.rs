//! `hubward migrate`.

use std::path::Path;

use super::failure::Failure;
use super::screen::Screen;
use super::{Exit, Outcome};
use crate::actions::init::migrate;
use crate::app;
use crate::text;
use crate::world::World;

pub(super) async fn run(given: Option<&Path>, world: &World, screen: &Screen) -> Outcome {
    let language = screen.language();
    let failed = |error| Failure::open(&error, language);
    let config = app::configuration(given, world).map_err(failed)?;
    let (place, applied) = migrate(&config.store, config.directory(), world)
        .await
        .map_err(failed)?;
    screen.say(&text::open::migrated(&place, applied, language));
    Ok(Exit::Done)
}
