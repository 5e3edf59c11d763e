//! Copies of a SQLite database as files of their own. PostgreSQL has its own tools for that.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, Connection, Executor, Row};

use super::{DatabaseUrl, Engine, Result, Store, StoreError, create_private};
use hubward_domain::audit::{BrokenChain, Head};

/// Why a copy was not made, or cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// PostgreSQL's own tools do it.
    #[error("the database is PostgreSQL")]
    Postgres,
    /// A file of this name is there.
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
    /// SQLite says that the file is damaged.
    #[error("damaged: {0}")]
    Damaged(String),
    /// It is a database, but not, or not only, of our making.
    #[error("the database is not of our making")]
    Foreign,
    /// The audit log does not hold.
    #[error("the audit log is broken at {}", .0.sequence)]
    Broken(BrokenChain),
}

impl Store {
    /// Whether the database is one file, which can be copied.
    pub fn is_one_file(&self) -> bool {
        self.engine == Engine::Sqlite
    }

    /// Writes the database as it is at this moment into an empty file; others go on writing meanwhile.
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

    /// What SQLite finds wrong in the file; nothing, when it is whole.
    async fn damages(&self) -> Result<Vec<String>> {
        let mut said = Vec::new();
        for row in sqlx::query("PRAGMA integrity_check")
            .fetch_all(&self.pool)
            .await?
        {
            said.push(row.try_get(0)?);
        }
        said.retain(|line| line != "ok");
        Ok(said)
    }

    /// Whether a copy is whole: as SQLite sees it, and as the audit log does.
    ///
    /// # Errors
    /// It is not, or the database failed.
    pub async fn prove(&self) -> std::result::Result<Head, CopyError> {
        if let Some(damage) = self.damages().await?.into_iter().next() {
            return Err(CopyError::Damaged(damage));
        }
        // The schema has neither: somebody's own would act on every later write.
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

    /// Ends all connections, so that everything is in the one file.
    pub async fn close(self) {
        self.pool.close().await;
    }
}

/// Whether another process has the file of this place open; where none has, everything is in the one file
/// afterwards.
///
/// # Errors
/// It is no database.
pub async fn is_in_use(place: &DatabaseUrl) -> Result<bool> {
    sqlx::any::install_default_drivers();
    let options: AnyConnectOptions = place.url().parse()?;
    let mut connection = AnyConnection::connect_with(&options).await?;
    // Whoever has a WAL database open holds a shared lock on it all the time: this one cannot be had.
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

/// A copy that has no name yet: a file that only we can read, in a directory beside the one that it may
/// take the place of. Both are gone with this value, and what SQLite lays beside the file too.
#[derive(Debug)]
pub struct Unnamed {
    directory: tempfile::TempDir,
}

impl Unnamed {
    /// The file.
    pub fn file(&self) -> PathBuf {
        self.directory.path().join("copy.db")
    }

    /// Gives it its name, once it is safely on the disk; where `over`, in place of what has that name.
    ///
    /// # Errors
    /// It cannot be: something has that name, or the disk failed.
    pub fn name(self, file: &Path, over: bool) -> io::Result<()> {
        let copy = self.file();
        File::open(&copy)?.sync_all()?;
        if over {
            std::fs::rename(&copy, file)
        } else {
            // Unlike a renamed file, a link never takes another's place.
            std::fs::hard_link(&copy, file)
        }
    }
}

/// An empty copy beside a file.
///
/// # Errors
/// It cannot be made.
pub fn beside(file: &Path) -> std::result::Result<Unnamed, CopyError> {
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
