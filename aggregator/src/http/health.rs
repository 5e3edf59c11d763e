//! Is the server there, and can it work.

use axum::extract::State as Given;
use axum::http::StatusCode;

use super::caller::Admitted;
use super::problem::{Code, Refusal};
use super::{State, openapi};

/// The process answers.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operations",
    responses((status = 200, description = "It does", body = String, content_type = "text/plain"), openapi::Always)
)]
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// The database answers too.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operations",
    responses((status = 200, description = "It does", body = String, content_type = "text/plain"), openapi::Anybody)
)]
pub(super) async fn ready(
    _: Admitted,
    Given(state): Given<State>,
) -> Result<(StatusCode, &'static str), Refusal> {
    match state.app.store.ping().await {
        Ok(()) => Ok((StatusCode::OK, "ready\n")),
        Err(_) => Err(Refusal::new(Code::Internal)),
    }
}
