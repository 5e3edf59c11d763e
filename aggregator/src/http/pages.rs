//! The pages of the dashboard: each parses its address, calls one action, and presents. What they look
//! like is in `templates/`. None of them asks AWS.

pub(super) mod account;
pub(super) mod accounts;
pub(super) mod agents;
pub(super) mod alerts;
pub(super) mod audit;
pub(super) mod baseline;
pub(super) mod deliveries;
pub(super) mod guide;
pub(super) mod login;
pub(super) mod overview;
pub(super) mod requests;
pub(super) mod silences;

use std::error::Error;

use axum::response::Response;

use super::AppState;
use super::auth::{CurrentUser, PageRejection};
use super::page_context::PageContext;
use super::shell::{self, MessagePage};

/// How many rows a page has.
const ROWS: i64 = 50;

/// Where one is in a list of many pages.
#[derive(Clone, Debug)]
struct Pages {
    shown: String,
    previous: Option<String>,
    next: Option<String>,
}

/// One entry of a list to choose from.
#[derive(Clone, Debug)]
struct FilterChoice {
    value: String,
    word: String,
    chosen: bool,
}

impl Pages {
    fn of(reader: &PageContext, all: i64) -> Self {
        let shell = reader.page();
        let first = (shell - 1) * ROWS;
        let address = |number: i64| reader.address_with("page", &number.to_string());
        let shown = if all == 0 {
            reader.words.say.dashboard_nothing_found().to_owned()
        } else {
            reader
                .words
                .range((first + 1).min(all), (first + ROWS).min(all), all)
        };
        Self {
            shown,
            previous: (shell > 1).then(|| address(shell - 1)),
            next: (first + ROWS < all).then(|| address(shell + 1)),
        }
    }
}

impl FilterChoice {
    fn new(value: &str, word: impl Into<String>, asked: &str) -> Self {
        Self {
            value: value.to_owned(),
            word: word.into(),
            chosen: value == asked,
        }
    }
}

/// The Regions to choose from.
fn regions(state: &AppState, reader: &PageContext) -> Vec<FilterChoice> {
    state
        .app
        .config
        .hub
        .regions()
        .map(|region| FilterChoice::new(region.as_str(), region.as_str(), reader.asked("region")))
        .collect()
}

/// What is shown where the database failed.
fn failed<'a, E: Into<Box<dyn Error + Send + Sync>>>(
    state: &'a AppState,
    by: &'a CurrentUser,
) -> impl Fn(E) -> PageRejection + 'a {
    move |error| PageRejection::with(shell::failed(state, &by.reader, by.on_page(), error))
}

fn not_found(state: &AppState, by: &CurrentUser) -> PageRejection {
    PageRejection::with(shell::notice(
        state,
        &by.reader,
        by.on_page(),
        MessagePage::NotFound,
    ))
}

type PageAnswer = Result<Response, PageRejection>;
