//! The table `refused_messages`: what came by the queue and was not understood, whole.

use jiff::Timestamp;
use sqlx::Row;

use super::{Result, Store, Tx};

impl Store {
    /// How many messages were refused.
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
    /// How many messages were refused since a moment.
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

    /// Keeps a message. `false`: it is kept already.
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
        // PostgreSQL's TEXT cannot hold the character 0.
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
