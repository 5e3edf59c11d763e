//! Takes in messages, by whichever door they come: turns threats into alerts and puts what channels are
//! told into the outbox, all in one transaction; only then a message is deleted from its queue, or the
//! push that brought it is answered.
//!
//! Killed at any moment, it loses nothing: what is not deleted comes again, and what comes again
//! changes nothing. What nobody understands is kept and announced, never thrown away.

pub mod intake;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hubward_protocol::AccountId;
use jiff::SignedDuration;
use serde_json::json;

use super::{ActionError, announce, put_for_channel, put_notice, take_threat};
use crate::app::App;
use crate::aws::AwsFailure;
use crate::aws::events::Message;
pub use crate::aws::events::Queue;
use crate::config::outgoing::RouteEvent;
use crate::domain::account::Account;
use crate::domain::alert::arrival::{Arrival, Door, Incoming};
use crate::domain::alert::event::{Content, Threat, TrialEvent, Unreadable, read};
use crate::domain::audit::{Action, Actor, NewEvent};
use crate::domain::mirror::told;
use crate::domain::notice::{Notice, TestNotice, Trouble};
use crate::domain::routing::Subject;
use crate::domain::trial::TrialKind;
use crate::store::{StoreError, Tx};
use intake::Intake;

/// Who takes alerts in.
const ACTOR: Actor = Actor::Job("alerts");
/// How many refused messages are announced one by one within an hour; the others are only kept and counted.
const ANNOUNCED: i64 = 20;
/// How long storing may take before a queue's messages are held back for longer.
const HOLD_AFTER: Duration = Duration::from_secs(1);
/// For how long they are held back then, in seconds, and how often that is done again.
const HOLD: i32 = 30;
const HOLD_AGAIN: Duration = Duration::from_secs(15);
/// How long an empty dead-letter queue is waited for, in seconds.
const DEAD_POLL: i32 = 1;

/// What became of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// How many messages there were.
    pub messages: usize,
    /// How many threats became new alerts.
    pub opened: usize,
    /// How many messages or findings were kept because nobody understood them.
    pub refused: usize,
}

/// Why messages were not taken; they stay in the queue.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The ledger or AWS is out of reach.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// The queue cannot be read.
    #[error(transparent)]
    Queue(#[from] AwsFailure),
    /// They could not be stored.
    #[error(transparent)]
    Store(Arc<StoreError>),
    /// The server stops.
    #[error("the server stops")]
    Closed,
}

impl From<StoreError> for TakeError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

/// Opens the queue; `None` when none is configured.
///
/// # Errors
/// AWS cannot be called at all.
pub async fn open_queue(app: &App) -> Result<Option<Queue>, TakeError> {
    let Some(url) = &app.config.alerts.queue_url else {
        return Ok(None);
    };
    let aws = app.aws().await.map_err(ActionError::from)?;
    Ok(Some(aws.queue(app.config.hub.home_region, url)))
}

/// Waits up to `seconds` for messages, and takes those that come: by the intake of a server, or by itself.
///
/// # Errors
/// Nothing was taken, or what was taken could not be deleted and comes again.
pub async fn take_alerts(
    app: &App,
    queue: &Queue,
    intake: Option<&Intake>,
    seconds: i32,
) -> Result<Taken, TakeError> {
    let messages = queue.receive(seconds).await?;
    if messages.is_empty() {
        return Ok(Taken::default());
    }
    let came = incoming(app, Door::Queue, &messages);
    let taken = match intake {
        Some(intake) => held(queue, &messages, intake.take(came)).await?,
        None => keep(app, &came.iter().collect::<Vec<_>>()).await?,
    };
    queue.delete(&messages).await?;
    Ok(taken)
}

