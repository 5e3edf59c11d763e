//! What a finding proves about the monitoring of its account and Region, and when.
//!
//! Security Hub runs its checks again within 12 to 24 hours and updates the finding each time, whether anything
//! changed or not (Security Hub User Guide, "Schedule for running security checks" and "Creating and updating
//! control findings"). So the time of a finding's last update is the time of the proof.

use std::fmt;
use std::str::FromStr;

use hubward_protocol::Region;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::AccountRegion;
use crate::account::Standard;
use crate::finding::{Compliance, Finding, FindingKind, RecordState};

/// What a finding is evidence of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EvidenceKind {
    /// Security Hub runs checks at all: any control's finding.
    AnyControl,
    /// AWS Config records what the enabled controls need: control Config.1.
    Config,
    /// GuardDuty is on: control GuardDuty.1, or any finding of GuardDuty.
    GuardDuty,
    /// This standard is enabled: any finding of one of its controls.
    Standard(Standard),
}

/// The newest finding of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Whether it says that the service is as it should be.
    pub passed: bool,
    /// When AWS last updated it.
    pub at: Timestamp,
    /// AWS's reason code, such as `CONFIG_RECORDER_DISABLED`; empty if there is none.
    pub reason_code: String,
    /// AWS's description of that reason; empty if there is none.
    pub description: String,
    /// Whether people suppressed the finding in Security Hub. That excuses nothing: members can do it.
    pub is_suppressed: bool,
}

/// A sighting, and where it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlSighting {
    pub place: AccountRegion,
    pub kind: EvidenceKind,
    pub sighting: Sighting,
}

/// How far another clock may be ahead of ours.
const CLOCK_AHEAD: SignedDuration = SignedDuration::from_hours(24);
/// The longest text of AWS's that is kept.
const LONGEST: usize = 1_000;

/// What a finding proves; nothing if it is archived, has no time of update, or is another product's.
///
/// `now` bounds the time of update: a clock may be ahead of ours, but not by more than a day.
pub fn sightings(finding: &Finding, asff: &Value, now: Timestamp) -> Vec<ControlSighting> {
    let (Some(at), Ok(region)) = (finding.updated_at, finding.region.parse::<Region>()) else {
        return Vec::new();
    };
    if finding.record == RecordState::Archived {
        return Vec::new();
    }
    let at = at.min(now.checked_add(CLOCK_AHEAD).unwrap_or(now));
    let of = |kind, passed| ControlSighting {
        place: (finding.account_id.clone(), region),
        kind,
        sighting: Sighting {
            passed,
            at,
            reason_code: String::new(),
            description: String::new(),
            is_suppressed: finding.is_suppressed(),
        },
    };
    match finding.kind {
        FindingKind::Other => Vec::new(),
        FindingKind::Threat => vec![of(EvidenceKind::GuardDuty, true)],
        FindingKind::Control => {
            let mut seen = vec![of(EvidenceKind::AnyControl, true)];
            seen.extend(
                standards(finding, asff)
                    .into_iter()
                    .map(|standard| of(EvidenceKind::Standard(standard), true)),
            );
            let service = match finding.control_id.as_str() {
                "Config.1" => Some(EvidenceKind::Config),
                "GuardDuty.1" => Some(EvidenceKind::GuardDuty),
                _ => None,
            };
            // A check that could not be made says nothing about the service.
            let passed = match finding.compliance {
                Some(Compliance::Passed) => Some(true),
                Some(Compliance::Failed) => Some(false),
                None | Some(Compliance::Unknown) => None,
            };
            if let Some((kind, passed)) = service.zip(passed) {
                let mut one = of(kind, passed);
                one.sighting.reason_code = reason(asff, "ReasonCode");
                one.sighting.description = reason(asff, "Description");
                seen.push(one);
            }
            seen
        }
    }
}

/// The standards that the finding's control is enabled for: as AWS names them, or, where consolidated findings
/// are off and it does not, the one in the generator's id.
fn standards(finding: &Finding, asff: &Value) -> Vec<Standard> {
    let named: Vec<Standard> = finding
        .standards
        .iter()
        .filter_map(|name| name.strip_prefix("ruleset/").unwrap_or(name).parse().ok())
        .collect();
    if !named.is_empty() {
        return named;
    }
    let generator = asff.get("GeneratorId").and_then(Value::as_str);
    generator
        .and_then(standard_of_generator)
        .into_iter()
        .collect()
}

/// `aws-foundational-security-best-practices/v/1.0.0/Config.1`, or an ARN that ends in
/// `ruleset/cis-aws-foundations-benchmark/v/1.2.0/rule/2.5`.
fn standard_of_generator(generator: &str) -> Option<Standard> {
    let path = generator.rsplit(':').next()?;
    let parts: Vec<&str> = path.split('/').collect();
    let at = parts.iter().position(|part| *part == "v")?;
    let (name, version) = (parts.get(at.checked_sub(1)?)?, parts.get(at + 1)?);
    format!("{name}/v/{version}").parse().ok()
}

fn reason(asff: &Value, field: &str) -> String {
    let found = asff.pointer("/Compliance/StatusReasons/0");
    let text = found.and_then(|reason| reason.get(field)?.as_str());
    text.unwrap_or_default()
        .chars()
        .filter(|char| !char.is_control())
        .take(LONGEST)
        .collect()
}

impl Sighting {
    /// Whether it replaces another one of the same kind: the newer one does, and of two at the same time the
    /// one that says that something is wrong.
    pub fn replaces(&self, other: &Self) -> bool {
        (self.at, !self.passed) > (other.at, !other.passed)
    }
}

impl fmt::Display for EvidenceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnyControl => f.write_str("any_control"),
            Self::Config => f.write_str("config"),
            Self::GuardDuty => f.write_str("guardduty"),
            Self::Standard(standard) => write!(f, "standard:{}", standard.as_str()),
        }
    }
}

/// The text is not a kind of evidence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a kind of evidence")]
pub struct InvalidEvidenceKind(String);

impl FromStr for EvidenceKind {
    type Err = InvalidEvidenceKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let standard = || {
            text.strip_prefix("standard:")?
                .parse()
                .ok()
                .map(Self::Standard)
        };
        match text {
            "any_control" => Some(Self::AnyControl),
            "config" => Some(Self::Config),
            "guardduty" => Some(Self::GuardDuty),
            _ => standard(),
        }
        .ok_or_else(|| InvalidEvidenceKind(text.to_owned()))
    }
}
