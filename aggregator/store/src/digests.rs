//! Digests in the table `deliveries`: one message that replaces many. A digest is a row of the
//! outbox like any other; the replaced messages have its id in `digest`, keep their own ids, and
//! get its result.

use jiff::Timestamp;
use sqlx::Row;

use super::{Engine, Result, Tx};
use hubward_domain::delivery::{DeliveryNext, DeliveryState};
use hubward_domain::notice::{Notice, NoticeClass};

/// A waiting message about an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingDigest {
    /// Its id.
    pub id: String,
    /// What it tells.
    pub notice: Notice,
}

impl Tx {
    /// The end of a statement that selects messages: it skips messages that another transaction has
    /// selected, and locks ours, so that no message is leased and added to a digest at once. SQLite
    /// has no such clause, and needs none, because its write transactions run one after another.
    pub(super) fn unheld(&self) -> &'static str {
        match self.1 {
            Engine::Postgres => "FOR UPDATE SKIP LOCKED",
            Engine::Sqlite => "",
        }
    }

    /// The number of waiting messages about alerts for a channel, counted up to `most`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_waiting(&mut self, channel: &str, most: i64) -> Result<i64> {
        let row = sqlx::query(
            "SELECT COUNT(*) FROM (SELECT 1 FROM deliveries WHERE channel = $1 AND state = $2 \
             AND digest = '' AND class <> 'single' LIMIT $3) AS waiting",
        )
        .bind(channel.to_owned())
        .bind(DeliveryState::Pending.as_str())
        .bind(most)
        .fetch_one(&mut *self.0)
        .await?;
        Ok(row.try_get(0)?)
    }

    /// Whether a critical one among them is due.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_critical(&mut self, channel: &str, now: Timestamp) -> Result<bool> {
        // The condition must match the index's condition literally, or the index is not used.
        let row = sqlx::query(
            "SELECT 1 FROM deliveries WHERE class = 'critical' AND state = 'pending' \
             AND digest = '' AND channel = $1 AND due_at <= $2 AND leased_until <= $2 LIMIT 1",
        )
        .bind(channel.to_owned())
        .bind(now.to_string())
        .fetch_optional(&mut *self.0)
        .await?;
        Ok(row.is_some())
    }

    /// Up to `most` messages about alerts that wait for a channel and that no worker holds,
    /// critical ones first and then the oldest; including those that wait for a retry.
    ///
    /// # Errors
    /// The database failed.
    pub async fn waiting(
        &mut self,
        channel: &str,
        most: i64,
        now: Timestamp,
    ) -> Result<Vec<WaitingDigest>> {
        let mut waiting = Vec::new();
        for class in [NoticeClass::Critical, NoticeClass::Alert] {
            let left = most.saturating_sub(i64::try_from(waiting.len()).unwrap_or(most));
            // The conditions must match the index's conditions literally, or the index is not used.
            let sql = format!(
                "SELECT id, notice FROM deliveries WHERE class = '{}' AND state = 'pending' \
                 AND digest = '' AND channel = $1 AND leased_until <= $2 \
                 ORDER BY position LIMIT $3 {}",
                class.as_str(),
                self.unheld()
            );
            let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(channel.to_owned())
                .bind(now.to_string())
                .bind(left)
                .fetch_all(&mut *self.0)
                .await?;
            for row in &rows {
                // A message that this program cannot parse is left to the lease, which gives it up.
                if let Ok(notice) = serde_json::from_str(&row.try_get::<String, _>("notice")?) {
                    let id = row.try_get("id")?;
                    waiting.push(WaitingDigest { id, notice });
                }
            }
        }
        Ok(waiting)
    }

    /// Makes a digest, which is already in the outbox, replace these messages.
    ///
    /// # Errors
    /// The database failed.
    pub async fn gather(&mut self, digest: &str, members: &[String]) -> Result<()> {
        for part in members.chunks(500) {
            let places: Vec<String> = (2..part.len() + 2).map(|n| format!("${n}")).collect();
            let sql = format!(
                "UPDATE deliveries SET digest = $1 WHERE id IN ({})",
                places.join(", ")
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(digest.to_owned());
            for member in part {
                query = query.bind(member.clone());
            }
            query.execute(&mut *self.0).await?;
        }
        Ok(())
    }

    /// Gives the messages of a digest the digest's result.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn record_members(&mut self, id: &str, next: &DeliveryNext) -> Result<()> {
        let (state, why) = match next {
            DeliveryNext::Delivered => (DeliveryState::Delivered, None),
            DeliveryNext::Again { why, .. } => (DeliveryState::Pending, Some(why)),
            DeliveryNext::GivenUp { why } => (DeliveryState::GivenUp, Some(why)),
        };
        sqlx::query(
            "UPDATE deliveries SET state = $1, attempts = attempts + 1, last_error = $2 \
             WHERE digest = $3 AND state = $4",
        )
        .bind(state.as_str())
        .bind(why.cloned())
        .bind(id.to_owned())
        .bind(DeliveryState::Pending.as_str())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Makes messages that wait for a retry due, because the channel works again.
    ///
    /// # Errors
    /// The database failed.
    pub async fn hurry(&mut self, channel: &str, now: Timestamp) -> Result<()> {
        sqlx::query(
            "UPDATE deliveries SET due_at = $1 WHERE channel = $2 AND state = $3 AND due_at > $1",
        )
        .bind(now.to_string())
        .bind(channel.to_owned())
        .bind(DeliveryState::Pending.as_str())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }
}
