//! Exceptions from controls. `actions::exception` grants and ends them.

use crate::app::App;
use hubward_domain::exception::Exception;
use hubward_store::StoreError;

/// All exceptions that have not ended.
///
/// # Errors
/// The database failed.
pub(crate) async fn exceptions(app: &App) -> Result<Vec<Exception>, StoreError> {
    app.store.exceptions().await
}
