//! `/audit`: the trace of every change, newest first, with the head that the weekly digest posts. Whether
//! the chain holds is the work of `hubward audit verify`: it follows the whole log.

use askama::Template;
use axum::extract::State as Given;
use axum::http::StatusCode;
use hubward_protocol::AccountId;

use super::super::State;
use super::super::page::{Shell, page};
use super::super::visitor::LoggedIn;
use super::{Answer, Choice, Pages, ROWS, failed};
use crate::queries;
use crate::text;
use crate::text::page::{Moment, Words};
use hubward_domain::audit::{Event, EventFilter};
use hubward_domain::standing::{Window, searchable};

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    shell: Shell,
    subject: String,
    actions: Vec<Choice>,
    rows: Vec<Row>,
    pages: Pages,
    is_narrowed: bool,
    head: Option<Event>,
}

struct Row {
    sequence: i64,
    at: Moment,
    actor: String,
    action: String,
    subject: String,
    /// The subject is an account, which has a page.
    is_account: bool,
    detail: String,
    source: String,
}

/// `GET /audit`
pub(in super::super) async fn list(by: LoggedIn, Given(state): Given<State>) -> Answer {
    let reader = &by.reader;
    let words = &reader.words;
    let filter = EventFilter {
        subject: searchable(reader.asked("subject")),
        action: searchable(reader.asked("action")),
    };
    let log = queries::audit::audit_page(&state.app, &filter, Window::page(reader.page(), ROWS))
        .await
        .map_err(failed(&state, &by))?;
    let shell = Shell::new(&state, reader, Some(&by), "audit", words.say("page.audit"));
    let word = |name: &str| text::audit::action(name, words.language());
    let template = AuditPage {
        actions: log
            .actions
            .iter()
            .map(|name| Choice::new(name, word(name), &filter.action))
            .collect(),
        rows: log
            .events
            .into_iter()
            .map(|event| present(words, event))
            .collect(),
        pages: Pages::of(reader, log.all),
        is_narrowed: filter != EventFilter::default(),
        subject: filter.subject,
        head: log.head,
        shell: shell.clone(),
    };
    Ok(page(&template, &shell, StatusCode::OK))
}

fn present(words: &Words, event: Event) -> Row {
    Row {
        sequence: event.sequence,
        at: words.moment(event.at),
        action: text::audit::action(&event.action, words.language()),
        is_account: event.subject.parse::<AccountId>().is_ok(),
        detail: text::audit::brief(&event.detail),
        source: text::audit::source(&event.detail),
        actor: event.actor,
        subject: event.subject,
    }
}
