//! The decision what has to be done in a Region, from what was seen there and what is wanted: pure
//! functions, one file per step. Nothing here calls AWS; `converge` carries a plan out, and `verdict`
//! says how far it came.

pub(crate) mod config;
mod guardduty;
mod invitation;
mod security_hub;
pub(crate) mod standards;
pub(crate) mod undo;

use hubward_protocol::{AccountId, Region, Step};

use crate::baseline::{Baseline, StandardId};
use crate::change::{Bucket, Change};
use crate::observed::{AccountSeen, Cause, HubSeen, Opted, Refusal, RegionSeen};

/// What one step of one Region is or needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Nothing is to be done, or nothing can be.
    Is(Standing),
    /// These changes, in this order.
    Needs(Vec<Change>),
    /// What exactly can only be said once Security Hub is on.
    AfterHub(Intention),
}

/// What will be done once Security Hub is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Intention {
    /// Enable these standards.
    Enable(Vec<StandardId>),
    /// Accept this account's invitation.
    Join(AccountId),
}

/// How a step stands where nothing is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// As it should be.
    Good(Reason),
    /// Others are at it: AWS, or the SOC.
    Waiting(Reason),
    /// Something foreign was adopted that is not enough.
    Insufficient(Reason),
    /// Somebody else manages it; whether it does what it should was seen.
    Elsewhere {
        /// What was found.
        reason: Reason,
        /// The service was seen on.
        on: bool,
    },
    /// Not allowed, or something must come first.
    Blocked(Reason),
    /// Wrong for another reason.
    Failed(Reason),
}

/// What was found, with its facts. `text` has the sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// A recorder records all that is needed.
    Recording { recorder: String },
    /// There is no recorder, and the baseline makes none.
    NoRecorder,
    /// A foreign recorder is stopped.
    RecorderStopped { recorder: String },
    /// A recorder leaves needed types out.
    RecorderMisses {
        recorder: String,
        types: Vec<String>,
    },
    /// No Region of the baseline records the global IAM types.
    GlobalTypesNowhere { recorder: String },
    /// The recorder cannot deliver; AWS's error code.
    DeliveryFails { recorder: String, code: String },
    /// Security Hub's own recorder does the work.
    SecurityHubRecords { recorder: String },
    /// Security Hub is about to make its own recorder.
    SecurityHubWillRecord,
    /// Control Tower's recorder.
    ControlTowerRecords { recorder: String, recording: bool },
    /// A detector is on.
    DetectorOn { frequency: String },
    /// Only the GuardDuty administrator can resume the detector.
    DetectorSuspendedBy { administrator: AccountId },
    /// Security Hub is on.
    HubOn,
    /// All wanted standards are ready.
    StandardsReady(Vec<StandardId>),
    /// AWS is still enabling these.
    StandardsPending(Vec<StandardId>),
    /// A standard is enabled with errors; AWS's reason code.
    StandardIncomplete { standard: StandardId, code: String },
    /// The Region does not offer these.
    StandardsNotOffered(Vec<StandardId>),
    /// No Region offers these: nothing was changed anywhere.
    StandardsUnknown(Vec<StandardId>),
    /// The account belongs to the pinned administrator.
    MemberOf { administrator: AccountId },
    /// The relationship exists but is not enabled; AWS's word for it.
    MembershipNotEnabled {
        administrator: AccountId,
        status: String,
    },
    /// The relationship was ended by people; AWS's word for how.
    MembershipEnded {
        administrator: AccountId,
        status: String,
    },
    /// The SOC's server will not invite this account; its own word for why.
    WillNotInvite {
        administrator: AccountId,
        why: String,
    },
    /// No invitation of the pinned administrator; perhaps others, which are ignored.
    NoInvitation {
        administrator: AccountId,
        ignored: Vec<String>,
    },
    /// The account belongs to another administrator.
    MemberOfAnother { administrator: String },
    /// AWS refused a call.
    Refused(Refusal),
    /// The account has not enabled the Region.
    RegionOff,
    /// AWS is enabling the Region.
    RegionEnabling,
    /// Security Hub must be on first.
    NeedsSecurityHub,
    /// These changes would be made.
    WouldChange(Vec<Change>),
    /// This would be done once Security Hub is on.
    WouldFollow(Intention),
    /// AWS accepted the changes, but they were not seen afterwards.
    NotSeenAfterwards(Vec<Change>),
    /// The time for the Region was up.
    OutOfTime,
}

