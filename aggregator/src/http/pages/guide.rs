//! `/guide`: what failed controls and threats mean, and what to do, for everybody who reaches the server: who
//! follows a link from a report or a ticket has no login. It shows the guide alone, and nothing of any account.

use askama::Template;
use axum::extract::{Path, State as Given};
use axum::http::StatusCode;

use super::super::State;
use super::super::page::{Notice, Shell, notice, page};
use super::super::visitor::{GuideReader, Turned};
use super::Answer;
use crate::actions::guide::publish::{self, GuidePage, GuideRow};
use hubward_domain::guide::Kind;
use hubward_domain::standing::searchable;

#[derive(Template)]
#[template(path = "guide_list.html")]
struct ListPage {
    shell: Shell,
    search: String,
    controls: Vec<GuideRow>,
    threats: Vec<GuideRow>,
}

#[derive(Template)]
#[template(path = "guide_page.html")]
struct EntryPage {
    shell: Shell,
    page: GuidePage,
}

/// `GET /guide`
pub(in super::super) async fn list(
    GuideReader { by, reader }: GuideReader,
    Given(state): Given<State>,
) -> Answer {
    let words = &reader.words;
    let search = searchable(reader.asked("q"));
    let found = |kind| publish::search(&state.app, kind, &search, words.language());
    let title = words.say("guide.title");
    let shell = Shell::new(&state, &reader, by.as_ref(), "guide", title);
    let template = ListPage {
        controls: found(Kind::Control),
        threats: found(Kind::Threat),
        shell: shell.clone(),
        search,
    };
    Ok(page(&template, &shell, StatusCode::OK))
}

/// `GET /guide/{key}`
pub(in super::super) async fn show(
    GuideReader { by, reader }: GuideReader,
    Given(state): Given<State>,
    Path(key): Path<String>,
) -> Answer {
    let by = by.as_ref();
    let language = reader.words.language();
    let entry = publish::page(&state.app, &key, language)
        .ok_or_else(|| Turned::with(notice(&state, &reader, by, Notice::NotFound)))?;
    let title = format!("{} {}", entry.key, entry.title);
    let shell = Shell::new(&state, &reader, by, "guide", title);
    let template = EntryPage {
        shell: shell.clone(),
        page: entry,
    };
    Ok(page(&template, &shell, StatusCode::OK))
}
