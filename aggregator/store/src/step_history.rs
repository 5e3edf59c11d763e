//! The table `step_history`: since when each step is wanted of an account in a Region, and when it was first proven.

use std::collections::BTreeMap;

use super::batch::{batches, value_rows};
use super::columns::Columns;
use super::evidence::AccountRange;
use super::{Result, Store, Tx};
use hubward_domain::check::{AccountRegion, ProofStep, StepHistory};

/// The number of columns.
const WIDTH: usize = 5;

impl Store {
    /// The history of a range of accounts.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn step_history(
        &self,
        range: AccountRange<'_>,
    ) -> Result<BTreeMap<AccountRegion, BTreeMap<ProofStep, StepHistory>>> {
        let (first, last) = range.bounds();
        let mut found: BTreeMap<AccountRegion, BTreeMap<ProofStep, StepHistory>> = BTreeMap::new();
        let rows = sqlx::query(
            "SELECT account_id, region, step, wanted_since, proven_at FROM step_history \
             WHERE account_id BETWEEN $1 AND $2",
        )
        .bind(first)
        .bind(last)
        .fetch_all(&self.pool)
        .await?;
        for row in &rows {
            let row = Columns::of(row, "step_history", &["account_id", "region", "step"]);
            let place = (row.parse("account_id")?, row.parse("region")?);
            let history = StepHistory {
                wanted_since: row.parse("wanted_since")?,
                proven_at: row.maybe("proven_at")?,
            };
            found
                .entry(place)
                .or_default()
                .insert(row.parse("step")?, history);
        }
        Ok(found)
    }
}

impl Tx {
    /// Inserts or updates steps.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_step_history(
        &mut self,
        steps: &[(AccountRegion, ProofStep, StepHistory)],
    ) -> Result<()> {
        for part in batches(steps, WIDTH) {
            let sql = format!(
                "INSERT INTO step_history (account_id, region, step, wanted_since, proven_at) VALUES {} \
                 ON CONFLICT (account_id, region, step) DO UPDATE SET wanted_since = excluded.wanted_since, \
                 proven_at = excluded.proven_at",
                value_rows(self.1, part.len(), WIDTH)
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for ((account, region), step, history) in part {
                query = query
                    .bind(account.as_str())
                    .bind(region.as_str())
                    .bind(step.to_string())
                    .bind(history.wanted_since.to_string())
                    .bind(history.proven_at.map(|at| at.to_string()));
            }
            query.execute(&mut *self.0).await?;
        }
        Ok(())
    }

    /// Deletes steps that are no longer wanted.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_steps(&mut self, steps: &[(AccountRegion, ProofStep)]) -> Result<()> {
        for ((account, region), step) in steps {
            sqlx::query(
                "DELETE FROM step_history WHERE account_id = $1 AND region = $2 AND step = $3",
            )
            .bind(account.as_str())
            .bind(region.as_str())
            .bind(step.to_string())
            .execute(&mut *self.0)
            .await?;
        }
        Ok(())
    }
}
