//! The database: the only way to begin a transaction, and one file per table below.
//!
//! The same SQL text for SQLite and PostgreSQL, through `sqlx`'s `Any`: TEXT and BIGINT columns
//! only. There is no business logic here, and nothing awaits the network inside a transaction.

pub mod access_tokens;
pub mod account_matrix;
pub mod accounts;
mod alert_arrivals;
mod alert_escalations;
mod alert_handling;
pub mod alerts;
pub mod audit_events;
pub mod backup;
pub mod baseline_coverage;
mod batch;
pub mod circuits;
mod columns;
pub mod controls;
mod database_url;
pub mod deliveries;
mod delivery_attempts;
pub mod digests;
pub mod due_work;
pub mod evidence;
pub mod exceptions;
pub mod findings;
pub mod history;
pub mod job_runs;
mod ledger_files;
pub mod memberships;
mod migrations;
mod paginate;
pub mod quota_notifications;
pub mod refused_messages;
pub mod releases;
pub mod reminders;
pub mod report_sendings;
pub mod request_answers;
pub mod request_queue;
pub mod requests;
pub mod run_reports;
pub mod runs;
pub mod sessions;
pub mod settings;
pub mod sightings;
pub mod silences;
mod spent_challenges;
mod step_history;
mod sync_state;
pub mod test_events;
#[cfg(any(test, feature = "testing"))]
#[expect(clippy::unwrap_used, reason = "only tests call it")]
pub mod testing;
pub mod trend;
pub mod write_backs;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor, Transaction};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use columns::Cause;
pub use database_url::DatabaseUrl;

/// A pool of database connections.
#[derive(Clone, Debug)]
pub struct Store {
    pool: AnyPool,
    engine: Engine,
    // SQLite allows one write transaction at a time, and one that finds it busy polls up to every
    // tenth of a second. Within this process, writers queue here instead.
    writers: Arc<Semaphore>,
    // Counts the commits that put messages into the outbox; its workers wait for the next one.
    posts: Arc<watch::Sender<u64>>,
    // Counts connections given back to the pool: each was a transaction, or a statement by itself.
    transactions: Arc<AtomicU64>,
}

/// An open transaction, which is rolled back unless [`Tx::commit`] is called.
pub struct Tx(
    Transaction<'static, Any>,
    Engine,
    Option<OwnedSemaphorePermit>,
    Posts,
);

/// Whether a transaction put messages into the outbox, and the counter to notify.
struct Posts {
    any: bool,
    workers: Arc<watch::Sender<u64>>,
}

/// The kind of database, for the few differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

