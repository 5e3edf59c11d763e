//! `GET /api/v1/…`: the arrays of the command line's `--json`, for the holder of an access token, in
//! bounded parts. `Link` says where the next part is (RFC 8288), `X-Total-Count` how many there are.

use axum::Json;
use axum::extract::{Query, State as Given};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::State;
use super::caller::{Holder, asked_language};
use super::problem::{Code, Refusal};
use crate::actions::check::Row;
use crate::actions::look;
use crate::actions::standing::standing;
use crate::actions::take_request;
use crate::domain::alert::{AlertFilter, AlertState};
use crate::domain::delivery::{DeliveryState, PostFilter};
use crate::domain::run::RunFilter;
use crate::domain::standing::Window;
use crate::text::shape;

/// How many rows a part has where nobody asks otherwise, and at most.
const PART: i64 = 1000;
const LONGEST: i64 = 5000;
const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

/// Which part of which rows. The log's parts begin behind a number, because it grows.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    limit: Option<i64>,
    #[serde(default)]
    offset: Option<i64>,
    #[serde(default)]
    after: Option<i64>,
    #[serde(default)]
    state: Option<String>,
}

impl Asked {
    fn window(&self) -> Window {
        Window {
            offset: self.offset.unwrap_or(0).max(0),
            limit: self.limit.unwrap_or(PART).clamp(1, LONGEST),
        }
    }
}

type Answer = Result<Response, Refusal>;

/// `GET /api/v1/accounts`
pub(super) async fn accounts(
    _: Holder,
    Given(state): Given<State>,
    Query(asked): Query<Asked>,
) -> Answer {
    let rows = look::accounts(&state.app).await.map_err(failed)?;
    Ok(cut("accounts", &rows, &asked))
}

/// `GET /api/v1/check`: what the last check said; AWS is not asked.
pub(super) async fn check(
    _: Holder,
    Given(state): Given<State>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Answer {
    let language = asked_language(&headers).unwrap_or(state.app.config.locale.language);
    let administrator = &state.app.config.hub.administrator;
    let places = standing(&state.app, None).await.map_err(failed)?;
    let rows: Vec<shape::Check> = places
        .into_iter()
        .map(|place| {
            let row = Row {
                account_id: place.account_id,
                project: place.project,
                region: place.region,
                verdict: place.verdict,
                since: place.since,
                reported_at: place.reported_at,
            };
            shape::check(&row, administrator, language)
        })
        .collect();
    Ok(cut("check", &rows, &asked))
}

/// `GET /api/v1/alerts`
pub(super) async fn alerts(
    _: Holder,
    Given(state): Given<State>,
    Query(asked): Query<Asked>,
) -> Answer {
    let filter = AlertFilter {
        state: word::<AlertState>(asked.state.as_deref())?,
        ..AlertFilter::default()
    };
    let window = asked.window();
    let (rows, all) = look::alerts_that(&state.app, &filter, window)
        .await
        .map_err(failed)?;
    Ok(part("alerts", &rows, all, window, asked.state.as_deref()))
}

/// `GET /api/v1/agents`
pub(super) async fn agents(
    _: Holder,
    Given(state): Given<State>,
    Query(asked): Query<Asked>,
) -> Answer {
    let window = asked.window();
    let (runs, all) = look::runs_that(&state.app, &RunFilter::default(), window)
        .await
        .map_err(failed)?;
    let rows: Vec<shape::Agent> = runs.iter().map(|(run, _)| shape::agent(run)).collect();
    Ok(part("agents", &rows, all, window, None))
}

/// `GET /api/v1/requests`
pub(super) async fn requests(
    _: Holder,
    Given(state): Given<State>,
    Query(asked): Query<Asked>,
) -> Answer {
    let shown = take_request::requests(&state.app).await.map_err(failed)?;
    let rows: Vec<_> = shown.into_iter().map(|shown| shown.view).collect();
    Ok(cut("requests", &rows, &asked))
}

/// `GET /api/v1/deliveries`
pub(super) async fn deliveries(
    _: Holder,
    Given(state): Given<State>,
    Query(asked): Query<Asked>,
) -> Answer {
    let filter = PostFilter {
        state: word::<DeliveryState>(asked.state.as_deref())?,
        ..PostFilter::default()
    };
    let window = asked.window();
    let (rows, all) = look::deliveries(&state.app, &filter, window)
        .await
        .map_err(failed)?;
    Ok(part(
        "deliveries",
        &rows,
        all,
        window,
        asked.state.as_deref(),
    ))
}

/// `GET /api/v1/audit`
pub(super) async fn audit(
    _: Holder,
    Given(state): Given<State>,
    Query(asked): Query<Asked>,
) -> Answer {
    let after = asked.after.unwrap_or(0).max(0);
    let limit = asked.window().limit;
    let events = look::events(&state.app, after, limit, None)
        .await
        .map_err(failed)?;
    let full = i64::try_from(events.len()).is_ok_and(|count| count == limit);
    let next = events
        .last()
        .filter(|_| full)
        .map(|last| format!("/api/v1/audit?after={}&limit={limit}", last.sequence));
    Ok(answer(&events, next, None))
}

/// The part that is asked for of rows that are all here.
fn cut<T: Serialize>(name: &str, rows: &[T], asked: &Asked) -> Response {
    let window = asked.window();
    let from = usize::try_from(window.offset)
        .unwrap_or(usize::MAX)
        .min(rows.len());
    let length = usize::try_from(window.limit).unwrap_or(0);
    let shown = rows.get(from..).unwrap_or_default();
    let shown = shown.get(..length).unwrap_or(shown);
    let all = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    part(name, shown, all, window, None)
}

fn part<T: Serialize>(
    name: &str,
    rows: &[T],
    all: i64,
    window: Window,
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

/// A word of the address, as what it stands for.
fn word<T: std::str::FromStr>(word: Option<&str>) -> Result<Option<T>, Refusal> {
    word.filter(|word| !word.is_empty())
        .map(|word| {
            word.parse()
                .map_err(|_| Refusal::new(Code::BadQuery).with_detail("state"))
        })
        .transpose()
}

fn failed(_: crate::actions::StoreError) -> Refusal {
    Refusal::new(Code::Internal)
}
