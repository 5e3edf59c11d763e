//! What others call when something happened. Jira's webhook only wakes: nothing that it says is believed.
//! EventBridge brings alerts: it is believed by its key, and answered when they are stored.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use futures::StreamExt;
use sha2::{Digest, Sha256};
use utoipa::IntoResponses;

use super::problem::{ApiProblem, Code};
use super::rate_limit::Admitted;
use super::responses::{Responses, refusals};
use super::{AppState, responses};
use crate::actions::alert::ingest::batch::{Admission, admit};
use crate::actions::request::receive::issues::{HookError, enqueue};
use hubward_domain::alert::arrival::{Incoming, IngestSource};
use hubward_domain::request::hook::HookProof;

/// An issue with all its fields and the changes to it.
const LONGEST: usize = 1024 * 1024;
/// The most of an event that is read: EventBridge's own limit (quotas of EventBridge, `PutEvents`).
const EVENT: usize = 1024 * 1024;
/// How long an event may take to come, and then to be stored: EventBridge waits for five seconds in all
/// (docs eb-api-destinations.html).
const COMING: Duration = Duration::from_secs(3);
const STORING: Duration = Duration::from_millis(900);

/// Jira says that an issue changed.
///
/// Nothing that it says is believed but that there is news: the issue is read again. Where `requests.jira` is
/// not configured, there is nothing here.
#[utoipa::path(
    post,
    path = "/hooks/jira",
    tag = "hooks",
    request_body(content = Option<serde_json::Value>, description = "Jira's event, of at most 1 MiB"),
    responses(
        (status = 202, description = "The issue will be read, if it is one of ours"),
        JiraRefusals,
        responses::Anybody
    ),
    security(("jira_signature" = []), ("jira_secret" = []))
)]
pub(super) async fn jira(
    _: Admitted,
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, ApiProblem> {
    // Before the body: a server without Jira reads none.
    if state.app.config.requests.jira.is_none() {
        return Err(ApiProblem::new(Code::NotFound));
    }
    let body = to_bytes(body, LONGEST)
        .await
        .map_err(|error| ApiProblem::with_cause(Code::TooLarge, error))?;
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let proof = HookProof {
        signature: text("x-hub-signature"),
        secret: text("x-hubward-secret"),
    };
    match enqueue(&state.app, &proof, &body).await {
        // An issue of another project is none of ours, and retrying would not help.
        Ok(_) => Ok(StatusCode::ACCEPTED),
        Err(HookError::NoJira) => Err(ApiProblem::new(Code::NotFound)),
        Err(HookError::Refused(_)) => Err(ApiProblem::new(Code::HookRefused)),
        Err(HookError::Store(error)) => Err(ApiProblem::internal(error)),
    }
}

/// An API destination of EventBridge brings an alert.
///
/// EventBridge tries again after 401, 429 and 5xx only, so no other refusal is given for what may be an alert;
/// what cannot be understood is stored as such. Where `alerts.push_secret` is not configured, there is nothing here.
#[utoipa::path(
    post,
    path = "/hooks/eventbridge",
    tag = "hooks",
    request_body(content = Option<serde_json::Value>, description = "The event; what is behind 1 MiB is not read"),
    responses(
        (status = 202, description = "It is stored"),
        EventRefusals,
        responses::Anybody
    ),
    security(("eventbridge_key" = []))
)]
pub(super) async fn eventbridge(
    State(state): State<AppState>,
    request: Request,
) -> Result<StatusCode, ApiProblem> {
    let (mut parts, body) = request.into_parts();
    let key = parts.headers.get("x-api-key");
    match admit(
        &state.app,
        key.map(HeaderValue::as_bytes).unwrap_or_default(),
    ) {
        Admission::Open => {}
        Admission::Shut => return Err(ApiProblem::new(Code::NotFound)),
        Admission::Unknown => return Err(not_stored()),
        Admission::Refused => {
            // Who has no key may not guess for ever.
            Admitted::from_request_parts(&mut parts, &state).await?;
            return Err(ApiProblem::new(Code::KeyRefused));
        }
    }
    let body = tokio::time::timeout(COMING, read_bounded(body)).await;
    let body = body.ok().flatten().ok_or_else(not_stored)?;
    let message = Incoming {
        door: IngestSource::Push,
        // The same event has the same id, so that what is refused is kept once.
        id: format!("push-{}", hex::encode(Sha256::digest(&body))),
        // PostgreSQL keeps no text with a null in it, and EventBridge would bring it again and again.
        body: String::from_utf8_lossy(&body).replace('\0', "\u{FFFD}"),
        received_at: state.app.clock.exactly(),
    };
    match tokio::time::timeout(STORING, state.intake.take(vec![message])).await {
        Ok(Ok(_)) => Ok(StatusCode::ACCEPTED),
        Ok(Err(error)) => Err(ApiProblem::with_cause(Code::NotStored, error).after(1)),
        Err(late) => Err(ApiProblem::with_cause(Code::NotStored, late).after(1)),
    }
}

/// Why Jira is not heard.
struct JiraRefusals;

impl IntoResponses for JiraRefusals {
    fn responses() -> Responses {
        refusals(&[Code::HookRefused, Code::NotFound, Code::TooLarge])
    }
}

/// Why an event is not stored.
struct EventRefusals;

impl IntoResponses for EventRefusals {
    fn responses() -> Responses {
        refusals(&[Code::KeyRefused, Code::NotFound, Code::NotStored])
    }
}

/// EventBridge retries soon; no channel has been notified yet.
fn not_stored() -> ApiProblem {
    ApiProblem::new(Code::NotStored).after(1)
}

/// A body, or the first of one that is too long to be an event; `None`: the connection broke.
async fn read_bounded(body: Body) -> Option<Vec<u8>> {
    let mut stream = body.into_data_stream();
    let mut first = Vec::new();
    while let Some(part) = stream.next().await {
        let part = part.ok()?;
        let room = EVENT.saturating_sub(first.len());
        first.extend(part.iter().take(room));
        if part.len() > room {
            break;
        }
    }
    Some(first)
}
