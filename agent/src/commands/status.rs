//! `status`: look and judge, and tell the server where there is one. What `plan` shows, without the
//! talk: made to be called by a timer or a script.

use super::begin::begin;
use super::present;
use super::reporting::Reporter;
use crate::cli::BaselineArgs;
use crate::text::Say;
use crate::verdict::{ExitStatus, Trouble};
use crate::world::World;

/// Runs the command.
pub(super) async fn run(
    args: &BaselineArgs,
    world: &World,
    say: Say,
) -> Result<ExitStatus, Trouble> {
    let begun = begin(args, world, say).await?;
    let look = begun.look().await;
    let outcome = look.plan(&begun.baseline).verdict();
    let status = present(&outcome, &begun, args.json, world, say);
    Reporter::new(&begun, say).send(&outcome.regions).await;
    Ok(status)
}
