//! Deletes data that is no longer needed: expired sessions and challenges, old delivered messages and test
//! events, and findings that AWS deleted long ago. Run twice, the second finds nothing.
//!
//! Nothing of the ledger, the audit log, the alerts or the history of findings is ever deleted.

use crate::app::App;
use hubward_domain::access::Session;
use hubward_domain::retention::RetentionLimits;
use hubward_store::StoreError;

/// The number of deleted rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pruned {
    /// Dashboard sessions.
    pub sessions: u64,
    /// Used challenges of agents.
    pub challenges: u64,
    /// Delivered messages with their attempts, except those about alerts that are not resolved.
    pub deliveries: u64,
    /// Test events and canaries.
    pub test_events: u64,
    /// Findings.
    pub findings: u64,
}

/// Deletes old data in small transactions, so that other writers are not blocked.
///
/// # Errors
/// The database failed; what was deleted before stays deleted.
pub(crate) async fn prune(app: &App) -> Result<Pruned, StoreError> {
    let now = app.clock.now();
    let limits = RetentionLimits::at(now);
    let mut pruned = Pruned::default();
    let mut tx = app.store.begin().await?;
    pruned.sessions = tx.forget_sessions(Session::oldest(now)).await?;
    pruned.challenges = tx.forget_challenges(now).await?;
    pruned.test_events = tx.forget_test_events(limits.delivered).await?;
    tx.forget_sightings(limits.deleted).await?;
    tx.commit().await?;
    loop {
        let mut tx = app.store.begin().await?;
        let deliveries = tx.forget_deliveries(limits.delivered).await?;
        let findings = tx.forget_findings(limits.deleted).await?;
        tx.commit().await?;
        pruned.deliveries += deliveries;
        pruned.findings += findings;
        if deliveries + findings == 0 {
            return Ok(pruned);
        }
    }
}
