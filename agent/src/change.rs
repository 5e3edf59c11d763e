//! The changes that this program can make: a closed set. Each is one call to AWS, safe to repeat.
//! Which of them are needed is decided in `plan`; `aws` performs one.

mod help;
mod kind;

use hubward_protocol::api::{PublishingFrequency, Recording, RecordingFrequency};
use hubward_protocol::{AccountId, Region};

use crate::baseline::StandardId;

pub(crate) use kind::{Cost, Kind};

/// The name of everything that this program creates and that has a name.
pub(crate) const NAME: &str = "hubward";

/// The tag on everything that this program creates and that can be tagged.
pub(crate) const TAG_KEY: &str = "hubward:created-by";

/// The tag's value.
pub(crate) const TAG_VALUE: &str = "hubward-agent";

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Creates the role with which AWS Config reads the account. Global.
    CreateServiceLinkedRole,
    /// Creates the bucket that AWS Config delivers to. Global.
    CreateBucket(Bucket),
    /// Blocks all public access to it. Global.
    BlockPublicAccess(Bucket),
    /// Lets AWS Config, for this account and over TLS only, write to it. Global.
    PutBucketPolicy(Bucket),
    /// Creates the configuration recorder, or mends ours.
    PutRecorder {
        /// What it records.
        recording: Recording,
        /// Whether the global IAM types are among it.
        global_types: bool,
        /// How often it records.
        frequency: RecordingFrequency,
    },
    /// Creates the delivery channel into the bucket.
    PutDeliveryChannel(Bucket),
    /// Starts our recorder.
    StartRecorder,
    /// Creates a GuardDuty detector with these of the paid plans, and no other.
    CreateDetector {
        /// The plans, in AWS's words.
        features: Vec<String>,
        /// How often it publishes updates of a finding.
        frequency: PublishingFrequency,
    },
    /// Resumes a suspended detector.
    ResumeDetector {
        /// Its id.
        detector: String,
    },
    /// Turns Security Hub on, without its default standards.
    EnableSecurityHub,
    /// Enables standards.
    EnableStandards(Vec<OfferedStandard>),
    /// Accepts the administrator's invitation.
    AcceptInvitation {
        /// The pinned administrator.
        administrator: AccountId,
        /// AWS's id of the invitation.
        invitation: String,
    },
}

/// A standard and its ARN in one Region, as AWS offers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OfferedStandard {
    /// The name in the baseline.
    pub(crate) id: StandardId,
    /// Its ARN in this Region.
    pub(crate) arn: String,
}

/// The bucket that AWS Config delivers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    /// Its name: in the account's own namespace, so that nobody else can have taken it.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) region: Region,
}

impl Bucket {
    /// The bucket of an account in a Region. AWS fixes the form of the name after the prefix.
    pub(crate) fn of(account: &AccountId, region: Region) -> Self {
        Self {
            name: format!("{NAME}-config-{account}-{region}-an"),
            region,
        }
    }

    /// Recognises a bucket that an earlier run created, perhaps with another home Region.
    pub(crate) fn recognise(account: &AccountId, name: &str) -> Option<Self> {
        Region::known()
            .map(|region| Self::of(account, region))
            .find(|bucket| bucket.name == name)
    }
}

impl Change {
    /// Whether it is made once for the account instead of once in each Region.
    pub(crate) fn is_global(&self) -> bool {
        matches!(
            self,
            Self::CreateServiceLinkedRole
                | Self::CreateBucket(_)
                | Self::BlockPublicAccess(_)
                | Self::PutBucketPolicy(_)
        )
    }

    /// What kind of change it is.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::CreateServiceLinkedRole => Kind::CreateServiceLinkedRole,
            Self::CreateBucket(_) => Kind::CreateBucket,
            Self::BlockPublicAccess(_) => Kind::BlockPublicAccess,
            Self::PutBucketPolicy(_) => Kind::PutBucketPolicy,
            Self::PutRecorder { .. } => Kind::PutRecorder,
            Self::PutDeliveryChannel(_) => Kind::PutDeliveryChannel,
            Self::StartRecorder => Kind::StartRecorder,
            Self::CreateDetector { .. } => Kind::CreateDetector,
            Self::ResumeDetector { .. } => Kind::ResumeDetector,
            Self::EnableSecurityHub => Kind::EnableSecurityHub,
            Self::EnableStandards(_) => Kind::EnableStandards,
            Self::AcceptInvitation { .. } => Kind::AcceptInvitation,
        }
    }

    /// Whether a refusal with this code may only mean that what was made just before has not
    /// arrived everywhere: a new role takes seconds to be known, and so does a new policy.
    pub(crate) fn may_settle(&self, code: &str) -> bool {
        match self {
            Self::PutRecorder { .. } => matches!(
                code,
                "InvalidRoleException" | "InsufficientPermissionsException"
            ),
            Self::PutDeliveryChannel(_) => {
                matches!(
                    code,
                    "InsufficientDeliveryPolicyException" | "NoSuchBucketException"
                )
            }
            Self::BlockPublicAccess(_) | Self::PutBucketPolicy(_) => {
                matches!(code, "NoSuchBucket" | "OperationAborted")
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_bucket_is_recognised_by_its_name_alone() {
        let account: AccountId = "012345678901".parse().unwrap();
        let bucket = Bucket::of(&account, "ap-northeast-1".parse().unwrap());
        assert_eq!(bucket.name, "hubward-config-012345678901-ap-northeast-1-an");
        assert_eq!(Bucket::recognise(&account, &bucket.name), Some(bucket));
        assert_eq!(
            Bucket::recognise(&account, "config-bucket-012345678901"),
            None
        );
        assert_eq!(
            Bucket::recognise(&account, "hubward-config-999999999999-ap-northeast-1-an"),
            None
        );
    }
}
