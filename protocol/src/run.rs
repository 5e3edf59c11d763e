//! The result of one run of the agent: the object that `--json` prints, and its parts. It is the member
//! account's own view. Whether the account is really monitored is shown only by the administrator's list of
//! members.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};
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
    /// The reason for the state as a stable word, such as `config_recorder_custom_role`, so that each reader
    /// gets it in their own language. Absent in reports of older agents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What the reason is about, by the names that belong to the code, such as `types`. A fact of a kind that
    /// this version does not know is left out.
    #[serde(
        default,
        deserialize_with = "known_facts",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Object, required = false))]
    pub facts: BTreeMap<String, Fact>,
}

/// One fact of a reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Fact {
    /// A count.
    Number(u64),
    /// A name, such as a role's ARN.
    Text(String),
    /// Several names. Only the first ones, where there are many; a count is then a fact of its own.
    List(Vec<String>),
}

fn known_facts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Fact>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum AnyFact {
        Known(Fact),
        Unknown(IgnoredAny),
    }
    let facts: BTreeMap<String, AnyFact> = BTreeMap::deserialize(deserializer)?;
    let known = facts.into_iter().filter_map(|(name, fact)| match fact {
        AnyFact::Known(fact) => Some((name, fact)),
        AnyFact::Unknown(IgnoredAny) => None,
    });
    Ok(known.collect())
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

    /// With `on`, `code` and `facts`.
    const RUN_V2: &str = include_str!("../golden/run.v2.json");

    #[test]
    fn the_released_formats_of_a_run_are_read_and_written_unchanged() {
        for golden in [RUN_V1, RUN_V2] {
            let report: RunReport = serde_json::from_str(golden).unwrap();
            assert_eq!(
                serde_json::to_string_pretty(&report).unwrap() + "\n",
                golden
            );
        }
    }

    #[test]
    fn facts_of_a_later_version_are_left_out() {
        let step = r#"{"step":"config","state":"insufficient","detail":"","hint":null,"code":"c",
            "facts":{"count":12,"deep":{"a":1},"negative":-1,"none":null,"of":["a"],"role":"r"},"later":true}"#;
        let step: StepReport = serde_json::from_str(step).unwrap();
        let names: Vec<_> = step.facts.keys().map(String::as_str).collect();
        assert_eq!(names, ["count", "of", "role"]);
        assert_eq!(step.facts["count"], Fact::Number(12));
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
