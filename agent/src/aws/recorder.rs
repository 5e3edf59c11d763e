//! Our configuration recorder: creates and extends it. A Region may refuse some of the resource types; then the
//! others are recorded, and a tag of the recorder names the refused ones.

mod refusal;

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_sdk_config::Client;
use aws_sdk_config::types::{
    ConfigurationRecorder, RecordingFrequency as Frequency, RecordingGroup, RecordingMode,
    RecordingStrategy, RecordingStrategyType, ResourceType, Tag,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use hubward_protocol::Region;
use hubward_protocol::api::{Recording, RecordingFrequency};

use super::call::call;
use super::config::{DESCRIBE, coverage};
use super::{Effect, Identity, iam};
use crate::baseline::{GLOBAL_TYPES, security_hub_types};
use crate::change::{NAME, TAG_KEY, TAG_VALUE, not_offered};
use crate::observed::{AwsError, Coverage, Observation, Operation};

const PUT: Operation = Operation::new("config:PutConfigurationRecorder");
const TAG: Operation = Operation::new("config:TagResource");

/// How often at most AWS is asked which types it accepts. Where it names those that it refuses, as it is known to,
/// two or three times are enough.
const MOST_ATTEMPTS: u32 = 64;

/// Creates our recorder.
pub(super) async fn create(
    sdk: &SdkConfig,
    region: Region,
    identity: &Identity,
    recording: Recording,
    global_types: bool,
    frequency: RecordingFrequency,
) -> Observation<Effect> {
    let frequency = match frequency {
        RecordingFrequency::Continuous => Frequency::Continuous,
        RecordingFrequency::Daily => Frequency::Daily,
    };
    let mode = RecordingMode::builder()
        .recording_frequency(frequency)
        .build();
    let recorder = ConfigurationRecorder::builder()
        .name(NAME)
        .role_arn(iam::config_role_arn(identity))
        .set_recording_mode(mode.ok())
        .build();
    let client = Client::new(sdk);
    match recording {
        Recording::All => {
            let everything = RecordingGroup::builder()
                .all_supported(true)
                .include_global_resource_types(global_types)
                .build();
            put(&client, region, with_group(&recorder, everything)).await?;
        }
        Recording::SecurityHubTypes => {
            let global: &[&str] = if global_types { &GLOBAL_TYPES } else { &[] };
            let types = security_hub_types().chain(global.iter().copied());
            let types = types.map(str::to_owned).collect();
            put_types(&client, region, &recorder, Vec::new(), types).await?;
        }
    }
    Ok(Effect::Made)
}

/// Lets our recorder record these types too, and changes nothing else of it.
pub(super) async fn extend(
    sdk: &SdkConfig,
    region: Region,
    types: &[String],
) -> Observation<Effect> {
    let client = Client::new(sdk);
    let Some(mut recorder) = ours(&client, region).await? else {
        // It was deleted in the meantime. What is observed next decides.
        return Ok(Effect::AlreadyDone);
    };
    let recorded = coverage(recorder.recording_group());
    // Only what a caller may set is sent back.
    recorder.arn = None;
    recorder.recording_scope = None;
    let group = match recorded {
        Coverage::Only(recorded) => {
            let is_new = |name: &&String| !recorded.contains(name);
            let added = types.iter().filter(is_new).cloned().collect();
            return put_types(&client, region, &recorder, recorded, added).await;
        }
        // All types but some of the global ones.
        Coverage::All { .. } => everything(),
        Coverage::AllExcept(excluded) => {
            let excluded: Vec<_> = excluded
                .into_iter()
                .filter(|name| !types.contains(name))
                .collect();
            if excluded.is_empty() {
                everything()
            } else {
                everything_but(&excluded)
            }
        }
    };
    put(&client, region, with_group(&recorder, group)).await?;
    Ok(Effect::Made)
}

/// Our recorder as AWS describes it.
async fn ours(client: &Client, region: Region) -> Observation<Option<ConfigurationRecorder>> {
    let found = call(DESCRIBE, region, || {
        client.describe_configuration_recorders().send()
    })
    .await?;
    let is_ours = |recorder: &ConfigurationRecorder| recorder.name() == Some(NAME);
    let mut found = found
        .configuration_recorders
        .unwrap_or_default()
        .into_iter();
    Ok(found.find(is_ours))
}

fn everything() -> RecordingGroup {
    RecordingGroup::builder()
        .all_supported(true)
        .include_global_resource_types(true)
        .build()
}

fn everything_but(excluded: &[String]) -> RecordingGroup {
    let excluded = excluded
        .iter()
        .map(|name| ResourceType::from(name.as_str()));
    let excluded = aws_sdk_config::types::ExclusionByResourceTypes::builder()
        .set_resource_types(Some(excluded.collect()))
        .build();
    RecordingGroup::builder()
        .all_supported(false)
        .include_global_resource_types(false)
        .exclusion_by_resource_types(excluded)
        .recording_strategy(strategy(RecordingStrategyType::ExclusionByResourceTypes))
        .build()
}

fn only(types: &[String]) -> RecordingGroup {
    let types = types.iter().map(|name| ResourceType::from(name.as_str()));
    RecordingGroup::builder()
        .all_supported(false)
        .include_global_resource_types(false)
        .set_resource_types(Some(types.collect()))
        .recording_strategy(strategy(RecordingStrategyType::InclusionByResourceTypes))
        .build()
}

fn strategy(kind: RecordingStrategyType) -> RecordingStrategy {
    RecordingStrategy::builder().use_only(kind).build()
}

fn with_group(recorder: &ConfigurationRecorder, group: RecordingGroup) -> ConfigurationRecorder {
    let mut recorder = recorder.clone();
    recorder.recording_group = Some(group);
    recorder
}

/// A refused request, with AWS's whole message: `AwsError` shortens it.
struct Refused {
    error: AwsError,
    message: String,
}

impl From<Refused> for AwsError {
    fn from(refused: Refused) -> Self {
        refused.error
    }
}

async fn put(
    client: &Client,
    region: Region,
    recorder: ConfigurationRecorder,
) -> Result<(), Refused> {
    let message = Mutex::default();
    let answer = call(PUT, region, || async {
        let tag = Tag::builder().key(TAG_KEY).value(TAG_VALUE).build();
        let request = client.put_configuration_recorder().tags(tag);
        let answer = request
            .configuration_recorder(recorder.clone())
            .send()
            .await;
        if let Err(error) = &answer {
            let text = error.message().unwrap_or_default().to_owned();
            *message.lock().unwrap_or_else(PoisonError::into_inner) = text;
        }
        answer
    })
    .await;
    match answer {
        Ok(_) => Ok(()),
        Err(error) => Err(Refused {
            error,
            message: message.into_inner().unwrap_or_else(PoisonError::into_inner),
        }),
    }
}

/// Records `types` in addition to those `recorded`, as far as the Region has them, and tags the recorder with the
/// others. Fails if AWS accepts none of several types without naming them, because then something else is wrong.
async fn put_types(
    client: &Client,
    region: Region,
    recorder: &ConfigurationRecorder,
    mut recorded: Vec<String>,
    types: Vec<String>,
) -> Observation<Effect> {
    let before = recorded.len();
    let mut refused: Vec<String> = Vec::new();
    let mut was_named = false;
    let mut last = None;
    let mut waiting = VecDeque::from([types]);
    let mut attempts = 0;
    while let Some(chunk) = waiting.pop_front() {
        if chunk.is_empty() || attempts == MOST_ATTEMPTS {
            continue;
        }
        attempts += 1;
        let all = [recorded.as_slice(), chunk.as_slice()].concat();
        match put(client, region, with_group(recorder, only(&all))).await {
            Ok(()) => recorded = all,
            Err(Refused { error, message }) if refusal::is_about_types(&error.code) => {
                let named = refusal::named(&message, &chunk, &recorded);
                if !named.is_empty() {
                    was_named = true;
                    waiting.push_front(without(chunk, &named));
                    refused.extend(named);
                } else if chunk.len() == 1 {
                    refused.extend(chunk);
                } else {
                    let (likely, others) = refusal::split(chunk);
                    waiting.push_front(others);
                    waiting.push_front(likely);
                }
                last = Some(error);
            }
            Err(Refused { error, .. }) => return Err(error),
        }
    }
    let made = recorded.len() > before;
    match last {
        Some(error) if !made && (before == 0 || (!was_named && refused.len() > 1)) => {
            return Err(error);
        }
        _ => {}
    }
    if !refused.is_empty() {
        tag(client, region, &refused).await?;
    }
    Ok(if made {
        Effect::Made
    } else {
        Effect::AlreadyDone
    })
}

fn without(types: Vec<String>, named: &[String]) -> Vec<String> {
    types
        .into_iter()
        .filter(|name| !named.contains(name))
        .collect()
}

async fn tag(client: &Client, region: Region, refused: &[String]) -> Observation<()> {
    let Some(arn) = ours(client, region)
        .await?
        .and_then(|recorder| recorder.arn)
    else {
        return Ok(());
    };
    let tags: Vec<_> = not_offered::tags(refused)
        .into_iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect();
    call(TAG, region, || {
        let request = client.tag_resource().resource_arn(&arn);
        request.set_tags(Some(tags.clone())).send()
    })
    .await
    .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_read_back() {
        let types = vec!["AWS::S3::Bucket".to_owned(), "AWS::Of::Tomorrow".to_owned()];
        assert_eq!(coverage(Some(&only(&types))), Coverage::Only(types.clone()));
        assert_eq!(
            coverage(Some(&everything_but(&types))),
            Coverage::AllExcept(types)
        );
        let all = Coverage::All { global_types: true };
        assert_eq!(coverage(Some(&everything())), all);
    }
}
