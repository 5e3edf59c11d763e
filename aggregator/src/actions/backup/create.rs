//! Copies the database into one file while the server keeps running, and verifies the copy before it gets its
//! name. An existing file is never overwritten.

use std::path::{Path, PathBuf};

use crate::app::App;
use hubward_domain::audit::Head;
pub(crate) use hubward_store::backup::CopyError;
use hubward_store::backup::{measure, unnamed_copy};
use hubward_store::{DatabaseUrl, Store};

/// A verified backup.
#[derive(Debug)]
pub(crate) struct BackedUp {
    pub file: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
    /// The audit log's head in the copy.
    pub head: Head,
}

/// Creates the backup.
///
/// # Errors
/// See [`CopyError`]; then the file does not exist.
pub(crate) async fn back_up(app: &App, file: &Path) -> Result<BackedUp, CopyError> {
    if !app.store.is_one_file() {
        return Err(CopyError::Postgres);
    }
    if file.exists() {
        return Err(CopyError::Exists(file.to_owned()));
    }
    let copy = unnamed_copy(file)?;
    app.store.copy_to(&copy.file()).await?;
    let store = Store::open(&DatabaseUrl::of_file(&copy.file())).await?;
    let proved = store.prove().await;
    store.close().await;
    let head = proved?;
    let (bytes, sha256) = measure(&copy.file())?;
    copy.name(file, false).map_err(|source| CopyError::File {
        file: file.to_owned(),
        source,
    })?;
    Ok(BackedUp {
        file: file.to_owned(),
        bytes,
        sha256,
        head,
    })
}
