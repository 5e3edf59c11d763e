//! One way in for all doors: what comes at the same time is stored in one transaction, for what costs is
//! the disk's word that it is kept. Nobody gets an answer before that word.

use std::sync::Arc;

use subtle::ConstantTimeEq;
use tokio::sync::{mpsc, oneshot};

use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use super::{IngestCounts, IngestError, store_batch};
use crate::app::App;
use hubward_domain::alert::arrival::Incoming;
use hubward_store::StoreError;

/// The most messages of one transaction: more would keep the first ones waiting.
const BATCH: usize = 128;
/// How many parcels may wait: a bound on the memory that messages of a megabyte take.
const WAITING: usize = 256;

/// The doors' side; a clone leads to the same.
#[derive(Clone, Debug)]
pub struct IngestHandle(mpsc::Sender<Submission>);

/// The store's side.
#[derive(Debug)]
pub struct BatchReceiver(mpsc::Receiver<Submission>);

/// Messages that came together, and who waits for the word that they are kept.
#[derive(Debug)]
struct Submission {
    messages: Vec<Incoming>,
    answer: oneshot::Sender<Result<IngestCounts, Arc<StoreError>>>,
}

/// What is stored next, in one transaction.
#[derive(Debug)]
pub struct Batch(Vec<Submission>);

/// Whether somebody who pushes may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Nothing may be pushed here.
    Shut,
    /// The key is the one.
    Open,
    /// It is not.
    Refused,
    /// The secret is not where the configuration says, so nobody can tell.
    Unknown,
}

/// Opens it: both sides.
pub fn open() -> (IngestHandle, BatchReceiver) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (IngestHandle(sender), BatchReceiver(receiver))
}

/// Judges the key of somebody who pushes. Compared in constant time, whatever its length.
pub fn admit(app: &App, key: &[u8]) -> Admission {
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
    /// Hands messages in, and waits until they are stored. Whoever stops waiting loses nothing: they are
    /// stored all the same.
    ///
    /// # Errors
    /// They are not stored; nothing of them is.
    pub async fn take(&self, messages: Vec<Incoming>) -> Result<IngestCounts, IngestError> {
        let (answer, stored) = oneshot::channel();
        let parcel = Submission { messages, answer };
        self.0.send(parcel).await.map_err(|_| IngestError::Closed)?;
        match stored.await {
            Ok(Ok(taken)) => Ok(taken),
            Ok(Err(error)) => Err(IngestError::Store(error)),
            Err(_) => Err(IngestError::Closed),
        }
    }
}

impl BatchReceiver {
    /// Waits for what is to be stored next; `None`: nobody can hand in any more.
    pub async fn next(&mut self) -> Option<Batch> {
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
    /// Stores it, and answers everybody.
    ///
    /// # Errors
    /// What nobody's message is to blame for; then nothing of it is stored.
    pub async fn store_batch(self, app: &App) -> Result<(), Arc<StoreError>> {
        let together: Vec<&Incoming> = self.0.iter().flat_map(|one| &one.messages).collect();
        match store_batch(app, &together).await {
            Ok(_) => {
                for parcel in self.0 {
                    let taken = IngestCounts {
                        messages: parcel.messages.len(),
                        ..IngestCounts::default()
                    };
                    // Who is gone got another answer already.
                    let _ = parcel.answer.send(Ok(taken));
                }
                Ok(())
            }
            // A row that one message touches is damaged: the others shall not suffer for it.
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
