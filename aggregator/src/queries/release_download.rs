//! Downloads that need no login: the script that installs the newest release, the manifest that agents update
//! by, and the archives.

use std::io;

use serde::Serialize;

use crate::app::App;
use hubward_document::install_script;
use hubward_domain::release::{self, Manifest, Release};
use hubward_store::StoreError;

/// An open archive.
#[derive(Debug)]
pub(crate) struct Archive {
    pub release: Release,
    /// Its content, from the beginning.
    pub file: tokio::fs::File,
}

/// Why a recorded release cannot be downloaded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DownloadError {
    /// Its file is missing or differs from the record. `hubward release add` restores it.
    #[error("cannot read the release {file}")]
    Unreadable {
        file: String,
        #[source]
        source: io::Error,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// `/install.sh`; `None` before the first release.
///
/// # Errors
/// The database failed.
pub(crate) async fn install_script(app: &App) -> Result<Option<String>, StoreError> {
    let releases = app.store.releases().await?;
    Ok(release::newest(&releases)
        .map(|newest| install_script::render(&app.config.server.public_url, newest)))
}

/// The lines that a project pastes into CloudShell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct InstallLines {
    /// Downloads the script and runs it.
    pub line: String,
    /// Verifies the script before running it.
    pub checked_line: String,
}

/// The lines to paste; `None` before the first release.
///
/// # Errors
/// The database failed.
pub(crate) async fn install_lines(app: &App) -> Result<Option<InstallLines>, StoreError> {
    let public_url = &app.config.server.public_url;
    let administrator = app.config.hub.administrator.as_str();
    Ok(install_script(app).await?.map(|script| InstallLines {
        line: install_script::one_line(public_url, administrator),
        checked_line: install_script::two_steps(public_url, administrator, &script),
    }))
}

/// `/releases/manifest.json`; lists no releases before the first.
///
/// # Errors
/// The database failed.
pub(crate) async fn release_manifest(app: &App) -> Result<Manifest, StoreError> {
    Ok(release::manifest(&app.store.releases().await?))
}

/// `/releases/NAME`; `None` unless a release's file has exactly this name. The path is made from the record,
/// never from `name`.
///
/// # Errors
/// See [`DownloadError`].
pub(crate) async fn release_archive(
    app: &App,
    name: &str,
) -> Result<Option<Archive>, DownloadError> {
    let releases = app.store.releases().await?;
    let Some(release) = releases.into_iter().find(|release| release.file() == name) else {
        return Ok(None);
    };
    let unreadable = |source| DownloadError::Unreadable {
        file: release.file(),
        source,
    };
    let file = tokio::fs::File::open(app.config.releases().join(release.file()))
        .await
        .map_err(unreadable)?;
    let size = file.metadata().await.map_err(unreadable)?.len();
    if size != release.size {
        let why = format!("{size} bytes instead of {}", release.size);
        return Err(unreadable(io::Error::new(io::ErrorKind::InvalidData, why)));
    }
    Ok(Some(Archive { release, file }))
}
