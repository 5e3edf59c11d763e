//! AWS Config: adopts an existing recorder as it is, or creates ours with everything that it needs. What an
//! interrupted run left behind is recognized by its name and tag, and completed.

use hubward_protocol::api::RecorderMode;
use hubward_protocol::{AccountId, Region};

use super::{Decision, PlanContext, Reason, StepStatus};
use crate::baseline::GLOBAL_TYPES;
use crate::change::{Bucket, Change};
use crate::observed::{
    AwsError, Coverage, ObservedBucket, ObservedConfig, ObservedRecorder, ObservedRegion, OptStatus,
};

/// The prefix of AWS Control Tower's recorders.
const CONTROL_TOWER: &str = "aws-controltower-";

/// The most important regional types that the Foundational Security Best Practices controls read. If a
/// recorder lacks one of them, controls have no findings.
///
/// Source: "Required AWS Config resources for Security Hub control findings" of the user guide.
const NEEDED_TYPES: [&str; 30] = [
    "AWS::ACM::Certificate",
    "AWS::ApiGateway::Stage",
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::CloudFormation::Stack",
    "AWS::CloudTrail::Trail",
    "AWS::CodeBuild::Project",
    "AWS::DynamoDB::Table",
    "AWS::EC2::EIP",
    "AWS::EC2::Instance",
    "AWS::EC2::NetworkAcl",
    "AWS::EC2::NetworkInterface",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::EC2::Volume",
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::EFS::FileSystem",
    "AWS::EKS::Cluster",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::KMS::Key",
    "AWS::Lambda::Function",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBSnapshot",
    "AWS::Redshift::Cluster",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
];

pub(super) fn decide(
    region: Region,
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
            Decision::Is(StepStatus::ManagedElsewhere {
                reason: Reason::ControlTowerRecords {
                    recorder: recorder.name.clone(),
                    recording: recorder.recording,
                },
                on: recorder.recording,
            })
        }
        Some(recorder) => match (&recorder.ours, judge(region, recorder, context)) {
            (Ok(true), _) => ours(region, recorder, observed, context),
            // It may be ours and need a change, but the tags could not be read.
            (Err(error), StepStatus::Insufficient(_)) => Decision::Is(error.clone().into()),
            (_, status) => Decision::Is(status),
        },
        None if observed.security_hub_v2 => {
            Decision::Is(StepStatus::Waiting(Reason::SecurityHubWillRecord))
        }
        None => match context.baseline.config {
            RecorderMode::CustomerRecorder => build(region, observed, context),
            RecorderMode::Adopt => Decision::Is(StepStatus::Insufficient(Reason::NoRecorder)),
        },
    }
}

/// Our recorder: extends what it records, adds its missing channel and bucket, and starts it. One that
/// records more than the baseline asks for, or at another frequency, stays as it is, because the account pays for it and may want it so.
fn ours(
    region: Region,
    recorder: &ObservedRecorder,
    observed: &ObservedConfig,
    context: &PlanContext<'_>,
) -> Decision {
    let mut changes = Vec::new();
    if records_too_little(region, recorder, context) {
        changes.push(put_recorder(region, context));
    }
    match channel(observed, context) {
        Ok(more) => changes.extend(more),
        Err(error) => return Decision::Is(error.clone().into()),
    }
    if !recorder.recording {
        changes.push(Change::StartRecorder);
    }
    if changes.is_empty() {
        Decision::Is(judge(region, recorder, context))
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

fn records_too_little(
    region: Region,
    recorder: &ObservedRecorder,
    context: &PlanContext<'_>,
) -> bool {
    let records_global_types = || covers_global_types(&recorder.coverage);
    !missing_types(&recorder.coverage).is_empty()
        || (context.baseline.global_region == Some(region)
            && !context.global_types_recorded
            && !records_global_types())
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

/// Whether a recorder records and delivers what Security Hub needs.
fn judge(region: Region, recorder: &ObservedRecorder, context: &PlanContext<'_>) -> StepStatus {
    let name = recorder.name.clone();
    if !recorder.recording {
        return StepStatus::Insufficient(Reason::RecorderStopped { recorder: name });
    }
    let types = missing_types(&recorder.coverage);
    if !types.is_empty() {
        return StepStatus::Insufficient(Reason::RecorderMisses {
            recorder: name,
            types,
        });
    }
    if context.baseline.global_region == Some(region) && !context.global_types_recorded {
        return StepStatus::Insufficient(Reason::GlobalTypesNowhere { recorder: name });
    }
    if let Some(code) = &recorder.failure {
        return StepStatus::Insufficient(Reason::DeliveryFails {
            recorder: name,
            code: code.clone(),
        });
    }
    StepStatus::InPlace(Reason::Recording { recorder: name })
}

fn missing_types(coverage: &Coverage) -> Vec<String> {
    let missing = |is_missing: &dyn Fn(&str) -> bool| {
        NEEDED_TYPES
            .iter()
            .filter(|name| is_missing(name))
            .map(|name| (*name).to_owned())
            .collect()
    };
    match coverage {
        Coverage::All { .. } => Vec::new(),
        Coverage::AllExcept(types) => {
            missing(&|name| types.iter().any(|excluded| excluded == name))
        }
        Coverage::Only(types) => missing(&|name| !types.iter().any(|recorded| recorded == name)),
    }
}

/// Whether a Region's running recorder records the global IAM types.
pub(crate) fn records_global_types(observed: &ObservedRegion) -> bool {
    let Ok(config) = &observed.config else {
        return false;
    };
    config.service_linked.is_some()
        || config
            .recorder
            .as_ref()
            .filter(|recorder| recorder.recording)
            .is_some_and(|recorder| covers_global_types(&recorder.coverage))
}

fn covers_global_types(coverage: &Coverage) -> bool {
    let is_among = |types: &[String], name: &&str| types.iter().any(|listed| listed == *name);
    match coverage {
        Coverage::All { global_types } => *global_types,
        Coverage::AllExcept(types) => !GLOBAL_TYPES.iter().any(|name| is_among(types, name)),
        Coverage::Only(types) => GLOBAL_TYPES.iter().all(|name| is_among(types, name)),
    }
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
