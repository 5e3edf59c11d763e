//! Forgets what nobody needs any more: sessions and challenges that are over, messages that were delivered and
//! tests of the way that were made long ago, and findings that AWS forgot long ago. Run twice, it finds nothing the second time.
//!
//! Nothing of the ledger, the audit log, the alerts or the history of findings is ever forgotten.

use crate::app::App;
use hubward_domain::access::Session;
use hubward_domain::retention::RetentionLimits;
use hubward_store::StoreError;

/// How many of each were forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Sessions of the dashboard.
    pub sessions: u64,
    /// Spent challenges of agents.
    pub challenges: u64,
    /// Delivered messages, with their attempts; not those about alerts that are not over.
    pub deliveries: u64,
    /// Tests and canaries.
    pub trials: u64,
    /// Findings.
    pub findings: u64,
}

/// Forgets it, a little at a time: others want to write too.
///
/// # Errors
/// The database failed; what was forgotten before is.
pub async fn prune(app: &App) -> Result<Pruned, StoreError> {
    let now = app.clock.now();
    let limits = RetentionLimits::at(now);
    let mut pruned = Pruned::default();
    let mut tx = app.store.begin().await?;
    pruned.sessions = tx.forget_sessions(Session::oldest(now)).await?;
    pruned.challenges = tx.forget_challenges(now).await?;
    pruned.trials = tx.forget_trials(limits.delivered).await?;
    tx.commit().await?;
    loop {
        let mut tx = app.store.begin().await?;
        let deliveries = tx.forget_deliveries(limits.delivered).await?;
        let findings = tx.forget_findings(limits.gone).await?;
        tx.commit().await?;
        pruned.deliveries += deliveries;
        pruned.findings += findings;
        if deliveries + findings == 0 {
            return Ok(pruned);
        }
    }
}
