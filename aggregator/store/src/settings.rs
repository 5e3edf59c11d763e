//! The table `settings`: values that the server generates once.

use sqlx::Row;

use super::{Result, Tx};

impl Tx {
    /// A setting's value; if there is none yet, it becomes `fresh`.
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

    /// Sets a value. Returns `false` if the setting already had it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn renew_setting(&mut self, name: &str, value: &str) -> Result<bool> {
        let changed = sqlx::query(
            "INSERT INTO settings (name, value) VALUES ($1, $2) \
             ON CONFLICT (name) DO UPDATE SET value = $2 WHERE settings.value <> $2",
        )
        .bind(name.to_owned())
        .bind(value.to_owned())
        .execute(&mut *self.0)
        .await?;
        Ok(changed.rows_affected() == 1)
    }
}
