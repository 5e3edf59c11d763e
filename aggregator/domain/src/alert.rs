//! A threat that a person must see: what is known of it, and what another event about it changes.
//!
//! Pure: the events come from `read`, rows are kept by `store::alerts`, and who is told is decided
//! in `domain::routing`.

pub mod arrival;
pub mod dedup;
pub mod escalation;
pub mod event;
pub mod handling;
pub mod kind;
pub mod loss;
pub mod write_back;

use std::fmt;
use std::str::FromStr;

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use dedup::{DedupDecision, KnownAlert, decide, regions};

/// ASFF's `Severity.Label`. It is taken as it is, never derived from a number (service model of
/// Security Hub: `Product` and `Normalized` are deprecated).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    /// Nothing to act on.
    Informational,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical: an attack in several steps.
    Critical,
}

/// How far people are with an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    /// Nobody has taken it.
    Open,
    /// Somebody has taken it.
    Acknowledged,
    /// It is dealt with.
    Resolved,
    /// It is known, and not to be told of.
    Silenced,
}

/// A word that is none of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}", .0.join(", "))]
pub struct UnknownWord(Vec<&'static str>);

/// One threat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Short, and the same however often its first finding comes.
    pub id: String,
    /// The first finding.
    pub finding_id: String,
    /// The account that is threatened.
    pub account_id: AccountId,
    /// The Region it was found in.
    pub region: Region,
    /// GuardDuty's type, such as `UnauthorizedAccess:EC2-SSHBruteForce`.
    pub kind: String,
    /// How bad it is; it only ever rises.
    pub severity: Severity,
    /// The finding's title.
    pub title: String,
    /// How far people are with it.
    pub state: AlertState,
    /// How often GuardDuty saw it.
    pub count: i64,
    /// When it began.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// What helps to act.
    pub facts: AlertFacts,
}

/// Which alerts somebody wants to see; nothing set means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertFilter {
    /// In this state.
    pub state: Option<AlertState>,
    /// This bad.
    pub severity: Option<Severity>,
    /// In this Region.
    pub region: Option<Region>,
    /// Of this account.
    pub account: Option<AccountId>,
    /// This one.
    pub id: Option<String>,
    /// A part of account, project, type or title; empty for all.
    pub search: String,
}

/// What helps a person to act on an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertFacts {
    /// The finding's description.
    #[serde(default)]
    pub description: String,
    /// What is threatened, such as an instance's ARN.
    #[serde(default)]
    pub resource: String,
    /// The finding in AWS's console; only ever an address of AWS's own.
    #[serde(default)]
    pub console: Option<String>,
}

/// Where GuardDuty found something: `arn:aws:guardduty:REGION:ACCOUNT:detector/…/finding/…`.
pub fn region_of(finding_id: &str) -> Option<Region> {
    finding_id.split(':').nth(3)?.parse().ok()
}

/// A finding of GuardDuty's in AWS's console. The address is ours and not the one that the finding brings:
/// links lead only where we say.
pub fn console(finding_id: &str) -> Option<String> {
    let parts: Vec<&str> = finding_id.splitn(6, ':').collect();
    let ["arn", "aws", "guardduty", _, _, detector] = parts.as_slice() else {
        return None;
    };
    let region = region_of(finding_id)?;
    let (_, finding) = detector.rsplit_once('/')?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (!finding.is_empty() && finding.chars().all(is_plain)).then(|| {
        format!(
            "https://{region}.console.aws.amazon.com/guardduty/home?region={region}\
             #/findings?macros=current&fId={finding}"
        )
    })
}

impl Severity {
    /// Every severity, lowest first.
    pub const ALL: [Self; 5] = [
        Self::Informational,
        Self::Low,
        Self::Medium,
        Self::High,
        Self::Critical,
    ];

    /// AWS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "INFORMATIONAL",
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }
}

impl AlertState {
    /// Every state.
    pub const ALL: [Self; 4] = [
        Self::Open,
        Self::Acknowledged,
        Self::Resolved,
        Self::Silenced,
    ];

    /// The state's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
            Self::Silenced => "silenced",
        }
    }
}

impl FromStr for Severity {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        one_of(Self::ALL, Self::as_str, word)
    }
}

impl FromStr for AlertState {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        one_of(Self::ALL, Self::as_str, word)
    }
}

fn one_of<T: Copy, const N: usize>(
    all: [T; N],
    name: fn(T) -> &'static str,
    word: &str,
) -> Result<T, UnknownWord> {
    all.into_iter()
        .find(|known| name(*known) == word)
        .ok_or_else(|| UnknownWord(all.map(name).to_vec()))
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests;
