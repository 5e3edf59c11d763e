//! `/accounts/ID`: everything that is known of one account.

mod findings;

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use hubward_protocol::AccountId;
use strum::VariantArray;
use tokio_util::io::ReaderStream;

use super::super::AppState;
use super::super::auth::{CurrentUser, PageRejection};
use super::super::page_context::PageContext;
use super::super::shell::{self, MessagePage, Shell, page};
use super::{PageAnswer, failed, not_found};
use crate::queries;
use crate::queries::account::AccountDetail;
use crate::queries::check::latest_check_of;
use crate::queries::release_download::install_lines;
use crate::queries::report_download::{self, report_file, report_periods};
use crate::text;
use crate::text::dashboard::{Chip, TimelineEntry, Words};
use findings::{FailedRow, FindingRow};
use hubward_domain::account::Account;
use hubward_domain::ledger::LedgerColumn;

/// The media type of xlsx.
const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    shell: Shell,
    account_id: String,
    project: String,
    facts: Vec<(String, String)>,
    emails: Vec<String>,
    places: Vec<AccountRegionRow>,
    install: Option<String>,
    findings: Vec<FindingRow>,
    failed: Vec<FailedRow>,
    reports: Vec<String>,
    alerts: Vec<AccountAlertRow>,
    runs: Vec<RunRow>,
    events: Vec<EventRow>,
}

struct AccountRegionRow {
    region: String,
    verdict: Chip,
    missing: String,
    since: TimelineEntry,
    next_step: String,
    hint: String,
}

struct AccountAlertRow {
    id: String,
    severity: Chip,
    state: Chip,
    title: String,
    region: String,
    seen: TimelineEntry,
}

struct RunRow {
    run: String,
    version: String,
    outdated: bool,
    caller: String,
    started: TimelineEntry,
    heartbeat: TimelineEntry,
    complete: bool,
}

struct EventRow {
    at: TimelineEntry,
    actor: String,
    action: String,
    detail: String,
}

/// `GET /accounts/{id}`
pub(in super::super) async fn show(
    by: CurrentUser,
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> PageAnswer {
    let account = account_of(&id).ok_or_else(|| not_found(&state, &by))?;
    let app = &state.app;
    let dossier = queries::account::account_detail(app, &account)
        .await
        .map_err(failed(&state, &by))?;
    let places = latest_check_of(app, &account)
        .await
        .map_err(failed(&state, &by))?;
    if dossier.account.is_none() && dossier.events.is_empty() && places.is_empty() {
        return Err(not_found(&state, &by));
    }
    let install = install_lines(app).await.map_err(failed(&state, &by))?;
    let words = &by.reader.words;
    let language = words.language();
    let places = places.into_iter().map(|row| AccountRegionRow {
        region: row.region.to_string(),
        verdict: words.verdict(row.verdict.as_str()),
        missing: row.verdict.missing().join(", "),
        since: words.moment(row.since),
        next_step: text::check::next_step(&row, language),
        hint: text::check::hint(&row, &app.config.hub.administrator, language),
    });
    let places: Vec<AccountRegionRow> = places.collect();
    let project = dossier
        .account
        .as_ref()
        .map(|row| row.project.clone())
        .unwrap_or_default();
    let shell = Shell::new(
        &state,
        &by.reader,
        by.on_page(),
        "accounts",
        words.account_title(&project, &account),
    );
    let template = present(
        &shell,
        &account,
        &dossier,
        places,
        findings::failed(app, words, &dossier.failed_controls),
        install.map(|lines| lines.line),
        report_periods(app, &account),
    );
    Ok(page(&template, &shell, StatusCode::OK))
}

/// `GET /accounts/{id}/reports/{period}`
pub(in super::super) async fn report(
    by: CurrentUser,
    State(state): State<AppState>,
    Path((id, period)): Path<(String, String)>,
) -> PageAnswer {
    let account = account_of(&id).ok_or_else(|| not_found(&state, &by))?;
    let file = report_file(&state.app, &account, &period)
        .await
        .map_err(failed(&state, &by))?;
    let found = file.ok_or_else(|| not_found(&state, &by))?;
    Ok(workbook(found))
}

/// `GET /reports/{link}`: for a recipient of the link in a mail.
pub(in super::super) async fn linked_report(
    reader: PageContext,
    State(state): State<AppState>,
    Path(link): Path<String>,
) -> PageAnswer {
    let file = report_download::linked_report(&state.app, &link)
        .await
        .map_err(|error| PageRejection::with(shell::failed(&state, &reader, None, error)))?;
    let found = file.ok_or_else(|| {
        PageRejection::with(shell::notice(&state, &reader, None, MessagePage::NotFound))
    })?;
    Ok(workbook(found))
}

/// The account that an address names; `None` for a word that is no account's ID.
fn account_of(id: &str) -> Option<AccountId> {
    id.parse().ok()
}

fn workbook((name, file): (String, tokio::fs::File)) -> Response {
    (
        [
            (header::CONTENT_TYPE, WORKBOOK.to_owned()),
            (
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{name}\""),
            ),
        ],
        Body::from_stream(ReaderStream::new(file)),
    )
        .into_response()
}

