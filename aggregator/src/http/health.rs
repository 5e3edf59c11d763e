//! Is the server there, and can it work.

use axum::extract::State;
use axum::http::StatusCode;

use super::problem::ApiProblem;
use super::rate_limit::Admitted;
use super::{AppState, responses};

/// The process answers.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operations",
    responses((status = 200, description = "It does", body = String, content_type = "text/plain"), responses::Always)
)]
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// The database answers too.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operations",
    responses((status = 200, description = "It does", body = String, content_type = "text/plain"), responses::Anybody)
)]
pub(super) async fn ready(
    _: Admitted,
    State(state): State<AppState>,
) -> Result<(StatusCode, &'static str), ApiProblem> {
    match state.app.store.ping().await {
        Ok(()) => Ok((StatusCode::OK, "ready\n")),
        Err(error) => Err(ApiProblem::internal(error)),
    }
}
