//! What was observed in AWS, as plain values. `aws` reads them, `plan` decides by them. A part that could
//! not be read is kept as the `AwsError` that explains why.
//!
//! `observe` prints these values as JSON, so their serialized names stay as they are.

mod aws_error;
mod denial;
mod retry;
mod stay;

use hubward_protocol::api::RecordingFrequency;
use hubward_protocol::{AccountId, Region};
use serde::{Serialize, Serializer};

pub(crate) use aws_error::{AwsError, Cause, sanitize};
pub(crate) use denial::{DeniedBy, Operation, TypicalCause, typical_cause};
pub(crate) use stay::{
    Found, ObservedStay, ObservedStayFunction, ObservedStayLogGroup, ObservedStayRole,
    ObservedStaySchedule, StaySettings,
};

/// A value that was read, or why it could not be read.
pub(crate) type Observation<T> = Result<T, AwsError>;

/// One Region of the account.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ObservedRegion {
    pub(crate) region: Region,
    pub(crate) enabled: OptStatus,
    // A Region that the account has not enabled is not called, so its services are left out of the JSON.
    #[serde(serialize_with = "observation", skip_serializing_if = "not_called")]
    pub(crate) config: Observation<ObservedConfig>,
    #[serde(serialize_with = "observation", skip_serializing_if = "not_called")]
    pub(crate) guardduty: Observation<ObservedGuardDuty>,
    #[serde(serialize_with = "observation", skip_serializing_if = "not_called")]
    pub(crate) security_hub: Observation<ObservedHub>,
    /// Read only where the judgement of the recorder depends on it, and once in a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) controls: Option<ObservedControls>,
}

/// What Security Hub says about the controls that decide whether a recorder is sufficient.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ObservedControls {
    /// Controls that were asked about, and that are off in this account and Region.
    pub(crate) off: Vec<String>,
    /// Config.1 does not look at the recorder's role here: its parameter
    /// `includeConfigServiceLinkedRoleCheck` is false.
    pub(crate) any_role: bool,
}

/// Whether the account has enabled a Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OptStatus {
    /// Enabled, or assumed to be because the list of Regions could not be read.
    #[serde(rename = "in")]
    Enabled,
    Enabling,
    #[serde(rename = "out")]
    Disabled,
}

/// AWS Config in one Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ObservedConfig {
    /// The customer managed recorder; AWS allows one.
    pub(crate) recorder: Option<ObservedRecorder>,
    /// The name of the recorder that Security Hub creates for itself when both of its products are on.
    pub(crate) service_linked: Option<String>,
    /// AWS allows one.
    pub(crate) channel: Option<ObservedChannel>,
    /// There is no recorder, but Security Hub V2 is on. With both products on, Security Hub creates its
    /// own recorder and ignores any other.
    pub(crate) security_hub_v2: bool,
}

/// A customer managed configuration recorder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ObservedRecorder {
    pub(crate) name: String,
    /// Whether the agent created it: it has our name and our tag.
    #[serde(serialize_with = "observation")]
    pub(crate) ours: Observation<bool>,
    pub(crate) recording: bool,
    /// The error code of the last delivery, if that failed.
    pub(crate) failure: Option<String>,
    pub(crate) coverage: Coverage,
    pub(crate) frequency: RecordingFrequency,
    /// The ARN of the role with which it reads the account.
    pub(crate) role: Option<String>,
    /// Types that AWS Config refused when our recorder was made or extended.
    pub(crate) not_offered: Vec<String>,
}

/// Which resource types a recorder records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Coverage {
    /// All supported types; the global IAM types only with `global_types`.
    All { global_types: bool },
    /// All types but these. The global IAM types are recorded unless they are listed.
    AllExcept(Vec<String>),
    /// These types only.
    Only(Vec<String>),
}

/// The delivery channel of AWS Config.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ObservedChannel {
    pub(crate) name: String,
    pub(crate) bucket: String,
}

/// Our bucket for AWS Config, looked up by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ObservedBucket {
    Absent,
    /// It exists and belongs to the account.
    Present {
        /// All four settings of the public access block are on.
        public_access_blocked: bool,
        /// Any policy counts: an administrator may have replaced ours.
        has_policy: bool,
    },
}