fn present(
    shell: &Shell,
    account_id: &AccountId,
    dossier: &AccountDetail,
    places: Vec<AccountRegionRow>,
    failed: Vec<FailedRow>,
    install: Option<String>,
    reports: Vec<String>,
) -> AccountPage {
    let account = dossier.account.as_ref();
    let words = &shell.words;
    AccountPage {
        account_id: account_id.to_string(),
        project: account.map(|row| row.project.clone()).unwrap_or_default(),
        facts: account.map(|row| facts(words, row)).unwrap_or_default(),
        emails: account
            .map(|row| row.contact_emails.clone())
            .unwrap_or_default(),
        // Nothing is to be pasted where nothing is missing.
        install: install.filter(|_| places.iter().any(|place| place.verdict.tone != "complete")),
        places,
        reports,
        failed,
        findings: findings::open(words, &dossier.findings),
        alerts: dossier
            .alerts
            .iter()
            .map(|row| AccountAlertRow {
                id: row.alert.id.clone(),
                severity: words.severity(row.alert.severity.as_str()),
                state: words.alert_state(row.alert.state),
                title: row.alert.title.clone(),
                region: row.alert.region.to_string(),
                seen: words.moment(row.alert.last_seen),
            })
            .collect(),
        runs: dossier
            .runs
            .iter()
            .map(|run| RunRow {
                run: run.run.clone(),
                version: run.agent_version.clone(),
                outdated: run.is_outdated(env!("CARGO_PKG_VERSION")),
                caller: run.caller.clone(),
                started: words.moment(run.started_at),
                heartbeat: words.moment(run.last_heartbeat),
                complete: run.complete,
            })
            .collect(),
        events: dossier
            .events
            .iter()
            .map(|event| EventRow {
                at: words.moment(event.at),
                actor: event.actor.clone(),
                action: text::audit::action(&event.action, words.language()),
                detail: text::audit::brief(&event.detail),
            })
            .collect(),
        shell: shell.clone(),
    }
}

/// What the ledger says, but for what the page says elsewhere.
fn facts(words: &Words, account: &Account) -> Vec<(String, String)> {
    let elsewhere = [
        LedgerColumn::AccountId,
        LedgerColumn::Project,
        LedgerColumn::ContactEmail,
    ];
    let known = LedgerColumn::VARIANTS
        .iter()
        .filter(|column| !elsewhere.contains(column))
        .map(|column| {
            (
                column.header(words.language()).to_owned(),
                column.text(account),
            )
        });
    known
        .chain(account.extra.iter().cloned())
        .filter(|(_, value)| !value.is_empty())
        .collect()
}
