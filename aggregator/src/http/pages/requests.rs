//! `/requests`, `/requests/ID` and `/requests/new`: what is asked for, deciding it, and the form for a
//! company without Jira. The form is off unless the configuration says otherwise.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use strum::VariantArray;

use super::super::AppState;
use super::super::auth::{AuthenticForm, CurrentUser, PageRejection};
use super::super::shell::{Shell, message_page, page, see_other};
use super::{FilterChoice, PageAnswer, Pages, ROWS, failed, not_found};
use crate::actions::request::decide::{Approval, DecideError, RejectRequest, approve, reject};
use crate::actions::request::receive::{ReceivedRequest, receive_request};
use crate::queries::request::{RequestFilter, ShownRequest, request, search_requests};
use crate::text;
use crate::text::dashboard::{Chip, TimelineEntry, Words};
use hubward_domain::account::{Language, ReportCadence};
use hubward_domain::account_matrix::{PageWindow, searchable};
use hubward_domain::alert::handling::written;
use hubward_domain::ledger::{LedgerColumn, LedgerEntry};
use hubward_domain::request::{OURS, Origin, RequestKind, RequestView, RequestedChange};

/// The states that a request is shown in.
const STATES: [&str; 6] = [
    "waiting",
    "stuck",
    "approved",
    "complete",
    "rejected",
    "withdrawn",
];
/// How long a field or a reason may be, in characters.
const LONGEST: usize = 2000;

#[derive(Template)]
#[template(path = "requests.html")]
struct RequestsPage {
    shell: Shell,
    search: String,
    states: Vec<FilterChoice>,
    rows: Vec<RequestRow>,
    pages: Pages,
    is_narrowed: bool,
    has_form: bool,
}

struct RequestRow {
    id: String,
    kind: String,
    account_id: String,
    project: String,
    state: Chip,
    reporter: String,
    created: TimelineEntry,
}

#[derive(Template)]
#[template(path = "request.html")]
struct RequestPage {
    shell: Shell,
    row: RequestRow,
    revision: i64,
    asked: Vec<(String, String)>,
    changes: Vec<(String, String, String)>,
    problems: Vec<String>,
    contacts: Vec<String>,
    notified: Option<TimelineEntry>,
    decided: Option<(String, TimelineEntry)>,
    reason: String,
    may_approve: bool,
    may_reject: bool,
}

#[derive(Template)]
#[template(path = "request_form.html")]
struct FormPage {
    shell: Shell,
    kinds: Vec<FilterChoice>,
    fields: Vec<FormField>,
    languages: Vec<FilterChoice>,
    reports: Vec<FilterChoice>,
    language_header: String,
    report_header: String,
    notes_header: String,
}

/// One line of the form.
struct FormField {
    name: &'static str,
    header: String,
    hint: &'static str,
    required: bool,
}

/// `GET /requests`
pub(in super::super) async fn list(by: CurrentUser, State(state): State<AppState>) -> PageAnswer {
    let reader = &by.reader;
    let words = &reader.words;
    let asked = reader.asked("state");
    let search = searchable(reader.asked("q"));
    let known = STATES.contains(&asked);
    let filter = RequestFilter {
        state: known.then(|| asked.to_owned()),
        search: search.clone(),
    };
    let window = PageWindow::page(reader.page(), ROWS);
    let (shown, all) = search_requests(&state.app, &filter, window)
        .await
        .map_err(failed(&state, &by))?;
    let shell = Shell::new(
        &state,
        reader,
        by.on_page(),
        "requests",
        words.say.dashboard_requests(),
    );
    let template = RequestsPage {
        states: STATES
            .map(|word| {
                FilterChoice::new(word, text::request::state(word, words.language()), asked)
            })
            .into(),
        rows: shown.iter().map(|shown| row(words, &shown.view)).collect(),
        pages: Pages::of(reader, all),
        is_narrowed: known || !search.is_empty(),
        has_form: state.app.config.requests.form,
        search,
        shell: shell.clone(),
    };
    Ok(page(&template, &shell, StatusCode::OK))
}

