//! `/guide`: what failed controls and threats mean, and what to do, for everybody who reaches the server: who
//! follows a link from a report or a ticket has no login. It shows the guide alone, and nothing of any account.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::super::AppState;
use super::super::auth::{GuideReader, PageRejection};
use super::super::shell::{MessagePage, Shell, notice, page};
use super::PageAnswer;
use crate::queries::guide::{self, GuideEntryView, PageFact};
use hubward_domain::account_matrix::searchable;
use hubward_domain::guide::FieldKind;

#[derive(Template)]
#[template(path = "guide_list.html")]
struct GuideListPage {
    shell: Shell,
    search: String,
    controls: Vec<PageFact>,
    threats: Vec<PageFact>,
}

#[derive(Template)]
#[template(path = "guide_page.html")]
struct GuideEntryPage {
    shell: Shell,
    page: GuideEntryView,
}

/// `GET /guide`
pub(in super::super) async fn list(
    GuideReader { by, reader }: GuideReader,
    State(state): State<AppState>,
) -> PageAnswer {
    let words = &reader.words;
    let search = searchable(reader.asked("q"));
    let found = |kind| guide::search(&state.app, kind, &search, words.language());
    let title = words.say.guide_title();
    let visitor = by.and_then(|by| by.on_page());
    let shell = Shell::new(&state, &reader, visitor, "guide", title);
    let template = GuideListPage {
        controls: found(FieldKind::Control),
        threats: found(FieldKind::Threat),
        shell: shell.clone(),
        search,
    };
    Ok(page(&template, &shell, StatusCode::OK))
}

/// `GET /guide/{key}`
pub(in super::super) async fn show(
    GuideReader { by, reader }: GuideReader,
    State(state): State<AppState>,
    Path(key): Path<String>,
) -> PageAnswer {
    let visitor = by.and_then(|by| by.on_page());
    let language = reader.words.language();
    let entry = guide::page(&state.app, &key, language).ok_or_else(|| {
        let visitor = visitor.clone();
        PageRejection::with(notice(&state, &reader, visitor, MessagePage::NotFound))
    })?;
    let title = format!("{} {}", entry.key, entry.title);
    let shell = Shell::new(&state, &reader, visitor, "guide", title);
    let template = GuideEntryPage {
        shell: shell.clone(),
        page: entry,
    };
    Ok(page(&template, &shell, StatusCode::OK))
}
