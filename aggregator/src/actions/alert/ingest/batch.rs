//! Collects messages from all sources into batches: what arrives at the same time is stored in one
//! transaction, because the cost is the commit to disk. No sender is answered before the commit.

use std::sync::Arc;

use subtle::ConstantTimeEq;
use tokio::sync::{mpsc, oneshot};

use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use super::{IngestCounts, IngestError, store_batch};
use crate::app::App;
use hubward_domain::alert::arrival::Incoming;
use hubward_store::StoreError;

/// The most messages in one transaction: more would delay the first ones.
const BATCH: usize = 128;
/// The most waiting submissions: bounds memory, as a message can have a megabyte.
const WAITING: usize = 256;

/// The senders' side; clones feed the same batch.
#[derive(Clone, Debug)]
pub(crate) struct IngestHandle(mpsc::Sender<Submission>);

/// The storing side.
#[derive(Debug)]
pub(crate) struct BatchReceiver(mpsc::Receiver<Submission>);

/// Messages that arrived together, and the channel that answers their sender after the commit.
#[derive(Debug)]
struct Submission {
    messages: Vec<Incoming>,
    answer: oneshot::Sender<Result<IngestCounts, Arc<StoreError>>>,
}

/// The messages to store in the next transaction.
#[derive(Debug)]
pub(crate) struct Batch(Vec<Submission>);

/// Whether a pushed event is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// No push secret is configured.
    Shut,
    /// The secret matches.
    Open,
    /// The secret does not match.
    Refused,
    /// The configured secret cannot be read, so the event cannot be judged.
    Unknown,
}

/// Creates both sides.
pub(crate) fn open() -> (IngestHandle, BatchReceiver) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (IngestHandle(sender), BatchReceiver(receiver))
}

/// Checks a pushed event's secret, in constant time.
pub(crate) fn admit(app: &App, key: &[u8]) -> Admission {
    let Some(secret) = &app.config.alerts.push_secret else {
        return Admission::Shut;
    };
    let Ok(secret) = secret.reveal(app.environment(), app.config.directory()) else {
        return Admission::Unknown;
    };
    let secret = secret.expose_secret();
    if secret.is_empty() {
        return Admission::Unknown;
    }
    let (wanted, given) = (Sha256::digest(secret), Sha256::digest(key));
    if bool::from(wanted.as_slice().ct_eq(given.as_slice())) {
        Admission::Open
    } else {
        Admission::Refused
    }
}

impl IngestHandle {
    /// Submits messages and waits until they are stored. They are stored even if the caller stops waiting.
    ///
    /// # Errors
    /// None of the messages were stored.
    pub(crate) async fn take(&self, messages: Vec<Incoming>) -> Result<IngestCounts, IngestError> {
        let (answer, stored) = oneshot::channel();
        let parcel = Submission { messages, answer };
        if self.0.send(parcel).await.is_err() {
            return Err(IngestError::Closed);
        }
        match stored.await {
            Ok(Ok(taken)) => Ok(taken),
            Ok(Err(error)) => Err(IngestError::Store(error)),
            Err(_) => Err(IngestError::Closed),
        }
    }
}

impl BatchReceiver {
    /// Waits for the next batch; `None` when all senders are gone.
    pub(crate) async fn next(&mut self) -> Option<Batch> {
        let first = self.0.recv().await?;
        let mut count = first.messages.len();
        let mut parcels = vec![first];
        while count < BATCH
            && let Ok(parcel) = self.0.try_recv()
        {
            count += parcel.messages.len();
            parcels.push(parcel);
        }
        Some(Batch(parcels))
    }
}

impl Batch {
    /// Stores the batch and answers its senders.
    ///
    /// # Errors
    /// An error that no single message caused; then nothing of the batch was stored.
    pub(crate) async fn store_batch(self, app: &App) -> Result<(), Arc<StoreError>> {
        let together: Vec<&Incoming> = self.0.iter().flat_map(|one| &one.messages).collect();
        match store_batch(app, &together).await {
            Ok(_) => {
                for parcel in self.0 {
                    let taken = IngestCounts {
                        messages: parcel.messages.len(),
                        ..IngestCounts::default()
                    };
                    // A sender that stopped waiting needs no answer.
                    let _ = parcel.answer.send(Ok(taken));
                }
                Ok(())
            }
            // A damaged row that one message touches must not fail the others: each is stored alone.
            Err(StoreError::Damaged { .. }) if self.0.len() > 1 => {
                for parcel in self.0 {
                    let alone: Vec<&Incoming> = parcel.messages.iter().collect();
                    let kept = store_batch(app, &alone).await.map_err(Arc::new);
                    let _ = parcel.answer.send(kept);
                }
                Ok(())
            }
            Err(error) => {
                let error = Arc::new(error);
                for parcel in self.0 {
                    let _ = parcel.answer.send(Err(Arc::clone(&error)));
                }
                Err(error)
            }
        }
    }
}
