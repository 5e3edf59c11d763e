//! What is known of accounts in addition to the administrator's listings: the ledger, agents' reports, AWS's findings, and
//! what earlier checks saw. A check judges what it has just listed by it, and the pages judge again what the last check
//! listed.

use std::collections::{BTreeMap, BTreeSet};

use hubward_protocol::{AccountId, Region};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::proving_controls::ProvingControls;
use super::{
    AgentReport, CheckFacts, EvidenceKind, Judgement, ListedStatus, NoControl, ProofState,
    ProofStep, Sighting, StepHistory, StepProof, Verdict, WantedStep, judge,
};
use crate::account::{Account, AccountState, Standard};
use crate::exception::Exception;
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
    /// The proof of each step; empty if the account is not associated.
    pub proof: Vec<StepProof>,
    /// When the verdict last changed, as far as checks have seen.
    pub since: Timestamp,
    /// When its agent last reported.
    pub reported_at: Option<Timestamp>,
}

/// What the configuration says about proof.
#[derive(Clone, Debug, Default)]
pub struct ProofPolicy {
    /// The standards of accounts whose row names none.
    pub baseline: Vec<Standard>,
    /// How old evidence may be.
    pub within: SignedDuration,
    /// Steps that need no proof where none is possible; without a Region, in every one.
    pub accept_unprovable: Vec<(Option<Region>, ProofStep)>,
    /// The day on which exceptions are judged.
    pub today: Date,
}

/// What the store knows of some accounts; of those outside it, nothing can be judged by it.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    pub policy: ProofPolicy,
    /// Their rows of the ledger.
    pub ledger: BTreeMap<AccountId, Account>,
    /// What their agents last reported.
    pub reports: BTreeMap<AccountRegion, AgentReport>,
    /// The newest active finding of each kind.
    pub sightings: BTreeMap<AccountRegion, BTreeMap<EvidenceKind, Sighting>>,
    /// Since when each step is wanted and proven.
    pub history: BTreeMap<AccountRegion, BTreeMap<ProofStep, StepHistory>>,
    /// The exceptions that have not ended.
    pub exceptions: Vec<Exception>,
    /// Up to when AWS's evidence was read completely, by Region.
    pub read_to: BTreeMap<Region, Timestamp>,
    /// Which controls can prove what, in which Region.
    pub controls: ProvingControls,
}

impl Evidence {
    /// Judges an account that the ledger wants watched in a Region, next to what was seen of it before.
    pub fn judge(
        &self,
        place: &AccountRegion,
        seen: &ListedStatus,
        last: Option<&Membership>,
        now: Timestamp,
    ) -> Judgement {
        let nothing = BTreeMap::new();
        judge(&CheckFacts {
            now,
            listed: seen,
            is_leaving: self
                .ledger
                .get(&place.0)
                .is_some_and(|account| account.state == AccountState::Leaving),
            report: self.reports.get(place),
            evidence: self.sightings.get(place).unwrap_or(&nothing),
            wanted: &self.wanted(place, last, now),
            read_to: self.read_to.get(&place.1).copied(),
            proof_within: self.policy.within,
            associated_since: last.and_then(|last| last.associated_since),
        })
    }

    /// What has to be proven of an account in a Region.
    fn wanted(
        &self,
        place: &AccountRegion,
        last: Option<&Membership>,
        now: Timestamp,
    ) -> Vec<WantedStep> {
        let standards = self.wanted_standards(&place.0);
        let history = self.history.get(place);
        self.wanted_steps(&place.0)
            .into_iter()
            .map(|step| WantedStep {
                history: history_of(&step, history, last, now),
                is_excepted: self.is_excepted(&place.0, &step),
                no_control: self.no_control(place.1, &step, &standards),
                step,
            })
            .collect()
    }

    /// The standards that an account should have enabled: its own, or the baseline's.
    pub fn wanted_standards(&self, account: &AccountId) -> BTreeSet<Standard> {
        let own = self.ledger.get(account).map(|account| &account.standards);
        let wanted = own.filter(|own| !own.is_empty());
        wanted
            .unwrap_or(&self.policy.baseline)
            .iter()
            .cloned()
            .collect()
    }

    /// The steps that have to be proven of an account in each of its Regions.
    pub fn wanted_steps(&self, account: &AccountId) -> Vec<ProofStep> {
        let standards = self.wanted_standards(account).into_iter();
        [ProofStep::Config, ProofStep::GuardDuty]
            .into_iter()
            .chain(standards.map(ProofStep::Standard))
            .collect()
    }

