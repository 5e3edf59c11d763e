//! The tables `request_wakes` and `request_polls`: the queue of Jira issues to read, because of a
//! webhook or a failed read; and the time up to which Jira has been polled for missed issues.

use jiff::{SignedDuration, Timestamp};
use sqlx::Row;

use super::columns::Columns;
use super::{Result, Tx};

/// How long a worker holds an issue: longer than reading it with all retries takes.
const LEASE: SignedDuration = SignedDuration::from_mins(5);

/// An issue to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedIssue {
    /// Its key.
    pub key: String,
    /// When it was last queued: if that changes while it is read, it is read once more.
    pub queued_at: String,
    /// The number of attempts, including this one.
    pub attempts: i64,
}

impl Tx {
    /// Queues an issue, unless it is already queued.
    ///
    /// # Errors
    /// The database failed.
    pub async fn enqueue_issue(&mut self, key: &str, stamp: &str, now: Timestamp) -> Result<()> {
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

    /// Leases the next issue to read.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lease_issue(&mut self, now: Timestamp) -> Result<Option<QueuedIssue>> {
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
                Ok::<_, sqlx::Error>(QueuedIssue {
                    key: row.try_get(0)?,
                    queued_at: row.try_get(1)?,
                    attempts: row.try_get(2)?,
                })
            })
            .transpose()?)
    }

    /// Removes an issue from the queue, unless it was queued again while it was read: then it is
    /// read once more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn ack_issue(&mut self, issue: &QueuedIssue, now: Timestamp) -> Result<()> {
        sqlx::query("DELETE FROM request_wakes WHERE issue_key = $1 AND woken_at = $2")
            .bind(issue.key.clone())
            .bind(issue.queued_at.clone())
            .execute(&mut *self.0)
            .await?;
        self.retry_issue(&issue.key, now, now).await
    }

    /// Queues an issue again for a later time.
    ///
    /// # Errors
    /// The database failed.
    pub async fn retry_issue(&mut self, key: &str, now: Timestamp, due: Timestamp) -> Result<()> {
        sqlx::query("UPDATE request_wakes SET leased_until = $1, due_at = $2 WHERE issue_key = $3")
            .bind(now.to_string())
            .bind(due.to_string())
            .bind(key.to_owned())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// When a project was last polled.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn polled_at(&mut self, project: &str) -> Result<Option<Timestamp>> {
        let sql = "SELECT project, polled_at FROM request_polls WHERE project = $1";
        let row = sqlx::query(sql)
            .bind(project.to_owned())
            .fetch_optional(&mut *self.0)
            .await?;
        row.map(|row| Columns::of(&row, "request_polls", &["project"]).parse("polled_at"))
            .transpose()
    }

    /// Records that a project has been polled.
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
