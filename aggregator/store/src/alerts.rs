//! The tables `alerts` and `alert_findings`.

use std::collections::BTreeMap;

use sqlx::Row;
use sqlx::any::AnyRow;

use super::account_matrix::like;
use super::batch::placeholders;
use super::columns::Columns;
use super::{Result, Store, Tx};
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::alert::{Alert, AlertFilter};

const COLUMNS: &str = "id, finding_id, account_id, region, type, severity, title, state, count, \
     first_seen, last_seen, facts";

impl Store {
    /// The alerts that match, newest first, and how many match.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn alerts(
        &self,
        filter: &AlertFilter,
        window: PageWindow,
    ) -> Result<(Vec<Alert>, i64)> {
        let (matching, bound) = condition(filter);
        let count = format!("SELECT COUNT(*) FROM alerts WHERE {matching}");
        let page = format!(
            "SELECT {COLUMNS} FROM alerts WHERE {matching} ORDER BY last_seen DESC, id DESC"
        );
        let (rows, all) = self.page(count, &page, &bound, window).await?;
        Ok((rows.iter().map(alert).collect::<Result<_>>()?, all))
    }

    /// The id of the alert that a finding belongs to.
    ///
    /// # Errors
    /// The database failed.
    pub async fn alert_id_of(&self, finding: &str) -> Result<Option<String>> {
        let row = sqlx::query("SELECT alert_id FROM alert_findings WHERE finding_id = $1")
            .bind(finding.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// The number of open alerts by severity.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_open_alerts(&self) -> Result<BTreeMap<String, i64>> {
        sqlx::query("SELECT severity, COUNT(*) FROM alerts WHERE state = 'open' GROUP BY severity")
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect()
    }

    /// The findings of some alerts, by the alert's id, the first finding first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn alert_findings(&self, alerts: &[String]) -> Result<BTreeMap<String, Vec<String>>> {
        if alerts.is_empty() {
            return Ok(BTreeMap::new());
        }
        let places = placeholders(self.engine, 1, alerts.len());
        let sql = format!(
            "SELECT f.alert_id, f.finding_id FROM alert_findings f \
             JOIN alerts a ON a.id = f.alert_id WHERE f.alert_id IN ({places}) \
             ORDER BY CASE WHEN f.finding_id = a.finding_id THEN 0 ELSE 1 END, f.finding_id"
        );
        let mut findings: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for alert in alerts {
            query = query.bind(alert.clone());
        }
        for row in query.fetch_all(&self.pool).await? {
            findings
                .entry(row.try_get(0)?)
                .or_default()
                .push(row.try_get(1)?);
        }
        Ok(findings)
    }

    /// The number of alerts in each state.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_alerts(&self) -> Result<BTreeMap<String, i64>> {
        sqlx::query("SELECT state, COUNT(*) FROM alerts GROUP BY state")
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect()
    }
}

