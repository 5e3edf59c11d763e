//! Receives messages from the queue, the push endpoint and the dead-letter queue. Turns threats into alerts
//! and writes the notifications to the outbox, all in one transaction. Only then is a message deleted from
//! its queue, or the push request answered.
//!
//! It can be killed at any moment without losing anything: a message that was not deleted is delivered again,
//! and a repeated message changes nothing. Messages that cannot be parsed are stored and announced, never
//! dropped.

pub(crate) mod batch;
mod store;

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::actions::ActionError;
use crate::actions::notify::Notifier;
use crate::app::App;
use crate::aws::AwsFailure;
pub(crate) use crate::aws::events::EventQueue;
use crate::aws::events::QueueMessage;
use batch::IngestHandle;
use hubward_domain::alert::arrival::{Incoming, IngestSource};
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::notice::Trouble;
use hubward_store::StoreError;
use store::store_batch;

/// If storing takes longer than this, the messages' visibility timeout is extended.
const HOLD_AFTER: Duration = Duration::from_secs(1);
/// The extended visibility timeout in seconds, and how often it is renewed.
const HOLD: i32 = 30;
const HOLD_AGAIN: Duration = Duration::from_secs(15);
/// Wait time of one poll of the dead-letter queue, in seconds.
const DEAD_POLL: i32 = 1;

/// What happened to a batch of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct IngestCounts {
    /// Number of messages.
    pub messages: usize,
    /// Number of threats that opened an alert.
    pub opened: usize,
    /// Number of messages or findings that could not be understood; they are stored.
    pub refused: usize,
}

/// Why messages were not ingested; they stay in the queue.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IngestError {
    /// The ledger or AWS is out of reach.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// The queue cannot be read.
    #[error(transparent)]
    Queue(#[from] AwsFailure),
    /// The messages could not be stored.
    #[error(transparent)]
    Store(Arc<StoreError>),
    /// The server is shutting down.
    #[error("the server stops")]
    Closed,
}

impl From<StoreError> for IngestError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

/// Opens the queue; `None` if none is configured.
///
/// # Errors
/// AWS cannot be called at all.
pub(crate) async fn open_queue(app: &App) -> Result<Option<EventQueue>, IngestError> {
    let Some(url) = &app.config.alerts.queue_url else {
        return Ok(None);
    };
    let aws = app.aws().await.map_err(ActionError::from)?;
    Ok(Some(aws.queue(app.config.hub.home_region, url)))
}

/// Waits up to `seconds` for messages and ingests them: through a server's intake, or directly where there is
/// none.
///
/// # Errors
/// Nothing was ingested, or the messages could not be deleted and will be delivered again.
pub(crate) async fn ingest_from_queue(
    app: &App,
    queue: &EventQueue,
    intake: Option<&IngestHandle>,
    seconds: i32,
) -> Result<IngestCounts, IngestError> {
    let messages = queue.receive(seconds).await?;
    if messages.is_empty() {
        return Ok(IngestCounts::default());
    }
    let received = incoming(app, IngestSource::Queue, &messages);
    let taken = match intake {
        Some(intake) => held(queue, &messages, intake.take(received)).await?,
        None => held(queue, &messages, store_directly(app, &received)).await?,
    };
    queue.delete(&messages).await?;
    Ok(taken)
}

/// Ingests the messages of the queue's dead-letter queue until that is empty; `None` if it has none.
///
/// # Errors
/// What was ingested until then is stored; the rest is still in the queue.
pub(crate) async fn take_dead_letters(
    app: &App,
    actor: &Actor,
    queue: &EventQueue,
) -> Result<Option<IngestCounts>, IngestError> {
    let Some(dead) = queue.dead_letter_queue().await? else {
        return Ok(None);
    };
    let mut all = IngestCounts::default();
    loop {
        let messages = dead.receive(DEAD_POLL).await?;
        if messages.is_empty() {
            break;
        }
        let received = incoming(app, IngestSource::DeadLetter, &messages);
        let taken = held(&dead, &messages, store_directly(app, &received)).await?;
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

/// Notifies operations of a problem with ingestion, at most once an hour.
///
/// # Errors
/// The database failed; then no one was notified.
pub(crate) async fn note_trouble(app: &App, trouble: Trouble) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    Notifier::new(app)
        .notify_operations(&mut tx, trouble)
        .await?;
    tx.commit().await
}

fn incoming(app: &App, source: IngestSource, messages: &[QueueMessage]) -> Vec<Incoming> {
    let received_at = app.clock.exactly();
    let one = |message: &QueueMessage| Incoming {
        door: source,
        id: message.id.clone(),
        body: message.body.clone(),
        received_at,
    };
    messages.iter().map(one).collect()
}

/// Stores messages directly, without a server's intake.
async fn store_directly(app: &App, received: &[Incoming]) -> Result<IngestCounts, IngestError> {
    Ok(store_batch(app, &received.iter().collect::<Vec<_>>()).await?)
}

/// Waits until the messages are stored, and extends their visibility timeout meanwhile.
async fn held<T>(
    queue: &EventQueue,
    messages: &[QueueMessage],
    storing: impl Future<Output = Result<T, IngestError>>,
) -> Result<T, IngestError> {
    let mut storing = std::pin::pin!(storing);
    let mut pause = HOLD_AFTER;
    loop {
        tokio::select! {
            stored = &mut storing => return stored,
            () = tokio::time::sleep(pause) => {}
        }
        // Storing is not cancelled when extending fails: its transaction may be open.
        let held = tokio::select! {
            stored = &mut storing => return stored,
            held = queue.hold(messages, HOLD) => held,
        };
        // A failed extension is harmless: a message that is delivered again changes nothing.
        pause = if held.is_ok() { HOLD_AGAIN } else { HOLD_AFTER };
    }
}
