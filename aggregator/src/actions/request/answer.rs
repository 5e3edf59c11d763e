//! Answers the tickets of requests: leases an answer, comments and closes the ticket outside of any
//! transaction, and records Jira's response. At-least-once: an interrupted answer is searched for in the
//! ticket before it is posted again. An answer that Jira keeps rejecting for days is given up, stored and
//! announced.

use crate::actions::ledger::rules;
use crate::actions::notify::Notifier;
use crate::app::App;
use crate::jira::{Jira, JiraFailure, JiraUnavailable};
use hubward_document::install_script;
use hubward_domain::delivery::DeliveryNext;
use hubward_domain::notice::{Notice, Trouble};
use hubward_domain::release;
use hubward_domain::request::{AnswerPart, Help, JudgedRequest, RequestState, TicketAnswer};
use hubward_domain::retry::next_attempt;
use hubward_domain::routing::Subject;
use hubward_store::StoreError;
use hubward_store::request_answers::Queued;

/// Why no answers can be posted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AnswerError {
    /// Jira cannot be called at all.
    #[error(transparent)]
    Unavailable(#[from] JiraUnavailable),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Renders an answer in the reporter's language. Passed in by the caller, because actions do not use texts.
pub(crate) type RenderAnswer = fn(&TicketAnswer, &JudgedRequest, Help<'_>) -> Vec<AnswerPart>;

/// Posts the next answer that is due; `None` if there is none.
///
/// # Errors
/// See [`AnswerError`].
pub(crate) async fn answer_next(
    app: &App,
    render: RenderAnswer,
) -> Result<Option<(Queued, DeliveryNext)>, AnswerError> {
    let Some(jira) = app.jira().await? else {
        return Ok(None);
    };
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let leased = tx.lease_answer(now).await?;
    tx.commit().await?;
    let Some(queued) = leased else {
        return Ok(None);
    };
    let outcome = post(app, jira, &queued, render).await?;
    // Posting takes time.
    let now = app.clock.now();
    let [chance] = app.random();
    let next = match outcome {
        Ok(()) => DeliveryNext::Delivered,
        Err(failure) => {
            let why = jira.why(&failure);
            let asked = match failure {
                JiraFailure::Throttled { after } => {
                    after.and_then(|after| i64::try_from(after).ok())
                }
                _ => None,
            };
            let at = next_attempt(queued.attempts, asked, queued.created_at, now, chance);
            match at.filter(|_| failure.passes()) {
                Some(at) => DeliveryNext::Again { at, why },
                None => DeliveryNext::GivenUp { why },
            }
        }
    };
    let mut tx = app.store.begin().await?;
    tx.record_answer(&queued, &next, now).await?;
    if let DeliveryNext::GivenUp { why } = &next {
        let trouble = Trouble::TicketNotAnswered {
            request: queued.request_id.clone(),
            why: why.clone(),
        };
        Notifier::new(app)
            .notify_about(&mut tx, &Notice::Operations(trouble), Subject::default())
            .await?;
    }
    tx.commit().await?;
    Ok(Some((queued, next)))
}

async fn post(
    app: &App,
    jira: &Jira,
    queued: &Queued,
    render: RenderAnswer,
) -> Result<Result<(), JiraFailure>, StoreError> {
    let Some(request) = app.store.request(&queued.request_id).await? else {
        return Ok(Ok(()));
    };
    let ledger = app.store.accounts().await?;
    let context = JudgedRequest::of(request, &ledger, &rules(app));
    if is_overtaken(&queued.answer, &context) {
        return Ok(Ok(()));
    }
    let server = &app.config.server.public_url;
    let administrator = app.config.hub.administrator.as_str();
    let lines = release::newest(&app.store.releases().await?).map(|newest| {
        let script = install_script::render(server, newest);
        [
            install_script::one_line(server, administrator),
            install_script::two_steps(server, administrator, &script),
        ]
    });
    let guide = app
        .config
        .guide_links()
        .first_page(context.request.language);
    let key = &queued.request_id;
    let again = queued.attempts > 1;
    let help = Help {
        lines: lines
            .as_ref()
            .map(|lines| lines.each_ref().map(String::as_str)),
        guide: &guide,
    };
    let parts = render(&queued.answer, &context, help);
    if let Err(failure) = jira.answer(key, parts, queued.position, again).await {
        return Ok(Err(failure));
    }
    let Some(how) = queued.answer.closes() else {
        return Ok(Ok(()));
    };
    // If the workflow has no matching transition, the ticket stays open for a person to close.
    Ok(jira.close(key, how).await.map(|_| ()))
}

/// Whether the request's state has moved past this answer.
fn is_overtaken(answer: &TicketAnswer, context: &JudgedRequest) -> bool {
    match answer {
        TicketAnswer::Received => {
            context.request.state != RequestState::Open || context.judged.is_err()
        }
        TicketAnswer::Stuck => {
            context.request.state != RequestState::Open || context.judged.is_ok()
        }
        _ => false,
    }
}
