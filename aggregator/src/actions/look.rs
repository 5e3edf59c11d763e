//! What Hubward knows, for whoever shows it: the ledger, what was last seen of its members, the runs of
//! agents, the alerts, the trace of changes. It reads the store only, and changes nothing.

use hubward_protocol::AccountId;
use serde::Serialize;

use crate::app::App;
use crate::domain::access::AccessToken;
use crate::domain::account::Account;
use crate::domain::alert::AlertState;
use crate::domain::audit::Event;
use crate::domain::delivery::DeliveryState;
use crate::domain::membership::Membership;
use crate::domain::notice::AlertNotice;
use crate::domain::release::Release;
use crate::domain::run::Run;
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
#[derive(Clone, Debug, Serialize)]
pub struct AlertRow {
    /// The alert, with its account's row of the ledger as it is today.
    #[serde(flatten)]
    pub alert: AlertNotice,
    /// One for each message and channel.
    pub deliveries: Vec<DeliveryRow>,
}

/// What became of one message to one channel.
#[derive(Clone, Debug, Serialize)]
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

/// The alerts in a state, or all; newest first.
///
/// # Errors
/// The database failed.
pub async fn alerts(app: &App, state: Option<AlertState>) -> Result<Vec<AlertRow>, StoreError> {
    let ledger = app.store.accounts().await?;
    let mut findings = app.store.alert_findings().await?;
    let mut deliveries = app.store.deliveries_of_alerts().await?;
    Ok(app
        .store
        .alerts(state)
        .await?
        .into_iter()
        .map(|alert| {
            let account = ledger
                .iter()
                .find(|account| account.account_id == alert.account_id);
            let ids = findings.remove(&alert.id).unwrap_or_default();
            let sent = deliveries
                .remove(&format!("alert:{}", alert.id))
                .unwrap_or_default();
            AlertRow {
                alert: AlertNotice::of(&alert, ids, account),
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
        .collect())
}
