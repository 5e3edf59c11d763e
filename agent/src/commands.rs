//! One file per command: each parses, converges, and presents. What they share is here.

use std::time::Duration;

mod begin;
mod completions;
mod explain;
mod heartbeat;
mod observe;
mod plan;
mod reporting;
mod setup;
mod status;
mod telling;
mod undo;
mod update;

use hubward_protocol::{RegionReport, RunReport, State, StepReport};
use serde::Serialize;

use self::begin::Begun;
use crate::baseline::Baseline;
use crate::cli::{self, Command};
use crate::converge::{self, OpenError, Outcome};
use crate::term::{self, Shown};
use crate::text::{Language, Say};
use crate::verdict::{self, ExitStatus, RegionVerdict, StepVerdict, Trouble};
use crate::world::{self, Style, World};

/// Parses the command line and runs the command.
pub(crate) async fn run(world: World) -> ExitStatus {
    let cli = match cli::parse(&world.args, manual(&world)) {
        Ok(cli) => cli,
        Err(error) => return refuse_usage(&error),
    };
    let say = Say(language(cli.lang, &world));
    let result = match cli.command {
        Command::Setup(args) if args.dry_run => {
            Box::pin(plan::run(&args.baseline, &world, say)).await
        }
        Command::Setup(args) => {
            let run = Box::pin(setup::run(&args, &world, say));
            bounded(RUN, run).await.unwrap_or_else(|| {
                world.screen.say(say.talk_out_of_time());
                Ok(ExitStatus::Failed)
            })
        }
        Command::Plan(args) => Box::pin(plan::run(&args, &world, say)).await,
        Command::Status(args) => Box::pin(status::run(&args, &world, say)).await,
        Command::Heartbeat(args) => Box::pin(heartbeat::run(&args, &world, say)).await,
        Command::Update(args) => Box::pin(update::run(&args, &world, say)).await,
        Command::Observe(args) => Box::pin(observe::run(&args, &world, say)).await,
        Command::Explain(args) => explain::run(&args, &world, say),
        Command::Undo(args) => Box::pin(undo::run(&args, &world, say)).await,
        Command::Completions { shell } => Ok(completions::run(shell)),
    };
    result.unwrap_or_else(|trouble| {
        let (sentence, hint) = say.trouble(&trouble);
        let said = term::trouble(&sentence, &hint, say);
        world.screen.say(&said);
        trouble.exit_status()
    })
}

/// How long a set-up may take, whatever happens: a CloudShell session dies after 20 minutes without
/// a key press.
const RUN: Duration = Duration::from_secs(20 * 60 - 15);

/// Lets a run come to its end, or to the end of its time: what it has done is seen by the next one.
async fn bounded<T>(limit: Duration, run: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(limit, run).await.ok()
}

impl From<OpenError> for Trouble {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::NoRegion => Self::NoRegion,
            OpenError::Connect(converge::ConnectError::NoCredentials(why)) => {
                Self::NoCredentials(why)
            }
            OpenError::Connect(converge::ConnectError::UnsafeEndpoint(endpoint)) => {
                Self::UnsafeEndpoint(endpoint)
            }
            OpenError::Identity(refusal) => Self::NoIdentity(refusal.into()),
        }
    }
}

/// `--help` and `--version` come back as "errors" too, and say themselves whether they are one.
fn refuse_usage(error: &clap::Error) -> ExitStatus {
    let _ = error.print();
    if error.use_stderr() {
        ExitStatus::Usage
    } else {
        ExitStatus::Complete
    }
}

/// The language of the manual: wanted before the command line can be parsed as a whole.
fn manual(world: &World) -> Language {
    let flag = cli::asked_language(&world.args);
    language(flag, world)
}

fn language(flag: Option<Language>, world: &World) -> Language {
    flag.unwrap_or_else(|| {
        world
            .var("HUBWARD_LANG")
            .or_else(|| world.var("LANG"))
            .map_or(Language::En, Language::of_locale)
    })
}

/// Tells on stderr what is looked at.
fn say_looking(baseline: &Baseline, world: &World, say: Say) {
    let count = baseline.regions.len();
    world
        .screen
        .say(&say.talk_looking(&baseline.account, count));
}

/// Prints the result: the contract's JSON object, or tables for a person.
fn present(outcome: &Outcome, begun: &Begun, json: bool, world: &World, say: Say) -> ExitStatus {
    let report = report(outcome, begun, say);
    if json {
        print_json(&report);
    } else {
        let shown = shown(&report, outcome, begun, world.style_of_data(), say);
        world::print(&format!("{shown}\n"));
    }
    exit_status(&outcome.regions, begun)
}

/// The tables for a person.
fn shown(report: &RunReport, outcome: &Outcome, begun: &Begun, style: Style, say: Say) -> String {
    let planned = verdict::planned_changes(&outcome.regions);
    let shown = Shown {
        report,
        planned: &planned,
        arguments: &begun.arguments,
        server_argument: &begun.server_argument,
        guide: begun.guide.as_deref(),
    };
    term::report(&shown, style, say)
}

/// The exit code that a verdict calls for: what is not known to be all cannot be complete.
fn exit_status(regions: &[RegionVerdict], begun: &Begun) -> ExitStatus {
    match verdict::exit_status(regions) {
        ExitStatus::Complete if !begun.knows_its_regions() => ExitStatus::Incomplete,
        status => status,
    }
}

/// The verdict in the words that travel.
fn report(outcome: &Outcome, begun: &Begun, say: Say) -> RunReport {
    let baseline = &begun.baseline;
    RunReport {
        account: baseline.account.clone(),
        administrator: baseline.administrator.clone(),
        complete: begun.knows_its_regions() && verdict::is_complete(&outcome.regions),
        regions: region_reports(&outcome.regions, say),
        changes: outcome.changes,
    }
}

fn region_reports(regions: &[RegionVerdict], say: Say) -> Vec<RegionReport> {
    let step = |step: &StepVerdict| StepReport {
        step: step.step,
        state: step.state,
        detail: say.detail(&step.reason),
        hint: say.hint(&step.reason),
        on: (step.state == State::ManagedElsewhere).then_some(step.on_elsewhere),
    };
    let region = |region: &RegionVerdict| RegionReport {
        region: region.region,
        steps: region.steps.iter().map(step).collect(),
    };
    regions.iter().map(region).collect()
}

fn print_json(value: &impl Serialize) {
    if let Ok(json) = serde_json::to_string_pretty(value) {
        world::print(&format!("{json}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_run_ends_within_twenty_minutes_whatever_happens() {
        const { assert!(RUN.as_secs() < 20 * 60) };
        let never = std::future::pending::<()>();
        assert_eq!(bounded(Duration::from_millis(1), never).await, None);
        assert_eq!(bounded(RUN, async { 1 }).await, Some(1));
    }
}
