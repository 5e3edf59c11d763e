//! The messages of the outbox.

use crate::app::App;
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::delivery::{PostFilter, Posted};
use hubward_store::StoreError;

/// The messages of the outbox that match, newest first, and how many match.
///
/// # Errors
/// The database failed.
pub async fn deliveries(
    app: &App,
    filter: &PostFilter,
    window: PageWindow,
) -> Result<(Vec<Posted>, i64), StoreError> {
    app.store.posted(filter, window).await
}
