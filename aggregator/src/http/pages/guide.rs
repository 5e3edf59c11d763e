//! `/guide`: what failed controls and threats mean, and what to do, for whoever is logged in: a company's own
//! policy is not everybody's to read.

use askama::Template;
use axum::extract::{Path, State as Given};
use axum::http::StatusCode;

use super::super::State;
use super::super::page::{Shell, page};
use super::super::visitor::LoggedIn;
use super::{Answer, not_found};
use crate::actions::publish_guide::{self, GuidePage, GuideRow};
use crate::domain::guide::Kind;
use crate::domain::standing::searchable;

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
pub(in super::super) async fn list(by: LoggedIn, Given(state): Given<State>) -> Answer {
    let reader = &by.reader;
    let words = &reader.words;
    let search = searchable(reader.asked("q"));
    let found = |kind| publish_guide::search(&state.app, kind, &search, words.language());
    let title = words.say("guide.title");
    let shell = Shell::new(&state, reader, Some(&by), "guide", title);
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
    by: LoggedIn,
    Given(state): Given<State>,
    Path(key): Path<String>,
) -> Answer {
    let language = by.reader.words.language();
    let entry =
        publish_guide::page(&state.app, &key, language).ok_or_else(|| not_found(&state, &by))?;
    let title = format!("{} {}", entry.key, entry.title);
    let shell = Shell::new(&state, &by.reader, Some(&by), "guide", title);
    let template = EntryPage {
        shell: shell.clone(),
        page: entry,
    };
    Ok(page(&template, &shell, StatusCode::OK))
}
