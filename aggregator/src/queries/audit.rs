//! The audit log: its events, and whether its hash chain is valid.
//!
//! A chain that was rewritten completely, or whose end was cut off, is still consistent. A head that was
//! posted earlier reveals this: an unmodified log still contains that head.

use hubward_protocol::AccountId;

use crate::app::App;
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::audit::{AuditEvent, BrokenChain, EventFilter, Head};
use hubward_store::StoreError;

/// The result of verifying the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ChainVerdict {
    /// The chain is valid and contains the given head.
    Holds(Head),
    /// The chain is broken.
    Broken(BrokenChain),
    /// The chain is valid, but lacks the head that was posted before: the log was rewritten, or its end was
    /// cut off.
    Rewritten(Head),
}

/// Verifies the whole log; `posted` is the hash of a head that was kept elsewhere.
///
/// # Errors
/// The database failed. A broken chain is a result, not an error.
pub(crate) async fn verify_audit(
    app: &App,
    posted: Option<&str>,
) -> Result<ChainVerdict, StoreError> {
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

/// Up to `limit` events after a sequence number, oldest first; of one account if given.
///
/// # Errors
/// The database failed.
pub(crate) async fn audit_events(
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
pub(crate) struct AuditPage {
    /// Its events, newest first.
    pub events: Vec<AuditEvent>,
    /// Number of matches.
    pub all: i64,
    /// The actions that occur, to filter by.
    pub actions: Vec<String>,
    /// The last event of the whole log, whose hash is the head.
    pub head: Option<AuditEvent>,
}

/// The matching events, newest first.
///
/// # Errors
/// The database failed.
pub(crate) async fn audit_page(
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
