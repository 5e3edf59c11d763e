//! Releases of the agent.

use crate::app::App;
use hubward_domain::release::Release;
use hubward_store::StoreError;

/// All releases, newest first.
///
/// # Errors
/// The database failed.
pub(crate) async fn releases(app: &App) -> Result<Vec<Release>, StoreError> {
    app.store.releases().await
}
