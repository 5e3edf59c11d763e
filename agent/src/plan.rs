//! Decides what has to be done in a Region, from what was observed there and what the baseline wants: pure
//! functions, one file per step. Nothing here calls AWS. `converge` carries a plan out, and `verdict`
//! judges the result.

pub(crate) mod config;
mod guardduty;
mod invitation;
mod security_hub;
pub(crate) mod standards;
pub(crate) mod stay;
pub(crate) mod undo;

use hubward_protocol::{AccountId, Region, Step};

use crate::baseline::{Baseline, StandardId};
use crate::change::{Bucket, Change};
use crate::observed::{AwsError, Cause, ObservedAccount, ObservedHub, ObservedRegion, OptStatus};

/// The decision for one step in one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Nothing to do, or nothing that the agent can do.
    Is(StepStatus),
    /// These changes, in this order.
    Needs(Vec<Change>),
    /// Can be decided only after Security Hub is turned on.
    DeferredUntilHub(Intention),
}

/// What will be done after Security Hub is turned on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Intention {
    Enable(Vec<StandardId>),
    /// Accept the invitation of this administrator.
    Join(AccountId),
}

/// The status of a step that the agent does not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StepStatus {
    /// Set up as wanted.
    InPlace(Reason),
    /// AWS or the SOC has to finish something.
    Waiting(Reason),
    /// An existing resource was adopted that does not cover everything.
    Insufficient(Reason),
    /// Another program or account manages it.
    ManagedElsewhere {
        reason: Reason,
        /// The service was observed to be on, so the step counts as complete.
        on: bool,
    },
    /// Not permitted, or a prerequisite is missing.
    Blocked(Reason),
    Failed(Reason),
}

/// Why a step has its status. `text` has the sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// A recorder records everything that is needed.
    Recording {
        recorder: String,
        /// Needed types that AWS Config does not offer in this Region.
        not_offered: Vec<String>,
    },
    /// There is no recorder, and the baseline does not allow creating one.
    NoRecorder,
    /// A recorder that the agent did not create is stopped (Config.1: `CONFIG_RECORDER_DISABLED`).
    RecorderStopped {
        recorder: String,
    },
    /// A recorder does not record these needed types (Config.1:
    /// `CONFIG_RECORDER_MISSING_REQUIRED_RESOURCE_TYPES`).
    RecorderMisses {
        recorder: String,
        types: Vec<String>,
        /// Its role, if Config.1 objects to that too.
        role: Option<String>,
    },
    /// A recorder has another role than AWS Config's own (Config.1: `CONFIG_RECORDER_CUSTOM_ROLE`).
    RecorderRole {
        recorder: String,
        role: String,
    },
    /// The recorder cannot deliver; `code` is AWS's error code.
    DeliveryFails {
        recorder: String,
        code: String,
    },
    /// Security Hub's own recorder records.
    SecurityHubRecords {
        recorder: String,
    },
    /// Security Hub will create its own recorder.
    SecurityHubWillRecord,
    /// AWS Control Tower manages the recorder.
    ControlTowerRecords {
        recorder: String,
        recording: bool,
    },
    /// A GuardDuty detector is on.
    DetectorOn {
        frequency: String,
        /// Wanted features that GuardDuty does not offer in this Region.
        not_offered: Vec<String>,
    },
    /// A GuardDuty detector is on without these wanted features.
    DetectorMisses {
        features: Vec<String>,
        decides: FeaturesOwner,
    },
    /// Only the GuardDuty administrator can resume the detector.
    DetectorSuspendedBy {
        administrator: AccountId,
    },
    HubOn,
    /// All wanted standards are ready.
    StandardsReady(Vec<StandardId>),
    /// AWS is still enabling these.
    StandardsPending(Vec<StandardId>),
    /// A standard is enabled with errors; `code` is AWS's reason code.
    StandardIncomplete {
        standard: StandardId,
        code: String,
    },
    /// The Region does not offer these.
    StandardsNotOffered(Vec<StandardId>),
    /// No Region offers these, so nothing was changed in any Region.
    StandardsUnknown(Vec<StandardId>),
    /// The account is a member of the pinned administrator.
    MemberOf {
        administrator: AccountId,
    },
    /// The membership exists but is not enabled; `status` is AWS's word.
    MembershipNotEnabled {
        administrator: AccountId,
        status: String,
    },
    /// The membership was ended on purpose; `status` is AWS's word.
    MembershipEnded {
        administrator: AccountId,
        status: String,
    },
    /// The SOC's server refuses to invite this account; `why` is its reason.
    WillNotInvite {
        administrator: AccountId,
        why: String,
    },
    /// No invitation from the pinned administrator. Invitations from others are ignored.
    NoInvitation {
        administrator: AccountId,
        ignored: Vec<String>,
    },
    /// The account is a member of another administrator.
    MemberOfAnother {
        administrator: String,
    },
    AwsError(AwsError),
    /// The account has not enabled the Region.
    RegionOff,
    /// AWS is enabling the Region.
    RegionEnabling,
    /// Security Hub must be on before this step.
    NeedsSecurityHub,
    /// `plan` only: these changes would be made.
    WouldChange(Vec<Change>),
    /// `plan` only: this would be done after Security Hub is turned on.
    WouldFollow(Intention),
    /// AWS accepted the changes, but they were not observed afterwards.
    NotObservedAfterwards(Vec<Change>),
    /// The time limit of the run was reached.
    OutOfTime,
}

