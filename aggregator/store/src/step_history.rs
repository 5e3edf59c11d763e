//! The table `step_history`: since when each step is wanted of an account in a Region, and when it was first proven.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::Row;

use super::batch::{batches, value_rows};
use super::evidence::AccountRange;
use super::{Result, Store, StoreError, Tx};
use crate::because;
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
        for row in rows {
            let (account, region, step): (String, String, String) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let damaged = |why: String| StoreError::Damaged {
                table: "step_history",
                row: format!("{account} {region} {step}"),
                why,
            };
            let time = |column: &'static str, text: String| -> Result<Timestamp> {
                text.parse()
                    .map_err(|error| damaged(because(column, &error)))
            };
            let place = (
                account
                    .parse()
                    .map_err(|error| damaged(because("account_id", &error)))?,
                region
                    .parse()
                    .map_err(|error| damaged(because("region", &error)))?,
            );
            let history = StepHistory {
                wanted_since: time("wanted_since", row.try_get(3)?)?,
                proven_at: row
                    .try_get::<Option<String>, _>(4)?
                    .map(|text| time("proven_at", text))
                    .transpose()?,
            };
            let step = step
                .parse()
                .map_err(|error| damaged(because("step", &error)))?;
            found.entry(place).or_default().insert(step, history);
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
