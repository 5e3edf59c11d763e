//! The table `baseline_coverage`: how far the wanted steps are proven, by department.

use super::batch::{batches, value_rows};
use super::columns::Columns;
use super::{Result, Store, Tx};
use hubward_domain::check::StepCoverage;

const COLUMNS: &str =
    "department, step, proven, excepted, unproven, missing, not_member, wanted_since";

/// The number of these columns.
const WIDTH: usize = 8;

impl Store {
    /// What the last check of all accounts found, by department and step.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn baseline_coverage(&self) -> Result<Vec<StepCoverage>> {
        let sql = format!("SELECT {COLUMNS} FROM baseline_coverage ORDER BY department, step");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|row| {
                let row = Columns::of(row, "baseline_coverage", &["department", "step"]);
                Ok(StepCoverage {
                    department: row.get("department")?,
                    step: row.parse("step")?,
                    proven: row.get("proven")?,
                    excepted: row.get("excepted")?,
                    unproven: row.get("unproven")?,
                    missing: row.get("missing")?,
                    not_member: row.get("not_member")?,
                    wanted_since: row.parse("wanted_since")?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Replaces what an earlier check found.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_baseline_coverage(&mut self, covered: &[StepCoverage]) -> Result<()> {
        sqlx::query("DELETE FROM baseline_coverage")
            .execute(&mut *self.0)
            .await?;
        for part in batches(covered, WIDTH) {
            let sql = format!(
                "INSERT INTO baseline_coverage ({COLUMNS}) VALUES {}",
                value_rows(self.1, part.len(), WIDTH)
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for one in part {
                query = query
                    .bind(one.department.as_str())
                    .bind(one.step.to_string())
                    .bind(one.proven)
                    .bind(one.excepted)
                    .bind(one.unproven)
                    .bind(one.missing)
                    .bind(one.not_member)
                    .bind(one.wanted_since.to_string());
            }
            query.execute(&mut *self.0).await?;
        }
        Ok(())
    }
}
