//! The table `reminders`: how often each account's people were reminded since it began to wait.

use std::collections::BTreeMap;

use hubward_protocol::AccountId;

use super::columns::Columns;
use super::{Result, Tx};
use hubward_domain::reminder::Reminder;

impl Tx {
    /// All accounts whose people were reminded.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn reminders(&mut self) -> Result<BTreeMap<AccountId, Reminder>> {
        sqlx::query("SELECT account_id, count, last_at FROM reminders")
            .fetch_all(&mut *self.0)
            .await?
            .iter()
            .map(|row| {
                let row = Columns::of(row, "reminders", &["account_id"]);
                let reminder = Reminder {
                    count: row.get("count")?,
                    last_at: row.parse("last_at")?,
                };
                Ok((row.parse("account_id")?, reminder))
            })
            .collect()
    }

    /// Inserts or updates an account's row.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_reminder(&mut self, account: &AccountId, reminder: Reminder) -> Result<()> {
        sqlx::query(
            "INSERT INTO reminders (account_id, count, last_at) VALUES ($1, $2, $3) \
             ON CONFLICT (account_id) DO UPDATE SET count = $2, last_at = $3",
        )
        .bind(account.as_str())
        .bind(reminder.count)
        .bind(reminder.last_at.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Deletes the row of an account that no longer waits.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_reminder(&mut self, account: &AccountId) -> Result<()> {
        sqlx::query("DELETE FROM reminders WHERE account_id = $1")
            .bind(account.as_str())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }
}
