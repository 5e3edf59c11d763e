//! The changes that the agent can make: a closed set. Each is one AWS call, or a few where AWS refuses a part
//! of it, and can be repeated safely.
//! `plan` decides which changes are needed; `aws` performs one.

mod help;
mod kind;
pub(crate) mod not_offered;
mod stay;
mod topic;

use hubward_protocol::api::{PublishingFrequency, Recording, RecordingFrequency};
use hubward_protocol::{AccountId, Region};
use strum::{EnumDiscriminants, EnumString, IntoStaticStr, VariantArray};

use crate::baseline::StandardId;

pub(crate) use kind::Cost;
pub(crate) use stay::{
    Interval, REGION_TAG_KEY, STAY, STAY_LOG_GROUP, STAY_RETENTION_DAYS, StayChange, StayFunction,
    StayPart, StayPlace, WantedStay, stay_environment,
};
pub(crate) use topic::Topic;

/// The name of every resource that the agent creates, if it has one.
pub(crate) const NAME: &str = "hubward";

/// The key of the tag on every resource that the agent creates, if it can be tagged.
pub(crate) const TAG_KEY: &str = "hubward:created-by";

/// The value of that tag.
pub(crate) const TAG_VALUE: &str = "hubward-agent";

/// A change to the account, and its parameters. `ChangeKind` is the same without the parameters. The order
/// is the one in which a Region is set up, and in which costs and explanations are listed.
#[derive(Clone, Debug, PartialEq, Eq, EnumDiscriminants)]
#[strum_discriminants(
    name(ChangeKind),
    vis(pub(crate)),
    derive(EnumString, IntoStaticStr, VariantArray),
    strum(serialize_all = "kebab-case"),
    doc = "A kind of change; its kebab-case name is the argument of `explain`."
)]
pub(crate) enum Change {
    /// Creates the role with which AWS Config reads the account. Global.
    CreateServiceLinkedRole,
    /// Creates our configuration recorder.
    PutRecorder {
        recording: Recording,
        /// Whether the global IAM types are recorded.
        global_types: bool,
        frequency: RecordingFrequency,
    },
    /// Lets our recorder record these types too. What it records stays recorded.
    ExtendRecorder {
        types: Vec<String>,
    },
    /// Creates the bucket that AWS Config delivers to. Global.
    CreateBucket(Bucket),
    /// Blocks all public access to the bucket. Global.
    BlockPublicAccess(Bucket),
    /// Lets AWS Config write to the bucket, for this account and over TLS only. Global.
    PutBucketPolicy(Bucket),
    /// Creates the delivery channel into the bucket.
    PutDeliveryChannel(Bucket),
    /// Starts our recorder.
    StartRecorder,
    /// Creates a GuardDuty detector with these paid plans and no others.
    CreateDetector {
        /// Names of AWS's detector features.
        features: Vec<String>,
        frequency: PublishingFrequency,
    },
    /// Turns paid plans of our GuardDuty detector on, and none off.
    EnableDetectorFeatures {
        detector: String,
        /// Names of AWS's detector features.
        features: Vec<String>,
    },
    /// Resumes a suspended GuardDuty detector.
    ResumeDetector {
        detector: String,
    },
    /// Turns Security Hub on, without its default standards.
    EnableSecurityHub,
    EnableStandards(Vec<OfferedStandard>),
    /// Accepts the invitation of the pinned administrator.
    AcceptInvitation {
        administrator: AccountId,
        /// AWS's id of the invitation.
        invitation: String,
    },
}

/// A standard and its ARN in one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OfferedStandard {
    pub(crate) id: StandardId,
    pub(crate) arn: String,
}

/// The bucket that AWS Config delivers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    /// In the account's own namespace, so that no other account can have taken the name.
    pub(crate) name: String,
    pub(crate) region: Region,
}

impl Bucket {
    /// The bucket of an account in a Region. AWS prescribes the part of the name after the prefix.
    pub(crate) fn of(account: &AccountId, region: Region) -> Self {
        Self {
            name: format!("{NAME}-config-{account}-{region}-an"),
            region,
        }
    }

    /// Recognizes a bucket that an earlier run created, perhaps with another home Region.
    pub(crate) fn recognize(account: &AccountId, name: &str) -> Option<Self> {
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

    /// Whether this error code may only mean that an earlier change has not propagated yet: AWS needs
    /// seconds to make a new role, bucket or policy known everywhere.
    pub(crate) fn may_be_propagating(&self, code: &str) -> bool {
        match self {
            Self::PutRecorder { .. } | Self::ExtendRecorder { .. } => matches!(
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
    fn our_bucket_is_recognized_by_its_name_alone() {
        let account: AccountId = "012345678901".parse().unwrap();
        let bucket = Bucket::of(&account, "ap-northeast-1".parse().unwrap());
        assert_eq!(bucket.name, "hubward-config-012345678901-ap-northeast-1-an");
        assert_eq!(Bucket::recognize(&account, &bucket.name), Some(bucket));
        assert_eq!(
            Bucket::recognize(&account, "config-bucket-012345678901"),
            None
        );
        assert_eq!(
            Bucket::recognize(&account, "hubward-config-999999999999-ap-northeast-1-an"),
            None
        );
    }
}
