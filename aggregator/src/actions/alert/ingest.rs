//! Takes in messages, by whichever door they come: turns threats into alerts and puts what channels are
//! told into the outbox, all in one transaction; only then a message is deleted from its queue, or the
//! push that brought it is answered.
//!
//! Killed at any moment, it loses nothing: what is not deleted comes again, and what comes again
//! changes nothing. What nobody understands is kept and announced, never thrown away.

pub mod batch;
mod store;

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::actions::ActionError;
use crate::actions::notify::Notifier;
use crate::app::App;
use crate::aws::AwsFailure;
pub use crate::aws::events::EventQueue;
use crate::aws::events::QueueMessage;
use batch::IngestHandle;
use hubward_domain::alert::arrival::{Incoming, IngestSource};
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::notice::Trouble;
use hubward_store::StoreError;
use store::store_batch;

/// How long storing may take before a queue's messages are held back for longer.
const HOLD_AFTER: Duration = Duration::from_secs(1);
/// For how long they are held back then, in seconds, and how often that is done again.
const HOLD: i32 = 30;
const HOLD_AGAIN: Duration = Duration::from_secs(15);
/// How long an empty dead-letter queue is waited for, in seconds.
const DEAD_POLL: i32 = 1;

/// What became of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IngestCounts {
    /// How many messages there were.
    pub messages: usize,
    /// How many threats became new alerts.
    pub opened: usize,
    /// How many messages or findings were kept because nobody understood them.
    pub refused: usize,
}

/// Why messages were not taken; they stay in the queue.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
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

impl From<StoreError> for IngestError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

/// Opens the queue; `None` when none is configured.
///
/// # Errors
/// AWS cannot be called at all.
pub async fn open_queue(app: &App) -> Result<Option<EventQueue>, IngestError> {
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
pub async fn ingest_from_queue(
    app: &App,
    queue: &EventQueue,
    intake: Option<&IngestHandle>,
    seconds: i32,
) -> Result<IngestCounts, IngestError> {
    let messages = queue.receive(seconds).await?;
    if messages.is_empty() {
        return Ok(IngestCounts::default());
    }
    let came = incoming(app, IngestSource::Queue, &messages);
    let taken = match intake {
        Some(intake) => held(queue, &messages, intake.take(came)).await?,
        None => held(queue, &messages, alone(app, &came)).await?,
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
        let came = incoming(app, IngestSource::DeadLetter, &messages);
        let taken = held(&dead, &messages, alone(app, &came)).await?;
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
    Notifier::new(app)
        .notify_operations(&mut tx, trouble)
        .await?;
    tx.commit().await
}

fn incoming(app: &App, door: IngestSource, messages: &[QueueMessage]) -> Vec<Incoming> {
    let received_at = app.clock.exactly();
    let one = |message: &QueueMessage| Incoming {
        door,
        id: message.id.clone(),
        body: message.body.clone(),
        received_at,
    };
    messages.iter().map(one).collect()
}

/// Stores messages where no server does.
async fn alone(app: &App, came: &[Incoming]) -> Result<IngestCounts, IngestError> {
    Ok(store_batch(app, &came.iter().collect::<Vec<_>>()).await?)
}

/// Waits for the storing, and keeps the messages from coming again meanwhile.
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
        // The storing goes on meanwhile: it may have a transaction open.
        let held = tokio::select! {
            stored = &mut storing => return stored,
            held = queue.hold(messages, HOLD) => held,
        };
        // One that comes again all the same is no harm.
        pause = if held.is_ok() { HOLD_AGAIN } else { HOLD_AFTER };
    }
}
