//! Whether an account is really monitored in a Region, and if not, what is missing and who acts
//! next.
//!
//! The administrator's member listing proves a membership, and nothing else. That AWS Config, GuardDuty and
//! each wanted standard are on has to be proven again and again, by findings that AWS keeps updating; see
//! [`proof`].

mod coverage;
mod evidence;
pub mod proof;
mod proving_controls;
mod reason;
mod sighting;

use std::collections::BTreeMap;

use hubward_protocol::{State, Step, StepReport};
use jiff::{SignedDuration, Timestamp};

use super::membership::MemberStatus;
pub use coverage::{StepCoverage, coverage};
pub use evidence::{AccountRegion, CheckRow, Evidence, ProofPolicy};
pub use proof::{
    NoControl, ProofCode, ProofSource, ProofState, ProofStep, StepHistory, StepProof, WantedStep,
};
pub use proving_controls::{PROVING_CONTROLS, ProvingControls};
pub use reason::Reason;
pub use sighting::{ControlSighting, EvidenceKind, Sighting, sightings};

/// Everything known about one account in one Region.
#[derive(Clone, Debug)]
pub struct CheckFacts<'a> {
    /// The time of the judgement.
    pub now: Timestamp,
    /// What the administrator's member listing says.
    pub listed: &'a ListedStatus,
    /// Whether the account is to be unlinked, and has not been unlinked yet.
    pub is_leaving: bool,
    /// The agent's last report.
    pub report: Option<&'a AgentReport>,
    /// The newest active finding of each kind of evidence.
    pub evidence: &'a BTreeMap<EvidenceKind, Sighting>,
    /// What has to be proven, and what is known about each.
    pub wanted: &'a [WantedStep],
    /// When AWS's evidence of this Region was last read completely; `None`: never.
    pub read_to: Option<Timestamp>,
    /// How old evidence may be, counted to that reading; and how old the reading itself may be.
    pub proof_within: SignedDuration,
    /// Since when checks have found it associated; `None` if this is the first check that does.
    pub associated_since: Option<Timestamp>,
}

/// A verdict, and the proof of each step that it is based on; no proof where the account is not associated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    pub proof: Vec<StepProof>,
}

/// The account's status in the member listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListedStatus {
    /// The Region's listing was read; `None` if the account is not in it.
    Listed(Option<MemberStatus>),
    /// The Region's listing could not be read; with the reason.
    Unreadable(String),
}

/// An agent's report of a Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentReport {
    pub at: Timestamp,
    pub steps: Vec<StepReport>,
}

/// The state of an account in a Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Associated, and every wanted step is proven or excepted.
    Complete,
    /// Associated; these steps are known to be missing, or were never proven in the time they have.
    Incomplete(Vec<ProofStep>),
    /// Associated; these steps are known to be missing, and at least one of them was proven before.
    Drifted(Vec<ProofStep>),
    /// Associated; nothing is known to be missing, but these steps are not proven.
    Unproven(Vec<ProofStep>),
    /// Invited, and not accepted yet. With the obstacles that its agent reported.
    Invited(Vec<StepReport>),
    /// An organization or another administrator manages it; it cannot accept our invitation.
    ManagedElsewhere(Vec<StepReport>),
    /// Not invited yet.
    NotInvited,
    /// The member ended the membership.
    Resigned,
    /// The administrator ended the membership.
    Removed,
    /// The AWS account is suspended.
    Suspended,
    /// AWS returned a status that Hubward does not know.
    UnknownStatus(String),
    /// Associated, but not in the ledger.
    NotInLedger,
    /// The state could not be read; with the reason.
    Unreadable(String),
    /// It is to be unlinked, and `hubward unlink` has not verified that it is.
    Leaving,
}

/// Judges an account that should be monitored in a Region, or is leaving.
pub fn judge(facts: &CheckFacts<'_>) -> Judgement {
    use MemberStatus as S;
    let without_proof = |verdict| Judgement {
        verdict,
        proof: Vec::new(),
    };
    if facts.is_leaving {
        return without_proof(Verdict::Leaving);
    }
    let status = match facts.listed {
        ListedStatus::Unreadable(why) => return without_proof(Verdict::Unreadable(why.clone())),
        ListedStatus::Listed(status) => status,
    };
    without_proof(match status {
        Some(S::Enabled) => {
            let proof = proof::prove(facts);
            return Judgement {
                verdict: proof::verdict(&proof),
                proof,
            };
        }
        Some(S::Resigned) => Verdict::Resigned,
        Some(S::Removed | S::Deleted) => Verdict::Removed,
        Some(S::AccountSuspended) => Verdict::Suspended,
        Some(S::Unknown(word)) => Verdict::UnknownStatus(word.clone()),
        None | Some(S::Created | S::Invited) => {
            // Not associated: only the agent can know the reason, such as an organization that
            // manages it.
            let undone = undone_of(facts.report);
            let taken = undone.iter().any(|report| {
                report.step == Step::Invitation && report.state == State::ManagedElsewhere
            });
            if taken {
                Verdict::ManagedElsewhere(undone)
            } else if *status == Some(S::Invited) {
                Verdict::Invited(undone)
            } else {
                Verdict::NotInvited
            }
        }
    })
}

