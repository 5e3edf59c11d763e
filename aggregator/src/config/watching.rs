//! `[hub]`, `[baseline]`, `[pacing]`, `[check]` and `[findings]`: what is monitored, and how.

use hubward_protocol::api::{PublishingFrequency, RecorderMode, Recording, RecordingFrequency};
use hubward_protocol::{AccountId, Region};
use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use hubward_domain::account::Standard;
use hubward_domain::check::ProofStep;

/// The SOC's Security Hub.
#[derive(Clone, Debug)]
pub(crate) struct HubConfig {
    pub administrator: AccountId,
    /// The Region where the findings of all Regions are aggregated.
    pub home_region: Region,
    /// The other monitored Regions.
    pub linked_regions: Vec<Region>,
}

impl HubConfig {
    /// The home Region first, then the linked ones.
    pub(crate) fn regions(&self) -> impl Iterator<Item = Region> {
        std::iter::once(self.home_region).chain(self.linked_regions.iter().copied())
    }
}

/// What a member's agent sets up.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Baseline {
    /// The Security Hub standards to enable.
    pub standards: Vec<Standard>,
    /// Whether an AWS Config recorder is created if there is none.
    pub config: RecorderMode,
    /// What a recorder of ours records.
    pub recording: Recording,
    /// How often it records.
    pub recording_frequency: RecordingFrequency,
    /// GuardDuty's optional protection plans to enable; all others are disabled.
    pub guardduty_features: Vec<String>,
    /// How often GuardDuty publishes updates of findings.
    pub finding_publishing_frequency: PublishingFrequency,
}

/// Requests per second, per account and Region; 0 means unlimited.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct PacingConfig {
    /// For `GetFindings`.
    pub get_findings: f64,
    /// For every other Security Hub operation.
    pub other: f64,
}

/// When checks run, and when members are reminded.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct CheckConfig {
    /// A cron expression in the locale's time zone.
    pub schedule: String,
    /// The interval of checking memberships.
    pub watch: SignedDuration,
    /// Days without progress before a member is reminded.
    pub remind_after_days: u16,
    /// How old AWS's evidence may be, and its last reading.
    #[serde(deserialize_with = "span")]
    pub proof_within: SignedDuration,
    /// How long an account may be leaving before a check counts it as incomplete.
    #[serde(deserialize_with = "span")]
    pub leave_within: SignedDuration,
    /// Steps that need no proof where none is possible.
    pub accept_unprovable: Vec<AcceptedStep>,
}

/// A step that needs no proof, as `REGION:STEP`; `*` is every Region.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct AcceptedStep {
    /// The only Region; `None` means every one.
    pub region: Option<Region>,
    pub step: ProofStep,
}

/// The text is not of the form `REGION:STEP`.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not REGION:STEP, such as us-east-1:guardduty or *:config")]
pub(crate) struct InvalidAcceptedStep(String);

impl TryFrom<String> for AcceptedStep {
    type Error = InvalidAcceptedStep;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let parsed = text.split_once(':').and_then(|(region, step)| {
            let region = match region {
                "*" => None,
                region => Some(region.parse().ok()?),
            };
            let step = step.parse().ok()?;
            Some(Self { region, step })
        });
        parsed.ok_or(InvalidAcceptedStep(text))
    }
}

/// A duration with units up to days, which are 24 hours here.
fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SignedDuration, D::Error> {
    let text = String::deserialize(deserializer)?;
    let span: Span = text.parse().map_err(D::Error::custom)?;
    span.to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(D::Error::custom)
}

/// When findings are mirrored.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct FindingsConfig {
    /// A cron expression in the locale's time zone.
    pub schedule: String,
}

impl Default for Baseline {
    fn default() -> Self {
        Self {
            standards: "aws-foundational-security-best-practices/v/1.0.0"
                .parse()
                .into_iter()
                .collect(),
            config: RecorderMode::default(),
            recording: Recording::default(),
            recording_frequency: RecordingFrequency::default(),
            guardduty_features: Vec::new(),
            finding_publishing_frequency: PublishingFrequency::default(),
        }
    }
}

impl Default for PacingConfig {
    /// Just below AWS's limits of 3 and 10 (Security Hub service model).
    fn default() -> Self {
        Self {
            get_findings: 2.9,
            other: 9.5,
        }
    }
}

impl Default for CheckConfig {
    fn default() -> Self {
        Self {
            schedule: "0 9 * * MON-FRI".to_owned(),
            watch: SignedDuration::from_mins(15),
            remind_after_days: 3,
            proof_within: SignedDuration::from_hours(48),
            leave_within: SignedDuration::from_hours(7 * 24),
            accept_unprovable: Vec::new(),
        }
    }
}

impl Default for FindingsConfig {
    fn default() -> Self {
        Self {
            schedule: "0 3 * * *".to_owned(),
        }
    }
}
