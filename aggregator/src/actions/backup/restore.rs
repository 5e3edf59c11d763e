//! Replaces the database by a backup, which is verified first, migrated if it is older, and gets an audit
//! event about the restoration. The replaced database is kept next to it under another name, and is not
//! changed before the last step. Run twice, it restores twice.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::app::{self, OpenError};
use crate::config::Config;
use crate::world::World;
use hubward_domain::audit::{Action, Actor, Head, NewEvent};
use hubward_store::backup::{CopyError, Unnamed, is_in_use, measure, unnamed_copy};
use hubward_store::{DatabaseUrl, Store, StoreError};

/// A verified backup that can be restored.
#[derive(Debug)]
pub(crate) struct RestorePlan {
    pub database: PathBuf,
    /// The head of the backup's audit log.
    pub head: Head,
    /// Number of migrations that were applied.
    pub upgrades: usize,
    /// The audit head of the current database; `None` if it cannot be read.
    pub before: Option<Head>,
    copy: Unnamed,
    sha256: String,
}

/// The result of a restoration.
#[derive(Debug)]
pub(crate) struct Restored {
    pub database: PathBuf,
    /// The head of its audit log, including the restoration.
    pub head: Head,
    /// Where the replaced database is kept.
    pub kept: Option<PathBuf>,
}

/// Why nothing was restored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RestoreError {
    /// The configuration cannot be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The backup cannot be used.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The database is open in a server or a command.
    #[error("{} is in use", .0.display())]
    InUse(PathBuf),
}

/// Verifies a backup and prepares the restoration. The database is not changed.
///
/// # Errors
/// See [`RestoreError`].
pub(crate) async fn plan(
    config: &Config,
    world: &World,
    file: &Path,
) -> Result<RestorePlan, RestoreError> {
    let place = app::database(&config.store, config.directory(), &world.environment)?;
    let database = place.file().ok_or(CopyError::Postgres)?.to_owned();
    let copy = unnamed_copy(&database)?;
    fill(&copy.file(), file).map_err(|source| CopyError::File {
        file: file.to_owned(),
        source,
    })?;
    // The hash is that of our copy: the original file may change meanwhile.
    let (_, sha256) = measure(&copy.file())?;
    let place_of_copy = DatabaseUrl::of_file(&copy.file());
    match Store::open(&place_of_copy).await {
        Ok(store) => store.close().await,
        // An older database of ours will be migrated. A file without our tables would empty the ledger.
        Err(StoreError::NotMigrated { found, .. }) if found > 0 => {}
        Err(StoreError::NotMigrated { .. }) => return Err(CopyError::Foreign.into()),
        Err(error) => return Err(CopyError::from(error).into()),
    }
    let (store, upgrades) = Store::migrate(&place_of_copy)
        .await
        .map_err(CopyError::from)?;
    let proved = store.prove().await;
    store.close().await;
    Ok(RestorePlan {
        head: proved?,
        before: head_of(&place).await,
        database,
        upgrades,
        copy,
        sha256,
    })
}

/// Restores what was planned.
///
/// # Errors
/// See [`RestoreError`]; then the database is unchanged.
pub(crate) async fn carry_out(
    plan: RestorePlan,
    world: &World,
    actor: &Actor,
    file: &Path,
) -> Result<Restored, RestoreError> {
    let RestorePlan {
        database,
        before,
        copy,
        sha256,
        ..
    } = plan;
    let now = world.clock.now();
    let place = DatabaseUrl::of_file(&database);
    if database.exists() && is_in_use(&place).await.map_err(CopyError::from)? {
        return Err(RestoreError::InUse(database));
    }
    let head = trace(&copy, actor, &sha256, file, before.as_ref(), now).await?;
    let failed = |source| CopyError::File {
        file: database.clone(),
        source,
    };
    let kept = if database.exists() {
        Some(keep(&database, now).map_err(failed)?)
    } else {
        None
    };
    copy.name(&database, true).map_err(failed)?;
    Ok(Restored {
        database,
        head,
        kept,
    })
}

/// Renames the replaced database to a name with the time. An existing file is never overwritten.
fn keep(database: &Path, now: jiff::Timestamp) -> std::io::Result<PathBuf> {
    let stem = format!(
        "{}.before-{}",
        database.display(),
        now.strftime("%Y%m%dT%H%M%SZ")
    );
    let mut number = 1;
    loop {
        let kept = match number {
            1 => PathBuf::from(&stem),
            _ => PathBuf::from(format!("{stem}-{number}")),
        };
        match std::fs::hard_link(database, &kept) {
            Ok(()) => return Ok(kept),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Copies only the content: the copy keeps its restrictive permissions, whatever those of the original.
fn fill(copy: &Path, from: &Path) -> std::io::Result<()> {
    let mut from = std::fs::File::open(from)?;
    let mut copy = std::fs::OpenOptions::new().write(true).open(copy)?;
    std::io::copy(&mut from, &mut copy).map(drop)
}

/// Writes the audit event about the restoration into the copy.
async fn trace(
    copy: &Unnamed,
    actor: &Actor,
    sha256: &str,
    file: &Path,
    before: Option<&Head>,
    now: jiff::Timestamp,
) -> Result<Head, CopyError> {
    let store = Store::open(&DatabaseUrl::of_file(&copy.file())).await?;
    let event = NewEvent {
        action: Action::StoreRestored,
        subject: "store".to_owned(),
        detail: json!({
            "file": file.file_name().map(|name| name.to_string_lossy()),
            "sha256": sha256,
            "events_before": before.map(|head| head.events),
            "head_before": before.map(|head| head.hash.as_str()),
        }),
    };
    let mut tx = store.begin().await?;
    tx.append_audit(now, actor, [event]).await?;
    tx.commit().await?;
    let head = store.prove().await;
    store.close().await;
    head
}

/// The audit head of the current database, if it can be read.
async fn head_of(place: &DatabaseUrl) -> Option<Head> {
    let store = Store::open(place).await.ok()?;
    let head = store.verify_audit().await.ok().and_then(Result::ok);
    store.close().await;
    head
}
