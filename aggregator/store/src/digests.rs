//! Digests in the table `deliveries`: a message that stands for many. It is a row of the outbox like any
//! other; those that it stands for name it in `digest`, keep their own ids, and share its fate.

use jiff::Timestamp;
use sqlx::Row;

use super::{Engine, Result, Tx};
use hubward_domain::delivery::{DeliveryNext, DeliveryState};
use hubward_domain::notice::{Notice, NoticeClass};

/// An alert's message that waits for its turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingDigest {
    /// Its id.
    pub id: String,
    /// What it tells.
    pub notice: Notice,
}

impl Tx {
    /// At the end of a statement that chooses messages: those that another transaction has chosen are left to it,
    /// and ours are held until we are done, so that none is leased and gathered at once. SQLite's transactions
    /// write one after another, and have no such words.
    pub(super) fn unheld(&self) -> &'static str {
        match self.1 {
            Engine::Postgres => "FOR UPDATE SKIP LOCKED",
            Engine::Sqlite => "",
        }
    }

    /// How many messages about alerts wait for a channel, counted up to `most`.
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
        // The condition is the index's own, word for word.
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

    /// Up to `most` messages about alerts that wait for a channel and that no worker holds, critical ones first
    /// and then the oldest; those that wait to be tried again are among them.
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
            // The conditions are the index's own, word for word.
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
                // What this program cannot read is left to the lease, which gives it up.
                if let Ok(notice) = serde_json::from_str(&row.try_get::<String, _>("notice")?) {
                    let id = row.try_get("id")?;
                    waiting.push(WaitingDigest { id, notice });
                }
            }
        }
        Ok(waiting)
    }

    /// Lets a digest, which is in the outbox already, stand for these messages.
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

    /// What became of a message is what became of those it stands for.
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

    /// A channel works again: what waits to be tried again is due.
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
