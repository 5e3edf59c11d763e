//! What Hubward knows, for whoever shows it: the ledger, what was last seen of its members, the runs of
//! agents, the alerts, the trace of changes. It reads the store only, and changes nothing.

use hubward_protocol::AccountId;
use serde::Serialize;

use crate::app::App;
use crate::domain::access::AccessToken;
use crate::domain::account::Account;
use crate::domain::alert::handling::Handling;
use crate::domain::alert::{AlertFilter, AlertState};
use crate::domain::audit::{Event, EventFilter};
use crate::domain::delivery::{DeliveryState, PostFilter, Posted};
use crate::domain::membership::Membership;
use crate::domain::notice::AlertNotice;
use crate::domain::release::Release;
use crate::domain::run::{Run, RunFilter};
use crate::domain::standing::{Line, PlaceFilter, Window};
use crate::store::StoreError;

/// The whole ledger, by account id.
///
/// # Errors
/// The database failed.
pub async fn accounts(app: &App) -> Result<Vec<Account>, StoreError> {
    app.store.accounts().await
}

/// What was last seen of one account, by Region.
///
/// # Errors
/// The database failed.
pub async fn memberships(app: &App, account: &AccountId) -> Result<Vec<Membership>, StoreError> {
    let mut memberships = app.store.memberships().await?;
    memberships.retain(|seen| seen.account_id == *account);
    Ok(memberships)
}

/// The runs of all agents, newest heartbeat first.
///
/// # Errors
/// The database failed.
pub async fn runs(app: &App) -> Result<Vec<Run>, StoreError> {
    app.store.runs().await
}

/// Up to `limit` events behind a number, oldest first; of one account where given.
///
/// # Errors
/// The database failed.
pub async fn events(
    app: &App,
    after: i64,
    limit: i64,
    account: Option<&AccountId>,
) -> Result<Vec<Event>, StoreError> {
    app.store
        .audit_events(after, limit, account.map(AccountId::as_str))
        .await
}

/// One page of the audit log.
#[derive(Clone, Debug)]
pub struct LogPage {
    /// Its events, newest first.
    pub events: Vec<Event>,
    /// How many match.
    pub all: i64,
    /// Which actions there are to choose from.
    pub actions: Vec<String>,
    /// The last event of the whole log, whose hash is its head.
    pub head: Option<Event>,
}

/// The events that match, newest first.
///
/// # Errors
/// The database failed.
pub async fn log(app: &App, filter: &EventFilter, window: Window) -> Result<LogPage, StoreError> {
    let (events, all) = app.store.events_that(filter, window).await?;
    Ok(LogPage {
        events,
        all,
        actions: app.store.recorded_actions().await?,
        head: app.store.audit_head().await?,
    })
}

/// The access tokens' records, by name.
///
/// # Errors
/// The database failed.
pub async fn tokens(app: &App) -> Result<Vec<AccessToken>, StoreError> {
    app.store.access_tokens().await
}

/// The agent's releases, newest first.
///
/// # Errors
/// The database failed.
pub async fn releases(app: &App) -> Result<Vec<Release>, StoreError> {
    app.store.releases().await
}

/// An alert with what became of telling people.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Alert)]
pub struct AlertRow {
    /// The alert, with its account's row of the ledger as it is today.
    #[serde(flatten)]
    pub alert: AlertNotice,
    /// What people did with it.
    #[serde(flatten)]
    pub handling: Handling,
    /// One for each message and channel.
    pub deliveries: Vec<DeliveryRow>,
}

/// What became of one message to one channel.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = AlertDelivery)]
pub struct DeliveryRow {
    /// The channel's name.
    pub channel: String,
    /// How far it is.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i64,
    /// What the channel last answered.
    pub last_error: Option<String>,
}

/// How many alerts are looked up at once.
const PART: i64 = 500;

/// The alerts in a state, or all; newest first.
///
/// # Errors
/// The database failed.
pub async fn alerts(app: &App, state: Option<AlertState>) -> Result<Vec<AlertRow>, StoreError> {
    let filter = AlertFilter {
        state,
        ..AlertFilter::default()
    };
    let (mut rows, mut page) = (Vec::new(), 1);
    loop {
        let (part, all) = alerts_that(app, &filter, Window::page(page, PART)).await?;
        rows.extend(part);
        if page.saturating_mul(PART) >= all {
            return Ok(rows);
        }
        page += 1;
    }
}

/// The alert that goes by this id, or by that of one of its findings.
///
/// # Errors
/// The database failed.
pub async fn alert(app: &App, id: &str) -> Result<Option<AlertRow>, StoreError> {
    let id = match app.store.alert_id_of(id).await? {
        Some(id) => id,
        None => id.to_owned(),
    };
    let filter = AlertFilter {
        id: Some(id),
        ..AlertFilter::default()
    };
    let (rows, _) = alerts_that(app, &filter, Window::page(1, 1)).await?;
    Ok(rows.into_iter().next())
}

