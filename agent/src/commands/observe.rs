//! `observe`: what is seen in the account, before any judgement, as JSON. For support: it answers
//! "what does the program believe is there?".

use hubward_protocol::AccountId;
use serde::Serialize;

use super::begin::regions;
use super::print_json;
use crate::cli::ObserveArgs;
use crate::converge::Session;
use crate::observed::RegionSeen;
use crate::text::Say;
use crate::verdict::{ExitStatus, Trouble};
use crate::world::World;

#[derive(Serialize)]
struct Observed<'a> {
    account: &'a AccountId,
    regions: &'a [RegionSeen],
}

/// Runs the command.
pub(super) async fn run(
    args: &ObserveArgs,
    world: &World,
    say: Say,
) -> Result<ExitStatus, Trouble> {
    let regions = regions(&args.regions).await?;
    let session = Session::open(&regions, &world.endpoint_overrides()).await?;
    let account = &session.identity.account;
    world.screen.say(&say.talk_looking(account, regions.len()));
    let look = session.look(&regions, &[]).await;
    print_json(&Observed {
        account,
        regions: &look.regions,
    });
    Ok(ExitStatus::Complete)
}
