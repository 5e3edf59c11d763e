//! The tables `controls`, `control_regions` and `catalog_readings`: Security Hub's controls, in which standards and
//! Regions they are, and which standards were read where.

use std::collections::{BTreeMap, BTreeSet};

use hubward_protocol::Region;
use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::batch::{batches, value_rows};
use super::columns::Columns;
use super::{Result, Store, Tx};
use hubward_domain::account::Standard;
use hubward_domain::check::{PROVING_CONTROLS, ProvingControls};
use hubward_domain::control::{CatalogControl, ListedControl};

/// Failing accounts are counted as reports count open findings.
const SELECT: &str = "SELECT c.control_id, c.title, c.severity, c.first_seen, c.new_since, c.retired_at, \
     COALESCE(f.accounts, 0) AS accounts FROM controls c LEFT JOIN \
     (SELECT control_id, COUNT(DISTINCT account_id) AS accounts FROM findings \
     WHERE kind = 'control' AND record_state = 'ACTIVE' AND compliance_status = 'FAILED' \
     AND workflow_status IN ('NEW', 'NOTIFIED') GROUP BY control_id) f ON f.control_id = c.control_id \
     ORDER BY c.control_id";

impl Store {
    /// The whole catalog, by control.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn controls(&self) -> Result<Vec<CatalogControl>> {
        let mut connection = self.pool.acquire().await?;
        controls(&mut connection).await
    }

    /// Which controls can prove a step, of each standard and Region that was read.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub(crate) async fn proving_controls(&self) -> Result<ProvingControls> {
        let mut found: BTreeMap<(Region, Standard), BTreeSet<String>> = BTreeMap::new();
        for row in sqlx::query("SELECT region, standard FROM catalog_readings")
            .fetch_all(&self.pool)
            .await?
        {
            found.insert(place(&row, "catalog_readings")?, BTreeSet::new());
        }
        for control in PROVING_CONTROLS {
            let rows =
                sqlx::query("SELECT region, standard FROM control_regions WHERE control_id = $1")
                    .bind(control)
                    .fetch_all(&self.pool)
                    .await?;
            for row in rows {
                if let Some(controls) = found.get_mut(&place(&row, "control_regions")?) {
                    controls.insert(control.to_owned());
                }
            }
        }
        Ok(ProvingControls(found))
    }
}

