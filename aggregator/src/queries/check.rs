//! The last check with details: the verdict of each account and Region, what is missing, and since when.
//! Reads only the store; `actions::check::run` asks AWS. Agent reports and findings that are newer than the
//! check are taken into account as the next check will.

use std::collections::{BTreeMap, BTreeSet};

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;

use crate::app::App;
use hubward_domain::account::Account;
use hubward_domain::account_matrix::CheckRow;
use hubward_domain::check::{
    AgentReport, CheckFacts, ControlEvidence, ListedStatus, NOT_WANTED, Verdict, judge,
};
use hubward_domain::membership::{MemberStatus, Membership};
use hubward_store::StoreError;

/// Everything that a verdict depends on, except the listing.
struct Evidence {
    ledger: BTreeMap<AccountId, Account>,
    reports: BTreeMap<(AccountId, Region), AgentReport>,
    evidence: BTreeMap<(AccountId, Region), Vec<ControlEvidence>>,
    with_findings: BTreeSet<(AccountId, Region)>,
    mirrored_until: Option<Timestamp>,
    baseline: bool,
}

/// The last check of all accounts of the ledger, or of one, by account and Region.
///
/// # Errors
/// The database failed.
pub(crate) async fn latest_check(
    app: &App,
    account: Option<&AccountId>,
) -> Result<Vec<CheckRow>, StoreError> {
    let store = &app.store;
    let ledger = match account {
        Some(account) => store.accounts_of(std::slice::from_ref(account)).await?,
        None => store
            .accounts()
            .await?
            .into_iter()
            .map(|row| (row.account_id.clone(), row))
            .collect(),
    };
    let known = Evidence {
        ledger,
        reports: store.run_reports().await?,
        evidence: store.evidence().await?,
        with_findings: store.places_with_findings().await?,
        mirrored_until: store
            .checkpoints()
            .await?
            .values()
            .map(|checkpoint| checkpoint.read_to)
            .min(),
        baseline: !app.config.baseline.standards.is_empty(),
    };
    Ok(store
        .memberships()
        .await?
        .into_iter()
        .filter(|seen| account.is_none_or(|account| seen.account_id == *account))
        .filter(|seen| seen.verdict != NOT_WANTED)
        .map(|seen| {
            let place = (seen.account_id.clone(), seen.region);
            CheckRow {
                project: known
                    .ledger
                    .get(&seen.account_id)
                    .map(|row| row.project.clone())
                    .unwrap_or_default(),
                region: seen.region,
                since: seen.since,
                verdict: known.verdict(&place, &seen),
                reported_at: known.reports.get(&place).map(|report| report.at),
                account_id: seen.account_id,
            }
        })
        .collect())
}

impl Evidence {
    fn verdict(&self, place: &(AccountId, Region), seen: &Membership) -> Verdict {
        let is_understood = !matches!(seen.status, Some(MemberStatus::Unknown(_)));
        match seen.verdict.as_str() {
            "not_in_ledger" => return Verdict::NotInLedger,
            // The listing could not be read, so the status is an earlier one.
            "unknown" if is_understood => return Verdict::Unreadable(String::new()),
            _ => {}
        }
        let standards = self
            .ledger
            .get(&place.0)
            .is_some_and(|account| self.baseline || !account.standards.is_empty());
        judge(&CheckFacts {
            listed: &ListedStatus::Listed(seen.status.clone()),
            report: self.reports.get(place),
            controls: self
                .evidence
                .get(place)
                .map(Vec::as_slice)
                .unwrap_or_default(),
            silent_until: self
                .mirrored_until
                .filter(|_| standards && !self.with_findings.contains(place)),
            associated_since: seen.associated_since,
            was_complete: seen.completed_at.is_some(),
        })
    }
}
