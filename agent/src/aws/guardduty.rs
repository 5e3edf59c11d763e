//! GuardDuty: reads, creates, changes and resumes the detector of a Region. What a detector has of the wanted
//! features is decided in `plan::guardduty`.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_guardduty::Client;
use aws_sdk_guardduty::types::{
    DetectorFeature, DetectorFeatureConfiguration, DetectorFeatureConfigurationResult,
    DetectorStatus, FeatureStatus, FindingPublishingFrequency, ManagedBy,
};
use hubward_protocol::api::PublishingFrequency;
use hubward_protocol::{AccountId, Region};

use super::call::call;
use super::{Effect, Identity};
use crate::change::{TAG_KEY, TAG_VALUE, not_offered};
use crate::observed::{AwsError, Observation, ObservedFeature, ObservedGuardDuty, Operation};

const LIST: Operation = Operation::new("guardduty:ListDetectors");
const GET: Operation = Operation::new("guardduty:GetDetector");
const ADMINISTRATOR: Operation = Operation::new("guardduty:GetAdministratorAccount");
const CREATE: Operation = Operation::new("guardduty:CreateDetector");
const UPDATE: Operation = Operation::new("guardduty:UpdateDetector");
const TAG: Operation = Operation::new("guardduty:TagResource");

/// The optional, paid protection plans. CreateDetector enables each one that the request does not mention.
/// EKS_RUNTIME_MONITORING is left out: RUNTIME_MONITORING includes it, and AWS rejects both together.
const PAID_PLANS: [DetectorFeature; 8] = [
    DetectorFeature::S3DataEvents,
    DetectorFeature::EksAuditLogs,
    DetectorFeature::EbsMalwareProtection,
    DetectorFeature::RdsLoginEvents,
    DetectorFeature::LambdaNetworkLogs,
    DetectorFeature::RuntimeMonitoring,
    DetectorFeature::AiProtection,
    DetectorFeature::AiAnalyst,
];

pub(super) async fn observe(
    sdk: &SdkConfig,
    region: Region,
    wanted: &[String],
) -> Observation<ObservedGuardDuty> {
    let client = Client::new(sdk);
    let Some(detector) = detector_id(&client, region).await? else {
        return Ok(ObservedGuardDuty::Absent);
    };
    let found = call(GET, region, || {
        client.get_detector().detector_id(&detector).send()
    })
    .await?;
    let tags = found.tags();
    let ours = tags.is_some_and(|tags| tags.get(TAG_KEY).is_some_and(|value| value == TAG_VALUE));
    if found.status() != Some(&DetectorStatus::Enabled) {
        return Ok(ObservedGuardDuty::Suspended {
            administrator: administrator(&client, region, &detector).await?,
            detector,
            ours,
        });
    }
    let features: Vec<_> = found.features().iter().filter_map(feature).collect();
    let is_on = |name: &String| {
        features
            .iter()
            .any(|feature| feature.on && feature.name == *name)
    };
    let administrator = if wanted.iter().all(is_on) {
        None
    } else {
        // It only decides whom to ask, so a run goes on without it.
        let found = administrator(&client, region, &detector).await;
        found.unwrap_or_default()
    };
    let pairs = tags.into_iter().flatten();
    let pairs = pairs.map(|(key, value)| (key.as_str(), value.as_str()));
    let frequency = found.finding_publishing_frequency();
    Ok(ObservedGuardDuty::Enabled {
        ours,
        frequency: frequency.map_or_else(String::new, |frequency| frequency.as_str().to_owned()),
        not_offered: if ours {
            not_offered::names(pairs)
        } else {
            Vec::new()
        },
        features,
        administrator,
        detector,
    })
}

fn feature(listed: &DetectorFeatureConfigurationResult) -> Option<ObservedFeature> {
    Some(ObservedFeature {
        name: listed.name()?.as_str().to_owned(),
        on: listed.status() == Some(&FeatureStatus::Enabled),
        by_policy: listed.managed_by() == Some(&ManagedBy::GuarddutyPolicy),
    })
}

