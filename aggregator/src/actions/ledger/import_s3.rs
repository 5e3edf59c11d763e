//! Reads the ledger's object in S3: whether there is a new version, and what to do with it.
//!
//! [`listen`] and [`read_object`] change nothing. A version counts as imported only after [`mark_imported`], which
//! is called last. If the process is killed before, the same version is read again, and nothing is imported
//! or sent twice.

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
pub(crate) struct LedgerFile {
    /// Bucket and key.
    pub object: Object,
    /// Which version it is.
    pub version: Version,
    /// The SHA-256 of its content, in hex; empty if the content was not read.
    pub sha256: String,
}

/// The state of the ledger's object.
#[derive(Clone, Debug)]
pub(crate) enum ObjectState {
    /// No object is configured.
    Closed,
    /// There is no such object.
    Absent(Object),
    /// The version was handled before.
    Known(Object),
    /// A new version that is too large to be a ledger; its size in bytes.
    TooLarge(LedgerFile, u64),
    /// A new version with its content.
    New(LedgerFile, Vec<u8>),
}

/// Why the object could not be read or marked as imported.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LedgerObjectError {
    /// The database or AWS is out of reach.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// A call to AWS failed.
    #[error(transparent)]
    Aws(#[from] AwsFailure),
}

impl From<StoreError> for LedgerObjectError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

impl LedgerFile {
    /// The actor of the changes that this version causes.
    pub(crate) fn actor(&self) -> Actor {
        Actor::File {
            place: self.object.to_string(),
            version: self.version.name().to_owned(),
            sha256: self.sha256.clone(),
        }
    }
}

/// The queue that receives S3's events about new versions; `None` if none is configured.
///
/// # Errors
/// AWS cannot be called at all.
pub(crate) async fn open_queue(app: &App) -> Result<Option<EventQueue>, LedgerObjectError> {
    let Some(url) = &app.config.ledger.queue_url else {
        return Ok(None);
    };
    let aws = app.aws().await.map_err(ActionError::from)?;
    Ok(Some(aws.queue(app.config.hub.home_region, url)))
}

/// Waits up to `seconds` for messages. Returns them, and whether any is about a new version. Delete them
/// after the [`read_object`] that follows.
///
/// # Errors
/// The queue cannot be read.
pub(crate) async fn listen(
    app: &App,
    queue: &EventQueue,
    seconds: i32,
) -> Result<(Vec<QueueMessage>, bool), LedgerObjectError> {
    let messages = queue.receive(seconds).await?;
    let object = app.config.ledger.object();
    let woken = object.is_some_and(|object| messages.iter().any(|it| object.is_in(&it.body)));
    Ok((messages, woken))
}

/// Reads the object. A version with the same content as the last one counts as new only if an event announced
/// it (`woken`) and the bucket has versioning.
///
/// # Errors
/// S3 or the database could not be reached.
// Boxed: the compiler does not see through the SDK's nested futures that they can be sent.
pub(crate) fn read_object(
    app: &App,
    woken: bool,
) -> BoxFuture<'_, Result<ObjectState, LedgerObjectError>> {
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
        let file = |version, sha256| LedgerFile {
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

/// Writes the result workbook next to the object.
///
/// # Errors
/// S3 refused or was not reached.
pub(crate) fn write_back<'a>(
    app: &'a App,
    file: &'a LedgerFile,
    workbook: Vec<u8>,
) -> BoxFuture<'a, Result<(), LedgerObjectError>> {
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

/// Marks a version as imported and notifies operators of its problems, in one transaction.
///
/// # Errors
/// The database failed.
pub(crate) async fn mark_imported(
    app: &App,
    file: &LedgerFile,
    troubles: Vec<Trouble>,
) -> Result<(), LedgerObjectError> {
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

async fn bucket(app: &App) -> Result<Bucket, LedgerObjectError> {
    let hub = &app.config.hub;
    let aws = app.aws().await.map_err(ActionError::from)?;
    Ok(aws.bucket(hub.home_region, hub.administrator.clone()))
}
