//! `stay`: makes a Lambda function in the member's account that continues to report after CloudShell is closed; with
//! `--remove`, takes it back. The steps are those of `setup`: observe, plan, show, ask, change, and observe again.

use std::path::Path;
use std::sync::Arc;

use hubward_protocol::{AccountId, Region};
use serde::Serialize;
use tokio::sync::mpsc;

use super::context::{self, CommandContext};
use super::{cancel_on_interrupt, is_confirmed, print_json};
use crate::baseline::RequestedBaseline;
use crate::change::{Interval, StayChange, StayFunction, StayPlace, WantedStay, stay_environment};
use crate::cli::StayArgs;
use crate::converge::Session;
use crate::converge::stay as converge;
use crate::observed::{Found, ObservedStay};
use crate::term::{self, StayView};
use crate::text::Say;
use crate::verdict::stay::{PartState, PartVerdict, StayAttempt, StayGoal, exit_status, judge};
use crate::verdict::{CommandError, ExitStatus};
use crate::world::{self, Terminal, World};

/// The result as `--json` prints it.
#[derive(Serialize)]
struct StayReport<'a> {
    account: &'a AccountId,
    region: Region,
    /// The interval, such as `1h`; absent with `--remove`.
    #[serde(skip_serializing_if = "Option::is_none")]
    every: Option<String>,
    complete: bool,
    parts: Vec<PartReport>,
    changes: usize,
}

#[derive(Serialize)]
struct PartReport {
    part: &'static str,
    resource: &'static str,
    state: PartState,
    detail: String,
    hint: Option<String>,
}

pub(super) async fn run(
    args: &StayArgs,
    world: &World,
    say: Say,
) -> Result<ExitStatus, CommandError> {
    if args.remove {
        Box::pin(run_remove(args, world, say)).await
    } else {
        Box::pin(run_make(args, world, say)).await
    }
}

async fn run_make(args: &StayArgs, world: &World, say: Say) -> Result<ExitStatus, CommandError> {
    let baseline = &args.baseline;
    let address = context::address(baseline.server.server.as_deref(), world)?;
    let address = address.ok_or(CommandError::NoServer)?.to_string();
    let (context, error) = CommandContext::open(baseline, world, say).await?;
    if let Some(error) = error {
        // A function that the server does not accept would report to no one.
        let why = say.server_problem(&address, &error);
        return Err(CommandError::ServerNotReady(why));
    }
    let home = context.baseline.regions.first().copied();
    let home = home.ok_or(CommandError::NoRegion)?;
    let session = &context.session;
    let place = session.stay_place(home).await;
    world
        .screen
        .say(&say.stay_checking(&place.account, place.region));
    let function = function(args, &context.requested, &address, world, say).await?;
    let observed = session.observe_stay(&place).await;
    let wanted = WantedStay {
        place,
        function: Arc::new(function),
        interval: interval(args, &observed),
    };
    let run = Run {
        args,
        session,
        place: &wanted.place,
        goal: StayGoal::Make,
        interval: Some(wanted.interval),
    };
    run.to_the_end(
        &observed,
        |observed| converge::make(observed, &wanted),
        world,
        say,
    )
    .await
}

async fn run_remove(args: &StayArgs, world: &World, say: Say) -> Result<ExitStatus, CommandError> {
    // The role says where the rest is: no Region has to be known.
    let regions = match context::regions(&args.baseline.regions).await {
        Err(CommandError::NoRegion) => Vec::new(),
        regions => regions?,
    };
    let session = Session::open(&regions, &world.endpoint_overrides()).await?;
    let home = regions.first().copied().unwrap_or(session.home);
    let place = session.stay_place(home).await;
    world
        .screen
        .say(&say.stay_checking(&place.account, place.region));
    let observed = session.observe_stay(&place).await;
    let run = Run {
        args,
        session: &session,
        place: &place,
        goal: StayGoal::Remove,
        interval: None,
    };
    run.to_the_end(&observed, converge::remove, world, say)
        .await
}

/// The function of this very program.
async fn function(
    args: &StayArgs,
    requested: &RequestedBaseline,
    server: &str,
    world: &World,
    say: Say,
) -> Result<StayFunction, CommandError> {
    let unreadable = |file: &Path| CommandError::BadCertificates(file.display().to_string());
    let certificates = match &args.baseline.server.ca_file {
        Some(file) => Some(world::read(file).ok().ok_or_else(|| unreadable(file))?),
        None => None,
    };
    let ca_file = certificates.as_ref().map(|_| converge::CERTIFICATES_PATH);
    let environment = stay_environment(requested, server, say.0.code(), ca_file);
    world.screen.say(say.stay_packing());
    // It compresses megabytes, which is no work for a thread that others wait for.
    let packed = tokio::task::spawn_blocking(move || {
        let program = world::own_program().map_err(|error| error.to_string())?;
        converge::pack(&program, certificates.as_deref(), environment)
            .map_err(|error| error.to_string())
    });
    packed
        .await
        .map_err(|error| CommandError::NoProgram(error.to_string()))?
        .map_err(CommandError::NoProgram)
}

