//! The door in S3 through which the ledger comes in: what is new behind it, and what becomes of it.
//!
//! [`listen`] and [`look`] change nothing. A version counts as taken only when [`mark_imported`] says so, after
//! everything that it brought about: killed anywhere before, the same version is taken again, and what
//! was imported or sent by then is not imported or sent twice.

use futures::FutureExt;
use futures::future::BoxFuture;
use sha2::{Digest, Sha256};

use crate::actions::ActionError;
use crate::actions::notify::Notifier;
use crate::app::App;
use crate::aws::AwsFailure;
use crate::aws::events::{EventQueue, QueueMessage};
use crate::aws::objects::{Bucket, Fetched};
use hubward_document::sheet::FILE_LIMIT;
use hubward_domain::audit::Actor;
use hubward_domain::notice::{Notice, Trouble};
use hubward_domain::object::{Object, Version};
use hubward_store::StoreError;

/// A version of the ledger's object.
#[derive(Clone, Debug)]
pub struct File {
    /// Where it lies.
    pub object: Object,
    /// Which version it is.
    pub version: Version,
    /// The SHA-256 of its content, in hex; empty where that was not fetched.
    pub sha256: String,
}

/// What is behind the door.
#[derive(Clone, Debug)]
pub enum ObjectState {
    /// The configuration names no object.
    Closed,
    /// There is no such object.
    Absent(Object),
    /// What was taken before.
    Known(Object),
    /// It is new, and larger than any ledger.
    TooLarge(File, u64),
    /// It is new.
    New(File, Vec<u8>),
}

/// Why the door could not be looked through, or a version not be concluded.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// The database or AWS is out of reach.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// A call to AWS failed.
    #[error(transparent)]
    Aws(#[from] AwsFailure),
}

impl From<StoreError> for DoorError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

impl File {
    /// Who does what this file brings about.
    pub fn actor(&self) -> Actor {
        Actor::File {
            place: self.object.to_string(),
            version: self.version.name().to_owned(),
            sha256: self.sha256.clone(),
        }
    }
}

/// The queue that hears of new versions; `None` where none is configured.
///
/// # Errors
/// AWS cannot be called at all.
pub async fn open_queue(app: &App) -> Result<Option<EventQueue>, DoorError> {
    let Some(url) = &app.config.ledger.queue_url else {
        return Ok(None);
    };
    let aws = app.aws().await.map_err(ActionError::from)?;
    Ok(Some(aws.queue(app.config.hub.home_region, url)))
}

/// Waits up to `seconds` for messages. Whether any tells of a new version; each is to be deleted after
/// the look that it asks for.
///
/// # Errors
/// The queue cannot be read.
pub async fn listen(
    app: &App,
    queue: &EventQueue,
    seconds: i32,
) -> Result<(Vec<QueueMessage>, bool), DoorError> {
    let messages = queue.receive(seconds).await?;
    let object = app.config.ledger.object();
    let woken = object.is_some_and(|object| messages.iter().any(|it| object.is_in(&it.body)));
    Ok((messages, woken))
}

/// Looks for a new version. One that was handed in again with the same content is new only where an
/// event told of it, and the bucket keeps versions.
///
/// # Errors
/// S3 or the database is out of reach.
// Boxed: the compiler does not see through the SDK's nested futures that they can be sent.
pub fn look(app: &App, woken: bool) -> BoxFuture<'_, Result<ObjectState, DoorError>> {
    async move {
        let Some(object) = app.config.ledger.object() else {
            return Ok(ObjectState::Closed);
        };
        let known = app.store.ledger_file(&object).await?;
        let unless = known.as_ref().filter(|_| !woken);
        let unless = unless.map(|version| version.etag.as_str());
        let fetched = bucket(app)
            .await?
            .fetch(&object, unless, FILE_LIMIT)
            .await?;
        let file = |version, sha256| File {
            object: object.clone(),
            version,
            sha256,
        };
        Ok(match fetched {
            Fetched::Absent => ObjectState::Absent(object),
            Fetched::Content(version, bytes) if version.is_new_after(known.as_ref()) => {
                let sha256 = hex::encode(Sha256::digest(&bytes));
                ObjectState::New(file(version, sha256), bytes)
            }
            Fetched::TooLarge(version, size) if version.is_new_after(known.as_ref()) => {
                ObjectState::TooLarge(file(version, String::new()), size)
            }
            Fetched::Unchanged | Fetched::Content(..) | Fetched::TooLarge(..) => {
                ObjectState::Known(object)
            }
        })
    }
    .boxed()
}

/// Writes what became of a version beside it.
///
/// # Errors
/// S3 refused or was not reached.
pub fn write_back<'a>(
    app: &'a App,
    file: &'a File,
    workbook: Vec<u8>,
) -> BoxFuture<'a, Result<(), DoorError>> {
    const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    async move {
        let key = file.object.result_key();
        let bucket = bucket(app).await?;
        bucket
            .put(&file.object.bucket, &key, XLSX, workbook)
            .await?;
        Ok(())
    }
    .boxed()
}

/// Counts a version as taken, and tells operators where something is wrong with it: both or neither.
///
/// # Errors
/// The database failed.
pub async fn mark_imported(
    app: &App,
    file: &File,
    troubles: Vec<Trouble>,
) -> Result<(), DoorError> {
    let mut tx = app.store.begin().await?;
    let now = app.clock.now();
    tx.put_ledger_file(&file.object, &file.version, &file.sha256, now)
        .await?;
    for trouble in troubles {
        let notice = Notice::Operations(trouble);
        Notifier::new(app).notify(&mut tx, &notice).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn bucket(app: &App) -> Result<Bucket, DoorError> {
    let hub = &app.config.hub;
    let aws = app.aws().await.map_err(ActionError::from)?;
    Ok(aws.bucket(hub.home_region, hub.administrator.clone()))
}
