//! `GET /api/v1/…`: the arrays of the command line's `--json`, for the holder of an access token, in
//! bounded parts. `Link` says where the next part is (RFC 8288), `X-Total-Count` how many there are.

mod asked;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::AppState;
use super::problem::ApiProblem;
use super::rate_limit::{ApiToken, asked_language};
use super::responses::Holders;
use crate::queries;
use crate::queries::alert::AlertRow;
use crate::queries::check::latest_check;
use crate::queries::request::{RequestFilter, search_requests};
use crate::text::shape;
use hubward_domain::account::Account;
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::alert::{AlertFilter, AlertState};
use hubward_domain::audit::AuditEvent;
use hubward_domain::delivery::{DeliveryState, PostFilter, Posted};
use hubward_domain::request::RequestView;
use hubward_domain::run::RunFilter;

use asked::{
    AlertsAsked, Asking, DeliveriesAsked, FARTHEST, LogAsked, PageQuery, limit, window, within,
};

const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

type ApiAnswer = Result<Response, ApiProblem>;

/// The ledger.
#[utoipa::path(
    get,
    path = "/api/v1/accounts",
    tag = "soc",
    params(PageQuery),
    responses(
        (status = 200, description = "A part of the rows", body = [Account], headers(
            ("X-Total-Count" = i64, description = "How many rows there are"),
            ("Link" = String, description = "Where the next part is (RFC 8288), if there is one")
        )),
        Holders
    ),
    security(("access_token" = []))
)]
pub(super) async fn accounts(
    _: ApiToken,
    State(state): State<AppState>,
    Asking(asked): Asking<PageQuery>,
) -> ApiAnswer {
    let window = window(asked.limit, asked.offset)?;
    let (rows, all) = queries::account::account_page(&state.app, window)
        .await
        .map_err(ApiProblem::internal)?;
    Ok(part("accounts", &rows, all, window, None))
}

/// What the last check said of each account and Region; AWS is not asked.
#[utoipa::path(
    get,
    path = "/api/v1/check",
    tag = "soc",
    params(PageQuery),
    responses(
        (status = 200, description = "A part of the rows", body = [shape::CheckJson], headers(
            ("X-Total-Count" = i64, description = "How many rows there are"),
            ("Link" = String, description = "Where the next part is (RFC 8288), if there is one")
        )),
        Holders
    ),
    security(("access_token" = []))
)]
pub(super) async fn check(
    _: ApiToken,
    State(state): State<AppState>,
    Asking(asked): Asking<PageQuery>,
    headers: HeaderMap,
) -> ApiAnswer {
    let window = window(asked.limit, asked.offset)?;
    let language = asked_language(&headers).unwrap_or(state.app.config.locale.language);
    let administrator = &state.app.config.hub.administrator;
    let (rows, all) = latest_check(&state.app, window)
        .await
        .map_err(ApiProblem::internal)?;
    let rows: Vec<shape::CheckJson> = rows
        .iter()
        .map(|row| shape::check(row, administrator, language))
        .collect();
    Ok(part("check", &rows, all, window, None))
}

/// The alerts, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/alerts",
    tag = "soc",
    params(AlertsAsked),
    responses(
        (status = 200, description = "A part of the rows", body = [AlertRow], headers(
            ("X-Total-Count" = i64, description = "How many rows there are"),
            ("Link" = String, description = "Where the next part is (RFC 8288), if there is one")
        )),
        Holders
    ),
    security(("access_token" = []))
)]
pub(super) async fn alerts(
    _: ApiToken,
    State(state): State<AppState>,
    Asking(asked): Asking<AlertsAsked>,
) -> ApiAnswer {
    let filter = AlertFilter {
        state: asked.state,
        ..AlertFilter::default()
    };
    let window = window(asked.limit, asked.offset)?;
    let (rows, all) = queries::alert::search_alerts(&state.app, &filter, window)
        .await
        .map_err(ApiProblem::internal)?;
    let state = asked.state.map(AlertState::as_str);
    Ok(part("alerts", &rows, all, window, state))
}

