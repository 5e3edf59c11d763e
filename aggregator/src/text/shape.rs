//! The JSON rows of `--json` and the API: one type for each kind of row, so that both are the same. Accounts,
//! alerts, messages and events are serialized as they are.

use std::collections::BTreeMap;

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde::Serialize;

use hubward_domain::account::{Language, Standard};
use hubward_domain::check::{CheckRow, Reason};
use hubward_domain::run::Run;

/// One account in one Region.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CheckJson {
    /// The account.
    account_id: AccountId,
    /// Its project.
    project: String,
    /// The Region.
    region: Region,
    /// The verdict's word, such as `complete`, `invited` or `drifted`.
    verdict: String,
    /// What is missing: steps such as `config` and `invitation`, and `standard:SUFFIX` for a standard.
    missing: Vec<String>,
    /// Since when the verdict is this one.
    since: Timestamp,
    /// When an agent last reported from there.
    reported_at: Option<Timestamp>,
    /// What the verdict is based on, step by step; empty if the account is not associated.
    proof: Vec<StepProofJson>,
    /// Why the verdict is this one, for programs.
    reason: ReasonJson,
    /// Who acts next, for a person, in the language of the request.
    next_step: String,
    /// What helps, for a person.
    hint: String,
}

/// A wanted step with its proof.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct StepProofJson {
    /// `config`, `guardduty`, `security_hub` or `standard`.
    step: String,
    /// The standard, of a step that is one.
    standard: Option<Standard>,
    /// `proven`, `unproven`, `refuted` or `excepted`.
    state: String,
    /// When what the state is based on was seen.
    at: Option<Timestamp>,
    /// Who saw it: `listing`, `finding`, `agent` or `v2`.
    source: Option<String>,
    /// What was seen, for a person, in the language of the request.
    detail: String,
}

/// Why a row has its verdict.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReasonJson {
    /// The reason's code, such as `control_failed`, `standard_gone`, `not_read` or `invited`.
    code: String,
    /// What the code is about, by name.
    facts: BTreeMap<String, String>,
}

/// A run of an agent.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AgentRunJson {
    /// The account that the agent proved.
    account_id: AccountId,
    /// The run's name, chosen by the agent.
    run: String,
    /// The agent's version.
    agent_version: String,
    /// The ARN of the caller, as STS named it.
    caller: String,
    /// When its first heartbeat was received.
    started_at: Timestamp,
    /// When its last heartbeat was received.
    last_heartbeat: Timestamp,
    /// Whether nothing is missing, as the agent sees it.
    complete: bool,
    /// Whether the agent is older than the server.
    outdated: bool,
}

/// A row of a check.
pub(crate) fn check(row: &CheckRow, administrator: &AccountId, language: Language) -> CheckJson {
    CheckJson {
        account_id: row.account_id.clone(),
        project: row.project.clone(),
        region: row.region,
        verdict: row.verdict.as_str().to_owned(),
        missing: row.verdict.missing(),
        since: row.since,
        reported_at: row.reported_at,
        proof: row
            .proof
            .iter()
            .map(|step| StepProofJson {
                step: step.step.word().to_owned(),
                standard: step.step.standard().cloned(),
                state: <&str>::from(step.state).to_owned(),
                at: step.at,
                source: step.source.map(|source| <&str>::from(source).to_owned()),
                detail: super::check::proof(step, language),
            })
            .collect(),
        reason: {
            let Reason { code, facts } = row.reason();
            ReasonJson {
                code: code.to_owned(),
                facts: facts
                    .into_iter()
                    .map(|(name, fact)| (name.to_owned(), fact))
                    .collect(),
            }
        },
        next_step: super::check::next_step(row, language),
        hint: super::check::hint(row, administrator, language),
    }
}

/// A run.
pub(crate) fn agent(run: &Run) -> AgentRunJson {
    AgentRunJson {
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
