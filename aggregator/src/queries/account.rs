//! Accounts: the ledger, the memberships, and all details of one account.

use super::alert::{AlertRow, search_alerts};
use crate::app::App;
use hubward_domain::account::Account;
use hubward_domain::account_matrix::{AccountLine, PageWindow, PlaceFilter};
use hubward_domain::alert::AlertFilter;
use hubward_domain::audit::AuditEvent;
use hubward_domain::membership::Membership;
use hubward_domain::run::{Run, RunFilter};
use hubward_protocol::AccountId;
use hubward_store::StoreError;

/// Whether the ledger has no rows, not even of accounts that have left.
///
/// # Errors
/// The database failed, or a row is damaged.
pub(crate) async fn is_ledger_empty(app: &App) -> Result<bool, StoreError> {
    Ok(app.store.accounts().await?.is_empty())
}

/// All accounts of the ledger, by account id.
///
/// # Errors
/// The database failed.
pub(crate) async fn accounts(app: &App) -> Result<Vec<Account>, StoreError> {
    app.store.accounts().await
}

/// A page of the ledger, by account id, and the number of its rows.
///
/// # Errors
/// The database failed.
pub(crate) async fn account_page(
    app: &App,
    window: PageWindow,
) -> Result<(Vec<Account>, i64), StoreError> {
    app.store.account_page(window).await
}

/// The last known membership of one account, by Region.
///
/// # Errors
/// The database failed.
pub(crate) async fn memberships(
    app: &App,
    account: &AccountId,
) -> Result<Vec<Membership>, StoreError> {
    app.store.memberships_of(account).await
}

/// The matching accounts, worst verdict first, and the number of matches.
///
/// # Errors
/// The database failed.
pub(crate) async fn account_matrix(
    app: &App,
    filter: &PlaceFilter,
    window: PageWindow,
) -> Result<(Vec<AccountLine>, i64), StoreError> {
    app.store.lines(filter, window).await
}

/// All details of one account.
#[derive(Clone, Debug)]
pub(crate) struct AccountDetail {
    /// Its ledger row; `None` if it is not in the ledger.
    pub account: Option<Account>,
    /// Its latest audit events, newest first.
    pub events: Vec<AuditEvent>,
    /// Its agents' runs, newest first.
    pub runs: Vec<Run>,
    /// Its alerts, newest first.
    pub alerts: Vec<AlertRow>,
    /// Number of open findings by severity and kind.
    pub findings: Vec<(String, String, i64)>,
    /// Number of open findings of each failed control, by severity.
    pub failed_controls: Vec<(String, String, i64)>,
}

/// The most events, runs and alerts in the details.
const RECENT: i64 = 50;

/// All details of one account; empty if it is unknown.
///
/// # Errors
/// The database failed.
pub(crate) async fn account_detail(
    app: &App,
    account: &AccountId,
) -> Result<AccountDetail, StoreError> {
    let store = &app.store;
    let row = store
        .accounts_of(std::slice::from_ref(account))
        .await?
        .remove(account);
    let window = PageWindow::page(1, RECENT);
    let of_account = AlertFilter {
        account: Some(account.clone()),
        ..AlertFilter::default()
    };
    let of_runs = RunFilter {
        account: Some(account.clone()),
        ..RunFilter::default()
    };
    Ok(AccountDetail {
        account: row,
        events: store.newest_events(account.as_str(), RECENT).await?,
        runs: store.runs_that(&of_runs, window).await?.0,
        alerts: search_alerts(app, &of_account, window).await?.0,
        findings: store.count_open_findings(account).await?,
        failed_controls: store.failed_controls(account).await?,
    })
}