fn undone_of(report: Option<&AgentReport>) -> Vec<StepReport> {
    report
        .map(|report| report.steps.as_slice())
        .unwrap_or_default()
        .iter()
        .filter(|report| !report.is_complete())
        .cloned()
        .collect()
}

fn is_in_the_way(state: State) -> bool {
    // "Managed elsewhere" counts as missing only if the service is off, or another administrator
    // has it.
    matches!(
        state,
        State::Blocked | State::Failed | State::Insufficient | State::ManagedElsewhere
    )
}

/// The verdict's word for accounts that should not be monitored.
pub const NOT_WANTED: &str = "not_wanted";

impl Verdict {
    /// The verdict's word, in JSON and the database.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Incomplete(_) => "incomplete",
            Self::Drifted(_) => "drifted",
            Self::Unproven(_) => "unproven",
            Self::Leaving => "leaving",
            Self::Invited(_) => "invited",
            Self::ManagedElsewhere(_) => "managed_elsewhere",
            Self::NotInvited => "not_invited",
            Self::Resigned => "resigned",
            Self::Removed => "removed",
            Self::Suspended => "suspended",
            Self::NotInLedger => "not_in_ledger",
            Self::UnknownStatus(_) | Self::Unreadable(_) => "unknown",
        }
    }

    /// Whether nothing is left to do.
    pub fn is_complete(&self) -> bool {
        *self == Self::Complete
    }

    /// Whether the account's own people have to act next.
    pub fn waits_for_member(&self) -> bool {
        matches!(
            self,
            Self::Invited(_) | Self::Incomplete(_) | Self::Drifted(_)
        )
    }

    /// Sort order, worst first: no longer monitored, partly monitored, never monitored.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Resigned | Self::Removed => 0,
            Self::Drifted(_) => 1,
            Self::Unreadable(_) | Self::UnknownStatus(_) => 2,
            Self::Suspended | Self::NotInLedger => 3,
            Self::ManagedElsewhere(_) => 4,
            Self::Incomplete(_) => 5,
            Self::Unproven(_) => 6,
            Self::NotInvited => 7,
            Self::Invited(_) => 8,
            Self::Leaving => 9,
            Self::Complete => 10,
        }
    }

    /// What is known to be missing, in the order in which it is set up: `config`, `guardduty`, `security_hub`,
    /// `standard:SUFFIX`, `standards` (of an agent's report) and `invitation`.
    pub fn missing(&self) -> Vec<String> {
        let reported = |undone: &[StepReport]| {
            let mut steps: Vec<Step> = undone.iter().map(|report| report.step).collect();
            steps.push(Step::Invitation);
            steps.sort();
            steps.dedup();
            steps
                .into_iter()
                .map(|step| step.as_str().to_owned())
                .collect()
        };
        match self {
            Self::Incomplete(steps) | Self::Drifted(steps) => {
                steps.iter().map(ToString::to_string).collect()
            }
            Self::Invited(undone) | Self::ManagedElsewhere(undone) => reported(undone),
            Self::NotInvited
            | Self::Resigned
            | Self::Removed
            | Self::Suspended
            | Self::UnknownStatus(_) => reported(&[]),
            // Not proven is not known to be missing.
            Self::Complete
            | Self::Unproven(_)
            | Self::NotInLedger
            | Self::Unreadable(_)
            | Self::Leaving => Vec::new(),
        }
    }

    /// Of an account that is not associated: the step of its agent's report to look at first, which is the
    /// earliest one with an obstacle.
    pub fn obstacle(&self) -> Option<&StepReport> {
        let (Self::Invited(undone) | Self::ManagedElsewhere(undone)) = self else {
            return None;
        };
        undone
            .iter()
            .find(|report| is_in_the_way(report.state))
            .or_else(|| undone.first())
    }
}

#[cfg(test)]
mod tests;
