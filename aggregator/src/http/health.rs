//! Is the server there, and can it work.

use axum::extract::State as Given;
use axum::http::StatusCode;

use super::State;
use super::caller::Admitted;
use super::problem::{Code, Refusal};

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers too.
pub(super) async fn ready(
    _: Admitted,
    Given(state): Given<State>,
) -> Result<(StatusCode, &'static str), Refusal> {
    match state.app.store.ping().await {
        Ok(()) => Ok((StatusCode::OK, "ready\n")),
        Err(_) => Err(Refusal::new(Code::Internal)),
    }
}