impl Tx {
    /// The whole catalog, by control, within this transaction.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn controls(&mut self) -> Result<Vec<CatalogControl>> {
        controls(&mut self.0).await
    }

    /// Replaces what is known of a standard in a Region. A control that the catalog does not know is new, unless the
    /// standard is read for the first time.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_controls(
        &mut self,
        region: Region,
        standard: &Standard,
        listed: &[ListedControl],
        now: Timestamp,
    ) -> Result<()> {
        let was_read = sqlx::query("SELECT 1 FROM catalog_readings WHERE standard = $1")
            .bind(standard.as_str())
            .fetch_optional(&mut *self.0)
            .await?
            .is_some();
        sqlx::query("DELETE FROM control_regions WHERE region = $1 AND standard = $2")
            .bind(region.as_str())
            .bind(standard.as_str())
            .execute(&mut *self.0)
            .await?;
        // One row for each control, whatever AWS lists twice.
        let listed: BTreeMap<&str, &ListedControl> = listed
            .iter()
            .map(|control| (control.control_id.as_str(), control))
            .collect();
        let listed: Vec<&ListedControl> = listed.into_values().collect();
        for part in batches(&listed, 5) {
            let sql = format!(
                "INSERT INTO controls (control_id, title, severity, first_seen, new_since) VALUES {} \
                 ON CONFLICT (control_id) DO UPDATE SET title = excluded.title, severity = excluded.severity, \
                 retired_at = NULL",
                value_rows(self.1, part.len(), 5)
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for control in part {
                query = query
                    .bind(control.control_id.as_str())
                    .bind(control.title.as_str())
                    .bind(control.severity.as_str())
                    .bind(now.to_string())
                    .bind(was_read.then(|| now.to_string()));
            }
            query.execute(&mut *self.0).await?;
        }
        let available: Vec<&&ListedControl> = listed
            .iter()
            .filter(|control| control.is_available)
            .collect();
        for part in batches(&available, 3) {
            let sql = format!(
                "INSERT INTO control_regions (region, standard, control_id) VALUES {}",
                value_rows(self.1, part.len(), 3)
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for control in part {
                query = query
                    .bind(region.as_str())
                    .bind(standard.as_str())
                    .bind(control.control_id.as_str());
            }
            query.execute(&mut *self.0).await?;
        }
        sqlx::query(
            "INSERT INTO catalog_readings (region, standard, read_at) VALUES ($1, $2, $3) \
             ON CONFLICT (region, standard) DO UPDATE SET read_at = excluded.read_at",
        )
        .bind(region.as_str())
        .bind(standard.as_str())
        .bind(now.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Deletes what is known of standards that are no longer wanted, and of Regions that are no longer the hub's.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn forget_catalog(
        &mut self,
        standards: &BTreeSet<Standard>,
        regions: &[Region],
    ) -> Result<()> {
        let rows = sqlx::query("SELECT region, standard FROM catalog_readings")
            .fetch_all(&mut *self.0)
            .await?;
        for row in rows {
            let (region, standard) = place(&row, "catalog_readings")?;
            if standards.contains(&standard) && regions.contains(&region) {
                continue;
            }
            for sql in [
                "DELETE FROM control_regions WHERE region = $1 AND standard = $2",
                "DELETE FROM catalog_readings WHERE region = $1 AND standard = $2",
            ] {
                sqlx::query(sql)
                    .bind(region.as_str())
                    .bind(standard.as_str())
                    .execute(&mut *self.0)
                    .await?;
            }
        }
        Ok(())
    }

    /// Marks the controls that no wanted standard has in any Region, after all of them were read.
    ///
    /// # Errors
    /// The database failed.
    pub async fn retire_controls(&mut self, now: Timestamp) -> Result<u64> {
        let retired = sqlx::query(
            "UPDATE controls SET retired_at = $1 WHERE retired_at IS NULL AND NOT EXISTS \
             (SELECT 1 FROM control_regions r WHERE r.control_id = controls.control_id)",
        )
        .bind(now.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(retired.rows_affected())
    }
}

async fn controls(connection: &mut AnyConnection) -> Result<Vec<CatalogControl>> {
    let mut standards: BTreeMap<String, BTreeSet<Standard>> = BTreeMap::new();
    for row in sqlx::query("SELECT DISTINCT control_id, standard FROM control_regions")
        .fetch_all(&mut *connection)
        .await?
    {
        let row = Columns::of(&row, "control_regions", &["control_id", "standard"]);
        let standard = row.parse("standard")?;
        standards
            .entry(row.get("control_id")?)
            .or_default()
            .insert(standard);
    }
    let rows = sqlx::query(SELECT).fetch_all(&mut *connection).await?;
    rows.iter()
        .map(|row| {
            let row = Columns::of(row, "controls", &["control_id"]);
            let control_id: String = row.get("control_id")?;
            Ok(CatalogControl {
                title: row.get("title")?,
                severity: row.get("severity")?,
                standards: standards.remove(&control_id).unwrap_or_default(),
                first_seen: row.parse("first_seen")?,
                new_since: row.maybe("new_since")?,
                retired_at: row.maybe("retired_at")?,
                failing_accounts: row.get("accounts")?,
                control_id,
            })
        })
        .collect()
}

fn place(row: &AnyRow, table: &'static str) -> Result<(Region, Standard)> {
    let row = Columns::of(row, table, &["region", "standard"]);
    Ok((row.parse("region")?, row.parse("standard")?))
}
