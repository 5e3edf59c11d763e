//! `plan`, and `setup --dry-run`: setup's road, stopped before the first change. A server is asked
//! what is wanted, and told nothing.

use super::begin::begin;
use super::{present, say_looking};
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
    say_looking(&begun.baseline, world, say);
    let look = begun.look().await;
    let outcome = look.plan(&begun.baseline).verdict();
    Ok(present(&outcome, &begun, args.json, world, say))
}
