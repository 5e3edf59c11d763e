//! The table `spent_challenges`: used challenges, until they would have expired.

use jiff::Timestamp;

use super::{Result, Tx};

impl Tx {
    /// Marks a challenge as used. Returns `false` if it was already used.
    ///
    /// # Errors
    /// The database failed; then the proof must not be accepted.
    pub async fn spend_challenge(
        &mut self,
        challenge: &str,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool> {
        self.forget_challenges(now).await?;
        let inserted = sqlx::query(
            "INSERT INTO spent_challenges (challenge, expires_at) VALUES ($1, $2) \
             ON CONFLICT (challenge) DO NOTHING",
        )
        .bind(challenge.to_owned())
        .bind(expires_at.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(inserted.rows_affected() == 1)
    }

    /// Deletes challenges that have expired. Returns how many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_challenges(&mut self, now: Timestamp) -> Result<u64> {
        let forgotten = sqlx::query("DELETE FROM spent_challenges WHERE expires_at < $1")
            .bind(now.to_string())
            .execute(&mut *self.0)
            .await?;
        Ok(forgotten.rows_affected())
    }
}