/// `GET /requests/{id}`
pub(in super::super) async fn show(
    by: CurrentUser,
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> PageAnswer {
    let shown = request(&state.app, &id)
        .await
        .map_err(failed(&state, &by))?
        .ok_or_else(|| not_found(&state, &by))?;
    let shell = Shell::new(
        &state,
        &by.reader,
        by.on_page(),
        "requests",
        shown.view.id.clone(),
    );
    let template = present(&shell, &by.reader.words, shown);
    Ok(page(&template, &shell, StatusCode::OK))
}

fn present(shell: &Shell, words: &Words, shown: ShownRequest) -> RequestPage {
    let language = words.language();
    let view = shown.view;
    let problems = match &shown.context.judged {
        Err(obstacle) if view.state == "stuck" => text::request::obstacle(obstacle, language),
        _ => Vec::new(),
    };
    let header = |field: &str| {
        let known: Option<LedgerColumn> = field.parse().ok();
        known
            .map_or(field, |column| column.header(language))
            .to_owned()
    };
    RequestPage {
        row: row(words, &view),
        revision: view.revision,
        asked: view
            .asked
            .iter()
            .map(|(field, value)| {
                let text = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                (header(field), text)
            })
            .collect(),
        changes: view
            .changes
            .iter()
            .map(|change| {
                (
                    header(&change.field),
                    change.before.clone(),
                    change.after.clone(),
                )
            })
            .collect(),
        problems: problems.into_iter().map(|message| message.text).collect(),
        notified: view.contacts_told_at.map(|at| words.moment(at)),
        decided: view
            .decided_by
            .clone()
            .zip(view.decided_at.map(|at| words.moment(at))),
        reason: view.reason.clone().unwrap_or_default(),
        may_approve: view.state == "waiting",
        may_reject: matches!(view.state.as_str(), "waiting" | "stuck"),
        contacts: view.contacts,
        shell: shell.clone(),
    }
}

/// `POST /requests/{id}`
pub(in super::super) async fn decide(
    State(state): State<AppState>,
    Path(id): Path<String>,
    form: AuthenticForm,
) -> PageAnswer {
    let form = form.of_operator(&state)?;
    let by = &form.by;
    let app = &state.app;
    let actor = by.visitor.actor();
    // A form without the revision that was looked at decides nothing unseen.
    let revision = Some(form.field("revision").parse().unwrap_or(0));
    let decided = match form.field("act") {
        "approve" => {
            let approval = Approval {
                id: id.clone(),
                revision,
                contacts_notified: form.field("contacts_told") == "yes",
            };
            approve(app, &actor, &approval).await
        }
        "reject" => {
            let reason = written(form.field("reason"), LONGEST).unwrap_or_default();
            if reason.is_empty() {
                let text = by.reader.words.say.dashboard_reason_needed();
                return Err(refused(&state, by, text));
            }
            let rejection = RejectRequest {
                id: id.clone(),
                revision,
                reason,
            };
            reject(app, &actor, &rejection).await
        }
        _ => return Err(not_found(&state, by)),
    };
    match decided {
        Ok(_) => Ok(see_other(&by.reader.path)),
        Err(DecideError::Unknown(_)) => Err(not_found(&state, by)),
        Err(DecideError::NotApprovable(why)) => {
            let language = by.reader.words.language();
            let reasons: Vec<String> = text::request::not_approvable(&id, &why, language)
                .into_iter()
                .map(|message| message.text)
                .collect();
            Err(refused(&state, by, reasons.join(" ")))
        }
        Err(DecideError::Store(error)) => Err(failed(&state, by)(error)),
    }
}

/// `GET /requests/new`
pub(in super::super) async fn form(by: CurrentUser, State(state): State<AppState>) -> PageAnswer {
    if !state.app.config.requests.form {
        return Err(not_found(&state, &by));
    }
    let words = &by.reader.words;
    let language = words.language();
    let shell = Shell::new(
        &state,
        &by.reader,
        by.on_page(),
        "requests",
        words.say.dashboard_new_request(),
    );
    let plain = LedgerColumn::VARIANTS.iter().filter(|column| {
        let chosen = [
            LedgerColumn::Language,
            LedgerColumn::Report,
            LedgerColumn::Notes,
        ];
        !OURS.contains(column) && !chosen.contains(column)
    });
    let template = FormPage {
        kinds: RequestKind::VARIANTS
            .iter()
            .map(|&kind| {
                FilterChoice::new(
                    kind.as_str(),
                    text::request::kind(Some(kind), language),
                    RequestKind::Add.as_str(),
                )
            })
            .collect(),
        fields: plain
            .map(|column| FormField {
                name: column.as_str(),
                header: column.header(language).to_owned(),
                hint: words.request_hint(*column),
                required: *column == LedgerColumn::AccountId,
            })
            .collect(),
        languages: Language::VARIANTS
            .iter()
            .map(|known| FilterChoice::new(known.as_str(), known.as_str(), ""))
            .collect(),
        reports: ReportCadence::VARIANTS
            .iter()
            .map(|known| FilterChoice::new(known.as_str(), known.as_str(), ""))
            .collect(),
        language_header: LedgerColumn::Language.header(language).to_owned(),
        report_header: LedgerColumn::Report.header(language).to_owned(),
        notes_header: LedgerColumn::Notes.header(language).to_owned(),
        shell: shell.clone(),
    };
    Ok(page(&template, &shell, StatusCode::OK))
}

/// `POST /requests/new`: every logged-in user may file a request; only operators decide.
pub(in super::super) async fn take(
    State(state): State<AppState>,
    form: AuthenticForm,
) -> PageAnswer {
    let by = &form.by;
    if !state.app.config.requests.form {
        return Err(not_found(&state, by));
    }
    let mut fields = Vec::new();
    for &column in LedgerColumn::VARIANTS {
        if OURS.contains(&column) {
            continue;
        }
        let Some(text) = written(form.field(column.as_str()), LONGEST) else {
            let text = by.reader.words.say.dashboard_field_too_long();
            return Err(refused(&state, by, text));
        };
        if !text.is_empty() {
            fields.push((column, text));
        }
    }
    let taken = ReceivedRequest {
        origin: Origin::Form,
        asked: RequestedChange {
            kind: searchable(form.field("kind")),
            entry: LedgerEntry {
                fields,
                extra: Vec::new(),
            },
        },
        reporter: by.visitor.name.clone(),
        language: by.reader.words.language(),
    };
    let shown = receive_request(&state.app, &by.visitor.actor(), taken)
        .await
        .map_err(failed(&state, by))?;
    Ok(see_other(&format!("/requests/{}", shown.view.id)))
}

fn refused(state: &AppState, by: &CurrentUser, text: impl Into<String>) -> PageRejection {
    PageRejection::with(message_page(
        state,
        &by.reader,
        by.on_page(),
        StatusCode::CONFLICT,
        text,
        "",
    ))
}

fn row(words: &Words, view: &RequestView) -> RequestRow {
    let language = words.language();
    RequestRow {
        id: view.id.clone(),
        kind: text::request::kind(view.kind, language),
        account_id: view
            .account_id
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        project: view.project.clone(),
        state: words.request_state(&view.state),
        reporter: view.reporter.clone(),
        created: words.moment(view.created_at),
    }
}
