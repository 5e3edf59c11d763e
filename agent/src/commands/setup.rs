//! `setup`: observes, shows the plan, asks, makes the changes, and verifies them. Without a terminal and
//! without `--yes` it stops after the plan, like `plan`. The server gets heartbeats from start to end.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::context::CommandContext;
use super::heartbeat_task::{HeartbeatSender, HeartbeatTask, request_invitations};
use super::progress::ProgressReporter;
use super::{
    RUN_TIMEOUT, cancel_on_interrupt, exit_status, is_confirmed, present, print_json, report,
    say_checking,
};
use crate::cli::SetupArgs;
use crate::converge::{Outcome, Plan, RunObserver, Snapshot};
use crate::text::Say;
use crate::verdict::{CommandError, ExitStatus};
use crate::world::{Terminal, World};

/// The time limit for the changes.
const CHANGES_TIMEOUT: Duration = Duration::from_secs(12 * 60);
/// Reserved at the end of the run for the report and the last heartbeat.
const CLOSING: Duration = Duration::from_secs(15);
/// How long to wait for the administrator's invitation.
const INVITATION_TIMEOUT: Duration = Duration::from_secs(60);
/// The same with a server, which sends the invitation during the run.
const INVITATION_TIMEOUT_WITH_SERVER: Duration = Duration::from_secs(120);

pub(super) async fn run(
    args: &SetupArgs,
    world: &World,
    say: Say,
) -> Result<ExitStatus, CommandError> {
    let end = Instant::now() + RUN_TIMEOUT - CLOSING;
    let context = CommandContext::prepare(&args.baseline, world, say).await?;
    let heartbeats = HeartbeatTask::start(HeartbeatSender::new(&context, say));
    say_checking(&context.baseline, world, say);
    let snapshot = context.snapshot().await;
    let plan = snapshot.plan(&context.baseline);
    let planned = plan.verdict();
    heartbeats.publish(&planned.regions);

    let json = args.baseline.json;
    let (outcome, status) = if !plan.may_change() {
        let status = present(&planned, &context, json, world, say);
        (planned, status)
    } else if let Some(status) = ask(args, &context, &plan, &planned, world, say).await {
        (planned, status)
    } else {
        let run = Run {
            context: &context,
            snapshot: &snapshot,
            plan: &plan,
            heartbeats: &heartbeats,
        };
        let outcome = carry_out(&run, &planned, end, world, say).await;
        let status = present(&outcome, &context, json, world, say);
        (outcome, status)
    };
    heartbeats.end(&outcome.regions).await;
    Ok(status)
}

/// Shows the plan and asks for consent. `None` means consent; without it, the exit status of the command.
async fn ask(
    args: &SetupArgs,
    context: &CommandContext,
    plan: &Plan,
    planned: &Outcome,
    world: &World,
    say: Say,
) -> Option<ExitStatus> {
    if args.yes {
        return None;
    }
    let json = args.baseline.json;
    let Some(terminal) = Terminal::open() else {
        let status = present(planned, context, json, world, say);
        world.screen.say(say.run_no_terminal());
        return Some(status);
    };
    let report = report(planned, context, say);
    let style = world.screen.style();
    world
        .screen
        .say(&super::tables(&report, planned, context, style, say));
    let question = say.question(plan.changes_now(), invitation_timeout(context));
    if is_confirmed(terminal, question).await {
        return None;
    }
    world.screen.say(say.run_declined());
    if json {
        print_json(&report);
    }
    Some(exit_status(&planned.regions, context))
}

/// What is carried out.
struct Run<'a> {
    context: &'a CommandContext,
    snapshot: &'a Snapshot,
    plan: &'a Plan,
    heartbeats: &'a HeartbeatTask,
}

async fn carry_out(
    run: &Run<'_>,
    planned: &Outcome,
    end: Instant,
    world: &World,
    say: Say,
) -> Outcome {
    let (not_invitable, refused) = watch::channel(None);
    if run.plan.lacks_invitation() {
        request_invitations(run.context, not_invitable);
    }
    let (events, received) = mpsc::unbounded_channel();
    let progress = run.heartbeats.progress();
    let reporter = ProgressReporter {
        events: received,
        progress: progress.subscribe(),
        regions: planned.regions.clone(),
        screen: world.screen.clone(),
        say,
    };
    let reporter = tokio::spawn(reporter.run());
    let (cancellation, interrupt) = cancel_on_interrupt(world, say);
    let observer = RunObserver {
        events,
        progress,
        cancellation,
        invitation_timeout: invitation_timeout(run.context),
        not_invitable: refused,
        deadline: end.min(Instant::now() + CHANGES_TIMEOUT),
    };
    let session = &run.context.session;
    let outcome = session
        .carry_out(&run.context.baseline, run.snapshot, run.plan, observer)
        .await;
    interrupt.abort();
    let _ = reporter.await;
    outcome
}

fn invitation_timeout(context: &CommandContext) -> Duration {
    match context.server_session {
        Some(_) => INVITATION_TIMEOUT_WITH_SERVER,
        None => INVITATION_TIMEOUT,
    }
}
