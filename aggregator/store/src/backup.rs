//! Backups of a SQLite database as single files. PostgreSQL has its own tools.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, Connection, Executor, Row};

use super::{DatabaseUrl, Engine, Result, Store, StoreError, create_private};
use hubward_domain::audit::{BrokenChain, Head};

/// Why a backup was not made, or cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// PostgreSQL has its own tools.
    #[error("the database is PostgreSQL")]
    Postgres,
    /// A file with this name exists.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// A file could not be read or written.
    #[error("{}: {source}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// SQLite reports that the file is damaged.
    #[error("damaged: {0}")]
    Damaged(String),
    /// It is a database, but not Hubward's, or it has objects of others.
    #[error("the database is not of our making")]
    Foreign,
    /// The audit log does not verify.
    #[error("the audit log is broken at {}", .0.sequence)]
    Broken(BrokenChain),
}

impl Store {
    /// Whether the database is a single file that can be copied.
    pub fn is_one_file(&self) -> bool {
        self.engine == Engine::Sqlite
    }

    /// Writes the present state of the database into an empty file; other writers can continue.
    ///
    /// # Errors
    /// The database failed, or the file cannot be written.
    pub async fn copy_to(&self, file: &Path) -> Result<()> {
        sqlx::query("VACUUM INTO $1")
            .bind(file.display().to_string())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The damage that SQLite finds in the file; empty if there is none.
    async fn damages(&self) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        for row in sqlx::query("PRAGMA integrity_check")
            .fetch_all(&self.pool)
            .await?
        {
            lines.push(row.try_get(0)?);
        }
        lines.retain(|line| line != "ok");
        Ok(lines)
    }

    /// Checks a backup: its integrity in SQLite, and the audit log's chain.
    ///
    /// # Errors
    /// It is damaged, or the database failed.
    pub async fn prove(&self) -> std::result::Result<Head, CopyError> {
        if let Some(damage) = self.damages().await?.into_iter().next() {
            return Err(CopyError::Damaged(damage));
        }
        // Our schema has neither triggers nor views; foreign ones would act on every later write.
        let foreign =
            sqlx::query("SELECT name FROM sqlite_schema WHERE type IN ('trigger', 'view')")
                .fetch_optional(&self.pool)
                .await
                .map_err(StoreError::from)?;
        if foreign.is_some() {
            return Err(CopyError::Foreign);
        }
        self.verify_audit().await?.map_err(CopyError::Broken)
    }

    /// Closes all connections, so that all data is in the one file.
    pub async fn close(self) {
        self.pool.close().await;
    }
}

/// Whether another process has the database in use. If not, all data is in the one file afterwards.
///
/// # Errors
/// It is not a database.
pub async fn is_in_use(place: &DatabaseUrl) -> Result<bool> {
    sqlx::any::install_default_drivers();
    let options: AnyConnectOptions = place.url().parse()?;
    let mut connection = AnyConnection::connect_with(&options).await?;
    // A process that has a WAL database open always holds a shared lock on it, so an exclusive lock
    // then fails.
    let alone = connection
        .execute(
            "PRAGMA busy_timeout = 1000; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT; \
             PRAGMA wal_checkpoint(TRUNCATE)",
        )
        .await;
    connection.close().await?;
    match alone {
        Ok(_) => Ok(false),
        Err(sqlx::Error::Database(error)) if error.message().contains("locked") => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// A backup that has no name yet: a file readable by its owner only, in a directory next to its
/// destination. Dropping the value deletes both, and SQLite's additional files.
#[derive(Debug)]
pub struct Unnamed {
    directory: tempfile::TempDir,
}

impl Unnamed {
    /// The file.
    pub fn file(&self) -> PathBuf {
        self.directory.path().join("copy.db")
    }

    /// Gives the file its final name after it was synced to disk; with `over`, it replaces an
    /// existing file.
    ///
    /// # Errors
    /// The name is taken, or the disk failed.
    pub fn name(self, file: &Path, over: bool) -> io::Result<()> {
        let copy = self.file();
        File::open(&copy)?.sync_all()?;
        if over {
            std::fs::rename(&copy, file)
        } else {
            // Unlike a rename, a hard link never replaces an existing file.
            std::fs::hard_link(&copy, file)
        }
    }
}

/// An empty backup next to a file.
///
/// # Errors
/// It cannot be created.
pub fn unnamed_copy(file: &Path) -> std::result::Result<Unnamed, CopyError> {
    let directory = match file.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    };
    let directory = tempfile::Builder::new()
        .prefix(".hubward-")
        .tempdir_in(directory)
        .map_err(|source| CopyError::File {
            file: file.to_owned(),
            source,
        })?;
    let copy = Unnamed { directory };
    create_private(&copy.file())?;
    Ok(copy)
}

/// A file's size in bytes, and its SHA-256 in hex.
///
/// # Errors
/// It cannot be read.
pub fn measure(file: &Path) -> std::result::Result<(u64, String), CopyError> {
    let failed = |source| CopyError::File {
        file: file.to_owned(),
        source,
    };
    let mut opened = File::open(file).map_err(failed)?;
    let (mut hash, mut bytes, mut part) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let length = opened.read(&mut part).map_err(failed)?;
        let Some(read) = part.get(..length).filter(|read| !read.is_empty()) else {
            return Ok((bytes, hex::encode(hash.finalize())));
        };
        hash.update(read);
        bytes += length as u64;
    }
}
