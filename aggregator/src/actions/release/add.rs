//! Takes in a release of the agent that was signed elsewhere: proves it, keeps the file beside the
//! configuration, records it. It cannot sign; the private key is on another machine. Run twice with
//! one file, the second only puts the file back if it was lost.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::app::App;
use hubward_document::release_archive::{self, NotGenuine};
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::release::{self, NotARelease, Release, ReleaseDecision, ReleaseRefusal};
use hubward_store::StoreError;

/// A release that is in.
#[derive(Clone, Debug)]
pub struct Added {
    /// The release.
    pub release: Release,
    /// Whether it came in now; otherwise it was in.
    pub now: bool,
}

/// Why a release does not come in.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// The configuration names no key.
    #[error("server.release_key is not set")]
    NoKey,
    /// The file's name is not a release's.
    #[error(transparent)]
    Name(#[from] NotARelease),
    /// The archive is not what it should be.
    #[error(transparent)]
    Archive(#[from] NotGenuine),
    /// It does not fit beside the others.
    #[error(transparent)]
    Refused(#[from] ReleaseRefusal),
    /// The file cannot be kept.
    #[error("cannot write into {}", directory.display())]
    Keep {
        /// Where releases lie.
        directory: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes in the archive that is called `name`. `force` lets one in that is older than the newest.
///
/// # Errors
/// Then nothing is taken in; see [`AddError`].
pub async fn add_release(
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
    let file = write_beside(&directory, bytes).map_err(keep)?;

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
    // Before the commit: what is recorded can be handed out. A file without a record never is.
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

/// The bytes, safely on disk under a name that nobody knows yet.
fn write_beside(directory: &Path, bytes: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    std::fs::create_dir_all(directory)?;
    let mut builder = tempfile::Builder::new();
    // A release is no secret, and the server may run as another user than the operator.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.tempfile_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}
