//! Accepts one threat: what it changes next to what is known, and who is told.

use super::put_alert;
use crate::app::App;
use crate::domain::account::Account;
use crate::domain::alert::event::Threat;
use crate::domain::alert::{Decision, decide};
use crate::domain::audit::{Action, Actor};
use crate::store::{StoreError, Tx};

/// Accepts one threat. `true`: it opened an alert.
pub(super) async fn take_threat(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    threat: &Threat,
    account: Option<&Account>,
) -> Result<bool, StoreError> {
    let known = tx.alert_of_finding(&threat.alert.finding_id).await?;
    let (alert, action) = match decide(known.as_ref(), threat, app.config.alerts.minimum_severity) {
        Decision::Ignore => return Ok(false),
        Decision::Update { alert, tell: false } => {
            tx.put_alert(&alert).await?;
            return Ok(false);
        }
        Decision::Update { alert, tell: true } => (alert, Action::AlertUpdated),
        Decision::Open(alert) => (alert, Action::AlertOpened),
    };
    put_alert(app, tx, actor, action, &alert, account).await?;
    Ok(action == Action::AlertOpened)
}
