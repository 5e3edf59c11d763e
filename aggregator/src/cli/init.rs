//! `hubward init`.

use std::path::Path;

use clap::Args;
use hubward_protocol::{AccountId, Region};

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::init::{InitRequest, initialize};
use crate::text;
use crate::world::World;

#[derive(Debug, Args)]
pub(super) struct Init {
    /// The SOC's account, written into the file.
    #[arg(long, value_name = "ID")]
    administrator: Option<AccountId>,
    /// The home Region, where the findings of all Regions are aggregated.
    #[arg(long, value_name = "REGION")]
    home_region: Option<Region>,
    /// Another Region to watch; may be repeated.
    #[arg(long = "linked-region", value_name = "REGION")]
    linked_regions: Vec<Region>,
}

impl Init {
    pub(super) async fn run(
        self,
        given: Option<&Path>,
        world: &World,
        screen: &Screen,
    ) -> CommandResult {
        let language = screen.language();
        let request = InitRequest {
            administrator: self.administrator,
            home_region: self.home_region,
            linked_regions: self.linked_regions,
        };
        let made = initialize(given, world, &request)
            .await
            .map_err(|error| CommandFailure::open(&error, language))?;
        let file = made.file.display().to_string();
        screen.say(&text::startup_error::file(&file, made.written, language));
        let (place, applied) = made.database;
        screen.say(&text::startup_error::migrated(&place, applied, language));
        if !made.complete {
            screen.say(&text::startup_error::fill_in(language));
        }
        Ok(Exit::Done)
    }
}
