//! `observe`: prints what was observed in the account as JSON, before any decision. For support: it shows
//! what the agent's decisions are based on.

use hubward_protocol::AccountId;
use serde::Serialize;

use super::context::regions;
use super::print_json;
use crate::cli::ObserveArgs;
use crate::converge::Session;
use crate::observed::ObservedRegion;
use crate::text::Say;
use crate::verdict::{CommandError, ExitStatus};
use crate::world::World;

#[derive(Serialize)]
struct Observed<'a> {
    account: &'a AccountId,
    regions: &'a [ObservedRegion],
}

pub(super) async fn run(
    args: &ObserveArgs,
    world: &World,
    say: Say,
) -> Result<ExitStatus, CommandError> {
    let regions = regions(&args.regions).await?;
    let session = Session::open(&regions, &world.endpoint_overrides()).await?;
    let account = &session.identity.account;
    world.screen.say(&say.run_checking(account, regions.len()));
    let snapshot = session.snapshot(&regions, None).await;
    print_json(&Observed {
        account,
        regions: &snapshot.regions,
    });
    Ok(ExitStatus::Complete)
}
