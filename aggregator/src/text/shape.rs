//! What programs are given, by `--json` and by the API alike: one shape for each kind of row, so that the
//! two cannot differ. Accounts, alerts, messages and events are given as they are.

use hubward_protocol::{AccountId, Region, Step};
use jiff::Timestamp;
use serde::Serialize;

use crate::actions::check::Row;
use crate::domain::account::Language;
use crate::domain::run::Run;

/// One account in one Region.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    account_id: AccountId,
    project: String,
    region: Region,
    verdict: String,
    missing: Vec<Step>,
    since: Timestamp,
    reported_at: Option<Timestamp>,
    next_step: String,
    hint: String,
}

/// A run of an agent.
#[derive(Clone, Debug, Serialize)]
pub struct Agent {
    account_id: AccountId,
    run: String,
    agent_version: String,
    caller: String,
    started_at: Timestamp,
    last_heartbeat: Timestamp,
    complete: bool,
    outdated: bool,
}

/// A row of a check.
pub fn check(row: &Row, administrator: &AccountId, language: Language) -> Check {
    Check {
        account_id: row.account_id.clone(),
        project: row.project.clone(),
        region: row.region,
        verdict: row.verdict.as_str().to_owned(),
        missing: row.verdict.missing(),
        since: row.since,
        reported_at: row.reported_at,
        next_step: super::check::next_step(&row.verdict, language),
        hint: super::check::hint(row, administrator, language),
    }
}

/// A run.
pub fn agent(run: &Run) -> Agent {
    Agent {
        account_id: run.account_id.clone(),
        run: run.run.clone(),
        agent_version: run.agent_version.clone(),
        caller: run.caller.clone(),
        started_at: run.started_at,
        last_heartbeat: run.last_heartbeat,
        complete: run.complete,
        outdated: run.is_outdated(env!("CARGO_PKG_VERSION")),
    }
}
