//! `/alerts` and `/alerts/ID`: the threats, and what people do with them.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use strum::VariantArray;

use super::super::AppState;
use super::super::auth::{AuthenticForm, CurrentUser, PageRejection};
use super::super::shell::{Shell, message_page, page, see_other};
use super::{FilterChoice, PageAnswer, Pages, ROWS, failed, not_found, regions};
use crate::actions::alert::acknowledge::{AcknowledgeError, acknowledge};
use crate::queries;
use crate::queries::alert::AlertRow;
use crate::queries::alert_timeline::timeline;
use crate::queries::guide::{ThreatHelp, help_with};
use crate::text;
use crate::text::dashboard::{Chip, TimelineEntry, Words};
use hubward_domain::account_matrix::{PageWindow, searchable};
use hubward_domain::alert::handling::Act;
use hubward_domain::alert::{AlertFilter, AlertState, Severity};

#[derive(Template)]
#[template(path = "alerts.html")]
struct AlertsPage {
    shell: Shell,
    search: String,
    states: Vec<FilterChoice>,
    severities: Vec<FilterChoice>,
    regions: Vec<FilterChoice>,
    rows: Vec<AlertListRow>,
    pages: Pages,
    is_narrowed: bool,
}

struct AlertListRow {
    id: String,
    severity: Chip,
    state: Chip,
    title: String,
    kind: String,
    account_id: String,
    project: String,
    region: String,
    seen: TimelineEntry,
    count: String,
    assignee: String,
    notified: String,
}

#[derive(Template)]
#[template(path = "alert.html")]
struct AlertPage {
    shell: Shell,
    row: AlertListRow,
    description: String,
    resource: String,
    console: Option<String>,
    contact: String,
    emails: Vec<String>,
    findings: Vec<String>,
    began: TimelineEntry,
    note: String,
    noted: Option<(TimelineEntry, String)>,
    deliveries: Vec<AlertDeliveryRow>,
    way: Vec<AlertStepRow>,
    events: Vec<AlertEventRow>,
    help: Option<ThreatHelp>,
    may_take: bool,
    may_end: bool,
}

struct AlertDeliveryRow {
    channel: String,
    state: Chip,
    attempts: i64,
    last_error: String,
}

/// One moment of the alert's way.
struct AlertStepRow {
    word: String,
    at: TimelineEntry,
    after: String,
    detail: String,
}

struct AlertEventRow {
    at: TimelineEntry,
    actor: String,
    detail: String,
}

/// `GET /alerts`
pub(in super::super) async fn list(by: CurrentUser, State(state): State<AppState>) -> PageAnswer {
    let reader = &by.reader;
    let words = &reader.words;
    let filter = AlertFilter {
        state: reader.asked("state").parse().ok(),
        severity: reader.asked("severity").parse().ok(),
        region: reader.asked("region").parse().ok(),
        search: searchable(reader.asked("q")),
        ..AlertFilter::default()
    };
    let (rows, all) =
        queries::alert::search_alerts(&state.app, &filter, PageWindow::page(reader.page(), ROWS))
            .await
            .map_err(failed(&state, &by))?;
    let shell = Shell::new(
        &state,
        reader,
        by.on_page(),
        "alerts",
        words.say.dashboard_alerts(),
    );
    let template = AlertsPage {
        states: AlertState::VARIANTS
            .iter()
            .map(|&known| {
                let word = words.alert_state(known).word;
                FilterChoice::new(known.as_str(), word, reader.asked("state"))
            })
            .collect(),
        severities: Severity::VARIANTS
            .iter()
            .rev()
            .map(|severity| {
                let word = severity.as_str();
                FilterChoice::new(word, word, reader.asked("severity"))
            })
            .collect(),
        regions: regions(&state, reader),
        rows: rows.iter().map(|row| present(words, row)).collect(),
        pages: Pages::of(reader, all),
        is_narrowed: filter != AlertFilter::default(),
        search: filter.search,
        shell: shell.clone(),
    };
    Ok(page(&template, &shell, StatusCode::OK))
}

