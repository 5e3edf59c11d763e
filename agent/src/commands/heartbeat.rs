//! `heartbeat`: look, judge and report, again and again, or once. It changes nothing. A server that is
//! away is tried again at the next look.

use futures::future::{Either, select};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;

use super::begin::{Begun, begin};
use super::reporting::Reporter;
use super::{exit_status, present};
use crate::cli::HeartbeatArgs;
use crate::text::Say;
use crate::verdict::{ExitStatus, Trouble};
use crate::world::World;

/// Runs the command.
pub(super) async fn run(
    args: &HeartbeatArgs,
    world: &World,
    say: Say,
) -> Result<ExitStatus, Trouble> {
    if super::begin::server(&args.baseline.server, world, say)?.is_none() {
        return Err(Trouble::NoServer);
    }
    let mut begun = begin(&args.baseline, world, say).await?;
    let mut reporter = Reporter::new(&begun, say);
    let mut said = None;
    loop {
        let look = begun.look().await;
        let outcome = look.plan(&begun.baseline).verdict();
        if args.once {
            let status = present(&outcome, &begun, args.baseline.json, world, say);
            reporter.send(&outcome.regions).await;
            return Ok(status);
        }
        reporter.send(&outcome.regions).await;
        let status = exit_status(&outcome.regions, &begun);
        if said.replace(status) != Some(status) {
            let account = &begun.baseline.account;
            let is_complete = status == ExitStatus::Complete;
            world.screen.say(&say.looked(account, is_complete));
        }
        if is_told_to_end(args.every).await {
            return Ok(status);
        }
        if !reporter.is_linked() {
            meet_again(&mut begun, &mut reporter).await;
        }
    }
}

async fn meet_again(begun: &mut Begun, reporter: &mut Reporter) {
    match begun.meet().await {
        Ok(()) => reporter.relink(begun.link.clone()),
        Err(fault) => begun.complaints.say(&fault),
    }
}

/// Waits for the next look, or for Ctrl-C and SIGTERM.
async fn is_told_to_end(every: std::time::Duration) -> bool {
    let told = async {
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
    };
    let (told, pause) = (std::pin::pin!(told), std::pin::pin!(sleep(every)));
    matches!(select(told, pause).await, Either::Left(_))
}
