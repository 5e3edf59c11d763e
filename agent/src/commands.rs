//! One file per command: each parses, converges, and presents. What they share is here.

mod completions;
mod observe;
mod plan;
mod setup;
mod status;

use hubward_protocol::{AccountId, Region, RegionReport, RunReport, StepReport};
use serde::Serialize;

use crate::baseline::{Baseline, StandardId};
use crate::cli::{self, BaselineArgs, Command, LangArg};
use crate::converge::{self, OpenError, Outcome, Session};
use crate::term;
use crate::text::{self, Lang};
use crate::verdict::{self, ExitStatus, StepVerdict, Trouble};
use crate::world::{self, World};

/// Parses the command line and runs the command.
pub(crate) async fn run(world: World) -> ExitStatus {
    let cli = match cli::parse(&world.args) {
        Ok(cli) => cli,
        Err(error) => return refuse_usage(&error),
    };
    let lang = language(cli.lang, &world);
    let result = match cli.command {
        Command::Setup(args) if args.dry_run => {
            Box::pin(plan::run(&args.baseline, &world, lang)).await
        }
        Command::Setup(args) => Box::pin(setup::run(&args, &world, lang)).await,
        Command::Plan(args) => Box::pin(plan::run(&args, &world, lang)).await,
        Command::Status(args) => Box::pin(status::run(&args, &world, lang)).await,
        Command::Observe(args) => Box::pin(observe::run(&args, &world, lang)).await,
        Command::Completions { shell } => Ok(completions::run(shell)),
    };
    result.unwrap_or_else(|trouble| {
        let (sentence, hint) = text::trouble(&trouble, lang);
        world::say(&term::trouble(&sentence, hint.as_deref(), lang));
        trouble.exit_status()
    })
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

fn language(flag: Option<LangArg>, world: &World) -> Lang {
    match flag {
        Some(LangArg::Ja) => Lang::Ja,
        Some(LangArg::En) => Lang::En,
        None => world
            .var("HUBWARD_LANG")
            .or_else(|| world.var("LANG"))
            .map_or(Lang::En, Lang::of_locale),
    }
}

/// The Regions that are asked for, each once, in that order.
async fn regions(args: &BaselineArgs) -> Result<Vec<Region>, Trouble> {
    if !args.regions.is_empty() {
        return Ok(each_once(args.regions.clone()));
    }
    let name = converge::default_region().await.ok_or(Trouble::NoRegion)?;
    let region = name.parse().map_err(|_| Trouble::UnknownRegion(name))?;
    Ok(vec![region])
}

/// A session in the caller's account, and the Regions to look at.
async fn open(args: &BaselineArgs, world: &World) -> Result<(Session, Vec<Region>), Trouble> {
    let regions = regions(args).await?;
    let session = Session::open(&regions, &world.endpoint_overrides()).await?;
    Ok((session, regions))
}

/// A session, and what the caller's account should be.
async fn open_with_baseline(
    args: &BaselineArgs,
    world: &World,
) -> Result<(Session, Baseline), Trouble> {
    let administrator = administrator(args, world)?;
    let (session, regions) = open(args, world).await?;
    let account = session.identity.account.clone();
    if account == administrator {
        return Err(Trouble::CallerIsAdministrator(account));
    }
    let standards = if args.standards.is_empty() {
        vec![StandardId::default_standard()]
    } else {
        each_once(args.standards.clone())
    };
    let baseline = Baseline {
        account,
        administrator,
        regions,
        standards,
    };
    Ok((session, baseline))
}

fn administrator(args: &BaselineArgs, world: &World) -> Result<AccountId, Trouble> {
    if let Some(administrator) = &args.administrator {
        return Ok(administrator.clone());
    }
    world
        .var("HUBWARD_ADMINISTRATOR")
        .ok_or(Trouble::NoAdministrator)?
        .parse()
        .map_err(|_| Trouble::BadAdministrator)
}

fn each_once<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    items.into_iter().fold(Vec::new(), |mut kept, item| {
        if !kept.contains(&item) {
            kept.push(item);
        }
        kept
    })
}

/// Tells on stderr what is looked at.
fn say_looking(account: &AccountId, regions: &[Region], lang: Lang) {
    world::say(&text::looking(account, regions.len(), lang));
}

/// Prints the result: the contract's JSON object, or tables for a person.
fn present(outcome: &Outcome, baseline: &Baseline, json: bool, lang: Lang) -> ExitStatus {
    let report = report(outcome, baseline, lang);
    if json {
        print_json(&report);
    } else {
        world::print(&format!("{}\n", term::report(&report, lang)));
    }
    verdict::exit_status(&outcome.regions)
}

/// The verdict in the words that travel.
fn report(outcome: &Outcome, baseline: &Baseline, lang: Lang) -> RunReport {
    let step = |step: &StepVerdict| StepReport {
        step: step.step,
        state: step.state,
        detail: text::detail(&step.reason, lang).into_owned(),
        hint: text::hint(&step.reason, lang).map(Into::into),
    };
    RunReport {
        account: baseline.account.clone(),
        administrator: baseline.administrator.clone(),
        complete: verdict::is_complete(&outcome.regions),
        regions: outcome
            .regions
            .iter()
            .map(|region| RegionReport {
                region: region.region,
                steps: region.steps.iter().map(step).collect(),
            })
            .collect(),
        changes: outcome.changes,
    }
}

fn print_json(value: &impl Serialize) {
    if let Ok(json) = serde_json::to_string_pretty(value) {
        world::print(&format!("{json}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_twice_counts_once() {
        assert_eq!(each_once(vec![2, 1, 2, 1, 3]), [2, 1, 3]);
    }
}
