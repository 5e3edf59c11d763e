//! `plan`, and `setup --dry-run`: setup's road, stopped before the first change.

use super::{open_with_baseline, present, say_looking};
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
    let (session, baseline) = open_with_baseline(args, world).await?;
    say_looking(&baseline.account, &baseline.regions, lang);
    let look = session.look(&baseline.regions).await;
    let outcome = look.plan(&baseline).verdict();
    Ok(present(&outcome, &baseline, args.json, lang))
}
