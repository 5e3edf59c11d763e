//! The table `delivery_attempts`: every delivery attempt with its result.

use jiff::Timestamp;

use super::columns::Columns;
use super::{Result, Store, Tx};
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
            let row = Columns::of(row, "delivery_attempts", &["delivery_id", "attempt"]);
            let tried = Tried {
                delivery: row.get("delivery_id")?,
                attempt: row.get("attempt")?,
                at: row.parse("at")?,
                outcome: row.get("outcome")?,
                why: row.get("why")?,
            };
            Ok((row.get("channel")?, tried))
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
