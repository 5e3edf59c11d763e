//! Requests, from an issue that wakes to a ticket that is answered: each step is an action, and this is
//! their order. The server goes this way again and again; `hubward run requests` goes it once, after
//! asking Jira for what no webhook told.

use super::{AFTER_FAILURE, JobContext, JobEvent};
use crate::actions::invitation::send::{InviteOutcome, InviteRequest, InviteRow, invite};
use crate::actions::request::answer::{AnswerError, answer_next};
use crate::actions::request::decide::{auto_approve, auto_approves};
use crate::actions::request::follow_up::{
    FollowUpStep, follow_next, invited, not_invited, wake_all,
};
use crate::actions::request::receive::issues::{IssuesError, poll, read_next};
use crate::actions::{ActionError, StoreError};
use crate::app::App;
use crate::text;
use hubward_domain::audit::Actor;
use hubward_domain::delivery::DeliveryNext;
use hubward_domain::membership::SkipReason;
use hubward_domain::request::Hindrance;

/// What one pass did.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    /// How many issues polling woke.
    pub woken: usize,
    /// How many issues were read.
    pub read: usize,
    /// How many requests were approved without a person.
    pub approved: usize,
    /// What became of invitations.
    pub invited: Vec<InviteRow>,
    /// How many requests are complete now.
    pub complete: usize,
    /// How many tickets were answered.
    pub answered: usize,
    /// What went wrong; it is tried again later.
    pub failures: Vec<RequestFailure>,
}

/// What went wrong in a pass.
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
        /// What Jira said.
        why: String,
    },
    /// No ticket could be answered.
    Answers(AnswerError),
}

/// Goes the whole way once, with or without asking Jira first for what was missed.
///
/// # Errors
/// The database failed.
pub(crate) async fn pass(app: &App, polling: bool) -> Result<Passed, StoreError> {
    let mut passed = Passed::default();
    if polling {
        wake_all(app).await?;
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
                // Whoever does not answer now would not answer for the next issue either.
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

/// What AWS said against an invitation.
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

/// The database's failures end a pass; others are said.
fn stored(error: IssuesError) -> Result<IssuesError, StoreError> {
    match error {
        IssuesError::Store(error) => Err(error),
        error => Ok(error),
    }
}

/// Goes the way for as long as the server runs.
pub(super) async fn work(mut bench: JobContext) {
    let mut failing = false;
    let mut stopped = bench.clone();
    // What keeps an open request from being approved without a person may change in any table.
    let approves = auto_approves(&bench.app);
    while !bench.is_to_stop() {
        bench.due.mark_unchanged();
        // Breaking off is safe at any point: leases end, and what was cut off is done again.
        let outcome = tokio::select! {
            () = stopped.stopped() => return,
            outcome = pass(&bench.app, false) => outcome,
        };
        let is_failing = match outcome {
            Ok(passed) => {
                let is_failing = !passed.failures.is_empty();
                let was_failing = std::mem::replace(&mut failing, is_failing);
                for failure in passed.failures.into_iter().filter(|_| !was_failing) {
                    bench.say(JobEvent::RequestsFail(failure));
                }
                if was_failing && !is_failing {
                    bench.say(JobEvent::RequestsWork);
                }
                is_failing
            }
            Err(error) => {
                if !std::mem::replace(&mut failing, true) {
                    bench.say(JobEvent::OutboxFails(error));
                }
                true
            }
        };
        if is_failing {
            bench.wait(AFTER_FAILURE).await;
        } else {
            bench
                .until_due(|due| due.requests || approves && due.open_requests)
                .await;
        }
    }
}
