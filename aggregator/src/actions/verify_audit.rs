//! Follows the audit log's chain from its first event to its last. It reads only.

use crate::app::App;
use crate::domain::audit::{BrokenChain, Head};
use crate::store::StoreError;

/// Verifies the whole log.
///
/// # Errors
/// The database failed. A broken chain is an answer, not an error.
pub async fn verify_audit(app: &App) -> Result<Result<Head, BrokenChain>, StoreError> {
    app.store.verify_audit().await
}
