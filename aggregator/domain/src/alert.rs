//! A threat that a person must see: its facts, states and filters.
//!
//! Pure: events are parsed in `event`, rows are stored by `store::alerts`, and recipients are
//! chosen in `domain::routing`.

pub mod arrival;
pub mod dedup;
pub mod escalation;
pub mod event;
pub mod handling;
pub mod kind;
pub mod loss;
pub mod write_back;

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

pub use dedup::{DedupDecision, KnownAlert, decide, regions};

use super::word::UnknownWord;

/// ASFF's `Severity.Label`. Used as AWS gives it, never derived from a number (service model of
/// Security Hub: `Product` and `Normalized` are deprecated). Lowest first.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    IntoStaticStr,
    EnumString,
    VariantArray,
    strum::Display,
)]
#[serde(rename_all = "UPPERCASE")]
#[strum(serialize_all = "UPPERCASE")]
pub enum Severity {
    /// Nothing to act on.
    Informational,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// An attack in several steps.
    Critical,
}

/// How far the handling of an alert is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    IntoStaticStr,
    EnumString,
    VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(
    serialize_all = "lowercase",
    parse_err_ty = UnknownWord,
    parse_err_fn = UnknownWord::of::<AlertState>
)]
pub enum AlertState {
    /// Not acknowledged.
    Open,
    /// A person has acknowledged it.
    Acknowledged,
    /// It is dealt with.
    Resolved,
    /// It matches a silence, so no one is notified.
    Silenced,
}

/// One threat: an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// A short id, derived from the first finding's id, so it is stable.
    pub id: String,
    /// The id of the first finding.
    pub finding_id: String,
    /// The account that is threatened.
    pub account_id: AccountId,
    /// The Region of the first finding.
    pub region: Region,
    /// GuardDuty's type, such as `UnauthorizedAccess:EC2-SSHBruteForce`.
    pub kind: String,
    /// It never decreases.
    pub severity: Severity,
    /// The finding's title.
    pub title: String,
    /// How far people are with it.
    pub state: AlertState,
    /// How often GuardDuty observed it.
    pub count: i64,
    pub first_seen: Timestamp,
    /// When it was last observed.
    pub last_seen: Timestamp,
    /// What helps a person to act on it.
    pub facts: AlertFacts,
}

/// A filter of alerts; an empty one matches all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertFilter {
    /// Only this state.
    pub state: Option<AlertState>,
    /// Only this severity.
    pub severity: Option<Severity>,
    /// Only this Region.
    pub region: Option<Region>,
    /// Only this account.
    pub account: Option<AccountId>,
    /// Only this alert.
    pub id: Option<String>,
    /// A part of the account, project, type or title; empty means all.
    pub search: String,
}

/// What helps a person to act on an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertFacts {
    /// The finding's description.
    #[serde(default)]
    pub description: String,
    /// The threatened resource, such as an instance's ARN.
    #[serde(default)]
    pub resource: String,
    /// The finding in AWS's console; always a URL of AWS.
    #[serde(default)]
    pub console: Option<String>,
}

/// The Region in the ARN of a GuardDuty finding:
/// `arn:aws:guardduty:REGION:ACCOUNT:detector/…/finding/…`.
pub(crate) fn region_of(finding_id: &str) -> Option<Region> {
    finding_id.split(':').nth(3)?.parse().ok()
}

/// The URL of a GuardDuty finding in AWS's console. It is built here rather than taken from the
/// finding, so that a forged finding cannot place a link.
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
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl AlertState {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests;
