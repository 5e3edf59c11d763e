//! Alerts with their handling and deliveries.

use crate::app::App;
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::alert::handling::Handling;
use hubward_domain::alert::{AlertFilter, AlertState};
use hubward_domain::audit::AuditEvent;
use hubward_domain::delivery::DeliveryState;
use hubward_domain::notice::AlertNotice;
use hubward_protocol::AccountId;
use hubward_store::StoreError;
use serde::Serialize;

/// An alert with the state of its notifications.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Alert)]
pub(crate) struct AlertRow {
    /// The alert, with its account's current ledger row.
    #[serde(flatten)]
    pub alert: AlertNotice,
    /// Who acknowledged or resolved it, and their notes.
    #[serde(flatten)]
    pub handling: Handling,
    /// One entry per message and channel.
    pub deliveries: Vec<DeliveryRow>,
}

/// The state of one message to one channel.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = AlertDelivery)]
pub(crate) struct DeliveryRow {
    /// The channel's name in the configuration.
    pub channel: String,
    /// Whether it was delivered, waits, or was given up.
    pub state: DeliveryState,
    /// Number of attempts.
    pub attempts: i64,
    /// The channel's last error.
    pub last_error: Option<String>,
}

/// Alerts per query.
const PART: i64 = 500;

/// The alerts in a state, or all; newest first.
///
/// # Errors
/// The database failed.
pub(crate) async fn alerts(
    app: &App,
    state: Option<AlertState>,
) -> Result<Vec<AlertRow>, StoreError> {
    let filter = AlertFilter {
        state,
        ..AlertFilter::default()
    };
    let (mut rows, mut page) = (Vec::new(), 1);
    loop {
        let (part, all) = search_alerts(app, &filter, PageWindow::page(page, PART)).await?;
        rows.extend(part);
        if page.saturating_mul(PART) >= all {
            return Ok(rows);
        }
        page += 1;
    }
}

/// The alert with this id, or with a finding of this id.
///
/// # Errors
/// The database failed.
pub(crate) async fn alert(app: &App, id: &str) -> Result<Option<AlertRow>, StoreError> {
    let id = match app.store.alert_id_of(id).await? {
        Some(id) => id,
        None => id.to_owned(),
    };
    let filter = AlertFilter {
        id: Some(id),
        ..AlertFilter::default()
    };
    let (rows, _) = search_alerts(app, &filter, PageWindow::page(1, 1)).await?;
    Ok(rows.into_iter().next())
}

/// The matching alerts, newest first, and the number of matches.
///
/// # Errors
/// The database failed.
pub(crate) async fn search_alerts(
    app: &App,
    filter: &AlertFilter,
    window: PageWindow,
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

/// An alert's audit events, newest first.
///
/// # Errors
/// The database failed.
pub(crate) async fn events_of_alert(
    app: &App,
    account: &AccountId,
    alert: &str,
) -> Result<Vec<AuditEvent>, StoreError> {
    const LATELY: i64 = 1000;
    let mut events = app.store.newest_events(account.as_str(), LATELY).await?;
    events.retain(|event| event.detail.get("alert").and_then(|id| id.as_str()) == Some(alert));
    Ok(events)
}