/// The alerts that match, newest first, and how many match.
///
/// # Errors
/// The database failed.
pub async fn alerts_that(
    app: &App,
    filter: &AlertFilter,
    window: Window,
) -> Result<(Vec<AlertRow>, i64), StoreError> {
    let (alerts, all) = app.store.alerts(filter, window).await?;
    let ids: Vec<String> = alerts.iter().map(|alert| alert.id.clone()).collect();
    let subjects: Vec<String> = ids.iter().map(|id| format!("alert:{id}")).collect();
    let accounts: Vec<AccountId> = alerts
        .iter()
        .map(|alert| alert.account_id.clone())
        .collect();
    let ledger = app.store.accounts_of(&accounts).await?;
    let mut findings = app.store.alert_findings(&ids).await?;
    let mut handlings = app.store.handlings(&ids).await?;
    let mut deliveries = app.store.deliveries_about(&subjects).await?;
    let rows = alerts
        .into_iter()
        .map(|alert| {
            let account = ledger.get(&alert.account_id);
            let ids = findings.remove(&alert.id).unwrap_or_default();
            let sent = deliveries
                .remove(&format!("alert:{}", alert.id))
                .unwrap_or_default();
            AlertRow {
                alert: AlertNotice::of(&alert, ids, account),
                handling: handlings.remove(&alert.id).unwrap_or_default(),
                deliveries: sent
                    .into_iter()
                    .map(|delivery| DeliveryRow {
                        channel: delivery.channel,
                        state: delivery.state,
                        attempts: delivery.attempts,
                        last_error: delivery.last_error,
                    })
                    .collect(),
            }
        })
        .collect();
    Ok((rows, all))
}

/// What happened to an alert, newest first.
///
/// # Errors
/// The database failed.
pub async fn events_of_alert(
    app: &App,
    account: &AccountId,
    alert: &str,
) -> Result<Vec<Event>, StoreError> {
    const LATELY: i64 = 1000;
    let mut events = app.store.newest_events(account.as_str(), LATELY).await?;
    events.retain(|event| event.detail.get("alert").and_then(|id| id.as_str()) == Some(alert));
    Ok(events)
}

/// The messages of the outbox that match, newest first, and how many match.
///
/// # Errors
/// The database failed.
pub async fn deliveries(
    app: &App,
    filter: &PostFilter,
    window: Window,
) -> Result<(Vec<Posted>, i64), StoreError> {
    app.store.posted(filter, window).await
}

/// The accounts that match, worst first, and how many match.
///
/// # Errors
/// The database failed.
pub async fn lines(
    app: &App,
    filter: &PlaceFilter,
    window: Window,
) -> Result<(Vec<Line>, i64), StoreError> {
    app.store.lines(filter, window).await
}

/// The agents' runs that match, newest heartbeat first, and how many match; with their projects.
///
/// # Errors
/// The database failed.
pub async fn runs_that(
    app: &App,
    filter: &RunFilter,
    window: Window,
) -> Result<(Vec<(Run, String)>, i64), StoreError> {
    let (runs, all) = app.store.runs_that(filter, window).await?;
    let accounts: Vec<AccountId> = runs.iter().map(|run| run.account_id.clone()).collect();
    let projects = app.store.projects(&accounts).await?;
    let rows = runs
        .into_iter()
        .map(|run| {
            let project = projects.get(&run.account_id).cloned().unwrap_or_default();
            (run, project)
        })
        .collect();
    Ok((rows, all))
}

/// Everything that is known of one account.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// Its row of the ledger; `None` for one that the ledger does not know.
    pub account: Option<Account>,
    /// What happened to it lately, newest first.
    pub events: Vec<Event>,
    /// Its agents' runs, newest first.
    pub runs: Vec<Run>,
    /// Its alerts, newest first.
    pub alerts: Vec<AlertRow>,
    /// How many findings are open, by severity and kind.
    pub findings: Vec<(String, String, i64)>,
    /// The controls that fail: how many findings of each are open, by severity.
    pub failed_controls: Vec<(String, String, i64)>,
}

/// How many events, runs and alerts a dossier holds.
const DOSSIER: i64 = 50;

/// Everything that is known of one account; of one that nobody knows, nothing.
///
/// # Errors
/// The database failed.
pub async fn dossier(app: &App, account: &AccountId) -> Result<Dossier, StoreError> {
    let store = &app.store;
    let row = store
        .accounts_of(std::slice::from_ref(account))
        .await?
        .remove(account);
    let window = Window::page(1, DOSSIER);
    let of_account = AlertFilter {
        account: Some(account.clone()),
        ..AlertFilter::default()
    };
    let of_runs = RunFilter {
        account: Some(account.clone()),
        ..RunFilter::default()
    };
    Ok(Dossier {
        account: row,
        events: store.newest_events(account.as_str(), DOSSIER).await?,
        runs: store.runs_that(&of_runs, window).await?.0,
        alerts: alerts_that(app, &of_account, window).await?.0,
        findings: store.count_open_findings(account).await?,
        failed_controls: store.failed_controls(account).await?,
    })
}
