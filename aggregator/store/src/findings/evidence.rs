//! What the mirror's findings prove about the monitoring of accounts.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::evidence::AccountRange;
use crate::{Result, Store};
use hubward_domain::check::{AccountRegion, ControlEvidence, EVIDENCE};

impl Store {
    /// The last results of the controls that are evidence of a step, of a range of accounts.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn control_evidence(
        &self,
        range: AccountRange<'_>,
    ) -> Result<BTreeMap<AccountRegion, Vec<ControlEvidence>>> {
        let (first, last) = range.bounds();
        let mut evidence: BTreeMap<AccountRegion, Vec<ControlEvidence>> = BTreeMap::new();
        for (control, step) in EVIDENCE {
            let rows = sqlx::query(
                "SELECT account_id, region, compliance_status, updated_at FROM findings \
                 WHERE control_id = $1 AND account_id BETWEEN $2 AND $3 AND record_state = 'ACTIVE' \
                 AND compliance_status IN ('PASSED', 'FAILED') AND updated_at IS NOT NULL",
            )
            .bind(control)
            .bind(first.clone())
            .bind(last.clone())
            .fetch_all(&self.pool)
            .await?;
            for row in rows {
                let (Some(place), Ok(at)) = (place(&row)?, row.try_get::<String, _>(3)?.parse())
                else {
                    continue;
                };
                let passed = row.try_get::<String, _>(2)? == "PASSED";
                let found = evidence.entry(place).or_default();
                // There is one finding for each standard, or one for each control: the newest
                // counts.
                found.retain(|known| known.step != step || known.at > at);
                if found.iter().all(|known| known.step != step) {
                    found.push(ControlEvidence { step, passed, at });
                }
            }
        }
        Ok(evidence)
    }

    /// The pairs of account and Region that have any finding, among those that a check has listed. One index lookup for
    /// each pair: a million findings need not be read.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn places_with_findings(
        &self,
        range: AccountRange<'_>,
    ) -> Result<BTreeSet<AccountRegion>> {
        let (first, last) = range.bounds();
        let rows = sqlx::query(
            "SELECT m.account_id, m.region FROM memberships m \
             WHERE m.account_id BETWEEN $1 AND $2 AND EXISTS (SELECT 1 FROM findings f \
             WHERE f.account_id = m.account_id AND f.region = m.region)",
        )
        .bind(first)
        .bind(last)
        .fetch_all(&self.pool)
        .await?;
        let places: Result<Vec<_>> = rows.iter().map(place).collect();
        Ok(places?.into_iter().flatten().collect())
    }
}

/// The values are AWS's; a row with an unknown account or Region is no evidence.
fn place(row: &AnyRow) -> Result<Option<AccountRegion>> {
    let (account, region): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    Ok(account.parse().ok().zip(region.parse().ok()))
}
