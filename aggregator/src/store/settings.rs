//! The table `settings`: values that the server makes for itself, once.

use sqlx::Row;

use super::{Result, Tx};

impl Tx {
    /// A setting's value; where there is none yet, `fresh` becomes it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn setting(&mut self, name: &str, fresh: &str) -> Result<String> {
        sqlx::query(
            "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        )
        .bind(name.to_owned())
        .bind(fresh.to_owned())
        .execute(&mut *self.0)
        .await?;
        Ok(sqlx::query("SELECT value FROM settings WHERE name = $1")
            .bind(name.to_owned())
            .fetch_one(&mut *self.0)
            .await?
            .try_get(0)?)
    }
}
