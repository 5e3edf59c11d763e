//! The table `run_reports`: the last report of each account's agent for each Region.

use std::collections::BTreeMap;

use hubward_protocol::{AccountId, RegionReport};
use jiff::Timestamp;

use super::columns::Columns;
use super::evidence::AccountRange;
use super::{Result, Store, Tx};
use hubward_domain::check::{AccountRegion, AgentReport};

impl Store {
    /// The last reports of a range of accounts, by account and Region.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn run_reports(
        &self,
        range: AccountRange<'_>,
    ) -> Result<BTreeMap<AccountRegion, AgentReport>> {
        let (first, last) = range.bounds();
        sqlx::query(
            "SELECT account_id, region, steps, reported_at FROM run_reports \
             WHERE account_id BETWEEN $1 AND $2",
        )
        .bind(first)
        .bind(last)
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|row| {
            let row = Columns::of(row, "run_reports", &["account_id", "region"]);
            let report = AgentReport {
                at: row.parse("reported_at")?,
                steps: row.json("steps")?,
            };
            Ok(((row.parse("account_id")?, row.parse("region")?), report))
        })
        .collect()
    }
}

impl Tx {
    /// Replaces an account's report of one Region.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_run_report(
        &mut self,
        account: &AccountId,
        report: &RegionReport,
        at: Timestamp,
        by: &str,
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO run_reports (account_id, region, steps, reported_at, reported_by) \
             VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (account_id, region) DO UPDATE SET steps = $3, reported_at = $4, \
             reported_by = $5",
        )
        .bind(account.as_str())
        .bind(report.region.as_str())
        .bind(serde_json::to_string(&report.steps).unwrap_or_default())
        .bind(at.to_string())
        .bind(by.to_owned())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }
}
