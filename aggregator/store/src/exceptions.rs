//! The table `exceptions`: controls that need not be fixed, with their end; and the mirror's
//! findings that they cover.

use hubward_protocol::AccountId;
use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::columns::Columns;
use super::evidence::AccountRange;
use super::{Result, Store, Tx};
use hubward_domain::alert::write_back::Named;
use hubward_domain::exception::Exception;

const COLUMNS: &str = "id, control, account_id, resource, reason, last_day, suppressed, added_at, added_by, warned_at";

impl Store {
    /// All exceptions that have not ended, by account and control.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn exceptions(&self) -> Result<Vec<Exception>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM exceptions WHERE ended_at IS NULL ORDER BY account_id, control, resource"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(exception).collect()
    }

    /// The exceptions of a range of accounts that have not ended, by account and control.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn exceptions_in(&self, range: AccountRange<'_>) -> Result<Vec<Exception>> {
        let (first, last) = range.bounds();
        let sql = format!(
            "SELECT {COLUMNS} FROM exceptions WHERE ended_at IS NULL AND account_id BETWEEN $1 AND $2 \
             ORDER BY account_id, control, resource"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(first)
            .bind(last)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(exception).collect()
    }

    /// One account's exceptions that have not ended, by control.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn exceptions_of(&self, account: &AccountId) -> Result<Vec<Exception>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM exceptions WHERE ended_at IS NULL AND account_id = $1 \
             ORDER BY control, resource"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(account.as_str())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(exception).collect()
    }

    /// The mirror's active findings that an exception covers.
    ///
    /// # Errors
    /// The database failed.
    pub async fn covered(&self, exception: &Exception) -> Result<Vec<Named>> {
        let rows = sqlx::query(
            "SELECT finding_id, product_arn FROM findings WHERE account_id = $1 \
             AND LOWER(control_id) = LOWER($2) AND ($3 = '' OR resource = $3) \
             AND record_state = 'ACTIVE' ORDER BY finding_id",
        )
        .bind(exception.account_id.as_str())
        .bind(exception.control.as_str())
        .bind(exception.resource.as_deref().unwrap_or_default())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Named {
                    id: row.try_get("finding_id")?,
                    product_arn: row.try_get("product_arn")?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Stores a new exception. Returns `false` if one for the same control and resource has not
    /// ended.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert_exception(&mut self, exception: &Exception) -> Result<bool> {
        let inserted = sqlx::query(
            "INSERT INTO exceptions (id, control, account_id, resource, reason, last_day, suppressed, \
             added_at, added_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        )
        .bind(exception.id.as_str())
        .bind(exception.control.as_str())
        .bind(exception.account_id.as_str())
        .bind(exception.resource.as_deref().unwrap_or_default())
        .bind(exception.reason.as_str())
        .bind(exception.until.to_string())
        .bind(i64::from(exception.suppressed))
        .bind(exception.added_at.to_string())
        .bind(exception.added_by.as_str())
        .execute(&mut *self.0)
        .await?;
        Ok(inserted.rows_affected() == 1)
    }

    /// Records that people were notified of an exception's end. Returns `false` if they already
    /// were, or it has ended.
    ///
    /// # Errors
    /// The database failed.
    pub async fn warn_of_exception(&mut self, id: &str, now: Timestamp) -> Result<bool> {
        let changed = sqlx::query(
            "UPDATE exceptions SET warned_at = $2 WHERE id = $1 AND warned_at IS NULL AND ended_at IS NULL",
        )
        .bind(id.to_owned())
        .bind(now.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// Ends an exception. Returns `false` if it has already ended, or does not exist.
    ///
    /// # Errors
    /// The database failed.
    pub async fn end_exception(&mut self, id: &str, now: Timestamp) -> Result<bool> {
        let changed =
            sqlx::query("UPDATE exceptions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL")
                .bind(id.to_owned())
                .bind(now.to_string())
                .execute(&mut *self.0)
                .await?;
        Ok(changed.rows_affected() == 1)
    }
}

fn exception(row: &AnyRow) -> Result<Exception> {
    let row = Columns::of(row, "exceptions", &["id"]);
    Ok(Exception {
        id: row.get("id")?,
        control: row.get("control")?,
        account_id: row.parse("account_id")?,
        resource: row.maybe("resource")?,
        reason: row.get("reason")?,
        until: row.parse("last_day")?,
        suppressed: row.flag("suppressed")?,
        added_at: row.parse("added_at")?,
        added_by: row.get("added_by")?,
        warned_at: row.maybe("warned_at")?,
    })
}
