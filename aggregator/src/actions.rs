//! What Hubward can do: one use-case per file, each taking the [`App`](crate::app::App) and an
//! [`Actor`](crate::domain::audit::Actor), and returning plain data. The command line and HTTP
//! only parse, call one of these, and present the outcome.

pub mod accept_heartbeat;
pub mod acknowledge;
pub mod add_release;
pub mod add_token;
mod aftermath;
pub mod announce_check;
pub mod answer_tickets;
pub mod back_up;
pub mod build_report;
pub mod check;
pub mod decide_request;
pub mod deliver;
pub mod doctor;
pub mod drill;
pub mod edit_account;
pub mod enrol;
pub mod escalate;
pub mod exception;
pub mod figures;
pub mod follow_requests;
pub mod hand_out_release;
pub mod hand_out_report;
pub mod import_guide;
pub mod import_ledger;
pub mod initialise;
pub mod invite;
pub mod ledger_door;
pub mod log_in;
pub mod look;
pub mod overview;
pub mod probe;
pub mod prune;
pub mod publish_guide;
pub mod recognise;
pub mod record_run;
pub mod remind_open;
pub mod replay;
mod report_desk;
pub mod restore;
pub mod revoke_token;
pub mod send_reports;
pub mod send_trial;
pub mod set_up_hub;
pub mod silence_alerts;
pub mod sound_alarm;
pub mod standing;
pub mod sync_findings;
pub mod take_alerts;
pub mod take_request;
pub mod take_turn;
pub mod test_channels;
mod threat;
pub mod timeline;
pub mod unlink;
pub mod verify_audit;
pub mod write_back;

use std::collections::BTreeMap;

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde_json::json;

use crate::app::App;
use crate::aws::AwsUnavailable;
use crate::config::outgoing::CONTACTS;
use crate::domain::account::Account;
use crate::domain::alert::{Alert, AlertState};
use crate::domain::audit::{Action, Actor, NewEvent, Source};
use crate::domain::delivery::DeliveryState;
use crate::domain::ledger::{LedgerPlan, Rules};
use crate::domain::membership::Membership;
use crate::domain::notice::{AlertNotice, Notice, contacts_of_request};
use crate::domain::request::{Request, State};
use crate::domain::routing::{Subject, channels, channels_of_alert};
use crate::domain::seal::Seal;
pub use crate::store::StoreError;
use crate::store::Tx;
use aftermath::{announce, attempted};
use threat::take_threat;

/// Why a use-case that needs ledger and AWS did not happen.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// AWS cannot be called at all.
    #[error(transparent)]
    Aws(#[from] AwsUnavailable),
    /// Accounts that were asked for are not in the ledger.
    #[error("not in the ledger: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    NotInLedger(Vec<AccountId>),
}

/// The key of this name under which the server seals: made once for the database, so that any number of servers share it.
async fn seal(app: &App, name: &str) -> Result<Seal, StoreError> {
    let fresh: [u8; 32] = app.random();
    let mut tx = app.store.begin().await?;
    let key = tx.setting(name, &hex::encode(fresh)).await?;
    tx.commit().await?;
    Seal::of_hex(&key).ok_or_else(|| StoreError::Damaged {
        table: "settings",
        row: name.to_owned(),
        why: "it is not 32 bytes in hexadecimal".to_owned(),
    })
}

/// The key of the addresses of reports.
async fn report_seal(app: &App) -> Result<Seal, StoreError> {
    seal(app, "report_link_key").await
}

/// The accounts that were asked for, or all.
fn select(accounts: Vec<Account>, wanted: &[AccountId]) -> Result<Vec<Account>, ActionError> {
    if wanted.is_empty() {
        return Ok(accounts);
    }
    let missing: Vec<AccountId> = wanted
        .iter()
        .filter(|id| !accounts.iter().any(|account| account.account_id == **id))
        .cloned()
        .collect();
    if !missing.is_empty() {
        return Err(ActionError::NotInLedger(missing));
    }
    Ok(accounts
        .into_iter()
        .filter(|account| wanted.contains(&account.account_id))
        .collect())
}

/// Puts a notice into the outbox of every channel that hears of it; returns how many those are.
async fn put_notice(
    app: &App,
    tx: &mut Tx,
    notice: &Notice,
    subject: Subject<'_>,
) -> Result<usize, StoreError> {
    let Some(event) = notice.route_event() else {
        return Ok(0);
    };
    let heard_by = channels(&app.config.routes, event, subject);
    for channel in &heard_by {
        put_for_channel(app, tx, channel, notice).await?;
    }
    Ok(heard_by.len())
}

