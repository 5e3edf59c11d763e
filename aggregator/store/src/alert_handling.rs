//! The table `alert_handling`: the last acts and notes of people on alerts.

use std::collections::BTreeMap;

use sqlx::any::AnyRow;

use super::batch::placeholders;
use super::columns::Columns;
use super::{Result, Store, Tx};
use hubward_domain::alert::handling::Handling;

impl Store {
    /// The handling of some alerts, by the alert's id.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn handlings(&self, alerts: &[String]) -> Result<BTreeMap<String, Handling>> {
        if alerts.is_empty() {
            return Ok(BTreeMap::new());
        }
        let places = placeholders(self.engine, 1, alerts.len());
        let sql = format!(
            "SELECT alert_id, assignee, note, changed_at, changed_by FROM alert_handling \
             WHERE alert_id IN ({places})"
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for alert in alerts {
            query = query.bind(alert.clone());
        }
        query
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(handling)
            .collect()
    }
}

impl Tx {
    /// The handling of an alert.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn handling(&mut self, alert: &str) -> Result<Handling> {
        let sql = "SELECT alert_id, assignee, note, changed_at, changed_by FROM alert_handling \
             WHERE alert_id = $1";
        let row = sqlx::query(sql)
            .bind(alert.to_owned())
            .fetch_optional(&mut *self.0)
            .await?;
        row.as_ref()
            .map(|row| Ok(handling(row)?.1))
            .transpose()
            .map(Option::unwrap_or_default)
    }

    /// Stores the handling of an alert.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_handling(&mut self, alert: &str, handling: &Handling) -> Result<()> {
        sqlx::query(
            "INSERT INTO alert_handling (alert_id, assignee, note, changed_at, changed_by) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (alert_id) DO UPDATE SET assignee = $2, \
             note = $3, changed_at = $4, changed_by = $5",
        )
        .bind(alert.to_owned())
        .bind(handling.assignee.as_str())
        .bind(handling.note.as_str())
        .bind(
            handling
                .changed_at
                .map(|at| at.to_string())
                .unwrap_or_default(),
        )
        .bind(handling.changed_by.as_str())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }
}

fn handling(row: &AnyRow) -> Result<(String, Handling)> {
    let row = Columns::of(row, "alert_handling", &["alert_id"]);
    let handling = Handling {
        assignee: row.get("assignee")?,
        note: row.get("note")?,
        changed_at: Some(row.parse("changed_at")?),
        changed_by: row.get("changed_by")?,
    };
    Ok((row.get("alert_id")?, handling))
}
