//! What an operation of AWS's needs, what denies it, and who is usually behind that.

use serde::Serialize;

/// An API operation and the IAM action that allows it: the same word but for a few of S3's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct Operation {
    /// `service:Operation`.
    pub(crate) name: &'static str,
    /// The IAM action.
    #[serde(skip)]
    pub(crate) action: &'static str,
}

impl Operation {
    /// An operation whose IAM action has the same name.
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name, action: name }
    }

    /// An operation whose IAM action has another name.
    pub(crate) const fn allowed_by(name: &'static str, action: &'static str) -> Self {
        Self { name, action }
    }

    /// Whether it only reads.
    pub(super) fn reads(self) -> bool {
        self.begins_with(&["Get", "List", "Describe"])
    }

    /// Whether it makes something new, of which an account may only have so many.
    pub(super) fn creates(self) -> bool {
        self.begins_with(&["Create", "Put", "Enable"])
    }

    fn begins_with(self, words: &[&str]) -> bool {
        let verb = self.name.split_once(':').map_or("", |(_, verb)| verb);
        words.iter().any(|word| verb.starts_with(word))
    }
}

/// What denies a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Denier {
    /// A service control policy of the organisation.
    ServiceControlPolicy,
    /// Another policy denies it explicitly (permissions boundary, session, resource, IAM).
    ExplicitDeny,
    /// No policy allows it.
    NothingAllows,
}

/// Who is usually behind a denied action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Usual {
    /// The caller has PowerUserAccess, which leaves out all of IAM but three actions.
    PowerUser,
    /// AWS Control Tower's mandatory control against changes of AWS Config.
    ControlTower,
    /// An organisation that denies whole Regions: not even looking is allowed there.
    RegionDeny,
}

/// Who is usually behind the denial of an action.
/// Sources: the AWS managed policy PowerUserAccess, version 12; AWS Control Tower's controls
/// AWS-GR_CONFIG_CHANGE_PROHIBITED and AWS-GR_REGION_DENY.
pub(crate) fn usually(by: Denier, operation: Operation, action: &str) -> Option<Usual> {
    if by == Denier::ServiceControlPolicy && operation.reads() {
        return Some(Usual::RegionDeny);
    }
    match action {
        "iam:PassRole" | "iam:GetRole" => Some(Usual::PowerUser),
        "config:PutConfigurationRecorder"
        | "config:StartConfigurationRecorder"
        | "config:PutDeliveryChannel" => Some(Usual::ControlTower),
        _ => None,
    }
}
