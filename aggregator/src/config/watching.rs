//! What is watched and how: the hub, the baseline of members, the pace of calls, checks, findings.

use hubward_protocol::api::{PublishingFrequency, RecorderMode, Recording, RecordingFrequency};
use hubward_protocol::{AccountId, Region};
use jiff::SignedDuration;
use serde::Deserialize;

use hubward_domain::account::Standard;

/// The SOC's Security Hub.
#[derive(Clone, Debug)]
pub struct HubConfig {
    /// The SOC's account.
    pub administrator: AccountId,
    /// Where findings of all Regions come together.
    pub home_region: Region,
    /// The other Regions that are watched.
    pub linked_regions: Vec<Region>,
}

impl HubConfig {
    /// Home Region first, then the linked ones.
    pub fn regions(&self) -> impl Iterator<Item = Region> {
        std::iter::once(self.home_region).chain(self.linked_regions.iter().copied())
    }
}

/// What a member's agent is to set up.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Baseline {
    /// Security Hub standards.
    pub standards: Vec<Standard>,
    /// Whether a recorder is made where none is.
    pub config: RecorderMode,
    /// What a recorder of ours records.
    pub recording: Recording,
    /// How often it records.
    pub recording_frequency: RecordingFrequency,
    /// Optional GuardDuty plans to switch on; all others are off.
    pub guardduty_features: Vec<String>,
    /// How often GuardDuty sends updates of a finding.
    pub finding_publishing_frequency: PublishingFrequency,
}

/// Requests a second, per account and Region; 0 is unlimited.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default)]
pub struct PacingConfig {
    /// For `GetFindings`.
    pub get_findings: f64,
    /// For every other Security Hub operation.
    pub other: f64,
}

/// When completeness is looked at, and who is told.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct CheckConfig {
    /// A cron expression in the locale's time zone.
    pub schedule: String,
    /// How often memberships are watched.
    pub watch: SignedDuration,
    /// Days of silence before a member is reminded.
    pub remind_after_days: u16,
}

/// When findings are mirrored.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct FindingsConfig {
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
    /// Just below AWS's own 3 and 10 (service model of Security Hub).
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
