//! The holder of an access token or a session cookie. Writes only when the session was last used.

use crate::app::App;
use hubward_domain::access::{SessionKey, Visitor, id_of};
use hubward_store::StoreError;

/// The holder of an access token; `None` if it is invalid, revoked or expired.
///
/// # Errors
/// The database failed.
pub(crate) async fn authenticate_token(
    app: &App,
    token: &str,
) -> Result<Option<Visitor>, StoreError> {
    let Some(id) = id_of(token) else {
        return Ok(None);
    };
    let record = app.store.access_token(id).await?;
    Ok(record
        .filter(|record| record.is(token))
        .map(|record| record.visitor()))
}

/// The logged-in user of a session cookie.
///
/// # Errors
/// The database failed.
pub(crate) async fn authenticate_session(
    app: &App,
    key: &SessionKey,
) -> Result<Option<Visitor>, StoreError> {
    let now = app.clock.now();
    let hash = key.hash();
    let Some(session) = app
        .store
        .session(&hash)
        .await?
        .filter(|session| session.is_alive(now))
    else {
        return Ok(None);
    };
    if session.is_to_be_touched(now) {
        let mut tx = app.store.begin().await?;
        tx.touch_session(&hash, now).await?;
        tx.commit().await?;
    }
    Ok(Some(session.visitor(&app.config.login.operators)))
}
