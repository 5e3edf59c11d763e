//! Approves or rejects a request. An approval changes the ledger, leaves its trace, and has the ticket
//! answered, all in one transaction; invitations go out right after it (`follow_requests`).
//!
//! What a decision is about is the revision that was looked at: a request that was changed meanwhile is
//! not approved unseen. Decided twice, the second is refused.

use serde_json::json;

use super::contacts_notified_at;
use crate::actions::ledger::{rules, write_plan};
use crate::actions::notify::Notifier;
use crate::app::App;
use hubward_domain::audit::{Action, Actor, ChangeSource, NewEvent};
use hubward_domain::notice::Notice;
use hubward_domain::request::{
    JudgedRequest, NotApprovable, Origin, Request, RequestState, RequestView, TicketAnswer,
    may_approve, may_approve_alone,
};
use hubward_store::{StoreError, Tx};

/// Who approves without a person.
const ALONE: Actor = Actor::Job("auto_approve");

/// An approval.
#[derive(Clone, Debug, Default)]
pub struct Approval {
    /// The request.
    pub id: String,
    /// The revision that was looked at; none takes whatever is there now.
    pub revision: Option<i64>,
    /// Whether the operator has told the contacts on record.
    pub contacts_told: bool,
}

/// A rejection.
#[derive(Clone, Debug)]
pub struct RejectRequest {
    /// The request.
    pub id: String,
    /// The revision that was looked at; none takes whatever is there now.
    pub revision: Option<i64>,
    /// Why, for whoever asked.
    pub reason: String,
}

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// There is no such request.
    #[error("there is no request {0}")]
    Unknown(String),
    /// It cannot be decided so.
    #[error("the request cannot be approved")]
    NotApprovable(NotApprovable),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Approves a request, by a person's word.
///
/// # Errors
/// Then nothing was changed; see [`DecideError`].
pub async fn approve(
    app: &App,
    actor: &Actor,
    approval: &Approval,
) -> Result<RequestView, DecideError> {
    let mut tx = app.store.begin().await?;
    let mut told = held(app, &mut tx, &approval.id).await?;
    let now = app.clock.now();
    let mailed = contacts_notified_at(app, &told.request).await?;
    let newly_told = approval.contacts_told && mailed.is_none();
    let contacts_told = if newly_told { Some(now) } else { mailed };
    ready(&told)
        .and_then(|ready| may_approve(&told.request, ready, approval.revision, contacts_told))
        .map_err(DecideError::NotApprovable)?;
    told.request.contacts_told = contacts_told;
    if newly_told && let Some(record) = &told.record {
        let event = NewEvent {
            action: Action::RequestContactsTold,
            subject: told.request.id.clone(),
            detail: json!({ "by": "operator", "contacts": record.contact_emails }),
        };
        tx.append_audit(now, actor, [event]).await?;
    }
    Ok(carry_out(app, tx, actor, told).await?)
}

/// Approves what needs no person, and returns it.
///
/// # Errors
/// The database failed.
pub async fn approve_alone(app: &App) -> Result<Vec<RequestView>, StoreError> {
    let jira = app.config.requests.jira.as_ref();
    let adds_allowed = jira.is_some_and(crate::config::intake::JiraConfig::adds_alone);
    let mut approved = Vec::new();
    if !adds_allowed {
        return Ok(approved);
    }
    for request in app.store.requests_in("open").await? {
        // Only what came through Jira's own doors.
        if request.origin != Origin::Jira {
            continue;
        }
        let mut tx = app.store.begin().await?;
        let told = match held(app, &mut tx, &request.id).await {
            Ok(told) => told,
            Err(DecideError::Store(error)) => return Err(error),
            Err(_) => continue,
        };
        let allowed =
            ready(&told).and_then(|ready| may_approve_alone(&told.request, ready, adds_allowed));
        if allowed.is_ok() {
            approved.push(carry_out(app, tx, &ALONE, told).await?);
        }
    }
    Ok(approved)
}

/// Rejects a request.
///
/// # Errors
/// Then nothing was changed; see [`DecideError`].
pub async fn reject(
    app: &App,
    actor: &Actor,
    rejection: &RejectRequest,
) -> Result<RequestView, DecideError> {
    let mut tx = app.store.begin().await?;
    let mut told = held(app, &mut tx, &rejection.id).await?;
    let revision = told.request.revision;
    let refused = if told.request.state != RequestState::Open {
        Some(NotApprovable::Decided(told.request.state.as_str()))
    } else if rejection.revision.is_some_and(|seen| seen != revision) {
        Some(NotApprovable::Revised { now: revision })
    } else {
        None
    };
    if let Some(refused) = refused {
        return Err(DecideError::NotApprovable(refused));
    }
    let reason = rejection.reason.clone();
    told.request.state = RequestState::Rejected {
        by: actor.to_string(),
        at: app.clock.now(),
        reason: reason.clone(),
    };
    let detail = json!({ "revision": revision, "reason": reason });
    let answer = TicketAnswer::Rejected { reason };
    Ok(conclude(
        app,
        tx,
        actor,
        told,
        Action::RequestRejected,
        detail,
        answer,
    )
    .await?)
}

/// The request as it stands in this transaction.
async fn held(app: &App, tx: &mut Tx, id: &str) -> Result<JudgedRequest, DecideError> {
    let request = tx
        .hold_request(id)
        .await?
        .ok_or_else(|| DecideError::Unknown(id.to_owned()))?;
    let ledger = tx.accounts().await?;
    Ok(JudgedRequest::of(request, &ledger, &rules(app)))
}

fn ready(told: &JudgedRequest) -> Result<&hubward_domain::request::Ready, NotApprovable> {
    if told.request.state != RequestState::Open {
        return Err(NotApprovable::Decided(told.request.state.as_str()));
    }
    told.judged
        .as_ref()
        .map_err(|obstacle| NotApprovable::Stuck(Box::new(obstacle.clone())))
}

/// Writes the ledger and the decision.
async fn carry_out(
    app: &App,
    mut tx: Tx,
    actor: &Actor,
    mut told: JudgedRequest,
) -> Result<RequestView, StoreError> {
    if let Ok(ready) = &told.judged {
        let source = ChangeSource::Request(told.request.id.clone());
        write_plan(app, &mut tx, actor, &ready.plan, &source).await?;
    }
    told.request.state = RequestState::Approved {
        by: actor.to_string(),
        at: app.clock.now(),
        invited: None,
        notified: Vec::new(),
        late: false,
    };
    let detail = json!({ "revision": told.request.revision });
    conclude(
        app,
        tx,
        actor,
        told,
        Action::RequestApproved,
        detail,
        TicketAnswer::Approved,
    )
    .await
}

/// Writes a decision with its trace and its answer, and tells who listens.
async fn conclude(
    app: &App,
    mut tx: Tx,
    actor: &Actor,
    mut told: JudgedRequest,
    action: Action,
    detail: serde_json::Value,
    answer: TicketAnswer,
) -> Result<RequestView, StoreError> {
    let now = app.clock.now();
    let request: &mut Request = &mut told.request;
    request.updated_at = now;
    tx.put_request(request).await?;
    let event = NewEvent {
        action,
        subject: request.id.clone(),
        detail,
    };
    tx.append_audit(now, actor, [event]).await?;
    if request.origin == Origin::Jira {
        tx.put_answer(&request.id, &answer, now).await?;
    }
    let view = told.view();
    let notice = Notice::RequestChanged(Box::new(view.clone()));
    Notifier::new(app).notify(&mut tx, &notice).await?;
    tx.commit().await?;
    Ok(view)
}
