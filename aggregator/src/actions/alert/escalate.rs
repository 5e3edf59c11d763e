//! Notifies people again of unacknowledged alerts: on the alert's own routes and on the operations routes.
//! Run twice, the second finds nothing due.

use hubward_protocol::AccountId;
use serde_json::json;

use crate::actions::notify::Notifier;
use crate::app::App;
use crate::config::outgoing::RouteEvent;
use hubward_domain::account::Account;
use hubward_domain::alert::{Alert, AlertState};
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::notice::{AlertNotice, EscalatedNotice, Notice, StillOpenNotice};
use hubward_domain::routing::channels_of_alert;
use hubward_store::{StoreError, Tx};

const ACTOR: Actor = Actor::Job("escalate");
/// The most alerts that one run escalates.
const PASS: i64 = 500;
/// The most alerts with a message of their own; the others share one message, so that people are not flooded.
const ONE_BY_ONE: usize = 10;

/// Escalates the alerts that are due. Returns how many.
///
/// # Errors
/// The database failed; then nothing was escalated.
pub(crate) async fn escalate(app: &App) -> Result<usize, StoreError> {
    let now = app.clock.now();
    let after = app.config.alerts.escalate_after;
    let before = now.checked_sub(after).unwrap_or(now);
    let waiting = app.store.waiting_alerts(before, PASS).await?;
    let due: Vec<(String, AccountId, i64)> = waiting
        .into_iter()
        .filter_map(|(id, account, waiting)| Some((id, account, waiting.due(after, now)?)))
        .collect();
    if due.is_empty() {
        return Ok(0);
    }
    let accounts: Vec<AccountId> = due.iter().map(|(_, account, _)| account.clone()).collect();
    let ledger = app.store.accounts_of(&accounts).await?;
    let mut tx = app.store.begin().await?;
    let mut escalated = Vec::new();
    for (id, _, level) in due {
        // A person may have acknowledged it since the query.
        let Some(alert) = tx.alert(&id).await? else {
            continue;
        };
        if alert.state != AlertState::Open {
            continue;
        }
        tx.put_escalation(&id, level, now).await?;
        escalated.push((alert, level));
    }
    let mut others = Vec::new();
    for (index, (alert, level)) in escalated.iter().enumerate() {
        let account = ledger.get(&alert.account_id);
        if index < ONE_BY_ONE {
            notify(app, &mut tx, alert, *level, account).await?;
        } else {
            others.push(AlertNotice::of(
                alert,
                vec![alert.finding_id.clone()],
                account,
            ));
        }
    }
    if !others.is_empty() {
        let notice = Notice::AlertsStillOpen(StillOpenNotice::of(&others));
        let mut channels = app.config.channels_of(RouteEvent::Alert);
        channels.extend(app.config.channels_of(RouteEvent::Operations));
        for channel in channels {
            Notifier::new(app)
                .notify_channel(&mut tx, channel, &notice)
                .await?;
        }
    }
    let events = escalated.iter().map(|(alert, level)| NewEvent {
        action: Action::AlertEscalated,
        subject: alert.account_id.to_string(),
        detail: json!({ "alert": alert.id, "level": level }),
    });
    tx.append_audit(now, &ACTOR, events.collect::<Vec<_>>())
        .await?;
    tx.commit().await?;
    Ok(escalated.len())
}

async fn notify(
    app: &App,
    tx: &mut Tx,
    alert: &Alert,
    level: i64,
    account: Option<&Account>,
) -> Result<(), StoreError> {
    let notice = Notice::AlertEscalated(Box::new(EscalatedNotice {
        alert: AlertNotice::of(alert, vec![alert.finding_id.clone()], account),
        level,
    }));
    let mut channels = channels_of_alert(&app.config.routes, alert, account);
    channels.extend(app.config.channels_of(RouteEvent::Operations));
    for channel in channels {
        Notifier::new(app)
            .notify_channel(tx, channel, &notice)
            .await?;
    }
    Ok(())
}
