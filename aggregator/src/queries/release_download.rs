//! What the server gives to whoever asks, without proof: the script that installs the newest
//! release, the manifest that agents update by, and the archives themselves. It changes nothing.

use std::io;

use serde::Serialize;

use crate::app::App;
use hubward_document::install_script;
use hubward_domain::release::{self, Manifest, Release};
use hubward_store::StoreError;

/// An archive, opened.
#[derive(Debug)]
pub struct Archive {
    /// What is recorded of it.
    pub release: Release,
    /// Its content, from the beginning.
    pub file: tokio::fs::File,
}

/// Why a release that is recorded cannot be handed out.
#[derive(Debug, thiserror::Error)]
pub enum HandOutError {
    /// Its file is gone, or is not the recorded one. `hubward release add` puts it back.
    #[error("cannot read the release {file}")]
    Unreadable {
        /// Its name.
        file: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// `/install.sh`; `None` before the first release.
///
/// # Errors
/// The database failed.
pub async fn install_script(app: &App) -> Result<Option<String>, StoreError> {
    let releases = app.store.releases().await?;
    Ok(release::newest(&releases)
        .map(|newest| install_script::render(&app.config.server.public_url, newest)))
}

/// The lines that a project pastes into CloudShell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InstallLines {
    /// Fetches the script and runs it.
    pub line: String,
    /// Checks the script before it runs.
    pub checked_line: String,
}

/// What a project pastes to join; `None` before the first release.
///
/// # Errors
/// The database failed.
pub async fn install_lines(app: &App) -> Result<Option<InstallLines>, StoreError> {
    let public_url = &app.config.server.public_url;
    let administrator = app.config.hub.administrator.as_str();
    Ok(install_script(app).await?.map(|script| InstallLines {
        line: install_script::one_line(public_url, administrator),
        checked_line: install_script::two_steps(public_url, administrator, &script),
    }))
}

/// `/releases/manifest.json`; without releases before the first.
///
/// # Errors
/// The database failed.
pub async fn release_manifest(app: &App) -> Result<Manifest, StoreError> {
    Ok(release::manifest(&app.store.releases().await?))
}

/// `/releases/NAME`; `None` where no release's file is called exactly so. The path is made from the
/// record, never from `name`.
///
/// # Errors
/// See [`HandOutError`].
pub async fn release_archive(app: &App, name: &str) -> Result<Option<Archive>, HandOutError> {
    let releases = app.store.releases().await?;
    let Some(release) = releases.into_iter().find(|release| release.file() == name) else {
        return Ok(None);
    };
    let unreadable = |source| HandOutError::Unreadable {
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
