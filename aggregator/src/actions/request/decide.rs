//! Approves or rejects a request. An approval changes the ledger, writes its audit events and queues the
//! ticket's answer in one transaction; invitations are sent afterwards (`follow_up`).
//!
//! A decision is about the revision that was shown: a request that changed meanwhile is not approved. A
//! second decision is refused.

use serde_json::json;

use crate::actions::ledger::{rules, write_plan};
use crate::actions::notify::Notifier;
use crate::app::App;
use crate::queries::request::contacts_notified_at;
use hubward_domain::audit::{Action, Actor, ChangeSource, NewEvent};
use hubward_domain::notice::Notice;
use hubward_domain::request::{
    JudgedRequest, NotApprovable, Origin, Request, RequestState, RequestView, TicketAnswer,
    may_approve, may_approve_alone,
};
use hubward_store::{StoreError, Tx};

/// The actor of approvals without a person.
const AUTO_APPROVE: Actor = Actor::Job("auto_approve");

/// An approval.
#[derive(Clone, Debug, Default)]
pub(crate) struct Approval {
    pub id: String,
    /// The revision that was shown; `None` accepts the current one.
    pub revision: Option<i64>,
    /// Whether the operator has notified the contacts on record.
    pub contacts_notified: bool,
}

/// A rejection.
#[derive(Clone, Debug)]
pub(crate) struct RejectRequest {
    pub id: String,
    /// The revision that was shown; `None` accepts the current one.
    pub revision: Option<i64>,
    /// The reason, for the reporter.
    pub reason: String,
}

/// Why no decision was made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DecideError {
    /// There is no such request.
    #[error("there is no request {0}")]
    Unknown(String),
    /// The request cannot be decided like this.
    #[error("the request cannot be approved")]
    NotApprovable(NotApprovable),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Approves a request for a person.
///
/// # Errors
/// See [`DecideError`]; then nothing was changed.
pub(crate) async fn approve(
    app: &App,
    actor: &Actor,
    approval: &Approval,
) -> Result<RequestView, DecideError> {
    let mut tx = app.store.begin().await?;
    let mut context = lock_request(app, &mut tx, &approval.id).await?;
    let now = app.clock.now();
    let mailed = contacts_notified_at(app, &context.request).await?;
    let newly_notified = approval.contacts_notified && mailed.is_none();
    let notified_at = if newly_notified { Some(now) } else { mailed };
    ready(&context)
        .and_then(|ready| may_approve(&context.request, ready, approval.revision, notified_at))
        .map_err(DecideError::NotApprovable)?;
    context.request.contacts_told = notified_at;
    if newly_notified && let Some(record) = &context.record {
        let event = NewEvent {
            action: Action::RequestContactsTold,
            subject: context.request.id.clone(),
            detail: json!({ "by": "operator", "contacts": record.contact_emails }),
        };
        tx.append_audit(now, actor, [event]).await?;
    }
    Ok(carry_out(app, tx, actor, context).await?)
}

/// Whether the configuration lets requests be approved without a person.
pub(crate) fn auto_approves(app: &App) -> bool {
    let jira = app.config.requests.jira.as_ref();
    jira.is_some_and(crate::config::intake::JiraConfig::auto_approves_adds)
}

/// Approves the requests that need no person. Returns them.
///
/// # Errors
/// The database failed.
pub(crate) async fn auto_approve(app: &App) -> Result<Vec<RequestView>, StoreError> {
    let adds_allowed = auto_approves(app);
    let mut approved = Vec::new();
    if !adds_allowed {
        return Ok(approved);
    }
    for request in app.store.requests_in("open").await? {
        // Only issues that Jira delivered itself; others have no authenticated reporter.
        if request.origin != Origin::Jira {
            continue;
        }
        let mut tx = app.store.begin().await?;
        let context = match lock_request(app, &mut tx, &request.id).await {
            Ok(context) => context,
            Err(DecideError::Store(error)) => return Err(error),
            Err(_) => continue,
        };
        let allowed = ready(&context)
            .and_then(|ready| may_approve_alone(&context.request, ready, adds_allowed));
        if allowed.is_ok() {
            approved.push(carry_out(app, tx, &AUTO_APPROVE, context).await?);
        }
    }
    Ok(approved)
}

/// Rejects a request.
///
/// # Errors
/// See [`DecideError`]; then nothing was changed.
pub(crate) async fn reject(
    app: &App,
    actor: &Actor,
    rejection: &RejectRequest,
) -> Result<RequestView, DecideError> {
    let mut tx = app.store.begin().await?;
    let mut context = lock_request(app, &mut tx, &rejection.id).await?;
    let revision = context.request.revision;
    let refused = if context.request.state != RequestState::Open {
        Some(NotApprovable::Decided(context.request.state.as_str()))
    } else if rejection.revision.is_some_and(|shown| shown != revision) {
        Some(NotApprovable::Revised { now: revision })
    } else {
        None
    };
    if let Some(refused) = refused {
        return Err(DecideError::NotApprovable(refused));
    }
    let reason = rejection.reason.clone();
    context.request.state = RequestState::Rejected {
        by: actor.to_string(),
        at: app.clock.now(),
        reason: reason.clone(),
    };
    let detail = json!({ "revision": revision, "reason": reason });
    let answer = TicketAnswer::Rejected { reason };
    Ok(record_decision(
        app,
        tx,
        actor,
        context,
        Action::RequestRejected,
        detail,
        answer,
    )
    .await?)
}

/// The request, read and locked in this transaction.
async fn lock_request(app: &App, tx: &mut Tx, id: &str) -> Result<JudgedRequest, DecideError> {
    let request = tx
        .hold_request(id)
        .await?
        .ok_or_else(|| DecideError::Unknown(id.to_owned()))?;
    let ledger = tx.accounts().await?;
    Ok(JudgedRequest::of(request, &ledger, &rules(app)))
}

fn ready(context: &JudgedRequest) -> Result<&hubward_domain::request::Ready, NotApprovable> {
    if context.request.state != RequestState::Open {
        return Err(NotApprovable::Decided(context.request.state.as_str()));
    }
    context
        .judged
        .as_ref()
        .map_err(|obstacle| NotApprovable::Stuck(Box::new(obstacle.clone())))
}

/// Writes the ledger and the decision.
async fn carry_out(
    app: &App,
    mut tx: Tx,
    actor: &Actor,
    mut context: JudgedRequest,
) -> Result<RequestView, StoreError> {
    if let Ok(ready) = &context.judged {
        let source = ChangeSource::Request(context.request.id.clone());
        write_plan(app, &mut tx, actor, &ready.plan, &source).await?;
    }
    context.request.state = RequestState::Approved {
        by: actor.to_string(),
        at: app.clock.now(),
        invited: None,
        notified: Vec::new(),
        late: false,
    };
    let detail = json!({ "revision": context.request.revision });
    record_decision(
        app,
        tx,
        actor,
        context,
        Action::RequestApproved,
        detail,
        TicketAnswer::Approved,
    )
    .await
}

/// Writes a decision with its audit event and answer, and notifies the channels.
async fn record_decision(
    app: &App,
    mut tx: Tx,
    actor: &Actor,
    mut context: JudgedRequest,
    action: Action,
    detail: serde_json::Value,
    answer: TicketAnswer,
) -> Result<RequestView, StoreError> {
    let now = app.clock.now();
    let request: &mut Request = &mut context.request;
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
    let view = context.view();
    let notice = Notice::RequestChanged(Box::new(view.clone()));
    Notifier::new(app).notify(&mut tx, &notice).await?;
    tx.commit().await?;
    Ok(view)
}
