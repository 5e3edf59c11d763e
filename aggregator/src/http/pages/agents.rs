//! `/agents`: the runs of the members' agents.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;

use super::super::AppState;
use super::super::auth::CurrentUser;
use super::super::shell::{Shell, page};
use super::{FilterChoice, PageAnswer, Pages, ROWS, failed};
use crate::queries;
use crate::text::dashboard::TimelineEntry;
use hubward_domain::account_matrix::{PageWindow, searchable};
use hubward_domain::run::RunFilter;

#[derive(Template)]
#[template(path = "agents.html")]
struct AgentsPage {
    shell: Shell,
    search: String,
    states: Vec<FilterChoice>,
    rows: Vec<AgentRunRow>,
    pages: Pages,
    is_narrowed: bool,
}

struct AgentRunRow {
    account_id: String,
    project: String,
    run: String,
    version: String,
    outdated: bool,
    caller: String,
    started: TimelineEntry,
    heartbeat: TimelineEntry,
    complete: bool,
}

/// `GET /agents`
pub(in super::super) async fn list(by: CurrentUser, State(state): State<AppState>) -> PageAnswer {
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
        queries::agent::search_runs(&state.app, &filter, PageWindow::page(reader.page(), ROWS))
            .await
            .map_err(failed(&state, &by))?;
    let shell = Shell::new(
        &state,
        reader,
        by.on_page(),
        "agents",
        words.say.dashboard_agents(),
    );
    let states = [
        ("complete", words.say.dashboard_run_complete()),
        ("incomplete", words.say.dashboard_run_incomplete()),
    ];
    let template = AgentsPage {
        states: states
            .map(|(value, word)| FilterChoice::new(value, word, reader.asked("state")))
            .into(),
        rows: runs
            .into_iter()
            .map(|(run, project)| AgentRunRow {
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
