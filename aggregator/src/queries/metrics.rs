//! The metrics that the database counts at every scrape. The queries return few rows, however many accounts
//! there are, and no names of accounts or people.

use std::collections::BTreeMap;

use jiff::Timestamp;
use strum::VariantArray;

use crate::app::App;
use hubward_domain::account::AccountState;
use hubward_domain::alert::AlertState;
use hubward_domain::circuit::Circuit;
use hubward_domain::run::RunCounts;
use hubward_domain::schedule::JobRun;
use hubward_domain::test_event::TestEventKind;
use hubward_store::StoreError;

/// The counts of one scrape.
#[derive(Clone, Debug, Default)]
pub(crate) struct MetricsSnapshot {
    /// Accounts of the ledger by state, including states without accounts.
    pub accounts: BTreeMap<String, i64>,
    /// Accounts and Regions by the last check's verdict.
    pub memberships: BTreeMap<String, i64>,
    pub runs: RunCounts,
    /// Number of events in the audit log.
    pub audit_events: i64,
    /// Alerts by state, including states without alerts.
    pub alerts: BTreeMap<String, i64>,
    /// Outbox messages by channel and state.
    pub deliveries: BTreeMap<(String, String), i64>,
    /// Age of the oldest pending message of each channel, in seconds.
    pub oldest_pending: BTreeMap<String, i64>,
    /// Whether the circuit of each configured channel is open.
    pub open_circuits: BTreeMap<String, bool>,
    /// Number of messages from the alert queue that could not be parsed.
    pub refused_messages: i64,
    /// How many transactions, and statements outside any, this process has run.
    pub transactions: u64,
    /// When the newest canary that arrived was sent.
    pub last_canary: Option<Timestamp>,
    pub jobs: Vec<JobRun>,
}

/// Counts everything.
///
/// # Errors
/// The database failed.
pub(crate) async fn metrics_snapshot(app: &App) -> Result<MetricsSnapshot, StoreError> {
    let (store, now) = (&app.store, app.clock.now());
    let mut accounts: BTreeMap<String, i64> = AccountState::VARIANTS
        .iter()
        .map(|state| (state.as_str().to_owned(), 0))
        .collect();
    accounts.extend(store.count_accounts().await?);
    let mut alerts: BTreeMap<String, i64> = AlertState::VARIANTS
        .iter()
        .map(|state| (state.as_str().to_owned(), 0))
        .collect();
    alerts.extend(store.count_alerts().await?);
    let circuits = store.circuits().await?;
    let open_circuits = app.config.outlets().into_iter().map(|channel| {
        let is_open = circuits.get(&channel.name).is_some_and(Circuit::is_open);
        (channel.name, is_open)
    });
    Ok(MetricsSnapshot {
        accounts,
        open_circuits: open_circuits.collect(),
        memberships: store.count_memberships().await?,
        runs: store.count_runs().await?,
        audit_events: store.count_audit_events().await?,
        alerts,
        deliveries: store.count_deliveries().await?,
        oldest_pending: store
            .oldest_pending()
            .await?
            .into_iter()
            .map(|(channel, since)| (channel, now.duration_since(since).as_secs().max(0)))
            .collect(),
        transactions: store.transactions(),
        jobs: store.job_runs().await?,
        last_canary: store
            .last_test_event(TestEventKind::Canary)
            .await?
            .map(|trial| trial.sent_at),
        refused_messages: store.count_refused_messages().await?,
    })
}
