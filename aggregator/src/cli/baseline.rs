//! `hubward baseline`.

use std::collections::{BTreeMap, BTreeSet};

use clap::Subcommand;
use hubward_protocol::AccountId;
use jiff::Timestamp;
use serde_json::json;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::app::App;
use crate::queries::baseline::{BaselineRow, WantedProof, baseline};
use crate::say::Say;
use crate::text;
use hubward_domain::check::{NoControl, ProofStep, StepProof};

#[derive(Debug, Subcommand)]
pub(super) enum BaselineCommand {
    /// Show what is wanted, since when, and in how many accounts it is proven.
    Show,
    /// Show what a change of the baseline or of a row's standards would make missing; exit 3 if anything.
    Plan,
}

impl BaselineCommand {
    pub(super) async fn run(self, app: &App, screen: &Screen) -> CommandResult {
        let language = screen.language();
        let rows = baseline(app)
            .await
            .map_err(|error| CommandFailure::store(&error, language))?;
        match self {
            Self::Show => show(&rows, screen),
            Self::Plan => plan(&rows, screen),
        }
    }
}

fn show(rows: &[BaselineRow], screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    if screen.is_json() {
        let rows = rows.iter().map(|row| {
            let wanted = row.steps.iter().map(|wanted| {
                json!({
                    "step": wanted.step.word(),
                    "standard": wanted.step.standard(),
                    "since": wanted.history.map(|history| history.wanted_since),
                    "state": wanted.proof.as_ref().map(|proof| <&str>::from(proof.state)),
                })
            });
            json!({
                "account_id": row.account_id,
                "region": row.region,
                "missing": missing(row, WantedProof::is_missing),
                "wanted": wanted.collect::<Vec<_>>(),
            })
        });
        screen.data(&rows.collect::<Vec<_>>())?;
        return Ok(Exit::Done);
    }
    let headers = [
        say.baseline_step(),
        say.baseline_since(),
        say.baseline_accounts(),
        say.baseline_proven(),
        say.baseline_unproven(),
        say.baseline_missing(),
        say.baseline_not_member(),
    ]
    .map(String::from);
    let table = by_step(rows).into_iter().map(|(step, counts)| {
        vec![
            step.to_string(),
            counts.since.map(|at| at.to_string()).unwrap_or_default(),
            counts.accounts.len().to_string(),
            counts.proven.to_string(),
            counts.unproven.to_string(),
            counts.missing.to_string(),
            counts.not_member.to_string(),
        ]
    });
    screen.table(&headers, table.collect())?;
    warn_of_unprovable(rows, screen);
    Ok(Exit::Done)
}

fn plan(rows: &[BaselineRow], screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let would_miss = |wanted: &WantedProof| {
        wanted.history.is_none() && wanted.proof.as_ref().is_some_and(StepProof::is_open)
    };
    let planned: Vec<(&BaselineRow, Vec<String>)> = rows
        .iter()
        .map(|row| (row, missing(row, would_miss)))
        .filter(|(_, missing)| !missing.is_empty())
        .collect();
    if screen.is_json() {
        let rows = planned.iter().map(|(row, missing)| {
            json!({
                "account_id": row.account_id,
                "region": row.region,
                "missing": missing,
            })
        });
        screen.data(&rows.collect::<Vec<_>>())?;
    } else if !planned.is_empty() {
        let headers = [
            say.table_account(),
            say.table_project(),
            say.table_region(),
            say.baseline_missing(),
        ]
        .map(String::from);
        let table = planned.iter().map(|(row, missing)| {
            vec![
                row.account_id.to_string(),
                row.project.clone(),
                row.region.to_string(),
                missing.join("\n"),
            ]
        });
        screen.table(&headers, table.collect())?;
    }
    let accounts: BTreeSet<&AccountId> = planned.iter().map(|(row, _)| &row.account_id).collect();
    screen.say(&match accounts.len() {
        0 => say.baseline_plan_nothing().to_owned(),
        count => say.baseline_plan(count),
    });
    warn_of_unprovable(rows, screen);
    Ok(if planned.is_empty() {
        Exit::Done
    } else {
        Exit::Incomplete
    })
}

/// The steps of a row that match, as a check names them.
fn missing(row: &BaselineRow, matches: impl Fn(&WantedProof) -> bool) -> Vec<String> {
    let steps = row.steps.iter().filter(|wanted| matches(wanted));
    steps.map(|wanted| wanted.step.to_string()).collect()
}

/// Says which steps no control can prove, and what helps.
fn warn_of_unprovable(rows: &[BaselineRow], screen: &Screen) {
    let mut places: BTreeMap<&ProofStep, BTreeSet<&str>> = BTreeMap::new();
    for row in rows {
        for wanted in &row.steps {
            if wanted.no_control == NoControl::Yes {
                places
                    .entry(&wanted.step)
                    .or_default()
                    .insert(row.region.as_str());
            }
        }
    }
    for (step, regions) in places {
        let regions: Vec<&str> = regions.into_iter().collect();
        screen.warn(&text::baseline::unprovable(
            step,
            &regions.join(", "),
            screen.language(),
        ));
    }
}

/// What is wanted of how many, and how far it is proven; places are account and Region pairs.
#[derive(Default)]
struct StepCounts<'a> {
    since: Option<Timestamp>,
    accounts: BTreeSet<&'a AccountId>,
    proven: usize,
    unproven: usize,
    missing: usize,
    not_member: usize,
}

fn by_step(rows: &[BaselineRow]) -> BTreeMap<&ProofStep, StepCounts<'_>> {
    let mut steps: BTreeMap<&ProofStep, StepCounts<'_>> = BTreeMap::new();
    for row in rows {
        for wanted in &row.steps {
            let counts = steps.entry(&wanted.step).or_default();
            counts.accounts.insert(&row.account_id);
            if let Some(history) = wanted.history {
                let since = counts.since.unwrap_or(history.wanted_since);
                counts.since = Some(since.min(history.wanted_since));
            }
            let count = match &wanted.proof {
                None => &mut counts.not_member,
                Some(proof) if proof.is_missing() => &mut counts.missing,
                Some(proof) if proof.is_open() => &mut counts.unproven,
                Some(_) => &mut counts.proven,
            };
            *count += 1;
        }
    }
    steps
}
