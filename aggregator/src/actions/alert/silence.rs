//! Creates and ends silences. Silenced alerts are still stored and counted, and are notified as soon
//! as they recur after the silence's end.

use serde_json::json;

use crate::app::App;
use crate::queries::silence::{Silenced, covered};
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::silence::{Matcher, NotSilenced, Silence, reason, until};
use hubward_store::StoreError;

/// Why no silence was created or ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SilenceError {
    /// The request is invalid.
    #[error(transparent)]
    NotSilenced(#[from] NotSilenced),
    /// There is no active silence with this id.
    #[error("no silence {0} is in force")]
    Unknown(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The silence to create.
#[derive(Clone, Debug)]
pub(crate) struct SilenceRequest {
    pub matcher: Matcher,
    /// The reason that the audit log keeps.
    pub reason: String,
    /// The end, as a person writes it.
    pub until: String,
}

/// Creates a silence.
///
/// # Errors
/// See [`SilenceError`]; then none was created.
pub(crate) async fn silence(
    app: &App,
    actor: &Actor,
    asked: SilenceRequest,
) -> Result<Silenced, SilenceError> {
    asked.matcher.verify()?;
    let now = app.clock.now();
    let silence = Silence {
        id: hex::encode(app.random::<4>()),
        matcher: asked.matcher,
        reason: reason(&asked.reason)?,
        created_by: actor.to_string(),
        created_at: now,
        until: until(&asked.until, now, &app.zone())?,
        ended_at: None,
        count: 0,
    };
    let (covers, left_out) = covered(app, &silence.matcher).await?;
    let mut tx = app.store.begin().await?;
    tx.put_silence(&silence).await?;
    let event = NewEvent {
        action: Action::SilenceAdded,
        subject: silence.id.clone(),
        detail: json!({
            "type": silence.matcher.kind,
            "account": silence.matcher.account,
            "project": silence.matcher.project,
            "environment": silence.matcher.environment,
            "region": silence.matcher.region,
            "critical": silence.matcher.critical,
            "reason": silence.reason,
            "until": silence.until,
        }),
    };
    tx.append_audit(now, actor, [event]).await?;
    tx.commit().await?;
    Ok(Silenced {
        silence,
        covers,
        left_out,
    })
}

/// Ends a silence early.
///
/// # Errors
/// See [`SilenceError`].
pub(crate) async fn end_silence(app: &App, actor: &Actor, id: &str) -> Result<(), SilenceError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    if !tx.end_silence(id, now).await? {
        return Err(SilenceError::Unknown(id.to_owned()));
    }
    let event = NewEvent {
        action: Action::SilenceEnded,
        subject: id.to_owned(),
        detail: json!({}),
    };
    tx.append_audit(now, actor, [event]).await?;
    tx.commit().await?;
    Ok(())
}
