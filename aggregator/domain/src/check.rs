//! Whether an account is really monitored in a Region, and if not, what is missing and who acts
//! next.
//!
//! The administrator's member listing is the only proof of a membership. An agent's report and the
//! findings of Security Hub's own controls can only add reasons and doubts; they never make an
//! account complete. Where those two disagree, the newer one wins.

mod evidence;

use std::collections::BTreeMap;

use hubward_protocol::{State, Step, StepReport};
use jiff::{SignedDuration, Timestamp};

use super::membership::MemberStatus;
pub use evidence::{AccountRegion, CheckRow, Evidence};

/// How long after its association an account may have no findings: Security Hub's first checks run
/// within 24 hours of a standard being enabled (Security Hub User Guide, "Schedule for running
/// security checks"), plus a day for the findings to arrive.
const FIRST_FINDINGS: SignedDuration = SignedDuration::from_hours(48);

/// Everything known about one account in one Region.
#[derive(Clone, Debug)]
pub struct CheckFacts<'a> {
    /// What the administrator's member listing says.
    pub listed: &'a ListedStatus,
    /// The agent's last report.
    pub report: Option<&'a AgentReport>,
    /// The findings of Security Hub's own controls.
    pub controls: &'a [ControlEvidence],
    /// The time of the last sync, if the mirror has no findings of this account in this Region
    /// although it should; otherwise `None`.
    pub silent_until: Option<Timestamp>,
    /// Since when checks have found it associated.
    pub associated_since: Option<Timestamp>,
    /// Whether it has been complete at some time since then.
    pub was_complete: bool,
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

/// The result of a Security Hub control about a service that the baseline requires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlEvidence {
    /// The service's step.
    pub step: Step,
    /// Whether it is as it should be.
    pub passed: bool,
    /// When the control was evaluated.
    pub at: Timestamp,
}

/// The state of an account in a Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Associated, and nothing is known to be missing.
    Complete,
    /// Associated, but has never been complete: these steps are missing.
    Incomplete(Vec<StepReport>),
    /// Associated and once complete; these steps are now missing.
    Drifted(Vec<StepReport>),
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
}

/// The controls that show whether a service is on, and the step that each is evidence of (Security
/// Hub User Guide, "Config.1" and "GuardDuty.1").
pub const EVIDENCE: [(&str, Step); 2] =
    [("Config.1", Step::Config), ("GuardDuty.1", Step::GuardDuty)];

/// Judges an account that should be monitored in a Region.
pub fn judge(facts: &CheckFacts<'_>) -> Verdict {
    use MemberStatus as S;
    let status = match facts.listed {
        ListedStatus::Unreadable(why) => return Verdict::Unreadable(why.clone()),
        ListedStatus::Listed(status) => status,
    };
    match status {
        Some(S::Enabled) => {
            // The listing proves the membership; everything else can only add what is missing.
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
    }
}

impl CheckFacts<'_> {
    /// The steps that an associated account is missing.
    fn missing(&self) -> Vec<StepReport> {
        let is_invited = |report: &StepReport| report.step == Step::Invitation;
        let mut missing = undone_of(self.report);
        // A report from before the association is outdated, because the listing is newer.
        let outdated = missing.iter().any(is_invited);
        let report = self.report.filter(|_| !outdated);
        if outdated {
            missing.clear();
        }
        // A control's result that is older than the report or the association is outdated.
        let spoken = report.map(|report| report.at).max(self.associated_since);
        for control in self.controls {
            if spoken.is_some_and(|spoken| control.at <= spoken) {
                continue;
            }
            // Where the new Security Hub runs too, Config.1 passes whatever is recorded, and AWS
            // owns the recorder (AWS Config Developer Guide, "Service-linked recorders").
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
        // Enabled standards produce findings: none for two days means that they are not enabled.
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

/// A finding as a step of a report. The detail is AWS's text, so it is not translated.
fn found(step: Step, detail: String) -> StepReport {
    StepReport {
        step,
        state: State::Insufficient,
        detail,
        hint: None,
        on: None,
        code: None,
        facts: BTreeMap::new(),
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
            Self::NotInvited => 6,
            Self::Invited(_) => 7,
            Self::Complete => 8,
        }
    }

    /// The missing steps, in the order in which they are done.
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

    /// The step to look at first: the earliest one with an obstacle.
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
