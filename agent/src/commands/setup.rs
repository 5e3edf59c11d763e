//! `setup`: look, show, ask, change, verify. Without a terminal and without `--yes` it stops at
//! "show", like `plan`.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{open_with_baseline, present, print_json, report, say_looking};
use crate::cli::SetupArgs;
use crate::converge::Stopper;
use crate::term;
use crate::text::{self, Lang};
use crate::verdict::{self, ExitStatus, Trouble};
use crate::world::{self, Terminal, World};

/// How long the question waits: the whole run has 20 minutes.
const PATIENCE: Duration = Duration::from_secs(4 * 60);

/// Runs the command.
pub(super) async fn run(
    args: &SetupArgs,
    world: &World,
    lang: Lang,
) -> Result<ExitStatus, Trouble> {
    let json = args.baseline.json;
    let (session, baseline) = open_with_baseline(&args.baseline, world).await?;
    say_looking(&baseline.account, &baseline.regions, lang);
    let look = session.look(&baseline.regions).await;
    let plan = look.plan(&baseline);
    if !plan.may_change() {
        return Ok(present(&plan.verdict(), &baseline, json, lang));
    }
    if !args.yes {
        let shown = plan.verdict();
        let Some(terminal) = Terminal::open() else {
            let status = present(&shown, &baseline, json, lang);
            world::say(&text::not_asked(lang));
            return Ok(status);
        };
        world::say(&term::report(&report(&shown, &baseline, lang), lang));
        if !is_agreed(terminal, plan.changes_now(), lang).await {
            world::say(&text::declined(lang));
            if json {
                print_json(&report(&shown, &baseline, lang));
            }
            return Ok(verdict::exit_status(&shown.regions));
        }
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
    let outcome = session
        .carry_out(&baseline, &look, &plan, events, stop)
        .await;
    interrupt.abort();
    let _ = talk.await;
    Ok(present(&outcome, &baseline, json, lang))
}

/// Asks, and takes silence for a no: a CloudShell session dies without a key press anyway.
async fn is_agreed(terminal: Terminal, changes_now: bool, lang: Lang) -> bool {
    let question = text::question(changes_now, lang).into_owned();
    let answer = tokio::task::spawn_blocking(move || terminal.ask(&question));
    match timeout(PATIENCE, answer).await {
        Ok(Ok(Some(answer))) => matches!(answer.to_lowercase().as_str(), "y" | "yes" | "はい"),
        _ => false,
    }
}
