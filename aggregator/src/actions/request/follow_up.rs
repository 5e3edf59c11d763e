//! Follows approved requests: names the accounts to invite, and then compares the administrator's listing
//! with the request until it is fulfilled.
//!
//! Each request is leased while it is worked on. After an interruption, the next run continues from the
//! stored state; each obstacle is reported to the ticket once.

use hubward_protocol::AccountId;
use jiff::SignedDuration;
use serde_json::json;

use crate::actions::ledger::rules;
use crate::actions::notify::Notifier;
use crate::app::App;
use hubward_domain::account::AccountState;
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::notice::Notice;
use hubward_domain::request::{
    Hindrance, JudgedRequest, Origin, RegionProgress, Request, RequestKind, RequestProgress,
    RequestState, TicketAnswer, progress,
};
use hubward_store::StoreError;

/// Who follows requests.
const ACTOR: Actor = Actor::Job("requests");
/// How often a request is checked while no event wakes it.
const INTERVAL: SignedDuration = SignedDuration::from_mins(5);

/// The next step of a request.
#[derive(Clone, Debug)]
pub(crate) enum FollowUpStep {
    /// No request is due.
    Idle,
    /// Invite this account, then report the result with [`invited`].
    Invite(Box<Request>, AccountId),
    /// The request was checked; `true` if it is complete.
    Checked(bool),
}

/// Makes every approved request due now.
///
/// # Errors
/// The database failed.
pub(crate) async fn make_all_due(app: &App) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    tx.make_requests_due(app.clock.now()).await?;
    tx.commit().await
}

/// Leases the next approved request that is due.
///
/// # Errors
/// The database failed.
pub(crate) async fn follow_next(app: &App) -> Result<FollowUpStep, StoreError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let leased = tx.lease_request(now).await?;
    tx.commit().await?;
    let Some(request) = leased else {
        return Ok(FollowUpStep::Idle);
    };
    let RequestState::Approved { invited, .. } = &request.state else {
        return Ok(FollowUpStep::Idle);
    };
    if invited.is_none() && request.kind() != Some(RequestKind::Remove) {
        let ledger = app.store.accounts().await?;
        let account = request.account().filter(|id| {
            let is_active = |row: &&hubward_domain::account::Account| {
                row.account_id == *id && row.state == AccountState::Active
            };
            ledger.iter().any(|row| is_active(&row))
        });
        if let Some(account) = account {
            return Ok(FollowUpStep::Invite(Box::new(request), account));
        }
    }
    let id = request.id.clone();
    let complete = check_progress(app, &id).await?;
    Ok(FollowUpStep::Checked(complete))
}

/// Records that a request's invitations were sent, with AWS's errors.
///
/// # Errors
/// The database failed.
pub(crate) async fn invited(
    app: &App,
    id: &str,
    refused: Vec<Hindrance>,
) -> Result<(), StoreError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    if let Some(mut request) = tx.hold_request(id).await? {
        if let RequestState::Approved {
            invited, notified, ..
        } = &mut request.state
        {
            *invited = Some(now);
            if !refused.is_empty() && *notified != refused {
                notified.clone_from(&refused);
                if request.origin == Origin::Jira {
                    let answer = TicketAnswer::Hindered {
                        hindrances: refused,
                    };
                    tx.put_answer(id, &answer, now).await?;
                }
            }
        }
        tx.put_request(&request).await?;
    }
    tx.release_request(id, now, now).await?;
    tx.commit().await
}

/// Returns a request whose invitations could not be sent now. Its reporter is notified if that takes too
/// long.
///
/// # Errors
/// The database failed.
pub(crate) async fn not_invited(app: &App, id: &str) -> Result<bool, StoreError> {
    check_progress(app, id).await
}

/// Checks a request's progress. `true` if it is complete.
async fn check_progress(app: &App, id: &str) -> Result<bool, StoreError> {
    let now = app.clock.now();
    let hub: Vec<_> = app.config.hub.regions().collect();
    let patience = SignedDuration::from_hours(24 * i64::from(app.config.check.remind_after_days));
    let memberships = app.store.memberships().await?;
    let mut tx = app.store.begin().await?;
    let Some(request) = tx.hold_request(id).await? else {
        return Ok(false);
    };
    let ledger = tx.accounts().await?;
    let mut context = JudgedRequest::of(request, &ledger, &rules(app));
    let found = match (
        &context.record,
        context.request.kind(),
        &context.request.state,
    ) {
        (Some(record), Some(kind), RequestState::Approved { at, .. }) => {
            let places = RegionProgress::all(record, &hub, &memberships);
            progress(kind, record, &places, *at, now, patience)
        }
        _ => RequestProgress::Underway,
    };
    let answer = match (found, &mut context.request.state) {
        (RequestProgress::Complete, RequestState::Approved { by, .. }) => {
            context.request.state = RequestState::Complete {
                by: std::mem::take(by),
                at: now,
            };
            let event = NewEvent {
                action: Action::RequestCompleted,
                subject: id.to_owned(),
                detail: json!({}),
            };
            tx.append_audit(now, &ACTOR, [event]).await?;
            Some(TicketAnswer::Complete)
        }
        (RequestProgress::Stuck(found), RequestState::Approved { notified, .. })
            if *notified != found =>
        {
            notified.clone_from(&found);
            Some(TicketAnswer::Hindered { hindrances: found })
        }
        _ => None,
    };
    let complete = answer == Some(TicketAnswer::Complete);
    if let Some(answer) = answer {
        context.request.updated_at = now;
        tx.put_request(&context.request).await?;
        if context.request.origin == Origin::Jira {
            tx.put_answer(id, &answer, now).await?;
        }
        let notice = Notice::RequestChanged(Box::new(context.view()));
        Notifier::new(app).notify(&mut tx, &notice).await?;
    }
    let due = now.checked_add(INTERVAL).unwrap_or(now);
    tx.release_request(id, now, due).await?;
    tx.commit().await?;
    Ok(complete)
}