async fn administrator(
    client: &Client,
    region: Region,
    detector: &str,
) -> Observation<Option<AccountId>> {
    let answer = call(ADMINISTRATOR, region, || {
        let request = client.get_administrator_account();
        request.detector_id(detector).send()
    })
    .await?;
    Ok(answer
        .administrator
        .and_then(|administrator| administrator.account_id?.parse().ok()))
}

/// The id of the detector; AWS allows one per Region.
async fn detector_id(client: &Client, region: Region) -> Observation<Option<String>> {
    let detectors = call(LIST, region, || client.list_detectors().send()).await?;
    Ok(detectors.detector_ids().first().cloned())
}

/// Creates a detector with these paid plans and no others. A Region that lacks one of them may refuse the whole
/// request, whether the plan is to be on or off; then the detector is created first, and its plans are set one by
/// one (terraform-provider-aws#34311). Until then it has AWS's default plans, which are free for 30 days.
pub(super) async fn create(
    sdk: &SdkConfig,
    region: Region,
    identity: &Identity,
    features: &[String],
    frequency: PublishingFrequency,
) -> Observation<Effect> {
    let frequency = match frequency {
        PublishingFrequency::FifteenMinutes => FindingPublishingFrequency::FifteenMinutes,
        PublishingFrequency::OneHour => FindingPublishingFrequency::OneHour,
        PublishingFrequency::SixHours => FindingPublishingFrequency::SixHours,
    };
    let client = Client::new(sdk);
    let switches = switches(features);
    let create = async |features: Option<Vec<DetectorFeatureConfiguration>>| {
        call(CREATE, region, || {
            client
                .create_detector()
                .enable(true)
                .finding_publishing_frequency(frequency.clone())
                .set_features(features.clone())
                .tags(TAG_KEY, TAG_VALUE)
                .send()
        })
        .await
    };
    let Err(refused) = create(Some(configurations(&switches))).await else {
        return Ok(Effect::Made);
    };
    if !is_bad_request(&refused) {
        return Err(refused);
    }
    // "… a detector already exists …" has the same code as any other bad request.
    if detector_id(&client, region).await?.is_some() {
        return Ok(Effect::AlreadyDone);
    }
    let Ok(created) = create(None).await else {
        return Err(refused);
    };
    let Some(detector) = created.detector_id else {
        return Err(refused);
    };
    set_features(&client, region, identity, &detector, switches).await?;
    Ok(Effect::Made)
}

/// Turns paid plans of a detector on, and none off.
pub(super) async fn enable_features(
    sdk: &SdkConfig,
    region: Region,
    identity: &Identity,
    detector: &str,
    features: &[String],
) -> Observation<Effect> {
    let on = features
        .iter()
        .map(|name| (DetectorFeature::from(name.as_str()), FeatureStatus::Enabled));
    let client = Client::new(sdk);
    set_features(&client, region, identity, detector, on.collect()).await
}

