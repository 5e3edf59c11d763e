//! One finding of Security Hub, read from its ASFF JSON, and when it was open.
//!
//! Strict about what says whose it is, tolerant about the rest: a product may write what it likes, and
//! AWS adds words. Sources: Security Hub's service model (`AwsSecurityFinding`), the user guide's
//! `controls-findings-create-update` and GuardDuty's `securityhub-integration`.

mod key;
mod read;

use hubward_protocol::AccountId;
use jiff::{SignedDuration, Timestamp};

use key::key;
pub use key::key_of_threat;
pub use read::{UnreadableFinding, is_guard_duty, read};

/// A finding, as far as reports need it. The texts are whatever a product wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The id that its product gave it.
    pub id: String,
    /// Who found it.
    pub product_arn: String,
    /// Whose it is.
    pub account_id: AccountId,
    /// Where it is; usually a Region, but a product writes it.
    pub region: String,
    /// What it is about.
    pub kind: FindingKind,
    /// The control, such as `S3.1`; empty when it is no control's.
    pub control_id: String,
    /// The standards that it counts for, such as `nist-800-53/v/5.0.0`.
    pub standards: Vec<String>,
    /// Its types in ASFF's taxonomy, by `; `.
    pub finding_type: String,
    /// Its title.
    pub title: String,
    /// The first resource's id.
    pub resource: String,
    /// The first resource's type.
    pub resource_type: String,
    /// Where it is explained: how to remedy it, or its page in the console.
    pub link: String,
    /// How bad it is.
    pub severity: FindingSeverity,
    /// What the control says; `None` when it is no control's.
    pub compliance: Option<Compliance>,
    /// What a person did with it.
    pub workflow: FindingWorkflow,
    /// Whether its product still sees it.
    pub record: RecordState,
    /// What a person wrote to it.
    pub note: String,
    /// When its product made it.
    pub created_at: Option<Timestamp>,
    /// When its product last touched it; what people do does not count.
    pub updated_at: Option<Timestamp>,
}

/// A finding of the mirror.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirrored {
    /// The finding.
    pub finding: Finding,
    /// When it was open.
    pub life: Life,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// A threat that GuardDuty saw.
    Threat,
    /// A control of Security Hub.
    Control,
    /// Another product's.
    Other,
}

/// How bad it is: the label that AWS or the product gave. It is never derived from a number, because
/// AWS's own examples pair numbers and labels differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingSeverity {
    /// No label, or one that AWS did not have when this was written.
    Unlabelled,
    /// INFORMATIONAL
    Informational,
    /// LOW
    Low,
    /// MEDIUM
    Medium,
    /// HIGH
    High,
    /// CRITICAL
    Critical,
}

/// A control's verdict on one resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compliance {
    /// PASSED
    Passed,
    /// FAILED
    Failed,
    /// WARNING, `NOT_AVAILABLE`, or a word that is not known: it could not be judged.
    Unknown,
}

/// What a person, or AWS for one, did with a finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingWorkflow {
    /// NEW: nobody has looked at it.
    #[default]
    New,
    /// NOTIFIED: its owner was told.
    Notified,
    /// SUPPRESSED: it was looked at, and nothing is to be done.
    Suppressed,
    /// RESOLVED: it was looked at and cleared.
    Resolved,
}

/// Whether its product still sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordState {
    /// ACTIVE
    #[default]
    Active,
    /// ARCHIVED
    Archived,
}

/// When a finding was open, as far as the mirror has seen. One that is open again keeps when it was
/// closed before: `closed_at` is then the earlier of the two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Life {
    /// Since when; `None` when it never was.
    pub opened_at: Option<Timestamp>,
    /// Until when it was the last time; `None` when it never ended.
    pub closed_at: Option<Timestamp>,
}

impl Finding {
    /// The finding's key in the mirror: of its account and Region, because ids are the products' own
    /// and two accounts may use the same.
    pub fn key(&self) -> String {
        let account = self.account_id.as_str();
        key([account, &self.region, &self.product_arn, &self.id])
    }

    /// Whether somebody has to do something about it.
    pub fn is_open(&self) -> bool {
        self.record == RecordState::Active
            && matches!(
                self.workflow,
                FindingWorkflow::New | FindingWorkflow::Notified
            )
            && matches!(self.compliance, None | Some(Compliance::Failed))
    }

    /// Whether somebody decided that nothing is to be done about it.
    pub fn is_suppressed(&self) -> bool {
        self.record == RecordState::Active && self.workflow == FindingWorkflow::Suppressed
    }
}

impl Life {
    /// How life goes on with what is seen now. `before` is the life so far with the time of the
    /// product's last touch; a change without a touch is a person's, and as old as our look.
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
                // Never later than the reopening, for that is how the two are told apart.
                closed_at: life.closed_at.map(|closed| closed.min(at)),
            },
            (true, false) => Self {
                // Always later than the opening, even where a product's times run backwards.
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
    pub fn is_reopened(self) -> bool {
        self.is_open() && self.closed_at.is_some()
    }
}

impl FindingKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Threat, Self::Control, Self::Other];

    /// The kind's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Threat => "threat",
            Self::Control => "control",
            Self::Other => "other",
        }
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

    /// AWS's label; empty where there is none.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "CRITICAL",
            Self::High => "HIGH",
            Self::Medium => "MEDIUM",
            Self::Low => "LOW",
            Self::Informational => "INFORMATIONAL",
            Self::Unlabelled => "",
        }
    }
}

impl Compliance {
    /// Every verdict.
    pub const ALL: [Self; 3] = [Self::Passed, Self::Failed, Self::Unknown];

    /// The verdict's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "PASSED",
            Self::Failed => "FAILED",
            Self::Unknown => "UNKNOWN",
        }
    }
}

impl FindingWorkflow {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::New, Self::Notified, Self::Suppressed, Self::Resolved];

    /// AWS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Notified => "NOTIFIED",
            Self::Suppressed => "SUPPRESSED",
            Self::Resolved => "RESOLVED",
        }
    }
}

impl RecordState {
    /// Every state.
    pub const ALL: [Self; 2] = [Self::Active, Self::Archived];

    /// AWS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Archived => "ARCHIVED",
        }
    }
}

#[cfg(test)]
mod tests;