/// GuardDuty in one Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ObservedGuardDuty {
    /// There is no detector.
    Absent,
    Enabled {
        /// The detector's id.
        detector: String,
        /// It carries our tag.
        ours: bool,
        /// AWS's `FindingPublishingFrequency`.
        frequency: String,
        /// As AWS lists them.
        features: Vec<ObservedFeature>,
        /// Features that GuardDuty refused when our detector was made or changed.
        not_offered: Vec<String>,
        /// The GuardDuty administrator, which may decide about the features. Looked up only if a wanted
        /// feature is not on.
        administrator: Option<AccountId>,
    },
    Suspended {
        /// The detector's id.
        detector: String,
        /// It carries our tag.
        ours: bool,
        /// The GuardDuty administrator. If there is one, only that account can resume the detector.
        administrator: Option<AccountId>,
    },
}

/// A feature of a detector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ObservedFeature {
    /// AWS's name, such as `S3_DATA_EVENTS`.
    pub(crate) name: String,
    pub(crate) on: bool,
    /// A GuardDuty policy of the organization manages it (AWS's `ManagedBy`).
    pub(crate) by_policy: bool,
}

/// Security Hub in one Region.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ObservedHub {
    Off {
        /// The ARNs of the standards on offer. Often not readable while Security Hub is off.
        #[serde(serialize_with = "observation")]
        offered: Observation<Vec<String>>,
    },
    On(Box<HubOn>),
}

/// A Security Hub that is on.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HubOn {
    /// The ARNs of AWS's own standards that this Region offers.
    #[serde(serialize_with = "observation")]
    pub(crate) offered: Observation<Vec<String>>,
    /// The enabled standards. This is also the call that shows whether Security Hub is on.
    pub(crate) standards: Vec<ObservedStandard>,
    #[serde(serialize_with = "observation")]
    pub(crate) membership: Observation<ObservedMembership>,
}

/// An enabled standard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ObservedStandard {
    pub(crate) arn: String,
    pub(crate) status: StandardStatus,
}

/// The status of an enabled standard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StandardStatus {
    Ready,
    /// AWS is enabling it, or adding new controls.
    Pending,
    /// Enabled with errors; AWS's reason code.
    Incomplete(String),
    Deleting,
    /// AWS's word for a status that this version does not know.
    Other(String),
}

/// The part of a Security Hub membership that the member account can read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ObservedMembership {
    pub(crate) administrator: Option<ObservedAdministrator>,
    /// Invitations that were not answered yet.
    pub(crate) invitations: Vec<ObservedInvitation>,
}

/// The account that administers this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ObservedAdministrator {
    pub(crate) account: String,
    /// A free string of AWS's that has changed its spelling before.
    pub(crate) status: String,
}

/// An open invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ObservedInvitation {
    /// The inviting account.
    pub(crate) account: String,
    /// AWS's id of the invitation.
    pub(crate) id: String,
}

/// Resources of one Region that the agent may have created.
#[derive(Clone, Debug)]
pub(crate) struct ObservedCreations {
    pub(crate) region: ObservedRegion,
    /// Security Hub carries our tag.
    pub(crate) hub_is_ours: Observation<bool>,
    /// Our bucket for this Region exists and carries our tag.
    pub(crate) bucket_is_ours: Observation<bool>,
}

/// Resources that exist once per account and that AWS Config uses in every Region. Read only if a Region
/// needs them.
#[derive(Clone, Debug)]
pub(crate) struct ObservedAccount {
    /// Whether the service-linked role of AWS Config exists.
    pub(crate) role: Observation<bool>,
    pub(crate) bucket: Observation<ObservedBucket>,
}

/// Serializes a value as it is, and an error as `{"refused": …}`.
fn observation<T: Serialize, S: Serializer>(
    value: &Observation<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Refused<'a> {
        refused: &'a AwsError,
    }
    match value {
        Ok(value) => value.serialize(serializer),
        Err(refused) => Refused { refused }.serialize(serializer),
    }
}

fn not_called<T>(value: &Observation<T>) -> bool {
    matches!(value, Err(error) if error.is_region_disabled())
}
