//! Which path does what: the whole table.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use tracing::Span;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::openapi::{ApiDescription, Description};
use super::pages::{
    account, accounts, agents, alerts, audit, baseline, deliveries, guide, login, overview,
    requests, silences,
};
use super::problem::{ApiProblem, Code, request_id};
use super::rate_limit::{Admitted, Peer, asked_language};
use super::{AppState, agent_api, api, downloads, health, hooks, metrics, openapi, shell};
use crate::telemetry::{Answered, RouteLabel};

/// How long a request may take, its body included.
const REQUEST: Duration = Duration::from_secs(30);
/// The header that carries a request's id.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(super) fn router(state: AppState) -> Router {
    let (api, description) = api().split_for_parts();
    let hsts = (state.origin.starts_with("https://"))
        .then_some(HeaderValue::from_static("max-age=31536000"));
    let limits = Arc::clone(&state.limits);
    // Each layer wraps those before it: the request's id comes first, and the time limit last.
    pages()
        .merge(api)
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(Extension(ApiDescription(Arc::new(description))))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            REQUEST,
        ))
        .layer(middleware::from_fn_with_state(state.clone(), count_request))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            in_the_callers_language,
        ))
        // What every answer says to browsers and caches, whatever made it: it is what it says it is, it is not
        // kept unless it says so itself, and where people come by TLS, they always do.
        .layer(SetResponseHeaderLayer::overriding(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .layer(SetResponseHeaderLayer::overriding(
            header::STRICT_TRANSPORT_SECURITY,
            hsts,
        ))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(move |request: &Request| {
                    let peer = request.extensions().get::<Peer>();
                    let client = peer.map(|Peer(peer)| limits.client(*peer, request.headers()));
                    span(request, client)
                })
                .on_request(())
                .on_response(log_response)
                .on_body_chunk(())
                .on_eos(())
                // A failure has its line from where its cause is known.
                .on_failure(()),
        )
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .with_state(state)
}

/// What programs ask for: each route with its description, which is at its handler.
pub(super) fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Description::openapi())
        // An agent proves its account, and reports. Source: the agent API of the design.
        .routes(routes!(agent_api::challenge))
        .routes(routes!(agent_api::session))
        .routes(routes!(agent_api::heartbeat))
        .routes(routes!(agent_api::invitation))
        // A stranger's shell gets the agent, and the agent its next version.
        .routes(routes!(downloads::script))
        .routes(routes!(downloads::manifest))
        .routes(routes!(downloads::archive))
        // Programs of the SOC look.
        .routes(routes!(api::accounts))
        .routes(routes!(api::check))
        .routes(routes!(api::alerts))
        .routes(routes!(api::agents))
        .routes(routes!(api::requests))
        .routes(routes!(api::deliveries))
        .routes(routes!(api::audit))
        // EventBridge pushes alerts, and Jira wakes us for a request.
        .routes(routes!(hooks::eventbridge))
        .routes(routes!(hooks::jira))
        // Monitoring, and the description for authors of clients.
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(metrics::metrics))
        .routes(routes!(openapi::document))
}

/// What people of the SOC look at, and act on.
fn pages() -> Router<AppState> {
    Router::new()
        .route("/", get(overview::show))
        .route("/accounts", get(accounts::show))
        .route("/accounts/{id}", get(account::show))
        .route("/accounts/{id}/reports/{period}", get(account::report))
        .route("/baseline", get(baseline::show))
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
        .route("/login/oidc", get(login::redirect_to_issuer))
        .route("/login/callback", get(login::back))
        .route("/logout", post(login::out))
        .route("/assets/hubward.css", get(shell::style))
        .route("/assets/hubward.svg", get(shell::icon))
}

async fn not_found(_: Admitted) -> ApiProblem {
    ApiProblem::new(Code::NotFound)
}

async fn method_not_allowed(_: Admitted) -> ApiProblem {
    ApiProblem::new(Code::MethodNotAllowed)
}

/// Refusals are made without knowing who reads them; here they get their words.
async fn in_the_callers_language(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let language = asked_language(request.headers()).unwrap_or(state.app.config.locale.language);
    let id = request_id(request.extensions());
    let answer = next.run(request).await;
    // The time limit answers with nothing but its status.
    let is_late = answer.status() == StatusCode::REQUEST_TIMEOUT;
    let refusal = answer.extensions().get::<ApiProblem>().cloned();
    match refusal.or_else(|| is_late.then(|| ApiProblem::new(Code::TooSlow))) {
        Some(refusal) => refusal.for_caller(language, id).into_response(),
        None => answer,
    }
}

/// What every line says that is logged while a request is worked on.
fn span(request: &Request, client: Option<IpAddr>) -> Span {
    // At the level of errors: even where nothing else is logged, an error has its request.
    tracing::error_span!(
        "request",
        method = method(request),
        route = route(request),
        request_id = request_id(request.extensions()),
        client = client.map(tracing::field::display),
    )
}

fn log_response(answer: &Response, took: Duration, _: &Span) {
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(
        status = answer.status().as_u16(),
        duration_ms,
        "request answered"
    );
}

/// The route as the table has it: a path may carry a token, or whatever a caller made up.
fn route(request: &Request) -> &str {
    let route = request.extensions().get::<MatchedPath>();
    route.map_or("none", MatchedPath::as_str)
}

/// The method, if it is one that anybody needs.
fn method(request: &Request) -> &'static str {
    match *request.method() {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

/// Counts by the table's own routes: what a caller makes up is one and the same.
async fn count_request(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (route, method) = (route(&request).to_owned(), method(&request).to_owned());
    let began = Instant::now();
    let answer = next.run(request).await;
    let telemetry = &state.app.telemetry;
    let seconds = began.elapsed().as_secs_f64();
    let log_response = Answered {
        route: route.clone(),
        method,
        status: answer.status().as_u16(),
    };
    telemetry.requests.get_or_create(&log_response).inc();
    let histogram = telemetry
        .request_seconds
        .get_or_create(&RouteLabel { route });
    histogram.observe(seconds);
    answer
}

#[cfg(test)]
mod tests;
