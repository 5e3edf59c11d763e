//! `setup`: look, show, ask, change, verify. Without a terminal and without `--yes` it stops at
//! "show", like `plan`. A server hears how far it is, from the first look to the last.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout};

use super::begin::{Begun, begin};
use super::reporting::{Reporter, Reporting, ask_for_invitations};
use super::telling::Telling;
use super::{exit_status, present, print_json, report, say_looking};
use crate::cli::SetupArgs;
use crate::converge::{Look, Outcome, Plan, Stopper, Witness};
use crate::text::Say;
use crate::verdict::{ExitStatus, Trouble};
use crate::world::{Terminal, World};

/// How long the changes may take.
const CHANGES: Duration = Duration::from_secs(12 * 60);
/// What is left at the end for the result and the last heartbeat.
const CLOSING: Duration = Duration::from_secs(15);
/// How long the question waits: the whole run has 20 minutes.
const PATIENCE: Duration = Duration::from_secs(4 * 60);
/// How long to wait for the administrator's invitation: longer where a server sends it on the spot.
const INVITATION: Duration = Duration::from_secs(60);
const INVITATION_ON_THE_SPOT: Duration = Duration::from_secs(120);

/// Runs the command.
pub(super) async fn run(args: &SetupArgs, world: &World, say: Say) -> Result<ExitStatus, Trouble> {
    let end = Instant::now() + super::RUN - CLOSING;
    let begun = begin(&args.baseline, world, say).await?;
    let reporting = Reporting::begin(Reporter::new(&begun, say));
    say_looking(&begun.baseline, world, say);
    let look = begun.look().await;
    let plan = look.plan(&begun.baseline);
    let shown = plan.verdict();
    reporting.tell(&shown.regions);

    let json = args.baseline.json;
    let (outcome, status) = if !plan.may_change() {
        let status = present(&shown, &begun, json, world, say);
        (shown, status)
    } else if let Some(status) = refusal(args, &begun, &plan, &shown, world, say).await {
        (shown, status)
    } else {
        let run = Run {
            begun: &begun,
            look: &look,
            plan: &plan,
            reporting: &reporting,
        };
        let outcome = carry_out(&run, &shown, end, world, say).await;
        let status = present(&outcome, &begun, json, world, say);
        (outcome, status)
    };
    reporting.end(&outcome.regions).await;
    Ok(status)
}

/// How the command ends where the changes are not agreed to.
async fn refusal(
    args: &SetupArgs,
    begun: &Begun,
    plan: &Plan,
    shown: &Outcome,
    world: &World,
    say: Say,
) -> Option<ExitStatus> {
    if args.yes {
        return None;
    }
    let json = args.baseline.json;
    let Some(terminal) = Terminal::open() else {
        let status = present(shown, begun, json, world, say);
        world.screen.say(say.talk_not_asked());
        return Some(status);
    };
    let report = report(shown, begun, say);
    let style = world.screen.style();
    world
        .screen
        .say(&super::shown(&report, shown, begun, style, say));
    if is_agreed(terminal, plan.changes_now(), patience(begun), say).await {
        return None;
    }
    world.screen.say(say.talk_declined());
    if json {
        print_json(&report);
    }
    Some(exit_status(&shown.regions, begun))
}

/// What is carried out.
struct Run<'a> {
    begun: &'a Begun,
    look: &'a Look,
    plan: &'a Plan,
    reporting: &'a Reporting,
}

async fn carry_out(
    run: &Run<'_>,
    shown: &Outcome,
    end: Instant,
    world: &World,
    say: Say,
) -> Outcome {
    let (nobody_invites, no_invitation) = watch::channel(None);
    if run.plan.lacks_invitation() {
        ask_for_invitations(run.begun, nobody_invites);
    }
    let (stopper, stop) = Stopper::new();
    let (events, heard) = mpsc::unbounded_channel();
    let progress = run.reporting.progress();
    let telling = Telling {
        heard,
        progress: progress.subscribe(),
        regions: shown.regions.clone(),
        screen: world.screen.clone(),
        say,
    };
    let talk = tokio::spawn(telling.tell());
    let screen = world.screen.clone();
    let interrupt = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stopper.stop();
            screen.say(say.talk_stopping());
        }
        std::future::pending::<()>().await;
    });
    let witness = Witness {
        events,
        progress,
        stop,
        invitation: patience(run.begun),
        no_invitation,
        until: end.min(Instant::now() + CHANGES),
    };
    let session = &run.begun.session;
    let outcome = session
        .carry_out(&run.begun.baseline, run.look, run.plan, witness)
        .await;
    interrupt.abort();
    let _ = talk.await;
    outcome
}

fn patience(begun: &Begun) -> Duration {
    match begun.link {
        Some(_) => INVITATION_ON_THE_SPOT,
        None => INVITATION,
    }
}

/// Asks, and takes silence for a no: a CloudShell session dies without a key press anyway.
async fn is_agreed(terminal: Terminal, changes_now: bool, invitation: Duration, say: Say) -> bool {
    let question = say.question(changes_now, invitation);
    let answer = tokio::task::spawn_blocking(move || terminal.ask(&question));
    match timeout(PATIENCE, answer).await {
        Ok(Ok(Some(answer))) => matches!(answer.to_lowercase().as_str(), "y" | "yes" | "はい"),
        _ => false,
    }
}
