//! Which IAM action an AWS operation needs, what denied it, and the typical cause of such a denial.

use serde::Serialize;

/// An API operation and the IAM action that allows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct Operation {
    /// `service:Operation`.
    pub(crate) name: &'static str,
    #[serde(skip)]
    pub(crate) action: &'static str,
}

impl Operation {
    /// An operation whose IAM action has the same name.
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name, action: name }
    }

    /// An operation whose IAM action has another name, as a few of S3's do.
    pub(crate) const fn allowed_by(name: &'static str, action: &'static str) -> Self {
        Self { name, action }
    }

    /// The service and the operation's own name.
    pub(crate) fn parts(self) -> (&'static str, &'static str) {
        self.name.split_once(':').unwrap_or((self.name, ""))
    }

    pub(super) fn is_read_only(self) -> bool {
        self.has_verb(&["Get", "List", "Describe"])
    }

    /// Whether it creates a resource that counts against a quota.
    pub(super) fn creates(self) -> bool {
        self.has_verb(&["Create", "Put", "Enable"])
    }

    fn has_verb(self, verbs: &[&str]) -> bool {
        let (_, operation) = self.parts();
        verbs.iter().any(|verb| operation.starts_with(verb))
    }
}

/// The kind of policy that denied a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeniedBy {
    /// A service control policy of the organization.
    ServiceControlPolicy,
    /// An explicit deny elsewhere: permissions boundary, session, resource or IAM policy.
    ExplicitDeny,
    /// No policy allows the action.
    #[serde(rename = "nothing_allows")]
    ImplicitDeny,
}

/// The typical cause of a denial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypicalCause {
    /// The caller has PowerUserAccess, which allows only three IAM actions.
    PowerUser,
    /// AWS Control Tower's mandatory control against changes to AWS Config.
    ControlTower,
    /// The organization denies the whole Region: even read-only calls fail there.
    RegionDeny,
}

/// The typical cause of this denial, if there is one.
///
/// Sources: the AWS managed policy PowerUserAccess, version 12; AWS Control Tower's controls
/// AWS-GR_CONFIG_CHANGE_PROHIBITED and AWS-GR_REGION_DENY.
pub(crate) fn typical_cause(
    by: DeniedBy,
    operation: Operation,
    action: &str,
) -> Option<TypicalCause> {
    if by == DeniedBy::ServiceControlPolicy && operation.is_read_only() {
        return Some(TypicalCause::RegionDeny);
    }
    match action {
        "iam:PassRole"
        | "iam:GetRole"
        | "iam:CreateRole"
        | "iam:TagRole"
        | "iam:DeleteRole"
        | "iam:PutRolePolicy"
        | "iam:GetRolePolicy"
        | "iam:DeleteRolePolicy" => Some(TypicalCause::PowerUser),
        "config:PutConfigurationRecorder"
        | "config:StartConfigurationRecorder"
        | "config:PutDeliveryChannel" => Some(TypicalCause::ControlTower),
        _ => None,
    }
}