/// Sets features, all at once or else one by one. One that GuardDuty refuses and does not list for the detector is
/// not offered in this Region: the detector is tagged with it. Any other refusal is an error.
async fn set_features(
    client: &Client,
    region: Region,
    identity: &Identity,
    detector: &str,
    switches: Vec<(DetectorFeature, FeatureStatus)>,
) -> Observation<Effect> {
    let set = async |switches: &[(DetectorFeature, FeatureStatus)]| {
        let features = configurations(switches);
        call(UPDATE, region, || {
            let request = client.update_detector().detector_id(detector);
            request.set_features(Some(features.clone())).send()
        })
        .await
    };
    match set(&switches).await {
        Ok(_) => return Ok(Effect::Made),
        Err(error) if !is_bad_request(&error) => return Err(error),
        Err(_) => {}
    }
    let listed = call(GET, region, || {
        client.get_detector().detector_id(detector).send()
    })
    .await?;
    let listed: Vec<_> = listed.features().iter().filter_map(feature).collect();
    let (mut absent, mut failed, mut made) = (Vec::new(), None, false);
    for (feature, status) in switches {
        let is_listed = listed.iter().any(|one| one.name == feature.as_str());
        let is_on = status == FeatureStatus::Enabled;
        // What is not there need not be turned off.
        if !is_listed && !is_on {
            continue;
        }
        match set(&[(feature.clone(), status)]).await {
            Ok(_) => made = true,
            Err(error) if is_bad_request(&error) && !is_listed => {
                absent.push(feature.as_str().to_owned());
            }
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    if !absent.is_empty() {
        let Identity { account, partition } = identity;
        let arn = format!("arn:{partition}:guardduty:{region}:{account}:detector/{detector}");
        let tags: HashMap<_, _> = not_offered::tags(&absent).into_iter().collect();
        call(TAG, region, || {
            let request = client.tag_resource().resource_arn(&arn);
            request.set_tags(Some(tags.clone())).send()
        })
        .await?;
    }
    match failed {
        Some(error) => Err(error),
        None if made => Ok(Effect::Made),
        None => Ok(Effect::AlreadyDone),
    }
}

fn is_bad_request(error: &AwsError) -> bool {
    error.code.starts_with("BadRequest")
}

fn configurations(
    switches: &[(DetectorFeature, FeatureStatus)],
) -> Vec<DetectorFeatureConfiguration> {
    let switches = switches.iter().cloned();
    let configured = switches.map(|(feature, status)| {
        DetectorFeatureConfiguration::builder()
            .name(feature)
            .status(status)
            .build()
    });
    configured.collect()
}

/// All paid plans: the named ones enabled, the others disabled.
fn switches(named: &[String]) -> Vec<(DetectorFeature, FeatureStatus)> {
    let on = named
        .iter()
        .map(|name| DetectorFeature::from(name.as_str()));
    let mut switches: Vec<_> = on.map(|plan| (plan, FeatureStatus::Enabled)).collect();
    let eks_runtime = named.iter().any(|name| name == "EKS_RUNTIME_MONITORING");
    for plan in PAID_PLANS {
        let is_set = switches.iter().any(|(set, _)| *set == plan);
        let would_clash = eks_runtime && plan == DetectorFeature::RuntimeMonitoring;
        if !is_set && !would_clash {
            switches.push((plan, FeatureStatus::Disabled));
        }
    }
    switches
}

pub(super) async fn resume(sdk: &SdkConfig, region: Region, detector: &str) -> Observation<Effect> {
    let client = Client::new(sdk);
    // No features in this request: an organization's policy may manage them.
    call(UPDATE, region, || {
        let request = client.update_detector();
        request.detector_id(detector).enable(true).send()
    })
    .await
    .map(|_| Effect::Made)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn switched(named: &[&str], status: &FeatureStatus) -> Vec<String> {
        let named: Vec<_> = named.iter().map(|name| (*name).to_owned()).collect();
        switches(&named)
            .into_iter()
            .filter(|(_, is)| is == status)
            .map(|(plan, _)| plan.as_str().to_owned())
            .collect()
    }

    #[test]
    fn every_paid_plan_is_enabled_or_disabled() {
        assert_eq!(switched(&[], &FeatureStatus::Enabled), Vec::<String>::new());
        assert_eq!(switched(&[], &FeatureStatus::Disabled).len(), 8);
        let named = ["S3_DATA_EVENTS", "RUNTIME_MONITORING"];
        assert_eq!(switched(&named, &FeatureStatus::Enabled), named);
        assert_eq!(switched(&named, &FeatureStatus::Disabled).len(), 6);
    }

    #[test]
    fn eks_runtime_monitoring_leaves_runtime_monitoring_out() {
        let off = switched(&["EKS_RUNTIME_MONITORING"], &FeatureStatus::Disabled);
        assert!(!off.iter().any(|plan| plan == "RUNTIME_MONITORING"));
    }
}