/// Writes an alert with its audit event, and puts the notice of it into the outbox, unless it is silenced.
async fn put_alert(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    action: Action,
    alert: &Alert,
    account: Option<&Account>,
) -> Result<(), StoreError> {
    let notice = AlertNotice::of(alert, vec![alert.finding_id.clone()], account);
    let notice = match action {
        Action::AlertUpdated => Notice::AlertUpdated(Box::new(notice)),
        _ => Notice::AlertOpened(Box::new(notice)),
    };
    put_told(app, tx, actor, action, alert, (account, notice)).await
}

/// The same, with what is told.
async fn put_told(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    action: Action,
    alert: &Alert,
    (account, notice): (Option<&Account>, Notice),
) -> Result<(), StoreError> {
    tx.put_alert(alert).await?;
    let event = NewEvent {
        action,
        subject: alert.account_id.to_string(),
        detail: json!({
            "alert": alert.id,
            "region": alert.region,
            "type": alert.kind,
            "severity": alert.severity,
            "state": alert.state,
        }),
    };
    tx.append_audit(app.clock.now(), actor, [event]).await?;
    if alert.state == AlertState::Silenced {
        return Ok(());
    }
    for channel in channels_of_alert(&app.config.routes, alert, account) {
        put_for_channel(app, tx, channel, &notice).await?;
    }
    Ok(())
}

/// Puts a notice into the outbox of the account's own contacts, who read it in their language. `false`:
/// there is no way to reach them, because mail is not set up or the ledger has no address.
async fn put_for_contacts(app: &App, tx: &mut Tx, notice: &Notice) -> Result<bool, StoreError> {
    if app.config.mail.contacts().is_none() || notice.contacts().is_empty() {
        return Ok(false);
    }
    put_for_channel(app, tx, CONTACTS, notice).await?;
    Ok(true)
}

/// Since when the contacts on record have been told of a request as it is now: by mail that was taken, or
/// by an operator's word.
async fn contacts_told(app: &App, request: &Request) -> Result<Option<Timestamp>, StoreError> {
    if request.contacts_told.is_some() || request.state != State::Open {
        return Ok(request.contacts_told);
    }
    let subject = contacts_of_request(&request.id, request.revision);
    let mails = app.store.deliveries_of(&subject).await?;
    Ok(mails
        .iter()
        .find(|mail| mail.state == DeliveryState::Delivered)
        .map(|mail| mail.created_at))
}

/// Puts a notice into one channel's outbox, and returns the delivery's id.
async fn put_for_channel(
    app: &App,
    tx: &mut Tx,
    channel: &str,
    notice: &Notice,
) -> Result<String, StoreError> {
    let id = format!("msg_{}", hex::encode(app.random::<16>()));
    tx.put_delivery(&id, channel, notice, app.clock.now())
        .await?;
    Ok(id)
}

/// What the judging of ledger rows depends on.
fn rules(app: &App) -> Rules {
    Rules {
        regions: app.config.hub.regions().collect::<Vec<Region>>(),
        language: app.config.locale.language,
        administrator: app.config.hub.administrator.clone(),
    }
}

/// What the administrator's listing last said of every account and Region.
async fn listed(app: &App) -> Result<BTreeMap<(AccountId, Region), Membership>, StoreError> {
    let seen = app.store.memberships().await?.into_iter();
    Ok(seen
        .map(|seen| ((seen.account_id.clone(), seen.region), seen))
        .collect())
}

/// Writes what a plan changes, each row with its event.
async fn write_plan(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    plan: &LedgerPlan,
    source: &Source,
) -> Result<(), StoreError> {
    let mut events = Vec::new();
    let mut note = |action, account: &Account, what| {
        events.push(NewEvent {
            action,
            subject: account.account_id.to_string(),
            detail: source.detail(&what),
        });
    };
    for added in &plan.added {
        tx.put_account(&added.account).await?;
        note(Action::AccountAdded, &added.account, json!(added.account));
    }
    for change in plan.changed.iter().chain(&plan.leaving) {
        tx.put_account(&change.after).await?;
        note(Action::AccountChanged, &change.after, json!(change.fields));
    }
    tx.append_audit(app.clock.now(), actor, events).await
}
