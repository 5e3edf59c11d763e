//! Takes messages from the queue, turns threats into alerts and puts what channels are told into the
//! outbox, all in one transaction; only then the messages are deleted from the queue.
//!
//! Killed at any moment, it loses nothing: what is not deleted comes again, and what comes again
//! changes nothing. What nobody understands is kept and announced, never thrown away.

use std::collections::BTreeMap;

use hubward_protocol::AccountId;

use super::{ActionError, put_notice, take_threat};
use crate::app::App;
use crate::aws::AwsFailure;
use crate::aws::events::{Message, Queue};
use crate::domain::account::Account;
use crate::domain::alert::event::{Content, read};
use crate::domain::audit::Actor;
use crate::domain::notice::{Notice, Trouble};
use crate::domain::routing::Subject;
use crate::store::{StoreError, Tx};

/// Who takes alerts from the queue.
const ACTOR: Actor = Actor::Job("alerts");

/// What became of the messages of one call.
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

/// Waits up to `seconds` for messages, and takes those that come.
///
/// # Errors
/// Nothing was taken, or what was taken could not be deleted and comes again.
pub async fn take_alerts(app: &App, queue: &Queue, seconds: i32) -> Result<Taken, TakeError> {
    let messages = queue.receive(seconds).await?;
    if messages.is_empty() {
        return Ok(Taken::default());
    }
    let taken = store(app, &messages).await?;
    queue.delete(&messages).await?;
    Ok(taken)
}

async fn store(app: &App, messages: &[Message]) -> Result<Taken, StoreError> {
    let mut taken = Taken {
        messages: messages.len(),
        ..Taken::default()
    };
    let ledger: BTreeMap<AccountId, Account> = app
        .store
        .accounts()
        .await?
        .into_iter()
        .map(|account| (account.account_id.clone(), account))
        .collect();
    let mut tx = app.store.begin().await?;
    for message in messages {
        let contents = match read(&message.body) {
            Ok(contents) => contents,
            Err(unreadable) => {
                taken.refused += 1;
                refuse(app, &mut tx, message, &unreadable.to_string(), |id, why| {
                    Trouble::MessageRefused {
                        message_id: id,
                        why,
                    }
                })
                .await?;
                continue;
            }
        };
        for content in contents {
            match content {
                Content::Other => {}
                Content::Suspicious(why) => {
                    taken.refused += 1;
                    refuse(app, &mut tx, message, &why, |id, why| {
                        Trouble::SuspiciousFinding {
                            message_id: id,
                            why,
                        }
                    })
                    .await?;
                }
                Content::Threat(threat) => {
                    let account = ledger.get(&threat.alert.account_id);
                    let opened = take_threat(app, &mut tx, &ACTOR, &threat, account).await?;
                    taken.opened += usize::from(opened);
                }
            }
        }
    }
    tx.commit().await?;
    Ok(taken)
}

/// Keeps a message, and says so on the operations route, once.
async fn refuse(
    app: &App,
    tx: &mut Tx,
    message: &Message,
    why: &str,
    trouble: impl FnOnce(String, String) -> Trouble,
) -> Result<(), StoreError> {
    let now = app.clock.now();
    if tx
        .keep_refused(&message.id, &message.body, why, now)
        .await?
    {
        let notice = Notice::Operations(trouble(message.id.clone(), why.to_owned()));
        put_notice(app, tx, &notice, Subject::default()).await?;
    }
    Ok(())
}
