//! AWS Config: adopts an existing recorder as it is, or creates ours with everything that it needs. What an
//! interrupted run left behind is recognized by its name and tag, and completed. What a recorder lacks is judged in
//! `judge`.

mod judge;

use hubward_protocol::api::RecorderMode;
use hubward_protocol::{AccountId, Region};

use super::{Decision, PlanContext, Reason, StepStatus};
use crate::change::{Bucket, Change};
use crate::observed::{
    AwsError, ObservedBucket, ObservedConfig, ObservedRecorder, ObservedRegion, OptStatus,
};

pub(crate) use judge::controls_to_ask;
use judge::{judge, missing};

/// The prefix of AWS Control Tower's recorders.
const CONTROL_TOWER: &str = "aws-controltower-";

pub(super) fn decide(
    region: &ObservedRegion,
    observed: &ObservedConfig,
    context: &PlanContext<'_>,
) -> Decision {
    if let Some(recorder) = &observed.service_linked {
        return Decision::Is(StepStatus::ManagedElsewhere {
            reason: Reason::SecurityHubRecords {
                recorder: recorder.clone(),
            },
            on: true,
        });
    }
    match &observed.recorder {
        Some(recorder) if recorder.name.starts_with(CONTROL_TOWER) => {
            Decision::Is(control_towers(region, recorder, context))
        }
        Some(recorder) => match (&recorder.ours, judge(region, recorder, context.baseline)) {
            (Ok(true), _) => ours(region, recorder, observed, context),
            // It may be ours and need a change, but the tags could not be read.
            (Err(error), StepStatus::Insufficient(_)) => Decision::Is(error.clone().into()),
            (_, status) => Decision::Is(status),
        },
        None if observed.security_hub_v2 => {
            Decision::Is(StepStatus::Waiting(Reason::SecurityHubWillRecord))
        }
        None => match context.baseline.config {
            RecorderMode::CustomerRecorder => build(region.region, observed, context),
            RecorderMode::Adopt => Decision::Is(StepStatus::Insufficient(Reason::NoRecorder)),
        },
    }
}

/// AWS Control Tower's recorder, which only its administrator changes. Config.1 looks at it like at any other.
fn control_towers(
    region: &ObservedRegion,
    recorder: &ObservedRecorder,
    context: &PlanContext<'_>,
) -> StepStatus {
    let reason = match judge(region, recorder, context.baseline) {
        StepStatus::Insufficient(
            reason @ (Reason::RecorderMisses { .. } | Reason::RecorderRole { .. }),
        ) => reason,
        _ => Reason::ControlTowerRecords {
            recorder: recorder.name.clone(),
            recording: recorder.recording,
        },
    };
    StepStatus::ManagedElsewhere {
        on: matches!(
            reason,
            Reason::ControlTowerRecords {
                recording: true,
                ..
            }
        ),
        reason,
    }
}

/// Our recorder: extends what it records, adds its missing channel and bucket, and starts it. One that
/// records more than the baseline asks for, or at another frequency, stays as it is, because the account pays for
/// it and may want it so.
fn ours(
    region: &ObservedRegion,
    recorder: &ObservedRecorder,
    observed: &ObservedConfig,
    context: &PlanContext<'_>,
) -> Decision {
    let mut changes = Vec::new();
    let types = missing(region, recorder, context.baseline).types;
    if !types.is_empty() {
        changes.push(Change::ExtendRecorder { types });
    }
    match channel(observed, context) {
        Ok(more) => changes.extend(more),
        Err(error) => return Decision::Is(error.clone().into()),
    }
    if !recorder.recording {
        changes.push(Change::StartRecorder);
    }
    if changes.is_empty() {
        Decision::Is(judge(region, recorder, context.baseline))
    } else {
        Decision::Needs(changes)
    }
}

