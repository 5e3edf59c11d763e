//! What was seen in AWS, in our words. Plain values: how they are read is `aws`, what follows from
//! them is `plan`. Anything that could not be read is kept as the `Refusal` that says why.

mod denial;
mod refusal;
mod retry;

use hubward_protocol::api::RecordingFrequency;
use hubward_protocol::{AccountId, Region};
use serde::{Serialize, Serializer};

pub(crate) use denial::{Denier, Operation, Usual, usually};
pub(crate) use refusal::{Cause, Refusal, plain};

/// Something that was read, or the reason why it could not be.
pub(crate) type Seen<T> = Result<T, Refusal>;

/// Everything seen in one Region.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RegionSeen {
    /// Which Region.
    pub(crate) region: Region,
    /// Whether the account has it enabled, as far as is known.
    pub(crate) enabled: Opted,
    /// AWS Config; absent where the Region was not asked.
    #[serde(serialize_with = "seen", skip_serializing_if = "not_asked")]
    pub(crate) config: Seen<ConfigSeen>,
    /// GuardDuty.
    #[serde(serialize_with = "seen", skip_serializing_if = "not_asked")]
    pub(crate) guardduty: Seen<GuardDutySeen>,
    /// Security Hub, its standards and its administrator.
    #[serde(serialize_with = "seen", skip_serializing_if = "not_asked")]
    pub(crate) security_hub: Seen<HubSeen>,
}

/// Whether an account has a Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Opted {
    /// It has, or the list of Regions could not be read: the Region is asked.
    In,
    /// AWS is enabling it.
    Enabling,
    /// It has not: the Region is not asked.
    Out,
}

/// AWS Config in one Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ConfigSeen {
    /// The customer managed recorder; there is at most one.
    pub(crate) recorder: Option<RecorderSeen>,
    /// The recorder that Security Hub made for itself, where both of its products are on.
    pub(crate) service_linked: Option<String>,
    /// The delivery channel; there is at most one.
    pub(crate) channel: Option<ChannelSeen>,
    /// There is no recorder, but the other Security Hub, V2, is on: with both on, Security Hub
    /// makes a recorder of its own, and pays no attention to anybody else's.
    pub(crate) security_hub_v2: bool,
}

/// A customer managed configuration recorder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RecorderSeen {
    /// Its name.
    pub(crate) name: String,
    /// Whether this program created it: it has our name and our tag.
    #[serde(serialize_with = "seen")]
    pub(crate) ours: Seen<bool>,
    /// Whether it records now.
    pub(crate) recording: bool,
    /// The error code of its last delivery, where that failed.
    pub(crate) failure: Option<String>,
    /// Which resource types it records.
    pub(crate) coverage: Coverage,
    /// How often it records.
    pub(crate) frequency: RecordingFrequency,
}

/// Which resource types a recorder records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Coverage {
    /// All supported types; the global IAM types only if it says so.
    All {
        /// Whether the global IAM types are recorded here.
        global_types: bool,
    },
    /// All types but these. The global IAM types are recorded unless they are among them.
    AllExcept(Vec<String>),
    /// These types only.
    Only(Vec<String>),
}

/// A delivery channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ChannelSeen {
    /// Its name.
    pub(crate) name: String,
    /// The bucket it delivers to.
    pub(crate) bucket: String,
}

/// The bucket that AWS Config delivers to: ours, looked up by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BucketSeen {
    /// There is none.
    Absent,
    /// It exists and is the account's own.
    Present {
        /// All four settings of its public access block are on.
        public_access_blocked: bool,
        /// It has a bucket policy. Whose words it is in is not our business.
        has_policy: bool,
    },
}

/// GuardDuty in one Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GuardDutySeen {
    /// There is no detector.
    Absent,
    /// A detector is on.
    Enabled {
        /// Its id.
        detector: String,
        /// It carries our tag.
        ours: bool,
        /// How often updated findings are published, in AWS's words.
        frequency: String,
    },
    /// There is a detector, but it is suspended.
    Suspended {
        /// Its id.
        detector: String,
        /// It carries our tag.
        ours: bool,
        /// The GuardDuty administrator, if there is one: then only that account can resume it.
        administrator: Option<AccountId>,
    },
}

/// Security Hub in one Region.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HubSeen {
    /// It is off. What it would offer can often not be read then.
    Off {
        /// The standards on offer, where AWS says so.
        #[serde(serialize_with = "seen")]
        offered: Seen<Vec<String>>,
    },
    /// It is on.
    On(Box<HubOn>),
}

/// A Security Hub that is on.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HubOn {
    /// The ARNs of AWS's own standards that this Region offers.
    #[serde(serialize_with = "seen")]
    pub(crate) offered: Seen<Vec<String>>,
    /// The standards that are enabled. Where they cannot be read, nobody knows whether it is on.
    pub(crate) standards: Vec<StandardSeen>,
    /// Who administers it.
    #[serde(serialize_with = "seen")]
    pub(crate) membership: Seen<MembershipSeen>,
}

/// An enabled standard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct StandardSeen {
    /// Its ARN.
    pub(crate) arn: String,
    /// How far it is.
    pub(crate) status: StandardStatus,
}

/// How far an enabled standard is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StandardStatus {
    /// Its controls run.
    Ready,
    /// It is being enabled, or new controls are being added.
    Pending,
    /// It is enabled with errors; AWS's reason code.
    Incomplete(String),
    /// It is being disabled.
    Deleting,
    /// Something else, in AWS's words.
    Other(String),
}

/// The side of Security Hub's membership that a member can see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct MembershipSeen {
    /// The administrator that the account belongs to.
    pub(crate) administrator: Option<AdministratorSeen>,
    /// Invitations that wait for an answer.
    pub(crate) invitations: Vec<InvitationSeen>,
}

/// The account that administers this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct AdministratorSeen {
    /// Its account id.
    pub(crate) account: String,
    /// The state of the relationship: a free string of AWS's that changed its spelling before.
    pub(crate) status: String,
}

/// An open invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct InvitationSeen {
    /// Who invites.
    pub(crate) account: String,
    /// AWS's id of the invitation.
    pub(crate) id: String,
}

/// Writes what was read as it is, and what could not be read as `{"refused": …}`.
fn seen<T: Serialize, S: Serializer>(value: &Seen<T>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Refused<'a> {
        refused: &'a Refusal,
    }
    match value {
        Ok(value) => value.serialize(serializer),
        Err(refused) => Refused { refused }.serialize(serializer),
    }
}

fn not_asked<T>(value: &Seen<T>) -> bool {
    matches!(value, Err(refusal) if refusal.is_of_nobody())
}

/// What was seen in one Region of what this program may have created there.
#[derive(Clone, Debug)]
pub(crate) struct CreatedSeen {
    /// The Region.
    pub(crate) seen: RegionSeen,
    /// Security Hub carries our tag.
    pub(crate) hub_is_ours: Seen<bool>,
    /// Our bucket for this Region is there and carries our tag.
    pub(crate) bucket_is_ours: Seen<bool>,
}

/// What exists once in an account and matters to AWS Config in every Region. Read only where a
/// Region needs it.
#[derive(Clone, Debug)]
pub(crate) struct AccountSeen {
    /// Whether the role of AWS Config exists.
    pub(crate) role: Seen<bool>,
    /// The bucket to deliver to.
    pub(crate) bucket: Seen<BucketSeen>,
}
