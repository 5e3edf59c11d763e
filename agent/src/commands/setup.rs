//! `setup`: look, show, ask, change, verify. Without a terminal and without `--yes` it stops at
//! "show", like `plan`. A server hears how far it is, from the first look to the last.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;

use super::begin::{Begun, begin};
use super::reporting::{Reporter, Reporting, ask_for_invitations};
use super::{exit_status, present, print_json, report, say_looking};
use crate::cli::SetupArgs;
use crate::converge::{Look, Outcome, Plan, Stopper, Witness};
use crate::term;
use crate::text::{self, Lang};
use crate::verdict::{ExitStatus, Trouble};
use crate::world::{self, Terminal, World};

/// How long the question waits: the whole run has 20 minutes.
const PATIENCE: Duration = Duration::from_secs(4 * 60);
/// How long to wait for the administrator's invitation: longer where a server sends it on the spot.
const INVITATION: Duration = Duration::from_secs(60);
const INVITATION_ON_THE_SPOT: Duration = Duration::from_secs(120);

/// Runs the command.
pub(super) async fn run(
    args: &SetupArgs,
    world: &World,
    lang: Lang,
) -> Result<ExitStatus, Trouble> {
    let begun = begin(&args.baseline, world, lang).await?;
    let reporting = Reporting::begin(Reporter::new(&begun, lang));
    say_looking(&begun.baseline, lang);
    let look = begun.session.look(&begun.baseline.regions).await;
    let plan = look.plan(&begun.baseline);
    let shown = plan.verdict();
    reporting.tell(&shown.regions);

    let (outcome, status) = if !plan.may_change() {
        let status = present(&shown, &begun, args.baseline.json, lang);
        (shown, status)
    } else if let Some(status) = refusal(args, &begun, &plan, &shown, lang).await {
        (shown, status)
    } else {
        let outcome = carry_out(&begun, &look, &plan, &reporting, lang).await;
        let status = present(&outcome, &begun, args.baseline.json, lang);
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
    lang: Lang,
) -> Option<ExitStatus> {
    if args.yes {
        return None;
    }
    let json = args.baseline.json;
    let Some(terminal) = Terminal::open() else {
        let status = present(shown, begun, json, lang);
        world::say(&text::not_asked(lang));
        return Some(status);
    };
    let report = report(shown, begun, lang);
    world::say(&term::report(&report, &begun.arguments, lang));
    if is_agreed(terminal, plan.changes_now(), patience(begun), lang).await {
        return None;
    }
    world::say(&text::declined(lang));
    if json {
        print_json(&report);
    }
    Some(exit_status(&shown.regions, begun))
}

async fn carry_out(
    begun: &Begun,
    look: &Look,
    plan: &Plan,
    reporting: &Reporting,
    lang: Lang,
) -> Outcome {
    if plan.lacks_invitation() {
        ask_for_invitations(begun);
    }
    let (stopper, stop) = Stopper::new();
    let (events, mut heard) = mpsc::unbounded_channel();
    let talk = tokio::spawn(async move {
        while let Some(event) = heard.recv().await {
            world::say(&text::event(&event, lang));
        }
    });
    let interrupt = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stopper.stop();
            world::say(&text::stopping(lang));
        }
        std::future::pending::<()>().await;
    });
    let witness = Witness {
        events,
        progress: reporting.progress(),
        stop,
        invitation: patience(begun),
    };
    let outcome = begun
        .session
        .carry_out(&begun.baseline, look, plan, witness)
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
async fn is_agreed(
    terminal: Terminal,
    changes_now: bool,
    invitation: Duration,
    lang: Lang,
) -> bool {
    let question = text::question(changes_now, invitation, lang).into_owned();
    let answer = tokio::task::spawn_blocking(move || terminal.ask(&question));
    match timeout(PATIENCE, answer).await {
        Ok(Ok(Some(answer))) => matches!(answer.to_lowercase().as_str(), "y" | "yes" | "はい"),
        _ => false,
    }
}
