//! Stores a batch of messages in one transaction: threats become alerts, test events are recorded, and
//! messages that cannot be understood are stored and announced.

use std::collections::BTreeMap;

use hubward_protocol::AccountId;
use jiff::SignedDuration;

use super::IngestCounts;
use crate::actions::alert::open_or_update::open_or_update;
use crate::actions::notify::Notifier;
use crate::app::App;
use crate::config::outgoing::RouteEvent;
use hubward_domain::account::Account;
use hubward_domain::alert::arrival::{Arrival, Incoming};
use hubward_domain::alert::event::{Content, Threat, TrialEvent, UnreadableMessage, read};
use hubward_domain::audit::Actor;
use hubward_domain::mirror::findings_in;
use hubward_domain::notice::{Notice, TestNotice, Trouble};
use hubward_domain::test_event::TestEventKind;
use hubward_store::{StoreError, Tx};

const ACTOR: Actor = Actor::Job("alerts");
/// The most rejected messages that are announced one by one per hour; others are only stored and counted.
const ANNOUNCED: i64 = 20;

/// Stores the messages, all or nothing.
pub(super) async fn store_batch(
    app: &App,
    messages: &[&Incoming],
) -> Result<IngestCounts, StoreError> {
    let mut taken = IngestCounts {
        messages: messages.len(),
        ..IngestCounts::default()
    };
    let contents: Vec<Result<Vec<Content>, UnreadableMessage>> =
        messages.iter().map(|message| read(&message.body)).collect();
    let ledger = ledger_of(app, &contents).await?;
    let mut opened = Vec::new();
    let mut tx = app.store.begin().await?;
    for (message, contents) in messages.iter().zip(contents) {
        let contents = match contents {
            Ok(contents) => contents,
            Err(unreadable) => {
                taken.refused += 1;
                let trouble = |message_id, why| Trouble::MessageRefused { message_id, why };
                refuse(app, &mut tx, message, &unreadable.to_string(), trouble).await?;
                continue;
            }
        };
        // Such an event may report a change of workflow status. That does not change the finding's
        // `UpdatedAt`, so the next sync would miss it.
        tx.follow_findings(&findings_in(&message.body), app.clock.now())
            .await?;
        for content in contents {
            match content {
                Content::Other => {}
                Content::Trial(event) => record_test_event(app, &mut tx, message, &event).await?,
                Content::Suspicious(why) => {
                    taken.refused += 1;
                    let trouble = |message_id, why| Trouble::SuspiciousFinding { message_id, why };
                    refuse(app, &mut tx, message, &why, trouble).await?;
                }
                Content::Threat(mut threat) => {
                    threat.bound_by(message.received_at);
                    if let Some(finding) = &threat.undecided {
                        threat.is_new &= !tx.is_suppressed(finding).await?;
                    }
                    let account = ledger.get(&threat.alert.account_id);
                    if open_or_update(app, &mut tx, &ACTOR, &threat, account).await? {
                        let arrival = arrival(app, message, &threat);
                        tx.put_arrival(&threat.alert.id, &arrival).await?;
                        opened.push(arrival);
                    }
                }
            }
        }
    }
    tx.commit().await?;
    let stored_at = app.clock.exactly();
    for arrival in &opened {
        let telemetry = &app.telemetry;
        telemetry.alert_took("received_to_stored", arrival.received_at, stored_at);
    }
    taken.opened = opened.len();
    Ok(taken)
}

fn arrival(app: &App, message: &Incoming, threat: &Threat) -> Arrival {
    Arrival {
        door: message.door,
        aws_created_at: Some(threat.created_at),
        event_at: threat.event_at,
        received_at: message.received_at,
        stored_at: app.clock.exactly(),
    }
}

/// The ledger rows of the threats' accounts.
async fn ledger_of(
    app: &App,
    contents: &[Result<Vec<Content>, UnreadableMessage>],
) -> Result<BTreeMap<AccountId, Account>, StoreError> {
    let mut accounts: Vec<AccountId> = contents
        .iter()
        .flatten()
        .flatten()
        .filter_map(|content| match content {
            Content::Threat(threat) => Some(threat.alert.account_id.clone()),
            _ => None,
        })
        .collect();
    accounts.sort();
    accounts.dedup();
    app.store.accounts_of(&accounts).await
}

/// Records a test event. A test that is waited for is passed on to the alert channels.
async fn record_test_event(
    app: &App,
    tx: &mut Tx,
    message: &Incoming,
    event: &TrialEvent,
) -> Result<(), StoreError> {
    let stored_at = app.clock.exactly();
    let Some(trial) = tx
        .record_test_arrival(&event.id, message, event.event_at, stored_at)
        .await?
    else {
        return Ok(());
    };
    if trial.kind != TestEventKind::Test {
        return Ok(());
    }
    for channel in app.config.channels_of(RouteEvent::Alert) {
        let notice = Notice::Test(TestNotice {
            channel: channel.to_owned(),
            actor: trial.actor.clone(),
        });
        Notifier::new(app)
            .notify_channel(tx, channel, &notice)
            .await?;
    }
    Ok(())
}

/// Stores a rejected message, and announces it on the operations route, up to [`ANNOUNCED`] per hour.
async fn refuse(
    app: &App,
    tx: &mut Tx,
    message: &Incoming,
    why: &str,
    trouble: impl FnOnce(String, String) -> Trouble,
) -> Result<(), StoreError> {
    let now = app.clock.now();
    let kept = tx
        .keep_refused(&message.id, &message.body, why, now)
        .await?;
    let hour = SignedDuration::from_hours(1);
    let since = now.checked_sub(hour).unwrap_or(now);
    if kept && tx.count_refused_since(since).await? <= ANNOUNCED {
        let notice = Notice::Operations(trouble(message.id.clone(), why.to_owned()));
        Notifier::new(app).notify(tx, &notice).await?;
    }
    Ok(())
}
