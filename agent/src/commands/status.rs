//! `status`: look and judge. Without a server to report to, it is what `plan` shows, without the
//! talk: made to be called by a timer or a script.

use super::{open_with_baseline, present};
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
    let look = session.look(&baseline.regions).await;
    let outcome = look.plan(&baseline).verdict();
    Ok(present(&outcome, &baseline, args.json, lang))
}