/// The interval that is asked for, or else the one that there is.
fn interval(args: &StayArgs, observed: &ObservedStay) -> Interval {
    args.every.unwrap_or_else(|| match &observed.schedule {
        Ok(Found::Ours(schedule)) => {
            Interval::of_expression(&schedule.expression).unwrap_or(Interval::DEFAULT)
        }
        _ => Interval::DEFAULT,
    })
}

/// One run, from the plan to the end.
struct Run<'a> {
    args: &'a StayArgs,
    session: &'a Session,
    place: &'a StayPlace,
    goal: StayGoal,
    interval: Option<Interval>,
}

impl Run<'_> {
    async fn to_the_end(
        &self,
        observed: &ObservedStay,
        plan: impl Fn(&ObservedStay) -> converge::StayPlan,
        world: &World,
        say: Say,
    ) -> Result<ExitStatus, CommandError> {
        let planned = plan(observed);
        let nothing = StayAttempt::default();
        let before = judge(self.goal, &planned, &nothing);
        let changes = planned.changes();
        if changes.is_empty() || self.args.dry_run {
            return Ok(self.present(&before, &nothing, world, say));
        }
        if !self.args.yes {
            let Some(terminal) = Terminal::open() else {
                let status = self.present(&before, &nothing, world, say);
                world.screen.say(say.run_no_terminal());
                return Ok(status);
            };
            let style = world.screen.style();
            let shown = term::stay(&self.view(&before, &nothing), style, say);
            world.screen.say(&shown);
            if !is_confirmed(terminal, say.run_question().to_owned()).await {
                world.screen.say(say.run_declined());
                if self.args.baseline.json {
                    print_json(&self.report(&before, &nothing, say));
                }
                return Ok(exit_status(&before));
            }
        }
        let attempt = self.carry_out(&changes, world, say).await;
        let left = self
            .session
            .verify_stay(self.place, attempt.is_whole(), plan);
        let left = left.await;
        let after = judge(self.goal, &left, &attempt);
        Ok(self.present(&after, &attempt, world, say))
    }

    async fn carry_out(&self, changes: &[StayChange], world: &World, say: Say) -> StayAttempt {
        let (made, mut received) = mpsc::unbounded_channel();
        let (screen, region) = (world.screen.clone(), self.place.region);
        let reporter = tokio::spawn(async move {
            while let Some(change) = received.recv().await {
                screen.say(&say.run_change_made(say.stay_change(&change), region));
            }
        });
        let (cancellation, interrupt) = cancel_on_interrupt(world, say);
        let attempt = self
            .session
            .carry_out_stay(self.place, changes, &made, &cancellation)
            .await;
        drop(made);
        interrupt.abort();
        let _ = reporter.await;
        attempt
    }

    fn present(
        &self,
        parts: &[PartVerdict],
        attempt: &StayAttempt,
        world: &World,
        say: Say,
    ) -> ExitStatus {
        if self.args.baseline.json {
            print_json(&self.report(parts, attempt, say));
        } else {
            let style = world.stdout_style();
            let text = term::stay(&self.view(parts, attempt), style, say);
            world::print(&format!("{text}\n"));
        }
        exit_status(parts)
    }

    fn view<'a>(&'a self, parts: &'a [PartVerdict], attempt: &StayAttempt) -> StayView<'a> {
        StayView {
            place: self.place,
            goal: self.goal,
            interval: self.interval,
            parts,
            changes: attempt.made.len(),
        }
    }

    fn report<'a>(
        &'a self,
        parts: &[PartVerdict],
        attempt: &StayAttempt,
        say: Say,
    ) -> StayReport<'a> {
        let part = |verdict: &PartVerdict| PartReport {
            part: verdict.part.name(),
            resource: verdict.part.resource(),
            state: verdict.state,
            detail: say.stay_detail(self.goal, verdict),
            hint: say.stay_hint(verdict),
        };
        StayReport {
            account: &self.place.account,
            region: self.place.region,
            every: self.interval.map(|interval| interval.to_string()),
            complete: exit_status(parts) == ExitStatus::Complete,
            parts: parts.iter().map(part).collect(),
            changes: attempt.made.len(),
        }
    }
}
