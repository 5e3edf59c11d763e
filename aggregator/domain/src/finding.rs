//! A finding of Security Hub, parsed from its ASFF JSON, and when it was open.
//!
//! Strict about the identity (id and account), tolerant about the rest: products write what they
//! like, and AWS adds values. Sources: Security Hub's service model (`AwsSecurityFinding`), the
//! user guide's `controls-findings-create-update` and GuardDuty's `securityhub-integration`.

mod key;
mod read;

use hubward_protocol::AccountId;
use jiff::{SignedDuration, Timestamp};
use strum::{EnumString, IntoStaticStr};

use key::key;
pub(crate) use key::key_of_threat;
pub(crate) use read::is_guard_duty;
pub use read::{UnreadableFinding, read};

/// The part of a finding that reports need. The texts are as the product wrote them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The id that its product gave it.
    pub id: String,
    /// The ARN of the product that created it.
    pub product_arn: String,
    /// The account that it is about.
    pub account_id: AccountId,
    /// Usually a Region, but the product decides what it writes.
    pub region: String,
    /// Threat, control or other.
    pub kind: FindingKind,
    /// The control, such as `S3.1`; empty if it is not about a control.
    pub control_id: String,
    /// The standards that it counts for, such as `nist-800-53/v/5.0.0`.
    pub standards: Vec<String>,
    /// Its types in ASFF's taxonomy, separated by `; `.
    pub finding_type: String,
    pub title: String,
    /// The first resource's id.
    pub resource: String,
    /// The first resource's type.
    pub resource_type: String,
    /// The explanation: how to remediate it, or its page in the console.
    pub link: String,
    pub severity: FindingSeverity,
    /// The control's result; `None` if it is not about a control.
    pub compliance: Option<Compliance>,
    /// The workflow status that people set.
    pub workflow: FindingWorkflow,
    /// Whether its product still reports it.
    pub record: RecordState,
    /// The note that a person wrote.
    pub note: String,
    /// When its product created it.
    pub created_at: Option<Timestamp>,
    /// When its product last updated it; changes made by people do not count.
    pub updated_at: Option<Timestamp>,
}

/// A finding of the mirror.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirrored {
    pub finding: Finding,
    /// When it was open.
    pub life: Life,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum FindingKind {
    /// A threat that GuardDuty detected.
    Threat,
    /// A control of Security Hub.
    Control,
    /// Another product's finding.
    Other,
}

/// The label that AWS or the product gave. It is never derived from a number, because AWS's own
/// examples pair numbers and labels differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString)]
#[strum(serialize_all = "UPPERCASE")]
pub enum FindingSeverity {
    /// No label, or one that Hubward does not know.
    #[strum(serialize = "")]
    Unlabelled,
    Informational,
    Low,
    Medium,
    High,
    Critical,
}

/// A control's result for one resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString)]
#[strum(serialize_all = "UPPERCASE")]
pub enum Compliance {
    Passed,
    Failed,
    /// WARNING, `NOT_AVAILABLE`, or an unknown value: the resource could not be evaluated.
    Unknown,
}

/// The workflow status that people, or AWS itself, set.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString,
)]
#[strum(serialize_all = "UPPERCASE")]
pub enum FindingWorkflow {
    /// NEW: not reviewed.
    #[default]
    New,
    /// NOTIFIED: its owner was notified.
    Notified,
    /// SUPPRESSED: reviewed, and no action is needed.
    Suppressed,
    /// RESOLVED: reviewed and fixed.
    Resolved,
}

/// Whether its product still reports it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString,
)]
#[strum(serialize_all = "UPPERCASE")]
pub enum RecordState {
    #[default]
    Active,
    Archived,
}

/// When a finding was open, as far as the mirror has observed. A reopened one keeps the time it was
/// closed before: `closed_at` is then the earlier of the two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Life {
    /// Since when it is open; `None` if it never was.
    pub opened_at: Option<Timestamp>,
    /// When it was last closed; `None` if it never was.
    pub closed_at: Option<Timestamp>,
}

impl Finding {
    /// The finding's key in the mirror. It includes the account and Region, because products choose
    /// their ids and two accounts may use the same one.
    pub fn key(&self) -> String {
        let account = self.account_id.as_str();
        key([account, &self.region, &self.product_arn, &self.id])
    }

    /// Whether action is needed.
    pub fn is_open(&self) -> bool {
        self.record == RecordState::Active
            && matches!(
                self.workflow,
                FindingWorkflow::New | FindingWorkflow::Notified
            )
            && matches!(self.compliance, None | Some(Compliance::Failed))
    }

    /// Whether a person decided that no action is needed.
    pub fn is_suppressed(&self) -> bool {
        self.record == RecordState::Active && self.workflow == FindingWorkflow::Suppressed
    }
}

impl Life {
    /// The life after a new observation. `before` is the life so far with the time of the product's
    /// last update. A change without an update was made by a person, and dates from our
    /// observation.
    pub fn next(
        before: Option<(Self, Option<Timestamp>)>,
        finding: &Finding,
        now: Timestamp,
    ) -> Self {
        let Some((life, touched)) = before else {
            let began = finding.created_at.or(finding.updated_at).unwrap_or(now);
            return Self {
                opened_at: finding.is_open().then(|| began.min(now)),
                closed_at: None,
            };
        };
        let at = finding
            .updated_at
            .filter(|updated| Some(*updated) != touched)
            .map_or(now, |updated| updated.min(now));
        match (life.is_open(), finding.is_open()) {
            (true, true) | (false, false) => life,
            (false, true) => Self {
                opened_at: Some(at),
                // Never later than the reopening: their order tells the two apart.
                closed_at: life.closed_at.map(|closed| closed.min(at)),
            },
            (true, false) => Self {
                // Always later than the opening, even if a product's times run backwards.
                closed_at: Some(
                    life.opened_at
                        .and_then(|opened| opened.checked_add(SignedDuration::from_secs(1)).ok())
                        .map_or(at, |earliest| at.max(earliest)),
                ),
                ..life
            },
        }
    }

    fn is_open(self) -> bool {
        self.opened_at
            .is_some_and(|opened| self.closed_at.is_none_or(|closed| closed <= opened))
    }

    /// Whether it is open, and was closed once before.
    pub(crate) fn is_reopened(self) -> bool {
        self.is_open() && self.closed_at.is_some()
    }
}

impl FindingKind {
    pub const ALL: [Self; 3] = [Self::Threat, Self::Control, Self::Other];

    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl FindingSeverity {
    /// Every severity, the worst first.
    pub const ALL: [Self; 6] = [
        Self::Critical,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::Informational,
        Self::Unlabelled,
    ];

    /// AWS's label; empty if none.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Compliance {
    pub const ALL: [Self; 3] = [Self::Passed, Self::Failed, Self::Unknown];

    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl FindingWorkflow {
    pub const ALL: [Self; 4] = [Self::New, Self::Notified, Self::Suppressed, Self::Resolved];

    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl RecordState {
    pub const ALL: [Self; 2] = [Self::Active, Self::Archived];

    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests;
