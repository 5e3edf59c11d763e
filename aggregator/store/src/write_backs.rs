//! The table `write_backs`: pending updates of findings in Security Hub.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::columns::Columns;
use super::{Result, Store, Tx};
use hubward_domain::alert::write_back::{WriteBack, WriteBackStatus};

impl Store {
    /// The due updates, oldest first; at most `limit`.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn due_write_backs(&self, now: Timestamp, limit: i64) -> Result<Vec<WriteBack>> {
        sqlx::query(
            "SELECT alert_id, status, attempts FROM write_backs \
             WHERE state = 'pending' AND due_at <= $1 ORDER BY due_at, alert_id LIMIT $2",
        )
        .bind(now.to_string())
        .bind(limit)
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(write_back)
        .collect()
    }
}

impl Tx {
    /// Queues the update for a person's act.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_write_back(
        &mut self,
        alert: &str,
        status: WriteBackStatus,
        now: Timestamp,
    ) -> Result<()> {
        self.write_back(
            alert,
            status,
            now,
            "DO UPDATE SET status = $2, \
            state = 'pending', attempts = 0, due_at = $3, last_error = NULL",
        )
        .await
    }

    /// Queues the update for a notification; an act of a person since then takes precedence.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_first_write_back(&mut self, alert: &str, now: Timestamp) -> Result<()> {
        self.write_back(alert, WriteBackStatus::Notified, now, "DO NOTHING")
            .await
    }

    async fn write_back(
        &mut self,
        alert: &str,
        status: WriteBackStatus,
        now: Timestamp,
        conflict: &str,
    ) -> Result<()> {
        let sql = format!(
            "INSERT INTO write_backs (alert_id, status, state, attempts, due_at) \
             VALUES ($1, $2, 'pending', 0, $3) ON CONFLICT (alert_id) {conflict}"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(alert.to_owned())
            .bind(status.as_str())
            .bind(now.to_string())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Records the result of an update. A newer act of a person stays queued.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record_write_back(
        &mut self,
        tried: &WriteBack,
        state: &str,
        due_at: Timestamp,
        why: Option<&str>,
    ) -> Result<()> {
        sqlx::query(
            "UPDATE write_backs SET state = $1, attempts = $2, due_at = $3, last_error = $4 \
             WHERE alert_id = $5 AND status = $6 AND state = 'pending'",
        )
        .bind(state.to_owned())
        .bind(tried.attempts)
        .bind(due_at.to_string())
        .bind(why.map(str::to_owned))
        .bind(tried.alert_id.as_str())
        .bind(tried.status.as_str())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }
}

fn write_back(row: &AnyRow) -> Result<WriteBack> {
    let row = Columns::of(row, "write_backs", &["alert_id"]);
    Ok(WriteBack {
        alert_id: row.get("alert_id")?,
        status: row.parse("status")?,
        attempts: row.get::<i64>("attempts")? + 1,
    })
}
