//! AWS Config: an existing recorder is adopted as it is; where there is none, ours is built from its
//! role to its start. What a killed run left behind is recognised by its name and tag, and completed.

use hubward_protocol::api::RecorderMode;
use hubward_protocol::{AccountId, Region};

use super::{Around, Decision, Reason, Standing};
use crate::baseline::GLOBAL_TYPES;
use crate::change::{Bucket, Change};
use crate::observed::{BucketSeen, ConfigSeen, Coverage, Opted, RecorderSeen, Refusal, RegionSeen};

/// Control Tower's recorders carry its prefix.
const CONTROL_TOWER: &str = "aws-controltower-";

/// The core of the regional types that the Foundational Security Best Practices controls read: a
/// recorder without one of them leaves controls without findings.
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

/// Decides the step.
pub(super) fn decide(region: Region, seen: &ConfigSeen, around: &Around<'_>) -> Decision {
    if let Some(recorder) = &seen.service_linked {
        return Decision::Is(Standing::Elsewhere {
            reason: Reason::SecurityHubRecords {
                recorder: recorder.clone(),
            },
            on: true,
        });
    }
    match &seen.recorder {
        Some(recorder) if recorder.name.starts_with(CONTROL_TOWER) => {
            Decision::Is(Standing::Elsewhere {
                reason: Reason::ControlTowerRecords {
                    recorder: recorder.name.clone(),
                    recording: recorder.recording,
                },
                on: recorder.recording,
            })
        }
        Some(recorder) => match (&recorder.ours, judge(region, recorder, around)) {
            (Ok(true), _) => ours(region, recorder, seen, around),
            // It may be ours and may need a hand, but nobody can tell.
            (Err(refusal), Standing::Insufficient(_)) => Decision::Is(refusal.clone().into()),
            (_, standing) => Decision::Is(standing),
        },
        None if seen.security_hub_v2 => {
            Decision::Is(Standing::Waiting(Reason::SecurityHubWillRecord))
        }
        None => match around.baseline.config {
            RecorderMode::CustomerRecorder => build(region, seen, around),
            RecorderMode::Adopt => Decision::Is(Standing::Insufficient(Reason::NoRecorder)),
        },
    }
}

/// Our recorder: where it records too little it is mended, what is missing around it is made, and it
/// is started. One that records more, or at another pace, than a new one would is left as it is: it
/// is paid for by the account, not by who runs this.
fn ours(
    region: Region,
    recorder: &RecorderSeen,
    seen: &ConfigSeen,
    around: &Around<'_>,
) -> Decision {
    let mut changes = Vec::new();
    if records_too_little(region, recorder, around) {
        changes.push(put_recorder(region, around));
    }
    match channel(seen, around) {
        Ok(more) => changes.extend(more),
        Err(refusal) => return Decision::Is(refusal.clone().into()),
    }
    if !recorder.recording {
        changes.push(Change::StartRecorder);
    }
    if changes.is_empty() {
        Decision::Is(judge(region, recorder, around))
    } else {
        Decision::Needs(changes)
    }
}

fn build(region: Region, seen: &ConfigSeen, around: &Around<'_>) -> Decision {
    let mut changes = Vec::new();
    // A role that could not be looked up is asked for: AWS says so where it exists.
    if !matches!(around.account.role, Ok(true)) {
        changes.push(Change::CreateServiceLinkedRole);
    }
    changes.push(put_recorder(region, around));
    match channel(seen, around) {
        Ok(more) => changes.extend(more),
        Err(refusal) => return Decision::Is(refusal.clone().into()),
    }
    changes.push(Change::StartRecorder);
    Decision::Needs(changes)
}

fn put_recorder(region: Region, around: &Around<'_>) -> Change {
    let baseline = around.baseline;
    Change::PutRecorder {
        recording: baseline.recording,
        global_types: baseline.global_region == Some(region),
        frequency: baseline.recording_frequency,
    }
}

