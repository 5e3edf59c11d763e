//! What others call when something happened. A webhook only wakes: nothing that it says is believed.

use axum::body::{Body, to_bytes};
use axum::extract::State as Given;
use axum::http::{HeaderMap, StatusCode};

use super::State;
use super::caller::Admitted;
use super::problem::{Code, Refusal};
use crate::actions::take_request::issues::{WakeError, wake};
use crate::domain::request::hook::Proof;

/// An issue with all its fields and the changes to it.
const LONGEST: usize = 1024 * 1024;

/// `POST /hooks/jira`
pub(super) async fn jira(
    _: Admitted,
    Given(state): Given<State>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refusal> {
    // Before the body: a server without Jira reads none.
    if state.app.config.requests.jira.is_none() {
        return Err(Refusal::new(Code::NotFound));
    }
    let body = to_bytes(body, LONGEST)
        .await
        .map_err(|_| Refusal::new(Code::TooLarge))?;
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let proof = Proof {
        signature: text("x-hub-signature"),
        secret: text("x-hubward-secret"),
    };
    match wake(&state.app, &proof, &body).await {
        // An issue of another project is none of ours, and nobody needs to try again.
        Ok(_) => Ok(StatusCode::ACCEPTED),
        Err(WakeError::NoJira) => Err(Refusal::new(Code::NotFound)),
        Err(WakeError::Refused(_)) => Err(Refusal::new(Code::HookRefused)),
        Err(WakeError::Store(_)) => Err(Refusal::new(Code::Internal)),
    }
}