fn build(region: Region, observed: &ObservedConfig, context: &PlanContext<'_>) -> Decision {
    let mut changes = Vec::new();
    // Also if the role could not be read: creating an existing role does no harm.
    if !matches!(context.account.role, Ok(true)) {
        changes.push(Change::CreateServiceLinkedRole);
    }
    changes.push(put_recorder(region, context));
    match channel(observed, context) {
        Ok(more) => changes.extend(more),
        Err(error) => return Decision::Is(error.clone().into()),
    }
    changes.push(Change::StartRecorder);
    Decision::Needs(changes)
}

fn put_recorder(region: Region, context: &PlanContext<'_>) -> Change {
    let baseline = context.baseline;
    Change::PutRecorder {
        recording: baseline.recording,
        global_types: baseline.global_region == Some(region),
        frequency: baseline.recording_frequency,
    }
}

/// The changes that the recorder's delivery needs. An existing channel to another bucket is adopted.
fn channel<'a>(
    observed: &ObservedConfig,
    context: &PlanContext<'a>,
) -> Result<Vec<Change>, &'a AwsError> {
    let bucket = context.bucket;
    let mut changes = match (&observed.channel, &context.account.bucket) {
        (Some(channel), _) if channel.bucket != bucket.name => return Ok(Vec::new()),
        (Some(_), Err(_)) => return Ok(Vec::new()),
        (None, Err(error)) => return Err(error),
        (_, Ok(observed)) => complete_bucket(bucket, observed),
    };
    if observed.channel.is_none() {
        changes.push(Change::PutDeliveryChannel(bucket.clone()));
    }
    Ok(changes)
}

fn complete_bucket(bucket: &Bucket, observed: &ObservedBucket) -> Vec<Change> {
    let (exists, blocked, policy) = match observed {
        ObservedBucket::Absent => (false, false, false),
        ObservedBucket::Present {
            public_access_blocked,
            has_policy,
        } => (true, *public_access_blocked, *has_policy),
    };
    let missing = [
        (exists, Change::CreateBucket(bucket.clone())),
        (blocked, Change::BlockPublicAccess(bucket.clone())),
        (policy, Change::PutBucketPolicy(bucket.clone())),
    ];
    missing
        .into_iter()
        .filter(|(there, _)| !there)
        .map(|(_, change)| change)
        .collect()
}

/// Whether the plan of a Region depends on the role of AWS Config.
pub(crate) fn needs_role(observed: &ObservedRegion) -> bool {
    matches!(
        &observed.config,
        Ok(config) if config.recorder.is_none()
            && config.service_linked.is_none()
            && !config.security_hub_v2
    )
}

/// Whether the plan of a Region depends on our bucket.
pub(crate) fn needs_bucket(account: &AccountId, observed: &ObservedRegion) -> bool {
    let Ok(config) = &observed.config else {
        return false;
    };
    let ours = config
        .recorder
        .as_ref()
        .is_none_or(|recorder| recorder.ours == Ok(true));
    let channel = config
        .channel
        .as_ref()
        .is_none_or(|channel| Bucket::recognize(account, &channel.bucket).is_some());
    config.service_linked.is_none() && !config.security_hub_v2 && ours && channel
}

/// The bucket that an earlier run chose, or else one in the first Region that every account has.
pub(crate) fn choose_bucket(
    account: &AccountId,
    home: Region,
    observed: &[ObservedRegion],
) -> Bucket {
    observed
        .iter()
        .filter_map(|region| region.config.as_ref().ok()?.channel.as_ref())
        .find_map(|channel| Bucket::recognize(account, &channel.bucket))
        .unwrap_or_else(|| {
            let usable = || {
                observed
                    .iter()
                    .filter(|observed| observed.enabled == OptStatus::Enabled)
                    .map(|observed| observed.region)
            };
            let region = usable()
                .find(|region| !region.is_opt_in())
                .or_else(|| usable().next());
            Bucket::of(account, region.unwrap_or(home))
        })
}

#[cfg(test)]
mod tests;
