//! `/audit`: every change, newest first, with the head that the weekly digest posts. Whether
//! the chain holds is the work of `hubward audit verify`: it follows the whole log.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use hubward_protocol::AccountId;

use super::super::AppState;
use super::super::auth::CurrentUser;
use super::super::shell::{Shell, page};
use super::{FilterChoice, PageAnswer, Pages, ROWS, failed};
use crate::queries;
use crate::text;
use crate::text::dashboard::{TimelineEntry, Words};
use hubward_domain::account_matrix::{PageWindow, searchable};
use hubward_domain::audit::{AuditEvent, EventFilter};

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditLogPage {
    shell: Shell,
    subject: String,
    actions: Vec<FilterChoice>,
    rows: Vec<AuditRow>,
    pages: Pages,
    is_narrowed: bool,
    head: Option<AuditEvent>,
}

struct AuditRow {
    sequence: i64,
    at: TimelineEntry,
    actor: String,
    action: String,
    subject: String,
    /// The subject is an account, which has a page.
    is_account: bool,
    detail: String,
    source: String,
}

/// `GET /audit`
pub(in super::super) async fn list(by: CurrentUser, State(state): State<AppState>) -> PageAnswer {
    let reader = &by.reader;
    let words = &reader.words;
    let filter = EventFilter {
        subject: searchable(reader.asked("subject")),
        action: searchable(reader.asked("action")),
    };
    let log =
        queries::audit::audit_page(&state.app, &filter, PageWindow::page(reader.page(), ROWS))
            .await
            .map_err(failed(&state, &by))?;
    let shell = Shell::new(
        &state,
        reader,
        by.on_page(),
        "audit",
        words.say.dashboard_audit(),
    );
    let word = |name: &str| text::audit::action(name, words.language());
    let template = AuditLogPage {
        actions: log
            .actions
            .iter()
            .map(|name| FilterChoice::new(name, word(name), &filter.action))
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

fn present(words: &Words, event: AuditEvent) -> AuditRow {
    AuditRow {
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
