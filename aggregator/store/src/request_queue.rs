//! The tables `request_wakes` and `request_polls`: which issues are to be read again, because Jira woke
//! us or because reading failed, and until when Jira has been asked for what was missed.

use jiff::{SignedDuration, Timestamp};
use sqlx::Row;

use super::{Result, StoreError, Tx};

/// How long a worker holds an issue: longer than reading it with all repetitions lasts.
const LEASE: SignedDuration = SignedDuration::from_mins(5);

/// An issue that is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wake {
    /// Its key.
    pub key: String,
    /// The last time that it was woken: what comes later is read once more.
    pub woken_at: String,
    /// How often reading was tried, this time included.
    pub attempts: i64,
}

impl Tx {
    /// Wakes an issue; one that is awake stays so.
    ///
    /// # Errors
    /// The database failed.
    pub async fn wake(&mut self, key: &str, stamp: &str, now: Timestamp) -> Result<()> {
        sqlx::query(
            "INSERT INTO request_wakes (issue_key, woken_at, attempts, due_at, leased_until) \
             VALUES ($1, $2, 0, $3, $3) \
             ON CONFLICT (issue_key) DO UPDATE SET woken_at = $2, due_at = $3",
        )
        .bind(key.to_owned())
        .bind(stamp.to_owned())
        .bind(now.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Leases the next issue that is to be read.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lease_wake(&mut self, now: Timestamp) -> Result<Option<Wake>> {
        let until = now.checked_add(LEASE).unwrap_or(now);
        let row = sqlx::query(
            "UPDATE request_wakes SET leased_until = $1, attempts = attempts + 1 \
             WHERE issue_key = (SELECT issue_key FROM request_wakes WHERE due_at <= $2 \
             AND leased_until <= $2 ORDER BY due_at LIMIT 1) \
             AND leased_until <= $2 RETURNING issue_key, woken_at, attempts",
        )
        .bind(until.to_string())
        .bind(now.to_string())
        .fetch_optional(&mut *self.0)
        .await?;
        Ok(row
            .map(|row| {
                Ok::<_, sqlx::Error>(Wake {
                    key: row.try_get(0)?,
                    woken_at: row.try_get(1)?,
                    attempts: row.try_get(2)?,
                })
            })
            .transpose()?)
    }

    /// Lets an issue sleep, unless it was woken again while it was read: then it is read once more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sleep(&mut self, wake: &Wake, now: Timestamp) -> Result<()> {
        sqlx::query("DELETE FROM request_wakes WHERE issue_key = $1 AND woken_at = $2")
            .bind(wake.key.clone())
            .bind(wake.woken_at.clone())
            .execute(&mut *self.0)
            .await?;
        self.try_again(&wake.key, now, now).await
    }

    /// Has an issue read again at a time.
    ///
    /// # Errors
    /// The database failed.
    pub async fn try_again(&mut self, key: &str, now: Timestamp, due: Timestamp) -> Result<()> {
        sqlx::query("UPDATE request_wakes SET leased_until = $1, due_at = $2 WHERE issue_key = $3")
            .bind(now.to_string())
            .bind(due.to_string())
            .bind(key.to_owned())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// When a project's issues were last asked for.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn polled_at(&mut self, project: &str) -> Result<Option<Timestamp>> {
        let row = sqlx::query("SELECT polled_at FROM request_polls WHERE project = $1")
            .bind(project.to_owned())
            .fetch_optional(&mut *self.0)
            .await?;
        row.map(|row| {
            let text: String = row.try_get(0)?;
            text.parse()
                .map_err(|error: jiff::Error| StoreError::Damaged {
                    table: "request_polls",
                    row: project.to_owned(),
                    why: error.to_string(),
                })
        })
        .transpose()
    }

    /// Records that a project's issues have been asked for.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_polled(&mut self, project: &str, at: Timestamp) -> Result<()> {
        sqlx::query(
            "INSERT INTO request_polls (project, polled_at) VALUES ($1, $2) \
             ON CONFLICT (project) DO UPDATE SET polled_at = $2",
        )
        .bind(project.to_owned())
        .bind(at.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }
}
