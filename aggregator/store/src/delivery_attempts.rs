//! The table `delivery_attempts`: every delivery attempt with its result.

use crate::because;
use jiff::Timestamp;
use sqlx::Row;

use super::{Result, Store, StoreError, Tx};
use hubward_domain::alert::arrival::Tried;
use hubward_domain::delivery::DeliveryNext;

impl Store {
    /// The attempts of the messages about a subject, with their channels, oldest first; attempts of
    /// a digest count for each of its messages.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn attempts_about(&self, subject: &str) -> Result<Vec<(String, Tried)>> {
        sqlx::query(
            "SELECT d.channel, t.delivery_id, t.attempt, t.at, t.outcome, t.why \
             FROM deliveries d JOIN delivery_attempts t ON t.delivery_id IN (d.id, d.digest) \
             WHERE d.subject = $1 ORDER BY t.at, t.delivery_id",
        )
        .bind(subject.to_owned())
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|row| {
            let delivery: String = row.try_get("delivery_id")?;
            let at: String = row.try_get("at")?;
            let at = at.parse().map_err(|error| StoreError::Damaged {
                table: "delivery_attempts",
                row: delivery.clone(),
                why: because("at", &error),
            })?;
            let tried = Tried {
                delivery,
                attempt: row.try_get("attempt")?,
                at,
                outcome: row.try_get("outcome")?,
                why: row.try_get("why")?,
            };
            Ok((row.try_get("channel")?, tried))
        })
        .collect()
    }
}

impl Tx {
    /// Stores the result of a message's latest attempt.
    ///
    /// # Errors
    /// The database failed.
    pub async fn keep_attempt(
        &mut self,
        id: &str,
        next: &DeliveryNext,
        at: Timestamp,
    ) -> Result<()> {
        let (outcome, why) = match next {
            DeliveryNext::Delivered => ("delivered", None),
            DeliveryNext::Again { why, .. } => ("again", Some(why)),
            DeliveryNext::GivenUp { why } => ("given_up", Some(why)),
        };
        sqlx::query(
            "INSERT INTO delivery_attempts (delivery_id, attempt, at, outcome, why) \
             SELECT id, attempts, $1, $2, $3 FROM deliveries WHERE id = $4",
        )
        .bind(at.to_string())
        .bind(outcome)
        .bind(why.cloned())
        .bind(id.to_owned())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }
}
