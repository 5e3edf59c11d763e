//! Requests that are Jira issues. A webhook only marks an issue as due, and polling marks those that no
//! webhook announced; the process that leases the issue then reads it from Jira.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{keep, notify, revised};
use crate::app::App;
use crate::jira::{Issue, Jira, JiraFailure, JiraUnavailable, is_key_of};
use hubward_domain::account::Language;
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::request::hook::{self, HookRefused};
use hubward_domain::request::{Request, RequestState, Taking, TicketAnswer, taking};
use hubward_domain::retry::next_attempt;
use hubward_store::StoreError;
use hubward_store::request_queue::QueuedIssue;

const ACTOR: Actor = Actor::Job("requests");
/// Overlap of two polls in minutes: Jira's search index lags behind its issues.
const OVERLAP: i64 = 10;
/// How far back the first poll looks for changed issues; open ones are found whatever their age.
const FIRST: SignedDuration = SignedDuration::from_hours(24);

/// Why issues cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IssuesError {
    /// Jira cannot be called at all.
    #[error(transparent)]
    Unavailable(#[from] JiraUnavailable),
    /// Jira returned an error; it is called again later.
    #[error(transparent)]
    Jira(#[from] JiraFailure),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a webhook was rejected.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HookError {
    /// Jira is not configured.
    #[error("requests.jira is not configured")]
    NoJira,
    /// The webhook is not authentic.
    #[error(transparent)]
    Refused(#[from] HookRefused),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The result of reading an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub key: String,
    /// What it meant; `None` if the issue does not exist or is not in our project.
    pub taking: Option<Taking>,
}

/// Accepts a webhook: if it is authentic, the issue that it names is marked as due. `false` if it names none
/// of our project.
///
/// # Errors
/// See [`HookError`].
pub(crate) async fn enqueue(
    app: &App,
    proof: &hook::HookProof<'_>,
    body: &[u8],
) -> Result<bool, HookError> {
    let Some(config) = &app.config.requests.jira else {
        return Err(HookError::NoJira);
    };
    let secret = config.webhook_secret.as_ref().and_then(|secret| {
        secret
            .reveal(app.environment(), app.config.directory())
            .ok()
    });
    hook::verify(secret.as_ref(), proof, body)?;
    let Some(key) = hook::issue(body).filter(|key| is_key_of(key, &config.project)) else {
        return Ok(false);
    };
    let mut tx = app.store.begin().await?;
    tx.enqueue_issue(&key, &stamp(app), app.clock.now()).await?;
    tx.commit().await?;
    Ok(true)
}

/// Asks Jira which issues changed since the last poll, and marks the new and changed ones as due. Returns how
/// many; `None` if Jira is not configured.
///
/// # Errors
/// See [`IssuesError`]; the next poll covers the same time again.
pub(crate) async fn poll(app: &App) -> Result<Option<usize>, IssuesError> {
    let (Some(jira), Some(config)) = (app.jira().await?, &app.config.requests.jira) else {
        return Ok(None);
    };
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let last = tx.polled_at(&config.project).await?;
    drop(tx);
    let since = last.map_or(FIRST, |last| now.duration_since(last));
    let found = jira.search(since.as_mins().max(0) + OVERLAP).await?;
    let known = app.store.requests().await?;
    let mut tx = app.store.begin().await?;
    let mut queued = 0;
    for issue in found {
        let stored = known.iter().find(|request| request.id == issue.key);
        if stored.is_none_or(|request| request.version != Some(issue.updated)) {
            tx.enqueue_issue(&issue.key, &stamp(app), now).await?;
            queued += 1;
        }
    }
    tx.put_polled(&config.project, now).await?;
    tx.commit().await?;
    Ok(Some(queued))
}

/// Reads the next issue that is due; `None` if there is none.
///
/// # Errors
/// See [`IssuesError`]; the issue is read again later.
pub(crate) async fn read_next(app: &App) -> Result<Option<Read>, IssuesError> {
    let Some(jira) = app.jira().await? else {
        return Ok(None);
    };
    let mut tx = app.store.begin().await?;
    let issue = tx.lease_issue(app.clock.now()).await?;
    tx.commit().await?;
    let Some(issue) = issue else {
        return Ok(None);
    };
    let read = read(app, jira, &issue).await;
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    match &read {
        Ok(_) => tx.ack_issue(&issue, now).await?,
        Err(_) => {
            let [chance] = app.random();
            match next_attempt(issue.attempts, None, now, now, chance) {
                Some(due) => tx.retry_issue(&issue.key, now, due).await?,
                None => tx.ack_issue(&issue, now).await?,
            }
        }
    }
    tx.commit().await?;
    let taking = read?;
    Ok(Some(Read {
        key: issue.key,
        taking,
    }))
}

async fn read(app: &App, jira: &Jira, queued: &QueuedIssue) -> Result<Option<Taking>, IssuesError> {
    let Some(issue) = jira.issue(&queued.key).await? else {
        return Ok(None);
    };
    // An issue that was moved answers under its new key.
    if issue.ticket.key != queued.key {
        return Ok(None);
    }
    let known = app.store.request(&queued.key).await?;
    let language = match taking(known.as_ref(), &issue.ticket) {
        Taking::New | Taking::Revised => language(app, jira, &issue).await,
        _ => app.config.locale.language,
    };
    Ok(Some(record(app, issue, language).await?))
}

/// The reporter's language; if Jira does not return it, that of the form, otherwise the configured one.
async fn language(app: &App, jira: &Jira, issue: &Issue) -> Language {
    let of_user = match &issue.reporter_id {
        Some(user) => jira.language(user).await.ok().flatten(),
        None => None,
    };
    let of_form = issue
        .ticket
        .asked
        .entry
        .text(hubward_domain::ledger::LedgerColumn::Language);
    of_user
        .or_else(|| {
            let of_form = of_form.trim().to_lowercase();
            of_form.parse().ok()
        })
        .unwrap_or(app.config.locale.language)
}

async fn record(app: &App, issue: Issue, language: Language) -> Result<Taking, StoreError> {
    let ticket = issue.ticket;
    let mut tx = app.store.begin().await?;
    let known = tx.hold_request(&ticket.key).await?;
    let taking = taking(known.as_ref(), &ticket);
    let now = app.clock.now();
    match (taking, known) {
        (Taking::New | Taking::Revised, known) => {
            let request = revised(app, known, ticket, language);
            keep(app, &mut tx, &ACTOR, &request).await?;
        }
        (Taking::Withdrawn, Some(known)) => {
            let request = Request {
                state: RequestState::Withdrawn { at: now },
                version: Some(ticket.updated),
                updated_at: now,
                ..known
            };
            tx.put_request(&request).await?;
            let event = NewEvent {
                action: Action::RequestWithdrawn,
                subject: request.id.clone(),
                detail: json!({ "revision": request.revision }),
            };
            tx.append_audit(now, &ACTOR, [event]).await?;
            notify(app, &mut tx, request).await?;
        }
        (Taking::TooLate, Some(mut known)) => {
            if let RequestState::Approved { late, .. } = &mut known.state {
                *late = true;
            }
            known.version = Some(ticket.updated);
            tx.put_request(&known).await?;
            tx.put_answer(&known.id, &TicketAnswer::TooLate, now)
                .await?;
        }
        // So that polling does not mark it as changed again.
        (Taking::Unchanged, Some(mut known)) if known.version < Some(ticket.updated) => {
            known.version = Some(ticket.updated);
            tx.put_request(&known).await?;
        }
        _ => {}
    }
    tx.commit().await?;
    Ok(taking)
}

/// A random value that identifies one event of marking as due.
fn stamp(app: &App) -> String {
    let now: Timestamp = app.clock.now();
    format!("{now} {}", hex::encode(app.random::<8>()))
}
