//! The table `alert_escalations`: how often people were notified again of unacknowledged alerts.

use hubward_protocol::AccountId;
use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::columns::Columns;
use super::{Result, Store, Tx};
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
    let row = Columns::of(row, "alert_escalations", &["id"]);
    let stored: Timestamp = row.parse("stored_at")?;
    let changed: Option<Timestamp> = row.maybe("changed_at")?;
    let level: Option<i64> = row.get("level")?;
    let waiting = UnacknowledgedAlert {
        severity: row.parse("severity")?,
        // A person who touched an alert that is open now has reopened it.
        since: changed.map_or(stored, |changed| changed.max(stored)),
        last_escalation: level.zip(row.maybe("told_at")?),
    };
    Ok((row.get("id")?, row.parse("account_id")?, waiting))
}
