//! The agent's releases on record.

use crate::app::App;
use hubward_domain::release::Release;
use hubward_store::StoreError;

/// The agent's releases, newest first.
///
/// # Errors
/// The database failed.
pub async fn releases(app: &App) -> Result<Vec<Release>, StoreError> {
    app.store.releases().await
}
