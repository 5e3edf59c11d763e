//! Creates an access token. The token is shown once; the database only stores its hash. Run twice with one
//! name, the second is refused.

use serde_json::json;

use crate::app::App;
use hubward_domain::access::{AccessToken, Role, is_name, mint};
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_store::StoreError;

/// Why no token was created.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AddTokenError {
    /// The name is not a valid token name.
    #[error("a token's name is letters, digits, dots and dashes, at most 64")]
    Name,
    /// A token with this name exists.
    #[error("there is a token of this name")]
    Taken,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Creates a token. Returns it with its record.
///
/// # Errors
/// See [`AddTokenError`]; then none was created.
pub(crate) async fn add_token(
    app: &App,
    actor: &Actor,
    name: &str,
    role: Role,
) -> Result<(String, AccessToken), AddTokenError> {
    if !is_name(name) {
        return Err(AddTokenError::Name);
    }
    let (token, id, hash) = mint(app.random(), app.random());
    let record = AccessToken {
        name: name.to_owned(),
        role,
        created_at: app.clock.now(),
        created_by: actor.to_string(),
        id,
        hash,
    };
    let mut tx = app.store.begin().await?;
    if !tx.insert_access_token(&record).await? {
        return Err(AddTokenError::Taken);
    }
    let event = NewEvent {
        action: Action::TokenAdded,
        subject: name.to_owned(),
        detail: json!({ "role": role }),
    };
    tx.append_audit(record.created_at, actor, [event]).await?;
    tx.commit().await?;
    Ok((token, record))
}
