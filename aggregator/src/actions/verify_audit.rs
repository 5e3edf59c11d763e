//! Follows the audit log's chain from its first event to its last. It reads only.
//!
//! A chain that was rewritten as a whole, or whose end was cut off, holds in itself. It shows by a head
//! that was posted before: an unchanged log still has it.

use crate::app::App;
use crate::domain::audit::{BrokenChain, Head};
use crate::store::StoreError;

/// What became of verifying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
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
pub async fn verify_audit(app: &App, posted: Option<&str>) -> Result<Verdict, StoreError> {
    Ok(match app.store.verify_audit().await? {
        Err(broken) => Verdict::Broken(broken),
        Ok(head) => match posted {
            Some(posted) if !app.store.has_audit_hash(posted).await? => Verdict::Rewritten(head),
            _ => Verdict::Holds(head),
        },
    })
}
