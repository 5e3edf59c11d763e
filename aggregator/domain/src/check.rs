//! Is an account really watched in a Region, and if not, what is missing and who acts next.
//!
//! The administrator's listing is the truth about the membership. What an agent reported and what
//! Security Hub's own controls found can only add reasons and doubts, never make an account complete;
//! between those two the newer one is believed.

mod evidence;

use hubward_protocol::{State, Step, StepReport};
use jiff::{SignedDuration, Timestamp};

use super::membership::MemberStatus;
pub use evidence::{AccountRegion, CheckRow, Evidence};

/// How long after its association an account may be without findings: Security Hub's first checks run
/// within 24 hours of a standard being enabled (Security Hub User Guide, "Schedule for running
/// security checks"), and they have a day to reach us.
const FIRST_FINDINGS: SignedDuration = SignedDuration::from_hours(48);

/// All that is known of one account in one Region.
#[derive(Clone, Debug)]
pub struct CheckFacts<'a> {
    /// The administrator's side.
    pub seen: &'a ListedStatus,
    /// What its agent last reported.
    pub report: Option<&'a AgentReport>,
    /// What Security Hub's own controls found.
    pub controls: &'a [ControlEvidence],
    /// Up to when findings were mirrored without any of this account in this Region; `None`: there are
    /// some, or none are expected.
    pub silent_until: Option<Timestamp>,
    /// Since when checks have seen it associated.
    pub associated_since: Option<Timestamp>,
    /// Whether it was complete at some time since then.
    pub was_complete: bool,
}

/// What could be learned from the administrator's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListedStatus {
    /// The Region's listing was read; `None` when the account is not in it.
    Listed(Option<MemberStatus>),
    /// The Region's listing could not be read, and why.
    Unreadable(String),
}

/// What an agent reported of a Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentReport {
    /// When.
    pub at: Timestamp,
    /// Its steps.
    pub steps: Vec<StepReport>,
}

/// What one of Security Hub's controls found of a service that the baseline wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlEvidence {
    /// The service.
    pub step: Step,
    /// Whether it is as it should be.
    pub passed: bool,
    /// When that was found.
    pub at: Timestamp,
}

/// How far an account is in a Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Associated, and nothing is known to be missing.
    Complete,
    /// Associated, but never complete yet: these steps are missing.
    Incomplete(Vec<StepReport>),
    /// Associated and complete once; these steps are not any more.
    Drifted(Vec<StepReport>),
    /// Invited; its people have not finished. What its agent reported is in the way, if anything.
    Invited(Vec<StepReport>),
    /// An organisation or another administrator has it; no invitation of ours can be accepted.
    ManagedElsewhere(Vec<StepReport>),
    /// Not invited yet.
    NotInvited,
    /// The member ended the membership.
    Resigned,
    /// The administrator ended the membership.
    Removed,
    /// The AWS account is suspended.
    Suspended,
    /// AWS's word is not understood.
    UnknownStatus(String),
    /// Associated, though the ledger does not ask for it.
    NotInLedger,
    /// Nothing could be learned.
    Unreadable(String),
}

/// The control that tells whether a service is on, and the step that it is evidence of (Security Hub
/// User Guide, "Config.1" and "GuardDuty.1").
pub const EVIDENCE: [(&str, Step); 2] =
    [("Config.1", Step::Config), ("GuardDuty.1", Step::GuardDuty)];

