//! What is known of accounts in addition to the administrator's listings: the ledger, agents' reports and mirrored findings.
//! A check judges what it has just listed by it, and the pages judge again what the last check listed.

use std::collections::{BTreeMap, BTreeSet};

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;

use super::{AgentReport, CheckFacts, ControlEvidence, ListedStatus, Verdict, judge};
use crate::account::Account;
use crate::membership::{MemberStatus, Membership};

/// One account in one Region.
pub type AccountRegion = (AccountId, Region);

/// One account in one Region, with its full verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRow {
    pub account_id: AccountId,
    /// Its project; empty if the account is not in the ledger.
    pub project: String,
    pub region: Region,
    pub verdict: Verdict,
    /// When the verdict last changed, as far as checks have seen.
    pub since: Timestamp,
    /// When its agent last reported.
    pub reported_at: Option<Timestamp>,
}

/// What the store knows of some accounts; of those outside it, nothing can be judged by it.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Their rows of the ledger.
    pub ledger: BTreeMap<AccountId, Account>,
    /// What their agents last reported.
    pub reports: BTreeMap<AccountRegion, AgentReport>,
    /// What Security Hub's own controls found last.
    pub controls: BTreeMap<AccountRegion, Vec<ControlEvidence>>,
    /// Where they have any finding at all.
    pub with_findings: BTreeSet<AccountRegion>,
    /// Up to when every source of findings was mirrored; `None`: not at all.
    pub mirrored_until: Option<Timestamp>,
    /// Whether the baseline wants a standard of accounts whose row names none.
    pub baseline: bool,
}

impl Evidence {
    /// Judges an account that the ledger wants watched in a Region, next to what was seen of it before.
    pub fn judge(
        &self,
        place: &AccountRegion,
        seen: &ListedStatus,
        last: Option<&Membership>,
    ) -> Verdict {
        let expects_findings = self
            .ledger
            .get(&place.0)
            .is_some_and(|account| self.baseline || !account.standards.is_empty());
        judge(&CheckFacts {
            listed: seen,
            report: self.reports.get(place),
            controls: self
                .controls
                .get(place)
                .map(Vec::as_slice)
                .unwrap_or_default(),
            silent_until: self
                .mirrored_until
                .filter(|_| expects_findings && !self.with_findings.contains(place)),
            associated_since: last.and_then(|last| last.associated_since),
            was_complete: last.is_some_and(|last| last.completed_at.is_some()),
        })
    }

    /// The row of a check that listed nothing anew: the last one's, judged by what has become known since.
    pub fn latest_row(&self, seen: &Membership) -> CheckRow {
        let place = (seen.account_id.clone(), seen.region);
        let is_understood = !matches!(seen.status, Some(MemberStatus::Unknown(_)));
        let verdict = match seen.verdict.as_str() {
            "not_in_ledger" => Verdict::NotInLedger,
            // The listing could not be read; the status is that of an earlier one.
            "unknown" if is_understood => Verdict::Unreadable(String::new()),
            _ => self.judge(
                &place,
                &ListedStatus::Listed(seen.status.clone()),
                Some(seen),
            ),
        };
        self.row(place, verdict, seen.since)
    }

    /// The row of a verdict.
    pub fn row(&self, place: AccountRegion, verdict: Verdict, since: Timestamp) -> CheckRow {
        CheckRow {
            project: self
                .ledger
                .get(&place.0)
                .map(|account| account.project.clone())
                .unwrap_or_default(),
            reported_at: self.reports.get(&place).map(|report| report.at),
            account_id: place.0,
            region: place.1,
            verdict,
            since,
        }
    }
}