fn records_too_little(region: Region, recorder: &RecorderSeen, around: &Around<'_>) -> bool {
    let records_global_types = || covers_global_types(&recorder.coverage);
    !missing_types(&recorder.coverage).is_empty()
        || (around.baseline.global_region == Some(region)
            && !around.global_types_recorded
            && !records_global_types())
}

/// The changes that give the recorder a channel. A foreign channel is adopted.
fn channel<'a>(seen: &ConfigSeen, around: &Around<'a>) -> Result<Vec<Change>, &'a Refusal> {
    let bucket = around.bucket;
    let mut changes = match (&seen.channel, &around.account.bucket) {
        (Some(channel), _) if channel.bucket != bucket.name => return Ok(Vec::new()),
        (Some(_), Err(_)) => return Ok(Vec::new()),
        (None, Err(refusal)) => return Err(refusal),
        (_, Ok(seen)) => complete_bucket(bucket, seen),
    };
    if seen.channel.is_none() {
        changes.push(Change::PutDeliveryChannel(bucket.clone()));
    }
    Ok(changes)
}

fn complete_bucket(bucket: &Bucket, seen: &BucketSeen) -> Vec<Change> {
    let (exists, blocked, policy) = match seen {
        BucketSeen::Absent => (false, false, false),
        BucketSeen::Present {
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

/// Whether a recorder does what Security Hub needs.
fn judge(region: Region, recorder: &RecorderSeen, around: &Around<'_>) -> Standing {
    let name = recorder.name.clone();
    if !recorder.recording {
        return Standing::Insufficient(Reason::RecorderStopped { recorder: name });
    }
    let types = missing_types(&recorder.coverage);
    if !types.is_empty() {
        return Standing::Insufficient(Reason::RecorderMisses {
            recorder: name,
            types,
        });
    }
    if around.baseline.global_region == Some(region) && !around.global_types_recorded {
        return Standing::Insufficient(Reason::GlobalTypesNowhere { recorder: name });
    }
    if let Some(code) = &recorder.failure {
        return Standing::Insufficient(Reason::DeliveryFails {
            recorder: name,
            code: code.clone(),
        });
    }
    Standing::Good(Reason::Recording { recorder: name })
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
            missing(&|name| types.iter().any(|left_out| left_out == name))
        }
        Coverage::Only(types) => missing(&|name| !types.iter().any(|recorded| recorded == name)),
    }
}

/// Whether a Region's running recorder records the global IAM types.
pub(crate) fn records_global_types(seen: &RegionSeen) -> bool {
    let Ok(config) = &seen.config else {
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
pub(crate) fn needs_role(seen: &RegionSeen) -> bool {
    matches!(
        &seen.config,
        Ok(config) if config.recorder.is_none()
            && config.service_linked.is_none()
            && !config.security_hub_v2
    )
}

/// Whether the plan of a Region depends on our bucket.
pub(crate) fn needs_bucket(account: &AccountId, seen: &RegionSeen) -> bool {
    let Ok(config) = &seen.config else {
        return false;
    };
    let ours = config
        .recorder
        .as_ref()
        .is_none_or(|recorder| recorder.ours == Ok(true));
    let channel = config
        .channel
        .as_ref()
        .is_none_or(|channel| Bucket::recognise(account, &channel.bucket).is_some());
    config.service_linked.is_none() && !config.security_hub_v2 && ours && channel
}

/// The bucket that an earlier run chose, else one in the Region that records the global types.
pub(crate) fn choose_bucket(account: &AccountId, home: Region, seen: &[RegionSeen]) -> Bucket {
    seen.iter()
        .filter_map(|region| region.config.as_ref().ok()?.channel.as_ref())
        .find_map(|channel| Bucket::recognise(account, &channel.bucket))
        .unwrap_or_else(|| {
            let usable = || {
                seen.iter()
                    .filter(|seen| seen.enabled == Opted::In)
                    .map(|seen| seen.region)
            };
            let region = usable()
                .find(|region| !region.is_opt_in())
                .or_else(|| usable().next());
            Bucket::of(account, region.unwrap_or(home))
        })
}

#[cfg(test)]
mod tests;
