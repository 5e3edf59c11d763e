//! The SQS queues for alerts: reading, creating and configuring them. Messages are in `aws::events`.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use hubward_protocol::Region;

use crate::aws::{Aws, AwsFailure};
use hubward_domain::hub::{AlertQueue, TAG_KEY, TAG_VALUE};

/// The SQS attributes that are compared.
const ATTRIBUTES: [QueueAttributeName; 4] = [
    QueueAttributeName::Policy,
    QueueAttributeName::RedrivePolicy,
    QueueAttributeName::KmsMasterKeyId,
    QueueAttributeName::SqsManagedSseEnabled,
];

impl Aws {
    fn sqs(&self, region: Region) -> Client {
        let config = aws_sdk_sqs::config::Builder::from(&self.base)
            .interceptor(self.counted.clone())
            .region(aws_config::Region::from_static(region.as_str()))
            .build();
        Client::from_conf(config)
    }

    pub(super) async fn see_queue(
        &self,
        region: Region,
        name: String,
    ) -> Result<Option<AlertQueue>, AwsFailure> {
        let client = self.sqs(region);
        let url = match client.get_queue_url().queue_name(name).send().await {
            Ok(answer) => answer.queue_url.unwrap_or_default(),
            Err(error) => {
                let failure = AwsFailure::of("sqs:GetQueueUrl", region, &error);
                return match failure.code.as_deref() {
                    Some("AWS.SimpleQueueService.NonExistentQueue" | "QueueDoesNotExist") => {
                        Ok(None)
                    }
                    _ => Err(failure),
                };
            }
        };
        let mut attributes = client
            .get_queue_attributes()
            .queue_url(&url)
            .set_attribute_names(Some(ATTRIBUTES.to_vec()))
            .send()
            .await
            .map_err(|error| AwsFailure::of("sqs:GetQueueAttributes", region, &error))?
            .attributes
            .unwrap_or_default();
        let tags = client
            .list_queue_tags()
            .queue_url(&url)
            .send()
            .await
            .map_err(|error| AwsFailure::of("sqs:ListQueueTags", region, &error))?
            .tags
            .unwrap_or_default();
        let mut attribute = |name| attributes.remove(&name).filter(|text| !text.is_empty());
        Ok(Some(AlertQueue {
            ours: tags.get(TAG_KEY).is_some_and(|value| value == TAG_VALUE),
            policy: attribute(QueueAttributeName::Policy),
            redrive: attribute(QueueAttributeName::RedrivePolicy),
            kms_key: attribute(QueueAttributeName::KmsMasterKeyId),
            sqs_encrypted: attribute(QueueAttributeName::SqsManagedSseEnabled)
                .is_some_and(|text| text == "true"),
            url,
        }))
    }

    pub(super) async fn create_queue(
        &self,
        region: Region,
        name: &str,
        attributes: &BTreeMap<&'static str, String>,
    ) -> Result<(), AwsFailure> {
        self.sqs(region)
            .create_queue()
            .queue_name(name)
            .set_attributes(Some(named(attributes)))
            .tags(TAG_KEY, TAG_VALUE)
            .send()
            .await
            .map(|_| ())
            .map_err(|error| AwsFailure::of("sqs:CreateQueue", region, &error))
    }

    pub(super) async fn set_queue_attributes(
        &self,
        region: Region,
        url: &str,
        attributes: &BTreeMap<&'static str, String>,
    ) -> Result<(), AwsFailure> {
        self.sqs(region)
            .set_queue_attributes()
            .queue_url(url)
            .set_attributes(Some(named(attributes)))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| AwsFailure::of("sqs:SetQueueAttributes", region, &error))
    }
}

fn named(attributes: &BTreeMap<&'static str, String>) -> HashMap<QueueAttributeName, String> {
    attributes
        .iter()
        .map(|(name, value)| (QueueAttributeName::from(*name), value.clone()))
        .collect()
}