    fn is_excepted(&self, account: &AccountId, step: &ProofStep) -> bool {
        let control = match step {
            ProofStep::Config => "Config.1",
            ProofStep::GuardDuty => "GuardDuty.1",
            ProofStep::SecurityHub | ProofStep::Standard(_) => return false,
        };
        self.exceptions.iter().any(|exception| {
            exception.account_id == *account
                && exception.resource.is_none()
                && exception.control.eq_ignore_ascii_case(control)
                && exception.until >= self.policy.today
        })
    }

    /// Whether a control of these standards can prove a step in a Region.
    pub fn no_control(
        &self,
        region: Region,
        step: &ProofStep,
        standards: &BTreeSet<Standard>,
    ) -> NoControl {
        let is_accepted = self
            .policy
            .accept_unprovable
            .iter()
            .any(|(only, accepted)| accepted == step && only.is_none_or(|only| only == region));
        match (
            self.controls.can_prove(region, step, standards),
            is_accepted,
        ) {
            (true, false) => NoControl::No,
            (true, true) => NoControl::Accepted,
            (false, false) => NoControl::Yes,
            (false, true) => NoControl::YesAccepted,
        }
    }

    /// The history to store after a judgement; only steps that are wanted have one.
    pub fn next_history(
        &self,
        place: &AccountRegion,
        proof: &[StepProof],
        last: Option<&Membership>,
        now: Timestamp,
    ) -> BTreeMap<ProofStep, StepHistory> {
        self.wanted(place, last, now)
            .into_iter()
            .map(|wanted| {
                let is_proven = proof
                    .iter()
                    .any(|proof| proof.step == wanted.step && proof.state == ProofState::Proven);
                let proven_at = wanted.history.proven_at.or(is_proven.then_some(now));
                (
                    wanted.step,
                    StepHistory {
                        proven_at,
                        ..wanted.history
                    },
                )
            })
            .collect()
    }

    /// The row of a check that listed nothing anew: the last one's, judged by what has become known since.
    pub fn latest_row(&self, seen: &Membership, now: Timestamp) -> CheckRow {
        let place = (seen.account_id.clone(), seen.region);
        let is_understood = !matches!(seen.status, Some(MemberStatus::Unknown(_)));
        let without_proof = |verdict| Judgement {
            verdict,
            proof: Vec::new(),
        };
        let judged = match seen.verdict.as_str() {
            "not_in_ledger" => without_proof(Verdict::NotInLedger),
            // The listing could not be read; the status is that of an earlier one.
            "unknown" if is_understood => without_proof(Verdict::Unreadable(String::new())),
            _ => self.judge(
                &place,
                &ListedStatus::Listed(seen.status.clone()),
                Some(seen),
                now,
            ),
        };
        self.row(place, judged, seen.since)
    }

    /// The row of a verdict.
    pub fn row(&self, place: AccountRegion, judged: Judgement, since: Timestamp) -> CheckRow {
        CheckRow {
            project: self
                .ledger
                .get(&place.0)
                .map(|account| account.project.clone())
                .unwrap_or_default(),
            reported_at: self.reports.get(&place).map(|report| report.at),
            account_id: place.0,
            region: place.1,
            verdict: judged.verdict,
            proof: judged.proof,
            since,
        }
    }
}

/// A step's history within the present association.
fn history_of(
    step: &ProofStep,
    history: Option<&BTreeMap<ProofStep, StepHistory>>,
    last: Option<&Membership>,
    now: Timestamp,
) -> StepHistory {
    let known = history.and_then(|history| history.get(step)).copied();
    let associated_since = last.and_then(|last| last.associated_since);
    // Proof from before the account was associated again says nothing about its present services.
    let is_of_this_association =
        |at: &Timestamp| associated_since.is_some_and(|since| *at >= since);
    let proven_at = known
        .and_then(|known| known.proven_at)
        .filter(is_of_this_association);
    // A standard may have been added to the wanted ones after the account was complete; the other steps are always
    // wanted.
    let completed_at = last
        .and_then(|last| last.completed_at)
        .filter(|_| !matches!(step, ProofStep::Standard(_)));
    StepHistory {
        wanted_since: known.map_or(now, |known| known.wanted_since),
        proven_at: proven_at.or(completed_at),
    }
}
