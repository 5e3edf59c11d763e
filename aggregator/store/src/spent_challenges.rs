//! The table `spent_challenges`: each challenge that was answered, until it would have expired.

use jiff::Timestamp;

use super::{Result, Tx};

impl Tx {
    /// Spends a challenge. `false`: it was spent before.
    ///
    /// # Errors
    /// The database failed; then the challenge must not count as answered.
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

    /// Forgets challenges that have expired. Returns how many they were.
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
