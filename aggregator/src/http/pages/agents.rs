//! `/agents`: the runs of the members' agents.

use askama::Template;
use axum::extract::State as Given;
use axum::http::StatusCode;

use super::super::State;
use super::super::page::{Shell, page};
use super::super::visitor::LoggedIn;
use super::{Answer, Choice, Pages, ROWS, failed};
use crate::queries;
use crate::text::page::Moment;
use hubward_domain::run::RunFilter;
use hubward_domain::standing::{Window, searchable};

#[derive(Template)]
#[template(path = "agents.html")]
struct AgentsPage {
    shell: Shell,
    search: String,
    states: Vec<Choice>,
    rows: Vec<Row>,
    pages: Pages,
    is_narrowed: bool,
}

struct Row {
    account_id: String,
    project: String,
    run: String,
    version: String,
    outdated: bool,
    caller: String,
    started: Moment,
    heartbeat: Moment,
    complete: bool,
}

/// `GET /agents`
pub(in super::super) async fn list(by: LoggedIn, Given(state): Given<State>) -> Answer {
    let reader = &by.reader;
    let words = &reader.words;
    let filter = RunFilter {
        complete: match reader.asked("state") {
            "complete" => Some(true),
            "incomplete" => Some(false),
            _ => None,
        },
        search: searchable(reader.asked("q")),
        account: None,
    };
    let (runs, all) =
        queries::agent::search_runs(&state.app, &filter, Window::page(reader.page(), ROWS))
            .await
            .map_err(failed(&state, &by))?;
    let shell = Shell::new(
        &state,
        reader,
        Some(&by),
        "agents",
        words.say("page.agents"),
    );
    let states = [
        ("complete", "page.run_complete"),
        ("incomplete", "page.run_incomplete"),
    ];
    let template = AgentsPage {
        states: states
            .map(|(value, key)| Choice::new(value, words.say(key), reader.asked("state")))
            .into(),
        rows: runs
            .into_iter()
            .map(|(run, project)| Row {
                account_id: run.account_id.to_string(),
                outdated: run.is_outdated(env!("CARGO_PKG_VERSION")),
                started: words.moment(run.started_at),
                heartbeat: words.moment(run.last_heartbeat),
                project,
                run: run.run,
                version: run.agent_version,
                caller: run.caller,
                complete: run.complete,
            })
            .collect(),
        pages: Pages::of(reader, all),
        is_narrowed: filter != RunFilter::default(),
        search: filter.search,
        shell: shell.clone(),
    };
    Ok(page(&template, &shell, StatusCode::OK))
}
