//! The pages of the dashboard: each parses its address, calls one action, and presents. What they look
//! like is in `templates/`. None of them asks AWS.

pub(super) mod account;
pub(super) mod accounts;
pub(super) mod agents;
pub(super) mod alerts;
pub(super) mod audit;
pub(super) mod deliveries;
pub(super) mod guide;
pub(super) mod login;
pub(super) mod overview;
pub(super) mod requests;
pub(super) mod silences;

use axum::response::Response;

use super::State;
use super::page::{self, Notice};
use super::visitor::{LoggedIn, Reader, Turned};
use crate::actions::StoreError;

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
struct Choice {
    value: String,
    word: String,
    chosen: bool,
}

impl Pages {
    fn of(reader: &Reader, all: i64) -> Self {
        let page = reader.page();
        let first = (page - 1) * ROWS;
        let address = |number: i64| reader.address_with("page", &number.to_string());
        let shown = if all == 0 {
            reader.words.say("page.nothing_found")
        } else {
            reader
                .words
                .range((first + 1).min(all), (first + ROWS).min(all), all)
        };
        Self {
            shown,
            previous: (page > 1).then(|| address(page - 1)),
            next: (first + ROWS < all).then(|| address(page + 1)),
        }
    }
}

impl Choice {
    fn new(value: &str, word: String, asked: &str) -> Self {
        Self {
            value: value.to_owned(),
            word,
            chosen: value == asked,
        }
    }
}

/// The Regions to choose from.
fn regions(state: &State, reader: &Reader) -> Vec<Choice> {
    state
        .app
        .config
        .hub
        .regions()
        .map(|region| Choice::new(region.as_str(), region.to_string(), reader.asked("region")))
        .collect()
}

/// What is shown where the database failed.
fn failed<'a>(state: &'a State, by: &'a LoggedIn) -> impl Fn(StoreError) -> Turned + 'a {
    move |_| Turned::with(page::notice(state, &by.reader, Some(by), Notice::Failed))
}

fn not_found(state: &State, by: &LoggedIn) -> Turned {
    Turned::with(page::notice(state, &by.reader, Some(by), Notice::NotFound))
}

type Answer = Result<Response, Turned>;