impl Tx {
    /// An alert.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn alert(&mut self, id: &str) -> Result<Option<Alert>> {
        let sql = format!("SELECT {COLUMNS} FROM alerts WHERE id = $1");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id.to_owned())
            .fetch_optional(&mut *self.0)
            .await?
            .map(|row| alert(&row))
            .transpose()
    }

    /// The alert that a finding belongs to.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn alert_of_finding(&mut self, finding_id: &str) -> Result<Option<Alert>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM alerts \
             WHERE id = (SELECT alert_id FROM alert_findings WHERE finding_id = $1)"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(finding_id.to_owned())
            .fetch_optional(&mut *self.0)
            .await?
            .map(|row| alert(&row))
            .transpose()
    }

    /// The newest alert with this key that is not resolved.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn alert_of_fold(&mut self, fold: &str) -> Result<Option<Alert>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM alerts WHERE fold = $1 AND state <> 'resolved' \
             ORDER BY last_seen DESC, id LIMIT 1"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(fold.to_owned())
            .fetch_optional(&mut *self.0)
            .await?
            .map(|row| alert(&row))
            .transpose()
    }

    /// The findings of an alert, its first one first, and how often each was observed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn findings_of_alert(&mut self, alert: &Alert) -> Result<Vec<(String, i64)>> {
        sqlx::query(
            "SELECT finding_id, count FROM alert_findings WHERE alert_id = $1 \
             ORDER BY CASE WHEN finding_id = $2 THEN 0 ELSE 1 END, finding_id",
        )
        .bind(alert.id.as_str())
        .bind(alert.finding_id.as_str())
        .fetch_all(&mut *self.0)
        .await?
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
    }

    /// Makes other transactions with this finding wait until this one ends, because two must not
    /// open an alert for the same finding.
    ///
    /// # Errors
    /// The database failed.
    pub async fn claim_finding(&mut self, finding_id: &str) -> Result<()> {
        sqlx::query(
            "INSERT INTO alert_findings (finding_id, alert_id, count) VALUES ($1, '', 0) \
             ON CONFLICT (finding_id) DO NOTHING",
        )
        .bind(finding_id.to_owned())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Deletes the claim of a finding that became part of no alert.
    ///
    /// # Errors
    /// The database failed.
    pub async fn let_go_of_finding(&mut self, finding_id: &str) -> Result<()> {
        sqlx::query("DELETE FROM alert_findings WHERE finding_id = $1 AND alert_id = ''")
            .bind(finding_id.to_owned())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Stores that a finding belongs to an alert, and how often it was observed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_alert_finding(
        &mut self,
        alert: &str,
        finding_id: &str,
        count: i64,
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO alert_findings (finding_id, alert_id, count) VALUES ($1, $2, $3) \
             ON CONFLICT (finding_id) DO UPDATE SET alert_id = $2, count = $3",
        )
        .bind(finding_id.to_owned())
        .bind(alert.to_owned())
        .bind(count)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Stores the key by which findings of other Regions join this alert.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_fold(&mut self, alert: &str, fold: &str) -> Result<()> {
        sqlx::query("UPDATE alerts SET fold = $1 WHERE id = $2")
            .bind(fold.to_owned())
            .bind(alert.to_owned())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Inserts or updates an alert, and its first finding.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_alert(&mut self, alert: &Alert) -> Result<()> {
        let sql = format!(
            "INSERT INTO alerts ({COLUMNS}) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
             ON CONFLICT (id) DO UPDATE SET severity = $6, title = $7, state = $8, count = $9, \
             first_seen = $10, last_seen = $11, facts = $12"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(alert.id.as_str())
            .bind(alert.finding_id.as_str())
            .bind(alert.account_id.as_str())
            .bind(alert.region.as_str())
            .bind(alert.kind.as_str())
            .bind(alert.severity.as_str())
            .bind(alert.title.as_str())
            .bind(alert.state.as_str())
            .bind(alert.count)
            .bind(alert.first_seen.to_string())
            .bind(alert.last_seen.to_string())
            // Three texts always serialize.
            .bind(serde_json::to_string(&alert.facts).unwrap_or_default())
            .execute(&mut *self.0)
            .await?;
        sqlx::query(
            "INSERT INTO alert_findings (finding_id, alert_id) VALUES ($1, $2) \
             ON CONFLICT (finding_id) DO NOTHING",
        )
        .bind(alert.finding_id.as_str())
        .bind(alert.id.as_str())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }
}

/// An SQL condition and the values bound to it, from `$1` on.
fn condition(filter: &AlertFilter) -> (String, Vec<String>) {
    let (mut parts, mut bound) = (vec!["1 = 1".to_owned()], Vec::new());
    let mut equal = |column: &str, value: Option<String>| {
        if let Some(value) = value {
            bound.push(value);
            parts.push(format!("{column} = ${}", bound.len()));
        }
    };
    equal("state", filter.state.map(|state| state.as_str().to_owned()));
    equal(
        "severity",
        filter.severity.map(|severity| severity.as_str().to_owned()),
    );
    equal("region", filter.region.map(|region| region.to_string()));
    equal(
        "account_id",
        filter.account.as_ref().map(ToString::to_string),
    );
    equal("id", filter.id.clone());
    if !filter.search.is_empty() {
        bound.push(like(&filter.search));
        let at = bound.len();
        let own = ["account_id", "type", "title"]
            .map(|column| format!("LOWER({column}) LIKE ${at} ESCAPE '!'"));
        parts.push(format!(
            "({} OR account_id IN (SELECT c.account_id FROM accounts c \
             WHERE c.search_key LIKE ${at} ESCAPE '!'))",
            own.join(" OR ")
        ));
    }
    (parts.join(" AND "), bound)
}

fn alert(row: &AnyRow) -> Result<Alert> {
    let row = Columns::of(row, "alerts", &["id"]);
    Ok(Alert {
        id: row.get("id")?,
        finding_id: row.get("finding_id")?,
        account_id: row.parse("account_id")?,
        region: row.parse("region")?,
        kind: row.get("type")?,
        severity: row.parse("severity")?,
        title: row.get("title")?,
        state: row.parse("state")?,
        count: row.get("count")?,
        first_seen: row.parse("first_seen")?,
        last_seen: row.parse("last_seen")?,
        facts: row.json("facts")?,
    })
}
