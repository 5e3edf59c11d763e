//! GuardDuty: reads, creates and resumes the detector of a Region.

use aws_config::SdkConfig;
use aws_sdk_guardduty::Client;
use aws_sdk_guardduty::types::{
    DetectorFeature, DetectorFeatureConfiguration, DetectorStatus, FeatureStatus,
    FindingPublishingFrequency,
};
use hubward_protocol::Region;
use hubward_protocol::api::PublishingFrequency;

use super::Effect;
use super::call::call;
use crate::change::{TAG_KEY, TAG_VALUE};
use crate::observed::{Observation, ObservedGuardDuty, Operation};

const LIST: Operation = Operation::new("guardduty:ListDetectors");
const GET: Operation = Operation::new("guardduty:GetDetector");
const ADMINISTRATOR: Operation = Operation::new("guardduty:GetAdministratorAccount");
const CREATE: Operation = Operation::new("guardduty:CreateDetector");
const UPDATE: Operation = Operation::new("guardduty:UpdateDetector");

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

pub(super) async fn observe(sdk: &SdkConfig, region: Region) -> Observation<ObservedGuardDuty> {
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
    if found.status() == Some(&DetectorStatus::Enabled) {
        let frequency = found.finding_publishing_frequency();
        return Ok(ObservedGuardDuty::Enabled {
            detector,
            ours,
            frequency: frequency
                .map_or_else(String::new, |frequency| frequency.as_str().to_owned()),
        });
    }
    let administrator = call(ADMINISTRATOR, region, || {
        let request = client.get_administrator_account();
        request.detector_id(&detector).send()
    })
    .await?
    .administrator
    .and_then(|administrator| administrator.account_id?.parse().ok());
    Ok(ObservedGuardDuty::Suspended {
        detector,
        ours,
        administrator,
    })
}

/// The id of the detector; AWS allows one per Region.
async fn detector_id(client: &Client, region: Region) -> Observation<Option<String>> {
    let detectors = call(LIST, region, || client.list_detectors().send()).await?;
    Ok(detectors.detector_ids().first().cloned())
}

pub(super) async fn create(
    sdk: &SdkConfig,
    region: Region,
    features: &[String],
    frequency: PublishingFrequency,
) -> Observation<Effect> {
    let features: Vec<_> = switches(features)
        .into_iter()
        .map(|(plan, status)| {
            DetectorFeatureConfiguration::builder()
                .name(plan)
                .status(status)
                .build()
        })
        .collect();
    let frequency = match frequency {
        PublishingFrequency::FifteenMinutes => FindingPublishingFrequency::FifteenMinutes,
        PublishingFrequency::OneHour => FindingPublishingFrequency::OneHour,
        PublishingFrequency::SixHours => FindingPublishingFrequency::SixHours,
    };
    let client = Client::new(sdk);
    let answer = call(CREATE, region, || {
        client
            .create_detector()
            .enable(true)
            .finding_publishing_frequency(frequency.clone())
            .set_features(Some(features.clone()))
            .tags(TAG_KEY, TAG_VALUE)
            .send()
    })
    .await;
    match answer {
        Ok(_) => Ok(Effect::Made),
        // "… a detector already exists …" has the same code as any other bad request.
        Err(error) if error.code.starts_with("BadRequest") => {
            match detector_id(&client, region).await {
                Ok(Some(_)) => Ok(Effect::AlreadyDone),
                _ => Err(error),
            }
        }
        Err(error) => Err(error),
    }
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