/// `GET /alerts/{id}`
pub(in super::super) async fn show(
    by: CurrentUser,
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> PageAnswer {
    let failed = failed(&state, &by);
    let row = queries::alert::alert(&state.app, &id)
        .await
        .map_err(&failed)?
        .ok_or_else(|| not_found(&state, &by))?;
    let events = queries::alert::events_of_alert(&state.app, &row.alert.account_id, &row.alert.id)
        .await
        .map_err(&failed)?;
    let way = timeline(&state.app, &row.alert.account_id, &row.alert.id)
        .await
        .map_err(&failed)?;
    let words = &by.reader.words;
    let alert = &row.alert;
    let shell = Shell::new(
        &state,
        &by.reader,
        by.on_page(),
        "alerts",
        alert.title.clone(),
    );
    let template = AlertPage {
        description: alert.description.clone(),
        resource: alert.resource.clone(),
        console: alert.console.clone(),
        contact: alert.contact.clone(),
        emails: alert.contact_emails.clone(),
        findings: alert.finding_ids.clone(),
        began: words.moment(alert.first_seen),
        note: row.handling.note.clone(),
        noted: row
            .handling
            .changed_at
            .map(|at| (words.moment(at), row.handling.changed_by.clone())),
        deliveries: row
            .deliveries
            .iter()
            .map(|delivery| AlertDeliveryRow {
                channel: delivery.channel.clone(),
                state: words.delivery_state(delivery.state),
                attempts: delivery.attempts,
                last_error: delivery.last_error.clone().unwrap_or_default(),
            })
            .collect(),
        way: way
            .iter()
            .map(|moment| AlertStepRow {
                word: text::alert::step(moment.step, words.language()),
                at: words.exactly(moment.at),
                after: text::alert::after(&way, moment),
                detail: moment.detail.clone(),
            })
            .collect(),
        events: events
            .iter()
            .map(|event| AlertEventRow {
                at: words.moment(event.at),
                actor: event.actor.clone(),
                detail: format!(
                    "{} {}",
                    text::audit::action(&event.action, words.language()),
                    text::audit::brief(&event.detail)
                ),
            })
            .collect(),
        help: help_with(&state.app, &alert.kind, words.language()),
        may_take: matches!(alert.state, AlertState::Open | AlertState::Acknowledged),
        may_end: alert.state != AlertState::Resolved,
        row: present(words, &row),
        shell: shell.clone(),
    };
    Ok(page(&template, &shell, StatusCode::OK))
}

/// `POST /alerts/{id}`
pub(in super::super) async fn handle(
    State(state): State<AppState>,
    Path(id): Path<String>,
    form: AuthenticForm,
) -> PageAnswer {
    let form = form.of_operator(&state)?;
    let by = &form.by;
    let act = match form.field("act") {
        "acknowledge" => Act::Acknowledge,
        "assign" => Act::Assign(form.field("assignee").to_owned()),
        "resolve" => Act::Resolve,
        "reopen" => Act::Reopen,
        _ => return Err(not_found(&state, by)),
    };
    let actor = by.visitor.actor();
    match acknowledge(&state.app, &actor, &id, act, form.field("note")).await {
        Ok(_) => Ok(see_other(&by.reader.path)),
        Err(AcknowledgeError::Unknown(_)) => Err(not_found(&state, by)),
        Err(AcknowledgeError::Store(error)) => Err(failed(&state, by)(error)),
        Err(error) => Err(PageRejection::with(message_page(
            &state,
            &by.reader,
            by.on_page(),
            StatusCode::CONFLICT,
            text::alert::not_handled(&error, by.reader.words.language()),
            "",
        ))),
    }
}

fn present(words: &Words, row: &AlertRow) -> AlertListRow {
    let alert = &row.alert;
    AlertListRow {
        id: alert.id.clone(),
        severity: words.severity(alert.severity.as_str()),
        state: words.alert_state(alert.state),
        title: alert.title.clone(),
        kind: alert.kind.clone(),
        account_id: alert.account_id.to_string(),
        project: alert.project.clone(),
        region: alert.region.to_string(),
        seen: words.moment(alert.last_seen),
        count: words.number(alert.count),
        assignee: row.handling.assignee.clone(),
        notified: text::alert::notified(row, words.language()),
    }
}