/// Who decides about the features of a detector that the agent does not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FeaturesOwner {
    /// The account itself.
    Account,
    /// The account's GuardDuty administrator.
    Administrator(AccountId),
    /// A GuardDuty policy of the organization.
    Policy,
}

impl From<AwsError> for StepStatus {
    fn from(error: AwsError) -> Self {
        match error.cause {
            Cause::RegionOff if error.is_region_disabled() => Self::Blocked(Reason::RegionOff),
            Cause::Denied { .. } | Cause::RegionOff | Cause::Quota => {
                Self::Blocked(Reason::AwsError(error))
            }
            Cause::CentrallyManaged => Self::ManagedElsewhere {
                reason: Reason::AwsError(error),
                on: false,
            },
            Cause::Credentials
            | Cause::Throttled
            | Cause::Overtaken
            | Cause::Broken
            | Cause::Unreachable
            | Cause::Other => Self::Failed(Reason::AwsError(error)),
        }
    }
}

/// The decisions for one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RegionPlan {
    pub(crate) region: Region,
    /// In the order in which they are carried out.
    pub(crate) steps: [(Step, Decision); 5],
}

/// What the decisions for a Region depend on, in addition to the Region itself.
#[derive(Clone, Debug)]
pub(crate) struct PlanContext<'a> {
    pub(crate) baseline: &'a Baseline,
    pub(crate) account: &'a ObservedAccount,
    /// The bucket that AWS Config delivers to, whether it exists yet or not.
    pub(crate) bucket: &'a Bucket,
}

/// Decides every step of a Region.
pub(crate) fn region(observed: &ObservedRegion, context: &PlanContext<'_>) -> RegionPlan {
    let all = |status: &StepStatus| Step::ALL.map(|step| (step, Decision::Is(status.clone())));
    let steps = match observed.enabled {
        OptStatus::Disabled => all(&StepStatus::Blocked(Reason::RegionOff)),
        OptStatus::Enabling => all(&StepStatus::Waiting(Reason::RegionEnabling)),
        OptStatus::Enabled => Step::ALL.map(|step| (step, decide(step, observed, context))),
    };
    RegionPlan {
        region: observed.region,
        steps,
    }
}

/// Decides one step.
pub(crate) fn decide(step: Step, observed: &ObservedRegion, context: &PlanContext<'_>) -> Decision {
    let decision = match step {
        Step::Config => observed
            .config
            .as_ref()
            .map(|config| config::decide(observed, config, context)),
        Step::GuardDuty => observed
            .guardduty
            .as_ref()
            .map(|detector| guardduty::decide(detector, context.baseline)),
        Step::SecurityHub => observed.security_hub.as_ref().map(security_hub::decide),
        Step::Standards => on_hub(observed, |hub| {
            standards::decide(hub, &context.baseline.standards)
        }),
        Step::Invitation => on_hub(observed, |hub| {
            invitation::decide(hub, &context.baseline.administrator)
        }),
    };
    decision.unwrap_or_else(|error| Decision::Is(error.clone().into()))
}

/// Decides a step that depends on Security Hub. If Security Hub could not be read, its own step shows why,
/// and this one only refers to it.
fn on_hub(
    observed: &ObservedRegion,
    decide: impl FnOnce(&ObservedHub) -> Decision,
) -> Result<Decision, &AwsError> {
    match &observed.security_hub {
        Ok(hub) => Ok(decide(hub)),
        Err(AwsError {
            cause: Cause::Denied { .. } | Cause::CentrallyManaged,
            ..
        }) => Ok(Decision::Is(StepStatus::Blocked(Reason::NeedsSecurityHub))),
        Err(error) => Err(error),
    }
}

impl RegionPlan {
    /// Whether there is a change to make now.
    pub(crate) fn changes_now(&self) -> bool {
        self.steps.iter().any(|(_, decision)| {
            matches!(decision, Decision::Needs(_) | Decision::DeferredUntilHub(_))
        })
    }

    /// Whether carrying it out may change something: now, or when the invitation arrives.
    pub(crate) fn may_change(&self) -> bool {
        self.changes_now() || self.lacks_invitation()
    }

    /// Whether there is no invitation, or none can be read yet because Security Hub is off.
    pub(crate) fn lacks_invitation(&self) -> bool {
        self.steps.iter().any(|(_, decision)| {
            matches!(
                decision,
                Decision::Is(StepStatus::Waiting(Reason::NoInvitation { .. }))
                    | Decision::DeferredUntilHub(Intention::Join(_))
            )
        })
    }
}