/// Judges an account that the ledger wants watched in a Region.
pub fn judge(facts: &CheckFacts<'_>) -> Verdict {
    use MemberStatus as S;
    let status = match facts.seen {
        ListedStatus::Unreadable(why) => return Verdict::Unreadable(why.clone()),
        ListedStatus::Listed(status) => status,
    };
    match status {
        Some(S::Enabled) => {
            let missing = facts.missing();
            if missing.is_empty() {
                Verdict::Complete
            } else if facts.was_complete {
                Verdict::Drifted(missing)
            } else {
                Verdict::Incomplete(missing)
            }
        }
        Some(S::Resigned) => Verdict::Resigned,
        Some(S::Removed | S::Deleted) => Verdict::Removed,
        Some(S::AccountSuspended) => Verdict::Suspended,
        Some(S::Unknown(word)) => Verdict::UnknownStatus(word.clone()),
        None | Some(S::Created | S::Invited) => {
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
    }
}

impl CheckFacts<'_> {
    /// What an associated account lacks.
    fn missing(&self) -> Vec<StepReport> {
        let is_invited = |report: &StepReport| report.step == Step::Invitation;
        let mut missing = undone_of(self.report);
        // A report that knows of no association is older than the listing: it says nothing now.
        let outdated = missing.iter().any(is_invited);
        let report = self.report.filter(|_| !outdated);
        if outdated {
            missing.clear();
        }
        let spoken = report.map(|report| report.at).max(self.associated_since);
        for control in self.controls {
            if spoken.is_some_and(|spoken| control.at <= spoken) {
                continue;
            }
            // Where Security Hub's successor runs too, Config.1 passes whatever is recorded, and the
            // recorder is AWS's own (AWS Config Developer Guide, "Service-linked recorders").
            let not_ours = control.step == Step::Config
                && report.is_some_and(|report| {
                    report.steps.iter().any(|step| {
                        step.step == Step::Config && step.state == State::ManagedElsewhere
                    })
                });
            if not_ours {
                continue;
            }
            missing.retain(|step| step.step != control.step);
            if !control.passed {
                let name = EVIDENCE
                    .iter()
                    .find(|(_, step)| *step == control.step)
                    .map_or("", |(name, _)| name);
                missing.push(found(
                    control.step,
                    format!("{name} FAILED, {}", control.at),
                ));
            }
        }
        let is_silent = self
            .associated_since
            .zip(self.silent_until)
            .is_some_and(|(since, until)| until.duration_since(since) >= FIRST_FINDINGS);
        if is_silent && let Some(until) = self.silent_until {
            missing.retain(|step| step.step != Step::Standards);
            missing.push(found(Step::Standards, format!("0 findings, {until}")));
        }
        missing.sort_by_key(|step| step.step);
        missing
    }
}

/// What findings show, in the form of a report; the detail is AWS's words, in every language.
fn found(step: Step, detail: String) -> StepReport {
    StepReport {
        step,
        state: State::Insufficient,
        detail,
        hint: None,
        on: None,
    }
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
    // What is managed elsewhere is here only when its service is off, or another administrator has it.
    matches!(
        state,
        State::Blocked | State::Failed | State::Insufficient | State::ManagedElsewhere
    )
}

/// The verdict's word for who is not to be watched any more.
pub const NOT_WANTED: &str = "not_wanted";

impl Verdict {
    /// The verdict's word, in JSON and the database.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Incomplete(_) => "incomplete",
            Self::Drifted(_) => "drifted",
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

    /// Whether the account's own people act next.
    pub fn waits_for_member(&self) -> bool {
        matches!(
            self,
            Self::Invited(_) | Self::Incomplete(_) | Self::Drifted(_)
        )
    }

    /// How bad it is, worst first: what was watched and is not any more, then what is watched in part,
    /// then what never was.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Resigned | Self::Removed => 0,
            Self::Drifted(_) => 1,
            Self::Unreadable(_) | Self::UnknownStatus(_) => 2,
            Self::Suspended | Self::NotInLedger => 3,
            Self::ManagedElsewhere(_) => 4,
            Self::Incomplete(_) => 5,
            Self::NotInvited => 6,
            Self::Invited(_) => 7,
            Self::Complete => 8,
        }
    }

    /// The steps that are missing, in the order in which they are done.
    pub fn missing(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = self.undone().iter().map(|report| report.step).collect();
        if !matches!(
            self,
            Self::Complete
                | Self::Incomplete(_)
                | Self::Drifted(_)
                | Self::NotInLedger
                | Self::Unreadable(_)
        ) {
            steps.push(Step::Invitation);
        }
        steps.sort();
        steps.dedup();
        steps
    }

    /// The step that a person should look at first: the earliest one that is in the way.
    pub fn obstacle(&self) -> Option<&StepReport> {
        let undone = self.undone();
        undone
            .iter()
            .find(|report| is_in_the_way(report.state))
            .or_else(|| undone.first())
    }

    fn undone(&self) -> &[StepReport] {
        match self {
            Self::Incomplete(steps)
            | Self::Drifted(steps)
            | Self::Invited(steps)
            | Self::ManagedElsewhere(steps) => steps,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests;
