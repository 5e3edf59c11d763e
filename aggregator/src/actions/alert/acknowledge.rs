//! Acknowledges, assigns, resolves or reopens an alert, or adds a note. Done twice, only the last actor
//! changes.

use serde_json::json;

use crate::app::App;
use hubward_domain::alert::handling::{Act, Handling, LONGEST_NAME, LONGEST_NOTE, NotNow, written};
use hubward_domain::alert::write_back::{WriteBackStatus, named};
use hubward_domain::alert::{Alert, AlertState};
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_store::StoreError;

/// Why the alert was not changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AcknowledgeError {
    /// There is no alert with this id.
    #[error("there is no alert {0}")]
    Unknown(String),
    /// The alert's state does not allow it.
    #[error(transparent)]
    NotNow(#[from] NotNow),
    /// The note or the name is longer than this number of characters.
    #[error("at most {0} characters")]
    TooLong(usize),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Changes the alert and returns its new state. The alert is found by its id or by that of one of its
/// findings.
///
/// # Errors
/// See [`AcknowledgeError`]; then nothing was changed.
pub(crate) async fn acknowledge(
    app: &App,
    actor: &Actor,
    alert: &str,
    act: Act,
    note: &str,
) -> Result<AlertState, AcknowledgeError> {
    let note = written(note, LONGEST_NOTE).ok_or(AcknowledgeError::TooLong(LONGEST_NOTE))?;
    let act = match act {
        Act::Assign(name) => Act::Assign(
            written(&name, LONGEST_NAME)
                .filter(|name| !name.contains('\n'))
                .ok_or(AcknowledgeError::TooLong(LONGEST_NAME))?,
        ),
        act => act,
    };
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let known = match tx.alert(alert).await? {
        Some(known) => known,
        None => tx
            .alert_of_finding(alert)
            .await?
            .ok_or_else(|| AcknowledgeError::Unknown(alert.to_owned()))?,
    };
    let state = act.on(known.state)?;
    let before: Handling = tx.handling(&known.id).await?;
    let after = before.after(&act, &note, &actor.to_string(), now);
    tx.put_handling(&known.id, &after).await?;
    let event = NewEvent {
        action: Action::AlertHandled,
        subject: known.account_id.to_string(),
        detail: json!({
            "alert": known.id,
            "act": act.as_str(),
            "from": known.state,
            "to": state,
            "assignee": after.assignee,
            "note": note,
        }),
    };
    if app.config.alerts.write_back && named(&known.finding_id).is_some() {
        tx.put_write_back(&known.id, WriteBackStatus::after(&act), now)
            .await?;
    }
    tx.put_alert(&Alert { state, ..known }).await?;
    tx.append_audit(now, actor, [event]).await?;
    tx.commit().await?;
    Ok(state)
}