impl From<Refusal> for Standing {
    fn from(refusal: Refusal) -> Self {
        match refusal.cause {
            Cause::RegionOff if refusal.is_of_nobody() => Self::Blocked(Reason::RegionOff),
            Cause::Denied { .. } | Cause::RegionOff | Cause::Quota => {
                Self::Blocked(Reason::Refused(refusal))
            }
            Cause::CentrallyManaged => Self::Elsewhere {
                reason: Reason::Refused(refusal),
                on: false,
            },
            Cause::Credentials
            | Cause::Throttled
            | Cause::Overtaken
            | Cause::Broken
            | Cause::Unreachable
            | Cause::Other => Self::Failed(Reason::Refused(refusal)),
        }
    }
}

/// The decisions for one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RegionPlan {
    /// Which Region.
    pub(crate) region: Region,
    /// One decision per step, in the order in which they are carried out.
    pub(crate) steps: [(Step, Decision); 5],
}

/// What a Region's plan depends on beside what was seen in it.
#[derive(Clone, Debug)]
pub(crate) struct Around<'a> {
    /// What is wanted.
    pub(crate) baseline: &'a Baseline,
    /// What exists once in the account.
    pub(crate) account: &'a AccountSeen,
    /// The bucket that AWS Config delivers to, or will.
    pub(crate) bucket: &'a Bucket,
    /// Some Region already records the global IAM types.
    pub(crate) global_types_recorded: bool,
}

/// Decides every step of a Region.
pub(crate) fn region(seen: &RegionSeen, around: &Around<'_>) -> RegionPlan {
    let all = |standing: &Standing| Step::ALL.map(|step| (step, Decision::Is(standing.clone())));
    let steps = match seen.enabled {
        Opted::Out => all(&Standing::Blocked(Reason::RegionOff)),
        Opted::Enabling => all(&Standing::Waiting(Reason::RegionEnabling)),
        Opted::In => Step::ALL.map(|step| (step, decide(step, seen, around))),
    };
    RegionPlan {
        region: seen.region,
        steps,
    }
}

/// Decides one step.
pub(crate) fn decide(step: Step, seen: &RegionSeen, around: &Around<'_>) -> Decision {
    let decision = match step {
        Step::Config => seen
            .config
            .as_ref()
            .map(|config| config::decide(seen.region, config, around)),
        Step::GuardDuty => seen
            .guardduty
            .as_ref()
            .map(|detector| guardduty::decide(detector, around.baseline)),
        Step::SecurityHub => seen.security_hub.as_ref().map(security_hub::decide),
        Step::Standards => on_hub(seen, |hub| {
            standards::decide(hub, &around.baseline.standards)
        }),
        Step::Invitation => on_hub(seen, |hub| {
            invitation::decide(hub, &around.baseline.administrator)
        }),
    };
    decision.unwrap_or_else(|refusal| Decision::Is(refusal.clone().into()))
}

/// Where Security Hub itself could not be read, its step says why; the others only point to it.
fn on_hub(
    seen: &RegionSeen,
    decide: impl FnOnce(&HubSeen) -> Decision,
) -> Result<Decision, &Refusal> {
    match &seen.security_hub {
        Ok(hub) => Ok(decide(hub)),
        Err(Refusal {
            cause: Cause::Denied { .. } | Cause::CentrallyManaged,
            ..
        }) => Ok(Decision::Is(Standing::Blocked(Reason::NeedsSecurityHub))),
        Err(refusal) => Err(refusal),
    }
}

impl RegionPlan {
    /// Whether there is something to change at once.
    pub(crate) fn changes_now(&self) -> bool {
        self.steps
            .iter()
            .any(|(_, decision)| matches!(decision, Decision::Needs(_) | Decision::AfterHub(_)))
    }

    /// Whether carrying it out may change anything: now, or when the invitation comes.
    pub(crate) fn may_change(&self) -> bool {
        self.changes_now() || self.lacks_invitation()
    }

    /// Whether there is no invitation, or none can be seen yet because Security Hub is off.
    pub(crate) fn lacks_invitation(&self) -> bool {
        self.steps.iter().any(|(_, decision)| {
            matches!(
                decision,
                Decision::Is(Standing::Waiting(Reason::NoInvitation { .. }))
                    | Decision::AfterHub(Intention::Join(_))
            )
        })
    }
}
