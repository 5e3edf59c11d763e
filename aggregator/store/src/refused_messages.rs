//! The table `refused_messages`: messages of the queue that could not be parsed, unchanged.

use jiff::Timestamp;
use sqlx::Row;

use super::{Result, Store, Tx};

impl Store {
    /// The number of refused messages.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_refused_messages(&self) -> Result<i64> {
        Ok(sqlx::query("SELECT COUNT(*) FROM refused_messages")
            .fetch_one(&self.pool)
            .await?
            .try_get(0)?)
    }
}

impl Tx {
    /// The number of messages that were refused since a moment.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_refused_since(&mut self, since: Timestamp) -> Result<i64> {
        let sql = "SELECT COUNT(*) FROM refused_messages WHERE received_at > $1";
        Ok(sqlx::query(sql)
            .bind(since.to_string())
            .fetch_one(&mut *self.0)
            .await?
            .try_get(0)?)
    }

    /// Stores a message. Returns `false` if it is already stored.
    ///
    /// # Errors
    /// The database failed; then the message must stay in its queue.
    pub async fn keep_refused(
        &mut self,
        message_id: &str,
        body: &str,
        why: &str,
        received_at: Timestamp,
    ) -> Result<bool> {
        // PostgreSQL's TEXT cannot have the character 0.
        let body = body.replace('\0', "\u{fffd}");
        let kept = sqlx::query(
            "INSERT INTO refused_messages (message_id, body, why, received_at) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (message_id) DO NOTHING",
        )
        .bind(message_id.to_owned())
        .bind(body)
        .bind(why.to_owned())
        .bind(received_at.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(kept.rows_affected() == 1)
    }
}
