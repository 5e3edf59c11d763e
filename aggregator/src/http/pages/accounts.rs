//! `/accounts`: accounts and Regions as a matrix, to be searched and narrowed.

use askama::Template;
use axum::extract::State as Given;
use axum::http::StatusCode;

use super::super::State;
use super::super::page::{Shell, page};
use super::super::visitor::LoggedIn;
use super::{Answer, Choice, Pages, ROWS, failed, regions};
use crate::queries;
use crate::text::page::{Chip, Moment, Words};
use hubward_domain::standing::{Group, Line, PlaceFilter, Window};

#[derive(Template)]
#[template(path = "accounts.html")]
struct AccountsPage {
    shell: Shell,
    search: String,
    groups: Vec<Choice>,
    verdicts: Vec<Choice>,
    regions: Vec<Choice>,
    columns: Vec<String>,
    rows: Vec<Row>,
    pages: Pages,
    is_narrowed: bool,
}

struct Row {
    account_id: String,
    project: String,
    about: String,
    state: Option<Chip>,
    cells: Vec<Option<(Chip, Moment)>>,
}

/// `GET /accounts`
pub(in super::super) async fn show(by: LoggedIn, Given(state): Given<State>) -> Answer {
    let reader = &by.reader;
    let words = &reader.words;
    let asked = reader.asked("state");
    let filter = PlaceFilter::of(reader.asked("q"), asked, reader.asked("region"));
    let (lines, all) =
        queries::account::account_matrix(&state.app, &filter, Window::page(reader.page(), ROWS))
            .await
            .map_err(failed(&state, &by))?;
    let columns: Vec<String> = state
        .app
        .config
        .hub
        .regions()
        .map(|region| region.to_string())
        .collect();
    let shell = Shell::new(
        &state,
        reader,
        Some(&by),
        "accounts",
        words.say("page.accounts"),
    );
    let template = AccountsPage {
        groups: Group::ALL
            .map(|group| Choice::new(group.as_str(), words.group(group).word, asked))
            .into(),
        verdicts: Group::ALL
            .iter()
            .flat_map(|group| group.verdicts())
            // A group of one verdict stands for it.
            .filter(|verdict| **verdict != Group::Complete.as_str())
            .filter(|verdict| **verdict != Group::Drifted.as_str())
            .map(|verdict| Choice::new(verdict, words.verdict(verdict).word, asked))
            .collect(),
        regions: regions(&state, reader),
        rows: lines
            .iter()
            .map(|line| row(words, &columns, line))
            .collect(),
        pages: Pages::of(reader, all),
        is_narrowed: filter != PlaceFilter::default(),
        search: filter.search,
        columns,
        shell: shell.clone(),
    };
    Ok(page(&template, &shell, StatusCode::OK))
}

fn row(words: &Words, columns: &[String], line: &Line) -> Row {
    let cells = columns.iter().map(|column| {
        line.cells
            .iter()
            .find(|cell| cell.region.as_str() == column)
            .filter(|cell| Group::of(&cell.verdict).is_some())
            .map(|cell| (words.verdict(&cell.verdict), words.moment(cell.since)))
    });
    let about: Vec<&str> = [&line.department, &line.environment]
        .into_iter()
        .map(String::as_str)
        .filter(|text| !text.is_empty())
        .collect();
    Row {
        account_id: line.account_id.to_string(),
        project: line.project.clone(),
        about: about.join(" · "),
        state: words.ledger_state(&line.state),
        cells: cells.collect(),
    }
}
