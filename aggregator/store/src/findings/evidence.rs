//! What the mirror's findings prove about the monitoring of accounts.

use std::collections::{BTreeMap, BTreeSet};

use hubward_protocol::{AccountId, Region};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Result, Store};
use hubward_domain::check::{ControlEvidence, EVIDENCE};

/// One account in one Region.
type EvidencePlace = (AccountId, Region);

impl Store {
    /// The last results of the controls that are evidence of a step.
    ///
    /// # Errors
    /// The database failed.
    pub async fn evidence(&self) -> Result<BTreeMap<EvidencePlace, Vec<ControlEvidence>>> {
        let mut evidence: BTreeMap<EvidencePlace, Vec<ControlEvidence>> = BTreeMap::new();
        for (control, step) in EVIDENCE {
            let rows = sqlx::query(
                "SELECT account_id, region, compliance_status, updated_at FROM findings \
                 WHERE control_id = $1 AND record_state = 'ACTIVE' \
                 AND compliance_status IN ('PASSED', 'FAILED') AND updated_at IS NOT NULL",
            )
            .bind(control)
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

    /// The pairs of account and Region that have any finding.
    ///
    /// # Errors
    /// The database failed.
    pub async fn places_with_findings(&self) -> Result<BTreeSet<EvidencePlace>> {
        let rows = sqlx::query("SELECT DISTINCT account_id, region FROM findings")
            .fetch_all(&self.pool)
            .await?;
        let places: Result<Vec<_>> = rows.iter().map(place).collect();
        Ok(places?.into_iter().flatten().collect())
    }
}

/// The values are AWS's; a row with an unknown account or Region is no evidence.
fn place(row: &AnyRow) -> Result<Option<EvidencePlace>> {
    let (account, region): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    Ok(account.parse().ok().zip(region.parse().ok()))
}
