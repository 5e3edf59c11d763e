//! Requests, from an issue that wakes to a ticket that is answered: each step is an action, and this is
//! their order. The server goes this way again and again; `hubward run requests` goes it once, after
//! asking Jira for what no webhook told.

use std::time::Duration;

use super::{AFTER_FAILURE, Bench, News};
use crate::actions::invitation::send::{Outcome, Request as Invitation, Row, invite};
use crate::actions::request::answer::{AnswerError, answer_next};
use crate::actions::request::decide::approve_alone;
use crate::actions::request::follow_up::{Step, follow_next, invited, not_invited, wake_all};
use crate::actions::request::receive::issues::{IssuesError, poll, read_next};
use crate::actions::{ActionError, StoreError};
use crate::app::App;
use hubward_domain::audit::Actor;
use hubward_domain::delivery::Next;
use hubward_domain::membership::SkipReason;
use hubward_domain::request::Hindrance;

/// How often the server looks whether anything is due.
const LOOK: Duration = Duration::from_secs(1);

/// What one pass did.
#[derive(Debug, Default)]
pub struct Passed {
    /// How many issues polling woke.
    pub woken: usize,
    /// How many issues were read.
    pub read: usize,
    /// How many requests were approved without a person.
    pub approved: usize,
    /// What became of invitations.
    pub invited: Vec<Row>,
    /// How many requests are complete now.
    pub complete: usize,
    /// How many tickets were answered.
    pub answered: usize,
    /// What went wrong; it is tried again later.
    pub failures: Vec<Failure>,
}

/// What went wrong in a pass.
#[derive(Debug)]
pub enum Failure {
    /// Jira's issues could not be read.
    Issues(IssuesError),
    /// Invitations could not be sent.
    Invite(ActionError),
    /// One invitation could not be sent.
    Invitation(Row),
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
pub async fn pass(app: &App, polling: bool) -> Result<Passed, StoreError> {
    let mut passed = Passed::default();
    if polling {
        wake_all(app).await?;
        match poll(app).await {
            Ok(woken) => passed.woken = woken.unwrap_or(0),
            Err(error) => passed.failures.push(Failure::Issues(stored(error)?)),
        }
    }
    loop {
        match read_next(app).await {
            Ok(Some(_)) => passed.read += 1,
            Ok(None) => break,
            Err(error) => {
                // Whoever does not answer now would not answer for the next issue either.
                passed.failures.push(Failure::Issues(stored(error)?));
                break;
            }
        }
    }
    passed.approved = approve_alone(app).await?.len();
    follow(app, &mut passed).await?;
    loop {
        match answer_next(app).await {
            Ok(None) => break,
            Ok(Some((_, Next::Delivered))) => passed.answered += 1,
            Ok(Some((queued, Next::Again { why, .. } | Next::GivenUp { why }))) => {
                let request = queued.request_id;
                passed.failures.push(Failure::Answer { request, why });
            }
            Err(AnswerError::Store(error)) => return Err(error),
            Err(error) => {
                passed.failures.push(Failure::Answers(error));
                break;
            }
        }
    }
    Ok(passed)
}

async fn follow(app: &App, passed: &mut Passed) -> Result<(), StoreError> {
    loop {
        match follow_next(app).await? {
            Step::Idle => return Ok(()),
            Step::Looked(_, complete) => passed.complete += usize::from(complete),
            Step::Invite(request, account) => {
                let wanted = Invitation {
                    accounts: vec![account],
                    ..Invitation::default()
                };
                match invite(app, &Actor::Job("requests"), &wanted).await {
                    Ok(rows) if rows.iter().any(|row| row.outcome.as_str() == "failed") => {
                        passed.complete += usize::from(not_invited(app, &request.id).await?);
                        let failed = rows
                            .into_iter()
                            .filter(|row| row.outcome.as_str() == "failed");
                        passed.failures.extend(failed.map(Failure::Invitation));
                    }
                    Ok(rows) => {
                        let refused = rows.iter().filter_map(hindrance).collect();
                        invited(app, &request.id, refused).await?;
                        passed.invited.extend(rows);
                    }
                    Err(error) => {
                        not_invited(app, &request.id).await?;
                        passed.failures.push(Failure::Invite(error));
                    }
                }
            }
        }
    }
}

/// What AWS said against an invitation.
fn hindrance(row: &Row) -> Option<Hindrance> {
    let why = match &row.outcome {
        Outcome::Invited | Outcome::Joined | Outcome::Already(_) | Outcome::Planned => return None,
        Outcome::Unprocessed { reason, .. } => reason.clone(),
        Outcome::Skipped(SkipReason::Ended(status)) => status.to_string().to_lowercase(),
        Outcome::Skipped(SkipReason::Suspended) => "suspended".to_owned(),
        Outcome::Skipped(SkipReason::UnknownStatus(word)) => word.clone(),
        Outcome::Skipped(SkipReason::NotActive(state)) => state.as_str().to_owned(),
        Outcome::Failed(failure) => failure.to_string(),
        Outcome::NotRecorded(why) => why.clone(),
        Outcome::NotListed(_) => "not_invited".to_owned(),
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
pub(super) async fn work(mut bench: Bench) {
    let mut failing = false;
    let mut stopped = bench.clone();
    while !bench.is_to_stop() {
        // Breaking off is safe at any point: leases end, and what was cut off is done again.
        let outcome = tokio::select! {
            () = stopped.stopped() => return,
            outcome = pass(&bench.app, false) => outcome,
        };
        let pause = match outcome {
            Ok(passed) => {
                let is_failing = !passed.failures.is_empty();
                let was_failing = std::mem::replace(&mut failing, is_failing);
                for failure in passed.failures.into_iter().filter(|_| !was_failing) {
                    bench.say(News::RequestsFail(failure));
                }
                if was_failing && !is_failing {
                    bench.say(News::RequestsWork);
                }
                if is_failing { AFTER_FAILURE } else { LOOK }
            }
            Err(error) => {
                if !std::mem::replace(&mut failing, true) {
                    bench.say(News::OutboxFails(error));
                }
                AFTER_FAILURE
            }
        };
        bench.wait(pause).await;
    }
}
