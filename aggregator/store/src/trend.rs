//! The table `trend`: the number of account and Region pairs with each verdict, day by day.

use sqlx::Row;

use super::{Result, Store, Tx};

impl Store {
    /// Day, verdict and count from a day on, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn trend(&self, from: &str) -> Result<Vec<(String, String, i64)>> {
        sqlx::query("SELECT day, verdict, count FROM trend WHERE day >= $1 ORDER BY day, verdict")
            .bind(from.to_owned())
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))
            .collect()
    }
}

impl Tx {
    /// Counts the present verdicts for this day; the last count of a day stays.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_trend(&mut self, day: &str) -> Result<()> {
        sqlx::query("DELETE FROM trend WHERE day = $1")
            .bind(day.to_owned())
            .execute(&mut *self.0)
            .await?;
        sqlx::query(
            "INSERT INTO trend (day, verdict, count) SELECT CAST($1 AS TEXT), verdict, COUNT(*) \
             FROM memberships WHERE verdict <> 'not_wanted' GROUP BY verdict",
        )
        .bind(day.to_owned())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }
}
