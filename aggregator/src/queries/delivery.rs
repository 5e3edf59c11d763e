//! Messages of the outbox.

use crate::app::App;
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::delivery::{Delivery, PostFilter, Posted};
use hubward_store::StoreError;

/// The matching messages, newest first, and the number of matches.
///
/// # Errors
/// The database failed.
pub(crate) async fn deliveries(
    app: &App,
    filter: &PostFilter,
    window: PageWindow,
) -> Result<(Vec<Posted>, i64), StoreError> {
    app.store.posted(filter, window).await
}

/// The newest test message of a channel with its progress.
///
/// # Errors
/// The database failed.
pub(crate) async fn newest_test(app: &App, channel: &str) -> Result<Option<Delivery>, StoreError> {
    let tests = app.store.deliveries_of(&format!("test:{channel}")).await?;
    Ok(tests.into_iter().next_back())
}
