//! The result of one run of the agent: the object that `--json` prints, and its parts. It is the member
//! account's own view. Whether the account is really monitored is shown only by the administrator's list of
//! members.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::{AccountId, Region};

/// The result of one run, over all Regions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// The caller's account, as STS named it.
    pub account: AccountId,
    /// The pinned administrator account.
    pub administrator: AccountId,
    /// Whether every step in every Region is complete: `already` or `changed`, or `managed_elsewhere` with its
    /// service observed to be on.
    pub complete: bool,
    /// In the order of the baseline.
    pub regions: Vec<RegionReport>,
    /// The number of changes that this run made in AWS.
    pub changes: u32,
}

/// The steps of one Region, in the order in which they are carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegionReport {
    /// The Region.
    pub region: Region,
    /// One entry per step.
    pub steps: Vec<StepReport>,
}

/// The state of one step in one Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepReport {
    /// The step.
    pub step: Step,
    /// Its state.
    pub state: State,
    /// The reason for the state, as a sentence.
    pub detail: String,
    /// What to do, and who can do it; `null` if nothing has to be done.
    pub hint: Option<String>,
    /// For a step that is managed elsewhere: whether its service was observed to be on. Absent otherwise, and
    /// in reports of older agents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<bool>,
}

impl StepReport {
    /// Whether nothing is missing in this step.
    pub fn is_complete(&self) -> bool {
        match self.state {
            State::Already | State::Changed => true,
            State::ManagedElsewhere => self.on == Some(true),
            _ => false,
        }
    }
}

/// A part of the set-up of one Region.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Step {
    /// AWS Config records what Security Hub's controls need.
    Config,
    /// GuardDuty has an enabled detector.
    #[serde(rename = "guardduty")]
    #[strum(serialize = "guardduty")]
    GuardDuty,
    /// Security Hub CSPM is on.
    SecurityHub,
    /// The baseline's standards are ready.
    Standards,
    /// The administrator's invitation is accepted.
    Invitation,
}

/// The state of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = StepState))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It was set up before the run.
    Already,
    /// This run set it up.
    Changed,
    /// It would be changed; this run did not make changes.
    Planned,
    /// AWS or the SOC has to finish something.
    Waiting,
    /// An existing resource was adopted that does not record or cover everything.
    Insufficient,
    /// An organization or another administrator manages it.
    ManagedElsewhere,
    /// AWS denied it, or a prerequisite is missing.
    Blocked,
    /// It failed for another reason.
    Failed,
}

impl Step {
    /// All steps, in the order in which they are carried out.
    pub const ALL: [Self; 5] = [
        Self::Config,
        Self::GuardDuty,
        Self::SecurityHub,
        Self::Standards,
        Self::Invitation,
    ];

    /// The step's name in messages.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A released format never changes: agents in the field print and send it.
    const RUN_V1: &str = include_str!("../golden/run.v1.json");

    #[test]
    fn the_released_format_of_a_run_is_read_and_written_unchanged() {
        let report: RunReport = serde_json::from_str(RUN_V1).unwrap();
        assert_eq!(
            serde_json::to_string_pretty(&report).unwrap() + "\n",
            RUN_V1
        );
    }

    #[test]
    fn names_are_those_in_messages() {
        for step in Step::ALL {
            assert_eq!(
                serde_json::to_string(&step).unwrap(),
                format!("{:?}", step.as_str())
            );
        }
        let names = r#"["already","changed","planned","waiting","insufficient","managed_elsewhere","blocked","failed"]"#;
        let states: Vec<State> = serde_json::from_str(names).unwrap();
        assert_eq!(serde_json::to_string(&states).unwrap(), names);
    }
}
