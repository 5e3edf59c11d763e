//! Follows the audit log's chain from its first event to its last. It reads only, in parts, so that
//! a long log does not fill the memory.

use crate::app::App;
use crate::domain::audit::{BrokenChain, GENESIS, verify};
use crate::store::StoreError;

/// The end of a chain that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many events there are.
    pub events: i64,
    /// The last event's hash.
    pub hash: String,
}

/// Verifies the whole log.
///
/// # Errors
/// The database failed. A broken chain is an answer, not an error.
pub async fn verify_audit(app: &App) -> Result<Result<Head, BrokenChain>, StoreError> {
    const PART: i64 = 1000;
    let mut last = (0, GENESIS.to_owned());
    loop {
        let part = app.store.audit_events(last.0, PART, None).await?;
        if part.is_empty() {
            return Ok(Ok(Head {
                events: last.0,
                hash: last.1,
            }));
        }
        match verify(last, &part) {
            Ok(next) => last = next,
            Err(broken) => return Ok(Err(broken)),
        }
    }
}
