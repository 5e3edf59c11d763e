//! Access tokens, without their secrets.

use crate::app::App;
use hubward_domain::access::AccessToken;
use hubward_store::StoreError;

/// The records of all tokens, by name.
///
/// # Errors
/// The database failed.
pub(crate) async fn tokens(app: &App) -> Result<Vec<AccessToken>, StoreError> {
    app.store.access_tokens().await
}
