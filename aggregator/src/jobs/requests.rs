//! Works on requests, from a changed issue to an answered ticket: each step is an action, and this is their
//! order. The server repeats it; `hubward run requests` does it once, after polling Jira for changes without
//! a webhook.

use super::{AFTER_FAILURE, JobContext, JobEvent};
use crate::actions::invitation::send::{InviteOutcome, InviteRequest, InviteRow, invite};
use crate::actions::request::answer::{AnswerError, answer_next};
use crate::actions::request::decide::{auto_approve, auto_approves};
use crate::actions::request::follow_up::{
    FollowUpStep, follow_next, invited, make_all_due, not_invited,
};
use crate::actions::request::receive::issues::{IssuesError, poll, read_next};
use crate::actions::{ActionError, StoreError};
use crate::app::App;
use crate::text;
use hubward_domain::audit::Actor;
use hubward_domain::delivery::DeliveryNext;
use hubward_domain::membership::SkipReason;
use hubward_domain::request::Hindrance;

/// The results of one pass.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    /// Number of issues that polling found.
    pub woken: usize,
    /// Number of issues that were read.
    pub read: usize,
    /// Number of requests that were approved automatically.
    pub approved: usize,
    /// The results of the invitations.
    pub invited: Vec<InviteRow>,
    /// Number of requests that were completed.
    pub complete: usize,
    /// Number of tickets that were answered.
    pub answered: usize,
    /// The failures; they are retried later.
    pub failures: Vec<RequestFailure>,
}

/// What failed in a pass.
#[derive(Debug)]
pub(crate) enum RequestFailure {
    /// Jira's issues could not be read.
    Issues(IssuesError),
    /// Invitations could not be sent.
    Invite(ActionError),
    /// One invitation could not be sent.
    Invitation(InviteRow),
    /// A ticket could not be answered.
    Answer {
        /// The request.
        request: String,
        /// Jira's error.
        why: String,
    },
    /// No ticket could be answered.
    Answers(AnswerError),
}

/// Does one pass, with or without polling Jira first.
///
/// # Errors
/// The database failed.
pub(crate) async fn pass(app: &App, polling: bool) -> Result<Passed, StoreError> {
    let mut passed = Passed::default();
    if polling {
        make_all_due(app).await?;
        match poll(app).await {
            Ok(woken) => passed.woken = woken.unwrap_or(0),
            Err(error) => passed.failures.push(RequestFailure::Issues(stored(error)?)),
        }
    }
    loop {
        match read_next(app).await {
            Ok(Some(_)) => passed.read += 1,
            Ok(None) => break,
            Err(error) => {
                // If Jira does not answer now, it would not answer for the next issue either.
                passed.failures.push(RequestFailure::Issues(stored(error)?));
                break;
            }
        }
    }
    passed.approved = auto_approve(app).await?.len();
    follow(app, &mut passed).await?;
    loop {
        match answer_next(app, text::request::answer).await {
            Ok(None) => break,
            Ok(Some((_, DeliveryNext::Delivered))) => passed.answered += 1,
            Ok(Some((queued, DeliveryNext::Again { why, .. } | DeliveryNext::GivenUp { why }))) => {
                let request = queued.request_id;
                passed
                    .failures
                    .push(RequestFailure::Answer { request, why });
            }
            Err(AnswerError::Store(error)) => return Err(error),
            Err(error) => {
                passed.failures.push(RequestFailure::Answers(error));
                break;
            }
        }
    }
    Ok(passed)
}

async fn follow(app: &App, passed: &mut Passed) -> Result<(), StoreError> {
    loop {
        match follow_next(app).await? {
            FollowUpStep::Idle => return Ok(()),
            FollowUpStep::Checked(complete) => passed.complete += usize::from(complete),
            FollowUpStep::Invite(request, account) => {
                let wanted = InviteRequest {
                    accounts: vec![account],
                    ..InviteRequest::default()
                };
                match invite(app, &Actor::Job("requests"), &wanted).await {
                    Ok(rows) if rows.iter().any(|row| row.outcome.as_str() == "failed") => {
                        passed.complete += usize::from(not_invited(app, &request.id).await?);
                        let failed = rows
                            .into_iter()
                            .filter(|row| row.outcome.as_str() == "failed");
                        passed
                            .failures
                            .extend(failed.map(RequestFailure::Invitation));
                    }
                    Ok(rows) => {
                        let refused = rows.iter().filter_map(hindrance).collect();
                        invited(app, &request.id, refused).await?;
                        passed.invited.extend(rows);
                    }
                    Err(error) => {
                        not_invited(app, &request.id).await?;
                        passed.failures.push(RequestFailure::Invite(error));
                    }
                }
            }
        }
    }
}

/// AWS's error about an invitation.
fn hindrance(row: &InviteRow) -> Option<Hindrance> {
    let why = match &row.outcome {
        InviteOutcome::Invited
        | InviteOutcome::Joined
        | InviteOutcome::Already(_)
        | InviteOutcome::Planned => return None,
        InviteOutcome::Unprocessed { reason, .. } => reason.clone(),
        InviteOutcome::Skipped(SkipReason::Ended(status)) => status.to_string().to_lowercase(),
        InviteOutcome::Skipped(SkipReason::Suspended) => "suspended".to_owned(),
        InviteOutcome::Skipped(SkipReason::UnknownStatus(word)) => word.clone(),
        InviteOutcome::Skipped(SkipReason::NotActive(state)) => state.as_str().to_owned(),
        InviteOutcome::Failed(failure) => failure.to_string(),
        InviteOutcome::NotRecorded(why) => why.clone(),
        InviteOutcome::NotListed(_) => "not_invited".to_owned(),
    };
    let region = row.region;
    Some(Hindrance { region, why })
}

/// A failure of the database ends a pass; others are reported.
fn stored(error: IssuesError) -> Result<IssuesError, StoreError> {
    match error {
        IssuesError::Store(error) => Err(error),
        error => Ok(error),
    }
}

/// Repeats the pass for as long as the server runs.
pub(super) async fn work(mut context: JobContext) {
    let mut failing = false;
    let mut stopped = context.clone();
    // What keeps an open request from being approved without a person may change in any table.
    let approves = auto_approves(&context.app);
    while !context.is_to_stop() {
        context.due.mark_unchanged();
        // Can be interrupted at any point: leases expire, and interrupted work is repeated.
        let outcome = tokio::select! {
            () = stopped.stopped() => return,
            outcome = pass(&context.app, false) => outcome,
        };
        let is_failing = match outcome {
            Ok(passed) => {
                let is_failing = !passed.failures.is_empty();
                let was_failing = std::mem::replace(&mut failing, is_failing);
                for failure in passed.failures.into_iter().filter(|_| !was_failing) {
                    context.emit(JobEvent::RequestsFail(failure));
                }
                if was_failing && !is_failing {
                    context.emit(JobEvent::RequestsWork);
                }
                is_failing
            }
            Err(error) => {
                if !std::mem::replace(&mut failing, true) {
                    context.emit(JobEvent::OutboxFails(error));
                }
                true
            }
        };
        if is_failing {
            context.wait(AFTER_FAILURE).await;
        } else {
            context
                .until_due(|due| due.requests || approves && due.open_requests)
                .await;
        }
    }
}
