//! The commands, one file each: they get their context, do the work, and present the result. What they share
//! is here.

use std::time::Duration;

mod completions;
mod context;
mod explain;
mod heartbeat;
mod heartbeat_task;
mod lambda;
mod observe;
mod plan;
mod progress;
mod setup;
mod status;
mod stay;
mod undo;
mod update;

use hubward_protocol::{RegionReport, RunReport, State, StepReport};
use serde::Serialize;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use self::context::CommandContext;
use crate::baseline::Baseline;
use crate::cli::{self, Command};
use crate::converge::{self, OpenError, Outcome};
use crate::term::{self, ReportView};
use crate::text::{Language, Say};
use crate::verdict::{self, CommandError, ExitStatus, RegionVerdict, StepVerdict};
use crate::world::{self, Style, Terminal, World};

/// Parses the command line and runs the command. Lambda starts a function's `bootstrap` without arguments.
pub(crate) async fn run(world: World) -> ExitStatus {
    if lambda::is_started_by_lambda(&world) {
        let say = Say(language(None, &world));
        return finish(lambda::run(&world, say).await, &world, say);
    }
    let cli = match cli::parse(&world.args, help_language(&world)) {
        Ok(cli) => cli,
        Err(error) => return print_usage(&error),
    };
    let say = Say(language(cli.lang, &world));
    let result = match cli.command {
        Command::Setup(args) if args.dry_run => {
            Box::pin(plan::run(&args.baseline, &world, say)).await
        }
        Command::Setup(args) => bounded(setup::run(&args, &world, say), &world, say).await,
        Command::Stay(args) => bounded(stay::run(&args, &world, say), &world, say).await,
        Command::Lambda => Box::pin(lambda::run(&world, say)).await,
        Command::Plan(args) => Box::pin(plan::run(&args, &world, say)).await,
        Command::Status(args) => Box::pin(status::run(&args, &world, say)).await,
        Command::Heartbeat(args) => Box::pin(heartbeat::run(&args, &world, say)).await,
        Command::Update(args) => Box::pin(update::run(&args, &world, say)).await,
        Command::Observe(args) => Box::pin(observe::run(&args, &world, say)).await,
        Command::Explain(args) => explain::run(&args, &world, say),
        Command::Undo(args) => Box::pin(undo::run(&args, &world, say)).await,
        Command::Completions { shell } => Ok(completions::run(shell)),
    };
    finish(result, &world, say)
}

/// The exit status of a command; an error is printed.
fn finish(result: Result<ExitStatus, CommandError>, world: &World, say: Say) -> ExitStatus {
    result.unwrap_or_else(|error| {
        let (sentence, hint) = say.command_error(&error);
        world.screen.say(&term::error(&sentence, &hint, say));
        error.exit_status()
    })
}

/// Runs a command that changes something, to the end or to the time limit.
async fn bounded(
    run: impl Future<Output = Result<ExitStatus, CommandError>>,
    world: &World,
    say: Say,
) -> Result<ExitStatus, CommandError> {
    within(RUN_TIMEOUT, Box::pin(run)).await.unwrap_or_else(|| {
        world.screen.say(say.run_out_of_time());
        Ok(ExitStatus::Failed)
    })
}

/// A token that Ctrl-C cancels, and the task that waits for it.
fn cancel_on_interrupt(world: &World, say: Say) -> (CancellationToken, JoinHandle<()>) {
    let cancellation = CancellationToken::new();
    let screen = world.screen.clone();
    let task = tokio::spawn({
        let cancellation = cancellation.clone();
        async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                cancellation.cancel();
                screen.say(say.run_stopping());
            }
        }
    });
    (cancellation, task)
}

/// How long to wait for an answer to a question.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(4 * 60);

/// Asks on the terminal. No answer in time counts as no: CloudShell ends a session without key presses anyway.
async fn is_confirmed(terminal: Terminal, question: String) -> bool {
    let answer = tokio::task::spawn_blocking(move || terminal.ask(&question));
    match within(ANSWER_TIMEOUT, answer).await {
        Some(Ok(Some(answer))) => matches!(answer.to_lowercase().as_str(), "y" | "yes" | "はい"),
        _ => false,
    }
}

/// The time limit for `setup` and `stay`: CloudShell ends a session after 20 minutes without a key press.
const RUN_TIMEOUT: Duration = Duration::from_secs(20 * 60 - 15);

/// Runs to the end, or to the time limit. The next run finds what was done, so nothing has to be saved.
async fn within<T>(limit: Duration, run: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(limit, run).await.ok()
}

impl From<OpenError> for CommandError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::NoRegion => Self::NoRegion,
            OpenError::Connect(converge::ConnectError::NoCredentials(why)) => {
                Self::NoCredentials(why)
            }
            OpenError::Connect(converge::ConnectError::UnsafeEndpoint(endpoint)) => {
                Self::UnsafeEndpoint(endpoint)
            }
            OpenError::Identity(error) => Self::NoIdentity(error.into()),
        }
    }
}

/// Prints a usage error. clap returns `--help` and `--version` as errors too, for stdout.
fn print_usage(error: &clap::Error) -> ExitStatus {
    let _ = error.print();
    if error.use_stderr() {
        ExitStatus::Usage
    } else {
        ExitStatus::Complete
    }
}

/// The language of `--help` and of usage errors, which is needed before the command line is parsed.
fn help_language(world: &World) -> Language {
    let flag = cli::language_flag(&world.args);
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

/// Prints to stderr what is being checked.
fn say_checking(baseline: &Baseline, world: &World, say: Say) {
    let count = baseline.regions.len();
    world
        .screen
        .say(&say.run_checking(&baseline.account, count));
}

/// Prints the result: the `--json` object, or tables.
fn present(
    outcome: &Outcome,
    context: &CommandContext,
    json: bool,
    world: &World,
    say: Say,
) -> ExitStatus {
    let report = report(outcome, context, say);
    if json {
        print_json(&report);
    } else {
        let tables = tables(&report, outcome, context, world.stdout_style(), say);
        world::print(&format!("{tables}\n"));
    }
    exit_status(&outcome.regions, context)
}

fn tables(
    report: &RunReport,
    outcome: &Outcome,
    context: &CommandContext,
    style: Style,
    say: Say,
) -> String {
    let planned = verdict::planned_changes(&outcome.regions);
    let view = ReportView {
        report,
        planned: &planned,
        arguments: &context.arguments,
        server_argument: &context.server_argument,
        guide: context.guide.as_deref(),
    };
    term::report(&view, style, say)
}

/// The exit status of a result. If the Regions are not known for certain, it cannot be complete.
fn exit_status(regions: &[RegionVerdict], context: &CommandContext) -> ExitStatus {
    match verdict::exit_status(regions) {
        ExitStatus::Complete if !context.knows_its_regions() => ExitStatus::Incomplete,
        status => status,
    }
}

/// The result as the protocol defines it.
fn report(outcome: &Outcome, context: &CommandContext, say: Say) -> RunReport {
    let baseline = &context.baseline;
    RunReport {
        account: baseline.account.clone(),
        administrator: baseline.administrator.clone(),
        complete: context.knows_its_regions() && verdict::is_complete(&outcome.regions),
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
        code: Some(verdict::code(&step.reason).to_owned()),
        facts: verdict::facts(&step.reason),
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
        const { assert!(RUN_TIMEOUT.as_secs() < 20 * 60) };
        let never = std::future::pending::<()>();
        assert_eq!(within(Duration::from_millis(1), never).await, None);
        assert_eq!(within(RUN_TIMEOUT, async { 1 }).await, Some(1));
    }
}
