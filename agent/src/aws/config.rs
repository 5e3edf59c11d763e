//! AWS Config: the recorders and the delivery channel of a Region. What our recorder records is set in `recorder`.

use aws_config::SdkConfig;
use aws_sdk_config::Client;
use aws_sdk_config::types::{
    ConfigurationRecorder, ConfigurationRecorderStatus, DeliveryChannel, ExclusionByResourceTypes,
    RecorderStatus, RecordingFrequency as Frequency, RecordingGroup, RecordingMode,
    RecordingStrategyType, ResourceType, Tag,
};
use hubward_protocol::Region;
use hubward_protocol::api::RecordingFrequency;

use super::Effect;
use super::call::call;
use crate::change::{Bucket, NAME, TAG_KEY, TAG_VALUE, not_offered};
use crate::observed::{
    Coverage, Observation, ObservedChannel, ObservedConfig, ObservedRecorder, Operation,
};

const LIST: Operation = Operation::new("config:ListConfigurationRecorders");
pub(super) const DESCRIBE: Operation = Operation::new("config:DescribeConfigurationRecorders");
const STATUS: Operation = Operation::new("config:DescribeConfigurationRecorderStatus");
const CHANNELS: Operation = Operation::new("config:DescribeDeliveryChannels");
const TAGS: Operation = Operation::new("config:ListTagsForResource");
const PUT_CHANNEL: Operation = Operation::new("config:PutDeliveryChannel");
const START: Operation = Operation::new("config:StartConfigurationRecorder");

/// The recorder that Security Hub creates for itself.
const SECURITY_HUB_RECORDER: &str = "AWSConfigurationRecorderForSecurityHubCSPM";

pub(super) async fn observe(sdk: &SdkConfig, region: Region) -> Observation<ObservedConfig> {
    let client = Client::new(sdk);
    // Describe returns only the customer managed recorder; List returns all.
    let (all, recorders, statuses, channels) = futures::join!(
        call(LIST, region, || {
            let pages = client.list_configuration_recorders().into_paginator();
            pages.items().send().collect::<Result<Vec<_>, _>>()
        }),
        call(DESCRIBE, region, || client
            .describe_configuration_recorders()
            .send()),
        call(STATUS, region, || client
            .describe_configuration_recorder_status()
            .send()),
        call(CHANNELS, region, || client
            .describe_delivery_channels()
            .send()),
    );
    let (all, recorders, statuses, channels) = (all?, recorders?, statuses?, channels?);

    let service_linked = all
        .into_iter()
        .map(|recorder| recorder.name)
        .find(|name| name == SECURITY_HUB_RECORDER);
    let recorder = recorders
        .configuration_recorders()
        .iter()
        .find(|recorder| recorder.service_principal().is_none());
    let recorder = match recorder {
        Some(recorder) => {
            let status = statuses
                .configuration_recorders_status()
                .iter()
                .find(|status| status.name() == recorder.name());
            let tags = tags(&client, region, recorder).await;
            Some(observed_recorder(recorder, status, tags))
        }
        None => None,
    };
    let channel = channels
        .delivery_channels()
        .first()
        .map(|channel| ObservedChannel {
            name: channel.name().unwrap_or_default().to_owned(),
            bucket: channel.s3_bucket_name().unwrap_or_default().to_owned(),
        });
    Ok(ObservedConfig {
        recorder,
        service_linked,
        channel,
        security_hub_v2: false,
    })
}

/// The tags of a recorder with our name; of another one, none are read.
async fn tags(
    client: &Client,
    region: Region,
    recorder: &ConfigurationRecorder,
) -> Observation<Vec<Tag>> {
    let (Some(NAME), Some(arn)) = (recorder.name(), recorder.arn()) else {
        return Ok(Vec::new());
    };
    let tags = call(TAGS, region, || {
        client.list_tags_for_resource().resource_arn(arn).send()
    })
    .await?;
    Ok(tags.tags().to_vec())
}

fn observed_recorder(
    recorder: &ConfigurationRecorder,
    status: Option<&ConfigurationRecorderStatus>,
    tags: Observation<Vec<Tag>>,
) -> ObservedRecorder {
    let is_our_tag = |tag: &Tag| tag.key() == Some(TAG_KEY) && tag.value() == Some(TAG_VALUE);
    let pairs = tags.iter().flatten();
    let pairs = pairs.filter_map(|tag| Some((tag.key()?, tag.value()?)));
    let not_offered = not_offered::names(pairs);
    let ours = tags.map(|tags| tags.iter().any(is_our_tag));
    let failed = status.filter(|status| status.last_status() == Some(&RecorderStatus::Failure));
    ObservedRecorder {
        name: recorder.name().unwrap_or_default().to_owned(),
        ours,
        recording: status.is_some_and(ConfigurationRecorderStatus::recording),
        failure: failed.map(|status| status.last_error_code().unwrap_or("Failure").to_owned()),
        coverage: coverage(recorder.recording_group()),
        frequency: match recorder
            .recording_mode()
            .map(RecordingMode::recording_frequency)
        {
            Some(Frequency::Daily) => RecordingFrequency::Daily,
            _ => RecordingFrequency::Continuous,
        },
        role: recorder.role_arn().map(str::to_owned),
        not_offered,
    }
}

/// A recorder without a group records everything but the global IAM types.
pub(super) fn coverage(group: Option<&RecordingGroup>) -> Coverage {
    let Some(group) = group else {
        return Coverage::All {
            global_types: false,
        };
    };
    let names =
        |types: &[ResourceType]| types.iter().map(|name| name.as_str().to_owned()).collect();
    let strategy = group
        .recording_strategy()
        .and_then(|strategy| strategy.use_only());
    let excluded = group
        .exclusion_by_resource_types()
        .map(ExclusionByResourceTypes::resource_types)
        .unwrap_or_default();
    match strategy {
        Some(RecordingStrategyType::ExclusionByResourceTypes) => {
            Coverage::AllExcept(names(excluded))
        }
        _ if group.all_supported() => Coverage::All {
            global_types: group.include_global_resource_types(),
        },
        _ => Coverage::Only(names(group.resource_types())),
    }
}

pub(super) async fn put_channel(
    sdk: &SdkConfig,
    region: Region,
    bucket: &Bucket,
) -> Observation<Effect> {
    let channel = DeliveryChannel::builder()
        .name(NAME)
        .s3_bucket_name(&bucket.name)
        .build();
    let client = Client::new(sdk);
    call(PUT_CHANNEL, region, || {
        let request = client.put_delivery_channel();
        request.delivery_channel(channel.clone()).send()
    })
    .await
    .map(|_| Effect::Made)
}

pub(super) async fn start(sdk: &SdkConfig, region: Region) -> Observation<Effect> {
    let client = Client::new(sdk);
    call(START, region, || {
        let request = client.start_configuration_recorder();
        request.configuration_recorder_name(NAME).send()
    })
    .await
    .map(|_| Effect::Made)
}
