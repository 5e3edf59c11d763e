//! The table `findings`: the mirror of Security Hub's findings. Reading it, and archiving and
//! deleting its rows.

mod incoming;
mod report;
mod row;
mod write;

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use sqlx::Row;

use super::columns::Columns;
use super::{Result, Store, Tx};

pub use incoming::{IncomingFinding, StoredFinding};
pub(super) use row::counted;

impl Store {
    /// The number of open findings of an account, by severity and kind.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_open_findings(
        &self,
        account: &AccountId,
    ) -> Result<Vec<(String, String, i64)>> {
        sqlx::query(
            "SELECT severity, kind, COUNT(*) FROM findings WHERE account_id = $1 \
             AND record_state = 'ACTIVE' AND workflow_status IN ('NEW', 'NOTIFIED') \
             AND compliance_status IN ('', 'FAILED') GROUP BY severity, kind",
        )
        .bind(account.as_str())
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))
        .collect()
    }

    /// The failed controls of an account: how many findings of each are open, by severity.
    ///
    /// # Errors
    /// The database failed.
    pub async fn failed_controls(&self, account: &AccountId) -> Result<Vec<(String, String, i64)>> {
        sqlx::query(
            "SELECT control_id, severity, COUNT(*) FROM findings WHERE account_id = $1 \
             AND kind = 'control' AND control_id <> '' \
             AND record_state = 'ACTIVE' AND workflow_status IN ('NEW', 'NOTIFIED') \
             AND compliance_status = 'FAILED' GROUP BY control_id, severity ORDER BY control_id",
        )
        .bind(account.as_str())
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))
        .collect()
    }

    /// The active accounts without any finding from a source.
    ///
    /// # Errors
    /// The database failed, or an account is damaged.
    pub async fn accounts_without_findings(&self, source: Region) -> Result<Vec<AccountId>> {
        let sql = "SELECT account_id FROM accounts WHERE state = 'active' AND NOT EXISTS (\
             SELECT 1 FROM findings WHERE findings.account_id = accounts.account_id \
             AND findings.seen_in = $1) ORDER BY account_id";
        sqlx::query(sql)
            .bind(source.as_str())
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| Columns::of(row, "accounts", &["account_id"]).parse("account_id"))
            .collect()
    }

    /// The active findings of a source that people have handled, according to the mirror: key and
    /// id. AWS itself sets findings of passed controls to resolved, so of those only suppressed
    /// ones count.
    ///
    /// # Errors
    /// The database failed.
    pub async fn decided(&self, source: Region) -> Result<Vec<(String, String)>> {
        sqlx::query(
            "SELECT finding, finding_id FROM findings WHERE seen_in = $1 \
             AND record_state = 'ACTIVE' AND workflow_status <> 'NEW' \
             AND (compliance_status <> 'PASSED' OR workflow_status = 'SUPPRESSED') \
             ORDER BY finding_id",
        )
        .bind(source.as_str())
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
    }
}

impl Tx {
    /// Whether people suppressed a finding in Security Hub, according to the mirror.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_suppressed(&mut self, key: &str) -> Result<bool> {
        let row = sqlx::query(
            "SELECT 1 FROM findings WHERE finding = $1 AND workflow_status = 'SUPPRESSED'",
        )
        .bind(key.to_owned())
        .fetch_optional(&mut *self.0)
        .await?;
        Ok(row.is_some())
    }

    /// Archives the findings of a source that a full reading did not return. Returns how many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn archive_unseen(&mut self, source: Region, since: Timestamp) -> Result<u64> {
        sqlx::query(
            "INSERT INTO history_due (account_id, control_id) \
             SELECT DISTINCT account_id, control_id FROM findings \
             WHERE seen_in = $1 AND last_seen < $2 AND record_state <> 'ARCHIVED' \
             ON CONFLICT (account_id, control_id) DO NOTHING",
        )
        .bind(source.as_str())
        .bind(since.to_string())
        .execute(&mut *self.0)
        .await?;
        let archived = sqlx::query(
            "UPDATE findings SET record_state = 'ARCHIVED', \
             closed_at = CASE WHEN opened_at IS NOT NULL AND (closed_at IS NULL OR closed_at <= opened_at) \
             THEN $2 ELSE closed_at END WHERE seen_in = $1 AND last_seen < $2 AND record_state <> 'ARCHIVED'",
        )
        .bind(source.as_str())
        .bind(since.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(archived.rows_affected())
    }

    /// Deletes some archived findings that were last observed before a moment. Returns how many; 0
    /// if none are left.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_findings(&mut self, before: Timestamp) -> Result<u64> {
        let forgotten = sqlx::query(
            "DELETE FROM findings WHERE finding IN (SELECT finding FROM findings \
             WHERE record_state = 'ARCHIVED' AND last_seen < $1 LIMIT 1000)",
        )
        .bind(before.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(forgotten.rows_affected())
    }
}
