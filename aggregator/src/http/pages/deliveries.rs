//! `/deliveries`: the messages to the channels, and trying those again that were given up.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use strum::VariantArray;

use super::super::AppState;
use super::super::auth::{AuthenticForm, CurrentUser};
use super::super::shell::{Shell, page, see_other};
use super::{FilterChoice, PageAnswer, Pages, ROWS, failed};
use crate::actions::delivery::retry::replay;
use crate::queries;
use crate::text::dashboard::{Chip, TimelineEntry, Words};
use hubward_domain::account_matrix::{PageWindow, searchable};
use hubward_domain::delivery::{DeliveryState, PostFilter, Posted};

#[derive(Template)]
#[template(path = "deliveries.html")]
struct DeliveriesPage {
    shell: Shell,
    states: Vec<FilterChoice>,
    channels: Vec<FilterChoice>,
    rows: Vec<DeliveryListRow>,
    pages: Pages,
    is_narrowed: bool,
    any_given_up: bool,
}

struct DeliveryListRow {
    id: String,
    created: TimelineEntry,
    channel: String,
    kind: String,
    subject: String,
    alert: Option<String>,
    state: Chip,
    attempts: i64,
    last_error: String,
    due: Option<TimelineEntry>,
    is_given_up: bool,
}

/// `GET /deliveries`
pub(in super::super) async fn list(by: CurrentUser, State(state): State<AppState>) -> PageAnswer {
    let reader = &by.reader;
    let words = &reader.words;
    let filter = PostFilter {
        state: reader.asked("state").parse().ok(),
        channel: searchable(reader.asked("channel")),
    };
    let (posted, all) =
        queries::delivery::deliveries(&state.app, &filter, PageWindow::page(reader.page(), ROWS))
            .await
            .map_err(failed(&state, &by))?;
    let shell = Shell::new(
        &state,
        reader,
        by.on_page(),
        "deliveries",
        words.say.dashboard_deliveries(),
    );
    let rows: Vec<DeliveryListRow> = posted.into_iter().map(|row| present(words, row)).collect();
    let template = DeliveriesPage {
        states: DeliveryState::VARIANTS
            .iter()
            .map(|&known| {
                let word = words.delivery_state(known).word;
                FilterChoice::new(known.as_str(), word, reader.asked("state"))
            })
            .collect(),
        channels: state
            .app
            .config
            .channels
            .iter()
            .map(|channel| FilterChoice::new(&channel.name, channel.name.as_str(), &filter.channel))
            .collect(),
        any_given_up: rows.iter().any(|row| row.is_given_up),
        rows,
        pages: Pages::of(reader, all),
        is_narrowed: filter != PostFilter::default(),
        shell: shell.clone(),
    };
    Ok(page(&template, &shell, StatusCode::OK))
}

/// `POST /deliveries`: one message again, or all that were given up.
pub(in super::super) async fn again(
    State(state): State<AppState>,
    form: AuthenticForm,
) -> PageAnswer {
    let form = form.of_operator(&state)?;
    let wanted: Vec<String> = match form.field("id") {
        "" => Vec::new(),
        id => vec![id.to_owned()],
    };
    replay(&state.app, &form.by.visitor.actor(), &wanted)
        .await
        .map_err(failed(&state, &form.by))?;
    Ok(see_other("/deliveries"))
}

fn present(words: &Words, row: Posted) -> DeliveryListRow {
    DeliveryListRow {
        created: words.moment(row.created_at),
        alert: row.subject.strip_prefix("alert:").map(str::to_owned),
        due: (row.state == DeliveryState::Pending).then(|| words.moment(row.due_at)),
        is_given_up: row.state == DeliveryState::GivenUp,
        state: words.delivery_state(row.state),
        last_error: row.last_error.unwrap_or_default(),
        id: row.id,
        channel: row.channel,
        kind: row.kind,
        subject: row.subject,
        attempts: row.attempts,
    }
}
