//! Revokes an access token and ends the sessions that were opened with it. Run twice, the second finds
//! nothing to do.

use serde_json::json;

use crate::app::App;
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_store::StoreError;

/// Revokes the token of this name. `false` if there is none.
///
/// # Errors
/// The database failed; then the token is still valid.
pub(crate) async fn revoke_token(app: &App, actor: &Actor, name: &str) -> Result<bool, StoreError> {
    let mut tx = app.store.begin().await?;
    if !tx.delete_access_token(name).await? {
        return Ok(false);
    }
    let event = NewEvent {
        action: Action::TokenRevoked,
        subject: name.to_owned(),
        detail: json!({}),
    };
    tx.append_audit(app.clock.now(), actor, [event]).await?;
    tx.commit().await?;
    Ok(true)
}
