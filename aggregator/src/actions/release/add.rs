//! Adds a signed agent release: verifies it, stores the file next to the configuration, and records it. It
//! cannot sign; the private key is on another machine. Run twice with one file, the second only restores a
//! lost file.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::app::App;
use hubward_document::release_archive::{self, NotGenuine};
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::release::{self, NotARelease, Release, ReleaseDecision, ReleaseRefusal};
use hubward_store::StoreError;

/// A release that was added.
#[derive(Clone, Debug)]
pub(crate) struct Added {
    pub release: Release,
    /// Whether it was added now; otherwise it existed.
    pub now: bool,
}

/// Why a release was not added.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AddError {
    /// No release key is configured.
    #[error("server.release_key is not set")]
    NoKey,
    /// The file name is not that of a release.
    #[error(transparent)]
    Name(#[from] NotARelease),
    /// The signature or the archive is invalid.
    #[error(transparent)]
    Archive(#[from] NotGenuine),
    /// It conflicts with the other releases.
    #[error(transparent)]
    Refused(#[from] ReleaseRefusal),
    /// The file cannot be stored.
    #[error("cannot write into {}", directory.display())]
    Keep {
        /// The directory of the releases.
        directory: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Adds the archive named `name`. With `force`, it may be older than the newest release.
///
/// # Errors
/// See [`AddError`]; then nothing was added.
pub(crate) async fn add_release(
    app: &App,
    actor: &Actor,
    name: &str,
    bytes: &[u8],
    force: bool,
) -> Result<Added, AddError> {
    let key = app.config.server.release_key.ok_or(AddError::NoKey)?;
    let version = release::version_of(name)?;
    let sha256 = release_archive::verify(name, bytes, &key)?;

    let directory = app.config.releases();
    let keep = |source| AddError::Keep {
        directory: directory.clone(),
        source,
    };
    let file = write_temporary(&directory, bytes).map_err(keep)?;

    let mut tx = app.store.begin().await?;
    let known = tx.releases().await?;
    let decision = release::decide(&known, &version, &sha256, force)?;
    let release = match known.into_iter().find(|known| known.version == version) {
        Some(known) => known,
        None => Release {
            version,
            sha256,
            size: bytes.len() as u64,
            added_at: app.clock.now(),
            added_by: actor.to_string(),
        },
    };
    if decision == ReleaseDecision::Add {
        tx.insert_release(&release).await?;
        let event = NewEvent {
            action: Action::ReleaseAdded,
            subject: release.file(),
            detail: json!({ "sha256": release.sha256, "size": release.size, "force": force }),
        };
        tx.append_audit(release.added_at, actor, [event]).await?;
    }
    // Renamed before the commit: every recorded release can be downloaded, and a file without a record never
    // is.
    file.persist(directory.join(release.file()))
        .map_err(|error| keep(error.error))?;
    std::fs::File::open(&directory)
        .and_then(|directory| directory.sync_all())
        .map_err(keep)?;
    tx.commit().await?;
    Ok(Added {
        release,
        now: decision == ReleaseDecision::Add,
    })
}

/// Writes the archive to disk under a temporary name.
fn write_temporary(directory: &Path, bytes: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    std::fs::create_dir_all(directory)?;
    let mut builder = tempfile::Builder::new();
    // A release is not secret, and the server may run as another user than the operator.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.tempfile_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}
