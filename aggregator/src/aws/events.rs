//! An SQS queue with Hubward as its only consumer: messages are received, and deleted after they are stored.
//!
//! A message that is not deleted is delivered again after its visibility timeout: at-least-once.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, QueueAttributeName,
};
use hubward_protocol::Region;
use serde_json::Value;

use super::AwsFailure;

/// The most messages per call (SQS service model, `MaxNumberOfMessages`).
const BATCH: i32 = 10;

/// A queue.
#[derive(Clone, Debug)]
pub(crate) struct EventQueue {
    client: Client,
    region: Region,
    url: String,
}

/// A message of the queue.
#[derive(Clone, Debug)]
pub(crate) struct QueueMessage {
    /// The message id, which is the same on every delivery.
    pub id: String,
    /// The receipt handle of this delivery, needed to delete the message.
    pub receipt: String,
    pub body: String,
}

impl EventQueue {
    pub(super) fn new(client: Client, region: Region, url: String) -> Self {
        Self {
            client,
            region,
            url,
        }
    }

    /// Waits up to `seconds` (at most 20) for messages. Returns up to ten.
    ///
    /// # Errors
    /// AWS refused or was not reached.
    pub(crate) async fn receive(&self, seconds: i32) -> Result<Vec<QueueMessage>, AwsFailure> {
        let answer = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(BATCH)
            .wait_time_seconds(seconds)
            .send()
            .await
            .map_err(|error| AwsFailure::of("sqs:ReceiveMessage", self.region, &error))?;
        Ok(answer
            .messages
            .unwrap_or_default()
            .into_iter()
            .filter_map(|message| {
                Some(QueueMessage {
                    id: message.message_id?,
                    receipt: message.receipt_handle?,
                    body: message.body.unwrap_or_default(),
                })
            })
            .collect())
    }

    /// Sets the visibility timeout of at most ten messages to this many seconds from now.
    ///
    /// # Errors
    /// AWS refused or was not reached; then they may be delivered again sooner.
    pub(crate) async fn hold(
        &self,
        messages: &[QueueMessage],
        seconds: i32,
    ) -> Result<(), AwsFailure> {
        let entries = messages
            .iter()
            .enumerate()
            .filter_map(|(number, message)| {
                ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(number.to_string())
                    .receipt_handle(&message.receipt)
                    .visibility_timeout(seconds)
                    .build()
                    .ok()
            })
            .collect();
        self.client
            .change_message_visibility_batch()
            .queue_url(&self.url)
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(|error| AwsFailure::of("sqs:ChangeMessageVisibility", self.region, &error))?;
        Ok(())
    }

    /// The queue's dead-letter queue; `None` if it has none.
    ///
    /// # Errors
    /// AWS refused or was not reached.
    pub(crate) async fn dead_letter_queue(&self) -> Result<Option<Self>, AwsFailure> {
        let attributes = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .attribute_names(QueueAttributeName::RedrivePolicy)
            .send()
            .await
            .map_err(|error| AwsFailure::of("sqs:GetQueueAttributes", self.region, &error))?
            .attributes
            .unwrap_or_default();
        let redrive = attributes.get(&QueueAttributeName::RedrivePolicy);
        let redrive: Option<Value> = redrive.and_then(|text| serde_json::from_str(text).ok());
        let target = redrive
            .as_ref()
            .and_then(|redrive| redrive.get("deadLetterTargetArn")?.as_str());
        // arn:aws:sqs:REGION:ACCOUNT:NAME
        let mut parts = target.unwrap_or_default().split(':').skip(4);
        let (Some(account), Some(name)) = (parts.next(), parts.next()) else {
            return Ok(None);
        };
        let answer = self
            .client
            .get_queue_url()
            .queue_name(name)
            .queue_owner_aws_account_id(account)
            .send()
            .await
            .map_err(|error| AwsFailure::of("sqs:GetQueueUrl", self.region, &error))?;
        Ok(answer.queue_url.map(|url| Self {
            url,
            ..self.clone()
        }))
    }

    /// Deletes at most ten messages. A message that is not deleted is delivered again, which is harmless.
    ///
    /// # Errors
    /// AWS refused or was not reached.
    pub(crate) async fn delete(&self, messages: &[QueueMessage]) -> Result<(), AwsFailure> {
        let entries = messages
            .iter()
            .enumerate()
            .filter_map(|(number, message)| {
                DeleteMessageBatchRequestEntry::builder()
                    .id(number.to_string())
                    .receipt_handle(&message.receipt)
                    .build()
                    .ok()
            })
            .collect();
        self.client
            .delete_message_batch()
            .queue_url(&self.url)
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(|error| AwsFailure::of("sqs:DeleteMessage", self.region, &error))?;
        Ok(())
    }
}
