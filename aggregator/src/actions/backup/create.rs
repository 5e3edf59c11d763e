//! Copies the database into one file while everything goes on, and proves the copy before it gets its name.
//! Run twice, it makes two copies; a file that is there is never written over.

use std::path::{Path, PathBuf};

use crate::app::App;
use hubward_domain::audit::Head;
pub use hubward_store::backup::CopyError;
use hubward_store::backup::{beside, measure};
use hubward_store::{DatabaseUrl, Store};

/// A copy that was proved.
#[derive(Debug)]
pub struct BackedUp {
    /// The file.
    pub file: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256, in hex.
    pub sha256: String,
    /// The end of the audit log in it.
    pub head: Head,
}

/// Makes the copy.
///
/// # Errors
/// See [`CopyError`]; then there is no such file.
pub async fn back_up(app: &App, file: &Path) -> Result<BackedUp, CopyError> {
    if !app.store.is_one_file() {
        return Err(CopyError::Postgres);
    }
    if file.exists() {
        return Err(CopyError::Exists(file.to_owned()));
    }
    let copy = beside(file)?;
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
