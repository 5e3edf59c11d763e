//! The audit log: its events, and whether its hash chain holds.
//!
//! A chain that was rewritten as a whole, or whose end was cut off, is consistent in itself. A head that was
//! posted earlier shows it: an unchanged log still contains that head.

use hubward_protocol::AccountId;

use crate::app::App;
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::audit::{AuditEvent, BrokenChain, EventFilter, Head};
use hubward_store::StoreError;

/// What became of verifying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainVerdict {
    /// The chain holds, and has the head that was asked for.
    Holds(Head),
    /// It is broken.
    Broken(BrokenChain),
    /// It holds, but lacks the head that was posted before: it was rewritten, or its end cut off.
    Rewritten(Head),
}

/// Verifies the whole log; `posted` is the hash of a head that was kept elsewhere.
///
/// # Errors
/// The database failed. A broken chain is an answer, not an error.
pub async fn verify_audit(app: &App, posted: Option<&str>) -> Result<ChainVerdict, StoreError> {
    Ok(match app.store.verify_audit().await? {
        Err(broken) => ChainVerdict::Broken(broken),
        Ok(head) => match posted {
            Some(posted) if !app.store.has_audit_hash(posted).await? => {
                ChainVerdict::Rewritten(head)
            }
            _ => ChainVerdict::Holds(head),
        },
    })
}

/// Up to `limit` events behind a number, oldest first; of one account where given.
///
/// # Errors
/// The database failed.
pub async fn audit_events(
    app: &App,
    after: i64,
    limit: i64,
    account: Option<&AccountId>,
) -> Result<Vec<AuditEvent>, StoreError> {
    app.store
        .audit_events(after, limit, account.map(AccountId::as_str))
        .await
}

/// One page of the audit log.
#[derive(Clone, Debug)]
pub struct AuditPage {
    /// Its events, newest first.
    pub events: Vec<AuditEvent>,
    /// How many match.
    pub all: i64,
    /// Which actions there are to choose from.
    pub actions: Vec<String>,
    /// The last event of the whole log, whose hash is its head.
    pub head: Option<AuditEvent>,
}

/// The events that match, newest first.
///
/// # Errors
/// The database failed.
pub async fn audit_page(
    app: &App,
    filter: &EventFilter,
    window: PageWindow,
) -> Result<AuditPage, StoreError> {
    let (events, all) = app.store.events_that(filter, window).await?;
    Ok(AuditPage {
        events,
        all,
        actions: app.store.recorded_actions().await?,
        head: app.store.audit_head().await?,
    })
}