/// The runs of agents, newest heartbeat first.
#[utoipa::path(
    get,
    path = "/api/v1/agents",
    tag = "soc",
    params(PageQuery),
    responses(
        (status = 200, description = "A part of the rows", body = [shape::AgentRunJson], headers(
            ("X-Total-Count" = i64, description = "How many rows there are"),
            ("Link" = String, description = "Where the next part is (RFC 8288), if there is one")
        )),
        Holders
    ),
    security(("access_token" = []))
)]
pub(super) async fn agents(
    _: ApiToken,
    State(state): State<AppState>,
    Asking(asked): Asking<PageQuery>,
) -> ApiAnswer {
    let window = window(asked.limit, asked.offset)?;
    let (runs, all) = queries::agent::search_runs(&state.app, &RunFilter::default(), window)
        .await
        .map_err(ApiProblem::internal)?;
    let rows: Vec<shape::AgentRunJson> = runs.iter().map(|(run, _)| shape::agent(run)).collect();
    Ok(part("agents", &rows, all, window, None))
}

/// The requests, and what each would change in the ledger.
#[utoipa::path(
    get,
    path = "/api/v1/requests",
    tag = "soc",
    params(PageQuery),
    responses(
        (status = 200, description = "A part of the rows", body = [RequestView], headers(
            ("X-Total-Count" = i64, description = "How many rows there are"),
            ("Link" = String, description = "Where the next part is (RFC 8288), if there is one")
        )),
        Holders
    ),
    security(("access_token" = []))
)]
pub(super) async fn requests(
    _: ApiToken,
    State(state): State<AppState>,
    Asking(asked): Asking<PageQuery>,
) -> ApiAnswer {
    let window = window(asked.limit, asked.offset)?;
    let filter = RequestFilter::default();
    let (shown, all) = search_requests(&state.app, &filter, window)
        .await
        .map_err(ApiProblem::internal)?;
    let rows: Vec<_> = shown.into_iter().map(|shown| shown.view).collect();
    Ok(part("requests", &rows, all, window, None))
}

/// The messages of the outbox, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/deliveries",
    tag = "soc",
    params(DeliveriesAsked),
    responses(
        (status = 200, description = "A part of the rows", body = [Posted], headers(
            ("X-Total-Count" = i64, description = "How many rows there are"),
            ("Link" = String, description = "Where the next part is (RFC 8288), if there is one")
        )),
        Holders
    ),
    security(("access_token" = []))
)]
pub(super) async fn deliveries(
    _: ApiToken,
    State(state): State<AppState>,
    Asking(asked): Asking<DeliveriesAsked>,
) -> ApiAnswer {
    let filter = PostFilter {
        state: asked.state,
        ..PostFilter::default()
    };
    let window = window(asked.limit, asked.offset)?;
    let (rows, all) = queries::delivery::deliveries(&state.app, &filter, window)
        .await
        .map_err(ApiProblem::internal)?;
    let state = asked.state.map(DeliveryState::as_str);
    Ok(part("deliveries", &rows, all, window, state))
}

/// The audit log, oldest first.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    tag = "soc",
    params(LogAsked),
    responses(
        (status = 200, description = "A part of the rows", body = [AuditEvent], headers(
            ("Link" = String, description = "Where the next part is (RFC 8288), if there is one")
        )),
        Holders
    ),
    security(("access_token" = []))
)]
pub(super) async fn audit(
    _: ApiToken,
    State(state): State<AppState>,
    Asking(asked): Asking<LogAsked>,
) -> ApiAnswer {
    let after = within("after", asked.after.unwrap_or(0), 0, FARTHEST)?;
    let limit = limit(asked.limit)?;
    let events = queries::audit::audit_events(&state.app, after, limit, None)
        .await
        .map_err(ApiProblem::internal)?;
    let full = i64::try_from(events.len()).is_ok_and(|count| count == limit);
    let next = events
        .last()
        .filter(|_| full)
        .map(|last| format!("/api/v1/audit?after={}&limit={limit}", last.sequence));
    Ok(answer(&events, next, None))
}

fn part<T: Serialize>(
    name: &str,
    rows: &[T],
    all: i64,
    window: PageWindow,
    state: Option<&str>,
) -> Response {
    let end = window.offset.saturating_add(window.limit);
    let next = (end < all).then(|| {
        let state = state.map(|word| format!("&state={word}"));
        format!(
            "/api/v1/{name}?offset={end}&limit={}{}",
            window.limit,
            state.unwrap_or_default()
        )
    });
    answer(rows, next, Some(all))
}

fn answer<T: Serialize>(rows: &[T], next: Option<String>, all: Option<i64>) -> Response {
    let mut response = Json(rows).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(all) = all {
        headers.insert(TOTAL, HeaderValue::from(all));
    }
    if let Some(link) = next.and_then(|next| format!("<{next}>; rel=\"next\"").parse().ok()) {
        headers.insert(header::LINK, link);
    }
    response
}
