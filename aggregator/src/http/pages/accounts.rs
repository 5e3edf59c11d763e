//! `/accounts`: accounts and Regions as a matrix, to be searched and narrowed.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use strum::VariantArray;

use super::super::AppState;
use super::super::auth::CurrentUser;
use super::super::shell::{Shell, page};
use super::{FilterChoice, PageAnswer, Pages, ROWS, failed, regions};
use crate::queries;
use crate::text::dashboard::{Chip, TimelineEntry, Words};
use hubward_domain::account_matrix::{AccountLine, PageWindow, PlaceFilter, VerdictGroup};

#[derive(Template)]
#[template(path = "accounts.html")]
struct AccountsPage {
    shell: Shell,
    search: String,
    groups: Vec<FilterChoice>,
    verdicts: Vec<FilterChoice>,
    regions: Vec<FilterChoice>,
    columns: Vec<String>,
    rows: Vec<AccountRow>,
    pages: Pages,
    is_narrowed: bool,
}

struct AccountRow {
    account_id: String,
    project: String,
    about: String,
    state: Option<Chip>,
    cells: Vec<Option<(Chip, TimelineEntry)>>,
}

/// `GET /accounts`
pub(in super::super) async fn show(by: CurrentUser, State(state): State<AppState>) -> PageAnswer {
    let reader = &by.reader;
    let words = &reader.words;
    let asked = reader.asked("state");
    let filter = PlaceFilter::of(reader.asked("q"), asked, reader.asked("region"));
    let (lines, all) = queries::account::account_matrix(
        &state.app,
        &filter,
        PageWindow::page(reader.page(), ROWS),
    )
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
        by.on_page(),
        "accounts",
        words.say.dashboard_accounts(),
    );
    let template = AccountsPage {
        groups: VerdictGroup::VARIANTS
            .iter()
            .map(|&group| FilterChoice::new(group.as_str(), words.group(group).word, asked))
            .collect(),
        verdicts: VerdictGroup::VARIANTS
            .iter()
            .flat_map(|group| group.verdicts())
            // A group of one verdict is shown as that verdict.
            .filter(|verdict| **verdict != VerdictGroup::Complete.as_str())
            .filter(|verdict| **verdict != VerdictGroup::Drifted.as_str())
            .map(|verdict| FilterChoice::new(verdict, words.verdict(verdict).word, asked))
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

fn row(words: &Words, columns: &[String], line: &AccountLine) -> AccountRow {
    let cells = columns.iter().map(|column| {
        line.cells
            .iter()
            .find(|cell| cell.region.as_str() == column)
            .filter(|cell| VerdictGroup::of(&cell.verdict).is_some())
            .map(|cell| (words.verdict(&cell.verdict), words.moment(cell.since)))
    });
    let about: Vec<&str> = [&line.department, &line.environment]
        .into_iter()
        .map(String::as_str)
        .filter(|text| !text.is_empty())
        .collect();
    AccountRow {
        account_id: line.account_id.to_string(),
        project: line.project.clone(),
        about: about.join(" · "),
        state: words.ledger_state(&line.state),
        cells: cells.collect(),
    }
}