/// Why a database access failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The configuration's `store.url` has an unknown scheme.
    #[error("store.url is neither sqlite: nor postgres://")]
    UnknownKind,
    /// The database does not exist, or lacks newer tables.
    #[error("the database is at version {found}, this program needs {needed}")]
    NotMigrated {
        /// The newest applied migration; 0 for none.
        found: i64,
        /// The newest migration.
        needed: i64,
    },
    /// A newer program has migrated the database.
    #[error("the database is at version {found}, this program knows {known}")]
    TooNew {
        /// The newest applied migration.
        found: i64,
        /// The newest migration that this program knows.
        known: i64,
    },
    /// The file could not be created.
    #[error("cannot create {path}")]
    Create {
        /// The database file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A row has a value that this program would never have written.
    #[error("the column {column} of the row {row} of {table} is damaged")]
    Damaged {
        /// The table.
        table: &'static str,
        /// Its key.
        row: String,
        /// The column.
        column: &'static str,
        /// What is wrong.
        #[source]
        cause: Cause,
    },
    /// Any other error of the database.
    #[error("the database answered")]
    Sql(#[from] sqlx::Error),
    /// A migration failed.
    #[error("upgrading the database failed")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

impl StoreError {
    /// A value that this program would never have written, or cannot write.
    pub fn damaged(
        table: &'static str,
        row: impl Into<String>,
        column: &'static str,
        cause: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self::Damaged {
            table,
            row: row.into(),
            column,
            cause: cause.into(),
        }
    }

    /// The error with its causes, without repetitions: sqlx's errors repeat theirs.
    pub fn with_causes(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(deeper) = cause {
            let words = deeper.to_string();
            if !text.contains(&words) {
                text = format!("{text}: {words}");
            }
            cause = deeper.source();
        }
        text
    }

    /// Whether the error came from a database server rather than a file.
    pub fn is_of_server(&self) -> bool {
        let Self::Sql(error) = self else { return false };
        match error {
            sqlx::Error::Database(error) => error
                .try_downcast_ref::<sqlx::postgres::PgDatabaseError>()
                .is_some(),
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => true,
            _ => false,
        }
    }
}

/// The result of a database access.
pub type Result<T> = std::result::Result<T, StoreError>;

impl Store {
    /// Opens a database that is up to date.
    ///
    /// # Errors
    /// It does not exist, is not up to date, or is newer than this program.
    pub async fn open(database_url: &DatabaseUrl) -> Result<Self> {
        if let Some(file) = database_url.file()
            && !file.exists()
        {
            return Err(StoreError::NotMigrated {
                found: 0,
                needed: migrations::newest(),
            });
        }
        let store = Self::connect(database_url).await?;
        store.verify_version().await?;
        store.fold_search_keys().await?;
        Ok(store)
    }

    /// Creates or upgrades the database, and opens it. Returns how many migrations were applied.
    ///
    /// # Errors
    /// It cannot be created or upgraded, or is newer than this program.
    pub async fn migrate(database_url: &DatabaseUrl) -> Result<(Self, usize)> {
        if let Some(file) = database_url.file() {
            create_private(file)?;
        }
        let store = Self::connect(database_url).await?;
        let applied = migrations::applied(&store.pool).await?;
        let known = migrations::newest();
        if let Some(found) = applied.last().copied().filter(|found| *found > known) {
            return Err(StoreError::TooNew { found, known });
        }
        let before = applied.len();
        migrations::run(&store.pool).await?;
        store.fold_search_keys().await?;
        let after = migrations::applied(&store.pool).await?.len();
        Ok((store, after.saturating_sub(before)))
    }

    async fn connect(database_url: &DatabaseUrl) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let sqlite = database_url.file().is_some();
        let options: AnyConnectOptions = database_url.url().parse()?;
        if sqlite {
            // A single connection first: with a file that is not a database, the pool would retry
            // until its timeout and then hide the reason.
            let mut connection = AnyConnection::connect_with(&options).await?;
            connection
                .execute("PRAGMA busy_timeout = 30000; PRAGMA schema_version")
                .await?;
            connection.close().await?;
        }
        let transactions = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&transactions);
        let pool = AnyPoolOptions::new()
            .max_connections(if sqlite { 4 } else { 10 })
            .acquire_timeout(Duration::from_secs(30))
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if sqlite {
                        // FULL: what is acknowledged survives a power cut (no alert is lost). 16 MB
                        // of page cache, and as much of WAL before a checkpoint: a million findings
                        // come in no order, and their indexes are written all over.
                        connection
                            .execute(
                                "PRAGMA busy_timeout = 30000; PRAGMA journal_mode = WAL; \
                                 PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                                 PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4000",
                            )
                            .await?;
                    } else {
                        // A server that is stopped in the middle of a transaction, or whose machine
                        // is gone, blocks all others by its locks. PostgreSQL ends such a session,
                        // and rolls its transaction back.
                        connection
                            .execute("SET idle_in_transaction_session_timeout = '15s'")
                            .await?;
                    }
                    Ok(())
                })
            })
            .after_release(move |_, _| {
                counted.fetch_add(1, Ordering::Relaxed);
                Box::pin(async { Ok(true) })
            })
            .connect_with(options.clone())
            .await;
        let pool = match pool {
            // A PostgreSQL server that is starting is waited for. After the timeout, one more
            // attempt gives the reason.
            Err(sqlx::Error::PoolTimedOut) => {
                AnyConnection::connect_with(&options).await?;
                Err(sqlx::Error::PoolTimedOut)
            }
            pool => pool,
        }?;
        Ok(Self {
            pool,
            engine: if sqlite {
                Engine::Sqlite
            } else {
                Engine::Postgres
            },
            writers: Arc::new(Semaphore::new(1)),
            posts: Arc::new(watch::Sender::new(0)),
            transactions,
        })
    }

    async fn verify_version(&self) -> Result<()> {
        let found = migrations::applied(&self.pool)
            .await?
            .last()
            .copied()
            .unwrap_or(0);
        let needed = migrations::newest();
        match found.cmp(&needed) {
            std::cmp::Ordering::Less => Err(StoreError::NotMigrated { found, needed }),
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Greater => Err(StoreError::TooNew {
                found,
                known: needed,
            }),
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Whether the database can be written to. Writes nothing.
    ///
    /// # Errors
    /// It does not answer, or may only be read.
    pub async fn try_to_write(&self) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("DELETE FROM spent_challenges WHERE 1 = 0")
            .execute(&mut *tx.0)
            .await?;
        Ok(())
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// The database was busy for too long, or failed.
    pub async fn begin(&self) -> Result<Tx> {
        // SQLite's plain BEGIN takes the write lock only at the first write, too late to wait for
        // it: two transactions that read first and then write would fail with "database is locked".
        let (begin, permit) = match self.engine {
            Engine::Sqlite => {
                // The semaphore is never closed.
                let permit = Arc::clone(&self.writers).acquire_owned().await.ok();
                ("BEGIN IMMEDIATE", permit)
            }
            Engine::Postgres => ("BEGIN", None),
        };
        let posts = Posts {
            any: false,
            workers: Arc::clone(&self.posts),
        };
        let transaction = self.pool.begin_with(begin).await?;
        Ok(Tx(transaction, self.engine, permit, posts))
    }

    /// How many transactions, and statements outside any, this process has run.
    pub fn transactions(&self) -> u64 {
        self.transactions.load(Ordering::Relaxed)
    }

    /// Changes whenever something new is in the outbox.
    pub fn posts(&self) -> watch::Receiver<u64> {
        self.posts.subscribe()
    }
}

impl Tx {
    /// Commits the transaction.
    ///
    /// # Errors
    /// The database failed; then nothing of it is stored.
    pub async fn commit(self) -> Result<()> {
        let Self(transaction, _, permit, posts) = self;
        transaction.commit().await?;
        drop(permit);
        if posts.any {
            posts.workers.send_modify(|count| *count += 1);
        }
        Ok(())
    }
}

/// Creates the file readable by its owner only: it has names, addresses and, later, findings.
fn create_private(file: &Path) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(source) => Err(StoreError::Create {
            path: file.display().to_string(),
            source,
        }),
    }
}

#[cfg(test)]
mod tests;
