//! GuardDuty: the detector.

use aws_config::SdkConfig;
use aws_sdk_guardduty::Client;
use aws_sdk_guardduty::types::{
    DetectorFeature, DetectorFeatureConfiguration, DetectorStatus, FeatureStatus,
    FindingPublishingFrequency,
};
use hubward_protocol::Region;

use super::{Effect, refusal};
use crate::change::{TAG_KEY, TAG_VALUE};
use crate::observed::{GuardDutySeen, Operation, Seen};

const LIST: Operation = Operation::new("guardduty:ListDetectors");
const GET: Operation = Operation::new("guardduty:GetDetector");
const ADMINISTRATOR: Operation = Operation::new("guardduty:GetAdministratorAccount");
const CREATE: Operation = Operation::new("guardduty:CreateDetector");
const UPDATE: Operation = Operation::new("guardduty:UpdateDetector");

/// Every optional, paid plan: one that CreateDetector is not told about, it enables. Not among them
/// is EKS_RUNTIME_MONITORING, which RUNTIME_MONITORING contains: AWS refuses the two together.
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

pub(super) async fn observe(sdk: &SdkConfig, region: Region) -> Seen<GuardDutySeen> {
    let client = Client::new(sdk);
    let detectors = client
        .list_detectors()
        .send()
        .await
        .map_err(|error| refusal(LIST, region, &error))?;
    let Some(detector) = detectors.detector_ids().first() else {
        return Ok(GuardDutySeen::Absent);
    };
    let found = client
        .get_detector()
        .detector_id(detector)
        .send()
        .await
        .map_err(|error| refusal(GET, region, &error))?;
    if found.status() == Some(&DetectorStatus::Enabled) {
        let frequency = found.finding_publishing_frequency();
        return Ok(GuardDutySeen::Enabled {
            detector: detector.clone(),
            frequency: frequency
                .map_or_else(String::new, |frequency| frequency.as_str().to_owned()),
        });
    }
    let administrator = client
        .get_administrator_account()
        .detector_id(detector)
        .send()
        .await
        .map_err(|error| refusal(ADMINISTRATOR, region, &error))?
        .administrator
        .and_then(|administrator| administrator.account_id?.parse().ok());
    Ok(GuardDutySeen::Suspended {
        detector: detector.clone(),
        administrator,
    })
}

pub(super) async fn create(sdk: &SdkConfig, region: Region) -> Seen<Effect> {
    let features = PAID_PLANS
        .into_iter()
        .map(|plan| {
            DetectorFeatureConfiguration::builder()
                .name(plan)
                .status(FeatureStatus::Disabled)
                .build()
        })
        .collect();
    Client::new(sdk)
        .create_detector()
        .enable(true)
        .finding_publishing_frequency(FindingPublishingFrequency::FifteenMinutes)
        .set_features(Some(features))
        .tags(TAG_KEY, TAG_VALUE)
        .send()
        .await
        .map(|_| Effect::Made)
        .map_err(|error| refusal(CREATE, region, &error))
}

pub(super) async fn resume(sdk: &SdkConfig, region: Region, detector: &str) -> Seen<Effect> {
    Client::new(sdk)
        .update_detector()
        .detector_id(detector)
        .enable(true)
        .send()
        .await
        .map(|_| Effect::Made)
        .map_err(|error| refusal(UPDATE, region, &error))
}
