//! The table `alert_escalations`: how often people were notified again of unacknowledged alerts.

use crate::because;
use hubward_protocol::AccountId;
use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Result, Store, StoreError, Tx};
use hubward_domain::alert::Severity;
use hubward_domain::alert::escalation::UnacknowledgedAlert;

impl Store {
    /// The alerts that have waited since before a moment and may need an escalation, the worst and
    /// oldest first; at most `limit`.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn waiting_alerts(
        &self,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<(String, AccountId, UnacknowledgedAlert)>> {
        sqlx::query(
            "SELECT a.id, a.account_id, a.severity, r.stored_at, h.changed_at, e.level, e.told_at FROM alerts a \
             JOIN alert_arrivals r ON r.alert_id = a.id \
             LEFT JOIN alert_handling h ON h.alert_id = a.id \
             LEFT JOIN alert_escalations e ON e.alert_id = a.id \
             WHERE a.state = 'open' AND r.stored_at <= $1 AND (e.level IS NULL \
             OR a.severity = 'CRITICAL' OR h.changed_at > e.told_at) \
             ORDER BY CASE a.severity WHEN 'CRITICAL' THEN 0 WHEN 'HIGH' THEN 1 ELSE 2 END, \
             r.stored_at LIMIT $2",
        )
        .bind(before.to_string())
        .bind(limit)
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(waiting)
        .collect()
    }
}

impl Tx {
    /// Stores an escalation.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_escalation(&mut self, alert: &str, level: i64, now: Timestamp) -> Result<()> {
        sqlx::query(
            "INSERT INTO alert_escalations (alert_id, level, told_at) VALUES ($1, $2, $3) \
             ON CONFLICT (alert_id) DO UPDATE SET level = $2, told_at = $3",
        )
        .bind(alert.to_owned())
        .bind(level)
        .bind(now.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }
}

fn waiting(row: &AnyRow) -> Result<(String, AccountId, UnacknowledgedAlert)> {
    let id: String = row.try_get("id")?;
    let time = |column: &'static str| -> Result<Option<Timestamp>> {
        let text: Option<String> = row.try_get(column)?;
        text.map(|text| {
            text.parse()
                .map_err(|error| damaged(&id, &because(column, &error)))
        })
        .transpose()
    };
    let severity: String = row.try_get("severity")?;
    let severity: Severity = severity
        .parse()
        .map_err(|error| damaged(&id, &because("severity", &error)))?;
    let stored = time("stored_at")?.ok_or_else(|| damaged(&id, "stored_at"))?;
    let level: Option<i64> = row.try_get("level")?;
    let waiting = UnacknowledgedAlert {
        severity,
        // A person who touched an alert that is open now has reopened it.
        since: time("changed_at")?.map_or(stored, |changed| changed.max(stored)),
        last_escalation: level.zip(time("told_at")?),
    };
    let account: String = row.try_get("account_id")?;
    let account = account
        .parse()
        .map_err(|error| damaged(&id, &because("account_id", &error)))?;
    Ok((id, account, waiting))
}

fn damaged(row: &str, why: &str) -> StoreError {
    StoreError::Damaged {
        table: "alert_escalations",
        row: row.to_owned(),
        why: why.to_owned(),
    }
}
