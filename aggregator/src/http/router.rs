//! Which path does what: the whole table.

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::pages::{
    account, accounts, agents, alerts, audit, deliveries, guide, login, overview, requests,
    silences,
};
use super::problem::{ApiProblem, Code};
use super::rate_limit::{Admitted, asked_language};
use super::{AppState, agent_api, api, downloads, health, hooks, metrics, openapi, shell};
use crate::telemetry::{Answered, RouteLabel};

/// How long a request may take, its body included.
const REQUEST: Duration = Duration::from_secs(30);

pub(super) fn router(state: AppState) -> Router {
    Router::new()
        // An agent proves its account, and reports. Source: the agent API of the design.
        .route("/v1/challenges", post(agent_api::challenge))
        .route("/v1/sessions", post(agent_api::session))
        .route("/v1/heartbeats", post(agent_api::heartbeat))
        .route("/v1/invitations", post(agent_api::invitation))
        // A stranger's shell gets the agent, and the agent its next version.
        .route("/install.sh", get(downloads::script))
        .route("/releases/manifest.json", get(downloads::manifest))
        .route("/releases/{file}", get(downloads::archive))
        // People of the SOC look, and act.
        .route("/", get(overview::show))
        .route("/accounts", get(accounts::show))
        .route("/accounts/{id}", get(account::show))
        .route("/accounts/{id}/reports/{period}", get(account::report))
        .route("/alerts", get(alerts::list))
        .route("/alerts/{id}", get(alerts::show).post(alerts::handle))
        .route("/silences", get(silences::list).post(silences::act))
        .route("/requests", get(requests::list))
        .route("/requests/new", get(requests::form).post(requests::take))
        .route("/requests/{id}", get(requests::show).post(requests::decide))
        .route("/agents", get(agents::list))
        .route("/deliveries", get(deliveries::list).post(deliveries::again))
        .route("/reports/{link}", get(account::linked_report))
        .route("/guide", get(guide::list))
        .route("/guide/{key}", get(guide::show))
        .route("/audit", get(audit::list))
        .route("/login", get(login::form).post(login::with_token))
        .route("/login/oidc", get(login::at_issuer))
        .route("/login/callback", get(login::back))
        .route("/logout", post(login::out))
        .route("/assets/hubward.css", get(shell::style))
        .route("/assets/hubward.svg", get(shell::mark))
        // Programs of the SOC look.
        .route("/api/v1/accounts", get(api::accounts))
        .route("/api/v1/check", get(api::check))
        .route("/api/v1/alerts", get(api::alerts))
        .route("/api/v1/agents", get(api::agents))
        .route("/api/v1/requests", get(api::requests))
        .route("/api/v1/deliveries", get(api::deliveries))
        .route("/api/v1/audit", get(api::audit))
        // EventBridge pushes alerts, and Jira wakes us for a request.
        .route("/hooks/eventbridge", post(hooks::eventbridge))
        .route("/hooks/jira", post(hooks::jira))
        // Whoever watches the watchers, and whoever writes programs for all this.
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::metrics))
        .route("/openapi.json", get(openapi::document))
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_so)
        .layer(middleware::from_fn(in_time))
        .layer(middleware::from_fn_with_state(state.clone(), counted))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            in_the_callers_language,
        ))
        .layer(middleware::from_fn_with_state(state.clone(), guarded))
        .with_state(state)
}

async fn nothing_here(_: Admitted) -> ApiProblem {
    ApiProblem::new(Code::NotFound)
}

async fn not_so(_: Admitted) -> ApiProblem {
    ApiProblem::new(Code::MethodNotAllowed)
}

/// Refusals are made without knowing who reads them; here they get their words.
async fn in_the_callers_language(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let language = asked_language(request.headers()).unwrap_or(state.app.config.locale.language);
    let answer = next.run(request).await;
    match answer.extensions().get::<ApiProblem>().cloned() {
        Some(refusal) => refusal.in_language(language).into_response(),
        None => answer,
    }
}

/// What every answer says to browsers and caches, whatever made it: it is what it says it is, it is not kept unless it
/// says so itself, and where people come by TLS, they always do.
async fn guarded(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if state.origin.starts_with("https://") {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    answer
}

/// Counts by the table's own routes: what a caller makes up is one and the same.
async fn counted(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let method = match request.method().as_str() {
        known @ ("GET" | "POST" | "HEAD" | "PUT" | "DELETE") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let began = Instant::now();
    let answer = next.run(request).await;
    let telemetry = &state.app.telemetry;
    let seconds = began.elapsed().as_secs_f64();
    let answered = Answered {
        route: route.clone(),
        method,
        status: answer.status().as_u16(),
    };
    telemetry.requests.get_or_create(&answered).inc();
    let histogram = telemetry
        .request_seconds
        .get_or_create(&RouteLabel { route });
    histogram.observe(seconds);
    answer
}

async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST, next.run(request)).await {
        Ok(answer) => answer,
        Err(_) => ApiProblem::new(Code::TooSlow).into_response(),
    }
}
