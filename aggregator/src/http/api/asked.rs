//! Which rows a program asks for, and that it asks for something that makes sense.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::http::AppState;
use crate::http::problem::{ApiProblem, Code};
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::alert::AlertState;
use hubward_domain::delivery::DeliveryState;

/// How many rows a page has by default, and at most.
const PART: i64 = 1000;
const LONGEST: i64 = 5000;
/// How far into the rows a part may begin: a number that every program can hold.
pub(super) const FARTHEST: i64 = (1 << 53) - 1;

/// Which part of the rows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct PageQuery {
    /// How many rows; 1000 where nothing is said.
    #[param(value_type = i64, required = false, minimum = 1, maximum = 5000)]
    pub(super) limit: Option<i64>,
    /// How many rows to leave out first.
    #[param(value_type = i64, required = false, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub(super) offset: Option<i64>,
}

/// Which part of the alerts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct AlertsAsked {
    /// How many rows; 1000 where nothing is said.
    #[param(value_type = i64, required = false, minimum = 1, maximum = 5000)]
    pub(super) limit: Option<i64>,
    /// How many rows to leave out first.
    #[param(value_type = i64, required = false, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub(super) offset: Option<i64>,
    /// Only those in this state.
    #[param(value_type = AlertState, required = false)]
    pub(super) state: Option<AlertState>,
}

/// Which part of the outbox.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct DeliveriesAsked {
    /// How many rows; 1000 where nothing is said.
    #[param(value_type = i64, required = false, minimum = 1, maximum = 5000)]
    pub(super) limit: Option<i64>,
    /// How many rows to leave out first.
    #[param(value_type = i64, required = false, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub(super) offset: Option<i64>,
    /// Only those in this state.
    #[param(value_type = DeliveryState, required = false)]
    pub(super) state: Option<DeliveryState>,
}

/// Which part of the log. Its parts begin behind a number, because it grows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct LogAsked {
    /// How many rows; 1000 where nothing is said.
    #[param(value_type = i64, required = false, minimum = 1, maximum = 5000)]
    pub(super) limit: Option<i64>,
    /// Behind which number the rows begin.
    #[param(value_type = i64, required = false, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub(super) after: Option<i64>,
}

/// What the address asks for. What makes no sense is refused like anything else.
pub(in crate::http) struct Asking<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Asking<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiProblem> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(rejection) => {
                // The field alone: what a caller wrote is not said back.
                let text = rejection.body_text();
                let named = ["limit", "offset", "after", "state"]
                    .into_iter()
                    .find(|name| text.contains(&format!(": {name}: ")));
                Err(ApiProblem::new(Code::BadQuery).with_detail(named.unwrap_or_default()))
            }
        }
    }
}

/// How many rows a part is to have.
pub(super) fn limit(asked: Option<i64>) -> Result<i64, ApiProblem> {
    within("limit", asked.unwrap_or(PART), 1, LONGEST)
}

/// The part that is asked for.
pub(super) fn window(
    asked_limit: Option<i64>,
    offset: Option<i64>,
) -> Result<PageWindow, ApiProblem> {
    Ok(PageWindow {
        offset: within("offset", offset.unwrap_or(0), 0, FARTHEST)?,
        limit: limit(asked_limit)?,
    })
}

/// The number, if it is within its bounds.
pub(super) fn within(name: &str, number: i64, least: i64, most: i64) -> Result<i64, ApiProblem> {
    if (least..=most).contains(&number) {
        Ok(number)
    } else {
        let text = format!("{name}: {least} to {most}");
        Err(ApiProblem::new(Code::BadQuery).with_detail(text))
    }
}
