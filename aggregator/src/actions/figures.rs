//! The figures by which others watch Hubward itself. Counted by the database at every call, so that
//! they cost a few rows, however many accounts there are; they name nobody.

use std::collections::BTreeMap;

use crate::app::App;
use crate::domain::account::AccountState;
use crate::domain::run::RunCounts;
use crate::store::StoreError;

/// Everything that is counted.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// The ledger's accounts by state, those that nobody is in included.
    pub accounts: BTreeMap<String, i64>,
    /// Accounts and Regions by the last check's verdict.
    pub memberships: BTreeMap<String, i64>,
    /// The agents' runs.
    pub runs: RunCounts,
    /// How many events the audit log has.
    pub audit_events: i64,
}

/// Counts.
///
/// # Errors
/// The database failed.
pub async fn figures(app: &App) -> Result<Figures, StoreError> {
    let store = &app.store;
    let mut accounts: BTreeMap<String, i64> = AccountState::ALL
        .iter()
        .map(|state| (state.as_str().to_owned(), 0))
        .collect();
    accounts.extend(store.count_accounts().await?);
    Ok(Figures {
        accounts,
        memberships: store.count_memberships().await?,
        runs: store.count_runs().await?,
        audit_events: store.count_audit_events().await?,
    })
}
