//! `status`: observes and judges, and reports to the server if there is one. It shows what `plan` shows but
//! prints no progress, because timers and scripts call it.

use super::context::CommandContext;
use super::heartbeat_task::HeartbeatSender;
use super::present;
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
    let snapshot = context.snapshot().await;
    let outcome = snapshot.plan(&context.baseline).verdict();
    let status = present(&outcome, &context, args.json, world, say);
    HeartbeatSender::new(&context, say)
        .send(&outcome.regions)
        .await;
    Ok(status)
}