/// Takes in what lies in the queue's dead-letter queue, until that is empty; `None`: it has none.
///
/// # Errors
/// What was taken until then is stored; the rest is still there.
pub async fn take_dead_letters(
    app: &App,
    actor: &Actor,
    queue: &Queue,
) -> Result<Option<Taken>, TakeError> {
    let Some(dead) = queue.dead_letter_queue().await? else {
        return Ok(None);
    };
    let mut all = Taken::default();
    loop {
        let messages = dead.receive(DEAD_POLL).await?;
        if messages.is_empty() {
            break;
        }
        let came = incoming(app, Door::DeadLetter, &messages);
        let taken = keep(app, &came.iter().collect::<Vec<_>>()).await?;
        dead.delete(&messages).await?;
        all.messages += taken.messages;
        all.opened += taken.opened;
        all.refused += taken.refused;
    }
    let event = NewEvent {
        action: Action::DeadLettersTaken,
        subject: app.config.hub.administrator.to_string(),
        detail: json!({
            "messages": all.messages,
            "opened": all.opened,
            "refused": all.refused,
        }),
    };
    let mut tx = app.store.begin().await?;
    tx.append_audit(app.clock.now(), actor, [event]).await?;
    tx.commit().await?;
    Ok(Some(all))
}

/// Tells operations of a trouble with the taking in, at most once an hour.
///
/// # Errors
/// The database failed; then nobody was told.
pub async fn note_trouble(app: &App, trouble: Trouble) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    announce(app, &mut tx, trouble).await?;
    tx.commit().await
}

fn incoming(app: &App, door: Door, messages: &[Message]) -> Vec<Incoming> {
    let received_at = app.clock.exactly();
    let one = |message: &Message| Incoming {
        door,
        id: message.id.clone(),
        body: message.body.clone(),
        received_at,
    };
    messages.iter().map(one).collect()
}

/// Waits for the storing, and keeps the messages from coming again meanwhile.
async fn held<T>(
    queue: &Queue,
    messages: &[Message],
    storing: impl Future<Output = Result<T, TakeError>>,
) -> Result<T, TakeError> {
    let mut storing = std::pin::pin!(storing);
    let mut pause = HOLD_AFTER;
    loop {
        match tokio::time::timeout(pause, &mut storing).await {
            Ok(stored) => return stored,
            // One that comes again all the same is no harm.
            Err(_) => drop(queue.hold(messages, HOLD).await),
        }
        pause = HOLD_AGAIN;
    }
}

/// Stores what messages mean, all of it or nothing.
async fn keep(app: &App, messages: &[&Incoming]) -> Result<Taken, StoreError> {
    let mut taken = Taken {
        messages: messages.len(),
        ..Taken::default()
    };
    let contents: Vec<Result<Vec<Content>, Unreadable>> =
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
        // An event may also tell what a person did with a finding, which leaves no touch to ask for.
        tx.follow_findings(&told(&message.body), app.clock.now())
            .await?;
        for content in contents {
            match content {
                Content::Other => {}
                Content::Trial(event) => arrived(app, &mut tx, message, &event).await?,
                Content::Suspicious(why) => {
                    taken.refused += 1;
                    let trouble = |message_id, why| Trouble::SuspiciousFinding { message_id, why };
                    refuse(app, &mut tx, message, &why, trouble).await?;
                }
                Content::Threat(threat) => {
                    let account = ledger.get(&threat.alert.account_id);
                    if take_threat(app, &mut tx, &ACTOR, &threat, account).await? {
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

/// The rows of the ledger that the threats are about.
async fn ledger_of(
    app: &App,
    contents: &[Result<Vec<Content>, Unreadable>],
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

/// An event of our own came: one that somebody waits for goes on to the channels that hear of alerts.
async fn arrived(
    app: &App,
    tx: &mut Tx,
    message: &Incoming,
    event: &TrialEvent,
) -> Result<(), StoreError> {
    let stored_at = app.clock.exactly();
    let Some(trial) = tx
        .trial_arrived(&event.id, message, event.event_at, stored_at)
        .await?
    else {
        return Ok(());
    };
    if trial.kind != TrialKind::Test {
        return Ok(());
    }
    for channel in app.config.channels_of(RouteEvent::Alert) {
        let notice = Notice::Test(TestNotice {
            channel: channel.to_owned(),
            actor: trial.actor.clone(),
        });
        put_for_channel(app, tx, channel, &notice).await?;
    }
    Ok(())
}

/// Keeps a message, and says so on the operations route, once; of a flood, only the first.
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
        put_notice(app, tx, &notice, Subject::default()).await?;
    }
    Ok(())
}
