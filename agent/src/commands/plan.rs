//! `plan`, and `setup --dry-run`: what `setup` does before its first change. A server is asked for the
//! baseline, but gets no report.

use super::context::CommandContext;
use super::{present, say_checking};
use crate::cli::BaselineArgs;
use crate::text::Say;
use crate::verdict::{CommandError, ExitStatus};
use crate::world::World;

pub(super) async fn run(
    args: &BaselineArgs,
    world: &World,
    say: Say,
) -> Result<ExitStatus, CommandError> {
    let context = CommandContext::prepare(args, world, say).await?;
    say_checking(&context.baseline, world, say);
    let snapshot = context.snapshot().await;
    let outcome = snapshot.plan(&context.baseline).verdict();
    Ok(present(&outcome, &context, args.json, world, say))
}
