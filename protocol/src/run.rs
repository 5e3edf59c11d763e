//! What one run of the agent found and did: the object that `--json` prints. It says what was seen,
//! in the words of the account's own side; whether the account is really watched, only the
//! administrator's listing can tell.

use serde::{Deserialize, Serialize};

use crate::{AccountId, Region};

/// The result of one run, over all Regions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// The account that STS named as the caller's.
    pub account: AccountId,
    /// The pinned administrator account.
    pub administrator: AccountId,
    /// Every step of every Region is already or changed, or managed elsewhere with its service seen on.
    pub complete: bool,
    /// One entry per Region, in the order of the baseline.
    pub regions: Vec<RegionReport>,
    /// How many changes this run made in AWS (0 for a run that only looked).
    pub changes: u32,
}

/// The steps of one Region, in the order in which they are done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegionReport {
    /// The Region's name.
    pub region: Region,
    /// One entry per step.
    pub steps: Vec<StepReport>,
}

/// How far one step of one Region is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepReport {
    /// Which step.
    pub step: Step,
    /// How far it is.
    pub state: State,
    /// What was found or done, for a person.
    pub detail: String,
    /// What helps, and who must act; absent (`null`) when nothing is to be done.
    pub hint: Option<String>,
    /// Of a step that is managed elsewhere: whether its service was seen on. Absent otherwise, and in
    /// reports of agents that did not say it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<bool>,
}

impl StepReport {
    /// Nothing is missing here.
    pub fn is_complete(&self) -> bool {
        match self.state {
            State::Already | State::Changed => true,
            State::ManagedElsewhere => self.on == Some(true),
            _ => false,
        }
    }
}

/// A part of the set-up of one Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// AWS Config records what Security Hub's controls need.
    Config,
    /// GuardDuty has an enabled detector.
    #[serde(rename = "guardduty")]
    GuardDuty,
    /// Security Hub CSPM is on.
    SecurityHub,
    /// The baseline's standards are ready.
    Standards,
    /// The administrator's invitation is accepted.
    Invitation,
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = StepState))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It was as it should be before the run.
    Already,
    /// This run made it so.
    Changed,
    /// It would be changed; this run only looked.
    Planned,
    /// Nothing more to do here: AWS or the SOC is still at it.
    Waiting,
    /// Something foreign was adopted that does not record or cover enough.
    Insufficient,
    /// An organisation or another administrator manages it.
    ManagedElsewhere,
    /// AWS refused, or something that must come first is not there.
    Blocked,
    /// It went wrong for another reason.
    Failed,
}

impl Step {
    /// Every step, in the order in which they are done.
    pub const ALL: [Self; 5] = [
        Self::Config,
        Self::GuardDuty,
        Self::SecurityHub,
        Self::Standards,
        Self::Invitation,
    ];

    /// The step's name on the wire and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::GuardDuty => "guardduty",
            Self::SecurityHub => "security_hub",
            Self::Standards => "standards",
            Self::Invitation => "invitation",
        }
    }
}

impl State {
    /// The state's name on the wire and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Already => "already",
            Self::Changed => "changed",
            Self::Planned => "planned",
            Self::Waiting => "waiting",
            Self::Insufficient => "insufficient",
            Self::ManagedElsewhere => "managed_elsewhere",
            Self::Blocked => "blocked",
            Self::Failed => "failed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A released shape never changes: this file is what agents in the field print and send.
    const RUN_V1: &str = include_str!("../golden/run.v1.json");

    #[test]
    fn the_released_shape_of_a_run_is_read_and_written_unchanged() {
        let report: RunReport = serde_json::from_str(RUN_V1).unwrap();
        assert_eq!(
            serde_json::to_string_pretty(&report).unwrap() + "\n",
            RUN_V1
        );
    }

    #[test]
    fn names_are_those_of_the_wire() {
        for step in Step::ALL {
            assert_eq!(
                serde_json::to_string(&step).unwrap(),
                format!("{:?}", step.as_str())
            );
        }
        for state in [
            State::Already,
            State::Changed,
            State::Planned,
            State::Waiting,
            State::Insufficient,
            State::ManagedElsewhere,
            State::Blocked,
            State::Failed,
        ] {
            assert_eq!(
                serde_json::to_string(&state).unwrap(),
                format!("{:?}", state.as_str())
            );
        }
    }
}
