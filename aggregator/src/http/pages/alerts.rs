//! `/alerts` and `/alerts/ID`: the threats, and what people do with them.

use askama::Template;
use axum::extract::{Path, State as Given};
use axum::http::StatusCode;

use super::super::State;
use super::super::page::{Notice, Shell, notice, page, said, see_other};
use super::super::visitor::{Form, LoggedIn, Turned};
use super::{Answer, Choice, Pages, ROWS, failed, not_found, regions};
use crate::actions::alert::acknowledge::{AcknowledgeError, acknowledge};
use crate::actions::guide::publish::{ThreatHelp, help_with};
use crate::queries;
use crate::queries::alert::AlertRow;
use crate::queries::alert_timeline::timeline;
use crate::text;
use crate::text::page::{Chip, Moment, Words};
use hubward_domain::alert::handling::Act;
use hubward_domain::alert::{AlertFilter, AlertState, Severity};
use hubward_domain::standing::{Window, searchable};

#[derive(Template)]
#[template(path = "alerts.html")]
struct AlertsPage {
    shell: Shell,
    search: String,
    states: Vec<Choice>,
    severities: Vec<Choice>,
    regions: Vec<Choice>,
    rows: Vec<Row>,
    pages: Pages,
    is_narrowed: bool,
}

struct Row {
    id: String,
    severity: Chip,
    state: Chip,
    title: String,
    kind: String,
    account_id: String,
    project: String,
    region: String,
    seen: Moment,
    count: String,
    assignee: String,
    told: String,
}

#[derive(Template)]
#[template(path = "alert.html")]
struct AlertPage {
    shell: Shell,
    row: Row,
    description: String,
    resource: String,
    console: Option<String>,
    contact: String,
    emails: Vec<String>,
    findings: Vec<String>,
    began: Moment,
    note: String,
    noted: Option<(Moment, String)>,
    deliveries: Vec<Delivery>,
    way: Vec<Step>,
    events: Vec<Event>,
    help: Option<ThreatHelp>,
    may_take: bool,
    may_end: bool,
}

struct Delivery {
    channel: String,
    state: Chip,
    attempts: i64,
    last_error: String,
}

/// One moment of the alert's way.
struct Step {
    word: String,
    at: Moment,
    after: String,
    detail: String,
}

struct Event {
    at: Moment,
    actor: String,
    detail: String,
}

/// `GET /alerts`
pub(in super::super) async fn list(by: LoggedIn, Given(state): Given<State>) -> Answer {
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
        queries::alert::search_alerts(&state.app, &filter, Window::page(reader.page(), ROWS))
            .await
            .map_err(failed(&state, &by))?;
    let shell = Shell::new(
        &state,
        reader,
        Some(&by),
        "alerts",
        words.say("page.alerts"),
    );
    let template = AlertsPage {
        states: AlertState::ALL
            .map(|known| {
                let word = words.alert_state(known).word;
                Choice::new(known.as_str(), word, reader.asked("state"))
            })
            .into(),
        severities: Severity::ALL
            .iter()
            .rev()
            .map(|severity| {
                let word = severity.as_str();
                Choice::new(word, word.to_owned(), reader.asked("severity"))
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
    by: LoggedIn,
    Given(state): Given<State>,
    Path(id): Path<String>,
) -> Answer {
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
    let shell = Shell::new(&state, &by.reader, Some(&by), "alerts", alert.title.clone());
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
            .map(|delivery| Delivery {
                channel: delivery.channel.clone(),
                state: words.delivery_state(delivery.state),
                attempts: delivery.attempts,
                last_error: delivery.last_error.clone().unwrap_or_default(),
            })
            .collect(),
        way: way
            .iter()
            .map(|moment| Step {
                word: text::alert::step(moment.step, words.language()),
                at: words.exactly(moment.at),
                after: text::alert::after(&way, moment),
                detail: moment.detail.clone(),
            })
            .collect(),
        events: events
            .iter()
            .map(|event| Event {
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
    Given(state): Given<State>,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
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
        Err(AcknowledgeError::Store(_)) => Err(Turned::with(notice(
            &state,
            &by.reader,
            Some(by),
            Notice::Failed,
        ))),
        Err(error) => Err(Turned::with(said(
            &state,
            &by.reader,
            Some(by),
            StatusCode::CONFLICT,
            text::alert::not_handled(&error, by.reader.words.language()),
            String::new(),
        ))),
    }
}

fn present(words: &Words, row: &AlertRow) -> Row {
    let alert = &row.alert;
    Row {
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
        told: text::alert::told(row, words.language()),
    }
}
