//! `heartbeat`: observes, judges and reports to the server, repeatedly or once. It changes nothing. If the
//! server is unavailable, it is tried again at the next interval.

use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;

use super::context::{self, CommandContext};
use super::heartbeat_task::HeartbeatSender;
use super::{exit_status, present};
use crate::cli::HeartbeatArgs;
use crate::text::Say;
use crate::verdict::{CommandError, ExitStatus};
use crate::world::World;

pub(super) async fn run(
    args: &HeartbeatArgs,
    world: &World,
    say: Say,
) -> Result<ExitStatus, CommandError> {
    if context::server(&args.baseline.server, world, say)?.is_none() {
        return Err(CommandError::NoServer);
    }
    let mut context = CommandContext::prepare(&args.baseline, world, say).await?;
    let mut sender = HeartbeatSender::new(&context, say);
    let mut printed = None;
    loop {
        let snapshot = context.snapshot().await;
        let outcome = snapshot.plan(&context.baseline).verdict();
        if args.once {
            let status = present(&outcome, &context, args.baseline.json, world, say);
            sender.send(&outcome.regions).await;
            return Ok(status);
        }
        sender.send(&outcome.regions).await;
        let status = exit_status(&outcome.regions, &context);
        if printed.replace(status) != Some(status) {
            let account = &context.baseline.account;
            let is_complete = status == ExitStatus::Complete;
            world.screen.say(&say.account_verdict(account, is_complete));
        }
        tokio::select! {
            () = shutdown_signal() => return Ok(status),
            () = sleep(args.every) => {}
        }
        if !sender.is_connected() {
            reconnect(&mut context, &mut sender).await;
        }
    }
}

async fn reconnect(context: &mut CommandContext, sender: &mut HeartbeatSender) {
    match context.connect_to_server().await {
        Ok(()) => sender.reconnect(context.server_session.clone()),
        Err(error) => context.warnings.warn(&error),
    }
}

/// Completes on Ctrl-C or SIGTERM. If a handler cannot be installed, the signal ends the process by itself.
async fn shutdown_signal() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => if interrupted.is_err() {
            std::future::pending::<()>().await;
        },
        () = terminated => {}
    }
}
