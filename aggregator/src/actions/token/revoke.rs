//! Takes an access token's worth away, and that of the sessions that it opened. Run twice, the second
//! finds nothing to do.

use serde_json::json;

use crate::app::App;
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_store::StoreError;

/// Revokes the token of this name. `false`: there is none.
///
/// # Errors
/// The database failed; then it is still good.
pub async fn revoke_token(app: &App, actor: &Actor, name: &str) -> Result<bool, StoreError> {
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
