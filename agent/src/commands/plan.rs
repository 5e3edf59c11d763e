//! `plan`, and `setup --dry-run`: setup's road, stopped before the first change. A server is asked
//! what is wanted, and told nothing.

use super::begin::begin;
use super::{present, say_looking};
use crate::cli::BaselineArgs;
use crate::text::Lang;
use crate::verdict::{ExitStatus, Trouble};
use crate::world::World;

/// Runs the command.
pub(super) async fn run(
    args: &BaselineArgs,
    world: &World,
    lang: Lang,
) -> Result<ExitStatus, Trouble> {
    let begun = begin(args, world, lang).await?;
    say_looking(&begun.baseline, world, lang);
    let look = begun.look().await;
    let outcome = look.plan(&begun.baseline).verdict();
    Ok(present(&outcome, &begun, args.json, world, lang))
}
