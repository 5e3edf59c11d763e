//! What Hubward knows, for whoever shows it: the ledger, what was last seen of its members, the runs of
//! agents, the trace of changes. It reads the store only, and changes nothing.

use hubward_protocol::AccountId;

use crate::app::App;
use crate::domain::account::Account;
use crate::domain::audit::Event;
use crate::domain::membership::Membership;
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

/// The agent's releases, newest first.
///
/// # Errors
/// The database failed.
pub async fn releases(app: &App) -> Result<Vec<Release>, StoreError> {
    app.store.releases().await
}
