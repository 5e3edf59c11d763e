//! `observe`: what is seen in the account, before any judgement, as JSON. For support: it answers
//! "what does the program believe is there?".

use hubward_protocol::AccountId;
use serde::Serialize;

use super::{open, print_json, say_looking};
use crate::cli::BaselineArgs;
use crate::observed::RegionSeen;
use crate::text::Lang;
use crate::verdict::{ExitStatus, Trouble};
use crate::world::World;

#[derive(Serialize)]
struct Observed<'a> {
    account: &'a AccountId,
    regions: &'a [RegionSeen],
}

/// Runs the command.
pub(super) async fn run(
    args: &BaselineArgs,
    world: &World,
    lang: Lang,
) -> Result<ExitStatus, Trouble> {
    let (session, regions) = open(args, world).await?;
    let account = &session.identity.account;
    say_looking(account, &regions, lang);
    let look = session.look(&regions).await;
    print_json(&Observed {
        account,
        regions: &look.regions,
    });
    Ok(ExitStatus::Complete)
}
