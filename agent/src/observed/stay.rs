//! What was observed of `stay`: its four parts, each looked up by its name. A resource of that name without our
//! tag is someone else's.

use std::collections::BTreeMap;

use hubward_protocol::Region;
use serde_json::Value;

use super::Observation;

/// The parts of `stay` in one Region.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ObservedStay {
    pub(crate) role: Observation<Found<ObservedStayRole>>,
    pub(crate) log_group: Observation<Found<ObservedStayLogGroup>>,
    pub(crate) function: Observation<Found<ObservedStayFunction>>,
    pub(crate) schedule: Observation<Found<ObservedStaySchedule>>,
}

/// A resource that was looked up by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found<T> {
    Absent,
    /// It does not carry our tag.
    Foreign,
    Ours(T),
}

impl<T> Found<T> {
    pub(crate) fn is_ours(&self) -> bool {
        matches!(self, Self::Ours(_))
    }
}

/// Our role.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ObservedStayRole {
    /// The Region of the other parts, as the role's tag names it.
    pub(crate) region: Option<Region>,
    /// The document of its policy; `None` if it has none of our name, or none that can be read.
    pub(crate) policy: Option<Value>,
}

/// Our log group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObservedStayLogGroup {
    /// In days; `None` means forever.
    pub(crate) retention: Option<i64>,
}

/// Our function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObservedStayFunction {
    /// Base64 of the SHA-256 of the zip file, as AWS computes it.
    pub(crate) code_sha256: String,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) settings: StaySettings,
    /// AWS has completed what was changed last.
    pub(crate) settled: bool,
    /// AWS has given up on it: its state is `Failed`, or the last update's is. AWS's reason.
    pub(crate) failure: Option<String>,
}

/// The settings of the function that do not depend on the member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StaySettings {
    pub(crate) runtime: String,
    pub(crate) handler: String,
    /// The ARN of its role.
    pub(crate) role: String,
    /// In MB.
    pub(crate) memory: i64,
    /// In seconds.
    pub(crate) timeout: i64,
}

/// Our rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObservedStaySchedule {
    /// Such as `rate(1 hour)`.
    pub(crate) expression: String,
    pub(crate) enabled: bool,
    /// The function is its target.
    pub(crate) has_target: bool,
    /// It may invoke the function.
    pub(crate) has_permission: bool,
}
