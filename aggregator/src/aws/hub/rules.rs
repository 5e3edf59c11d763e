//! The EventBridge rules that fill the queue, on the default bus of the home Region: ours by name, and any
//! others with the queue as target.

use std::collections::BTreeSet;

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::{PutEventsRequestEntry, RuleState, Tag, Target};
use futures::FutureExt;
use futures::future::BoxFuture;
use hubward_protocol::Region;

use crate::aws::{Aws, AwsFailure};
use hubward_domain::hub::{Rule, TAG_KEY, TAG_VALUE, WantedHub};

/// The id of our target in a rule.
const TARGET: &str = "hubward";
/// The most rules of others that are read. If there are more, we create ours next to them.
const MOST: usize = 20;

impl Aws {
    fn events(&self, region: Region) -> Client {
        let config = aws_sdk_eventbridge::config::Builder::from(&self.base)
            .interceptor(self.counted.clone())
            .region(aws_config::Region::from_static(region.as_str()))
            .build();
        Client::from_conf(config)
    }

    pub(super) async fn see_rules(&self, wanted: &WantedHub) -> Result<Vec<Rule>, AwsFailure> {
        let region = wanted.home;
        let client = self.events(region);
        let feeding: BTreeSet<String> = client
            .list_rule_names_by_target()
            .target_arn(wanted.queue_arn(&wanted.queue))
            .send()
            .await
            .map_err(|error| AwsFailure::of("events:ListRuleNamesByTarget", region, &error))?
            .rule_names
            .unwrap_or_default()
            .into_iter()
            .take(MOST)
            .collect();
        let ours = wanted.rules().map(str::to_owned);
        let names: BTreeSet<String> = feeding.iter().cloned().chain(ours).collect();
        let mut rules = Vec::new();
        for name in names {
            let described = match client.describe_rule().name(&name).send().await {
                Ok(described) => described,
                Err(error) => {
                    let failure = AwsFailure::of("events:DescribeRule", region, &error);
                    match failure.code.as_deref() {
                        Some("ResourceNotFoundException") => continue,
                        _ => return Err(failure),
                    }
                }
            };
            let tags = client
                .list_tags_for_resource()
                .resource_arn(described.arn.unwrap_or_default())
                .send()
                .await
                .map_err(|error| AwsFailure::of("events:ListTagsForResource", region, &error))?
                .tags
                .unwrap_or_default();
            let pattern = described.event_pattern;
            rules.push(Rule {
                ours: tags
                    .iter()
                    .any(|tag| tag.key == TAG_KEY && tag.value == TAG_VALUE),
                enabled: described.state != Some(RuleState::Disabled),
                pattern: pattern.and_then(|text| serde_json::from_str(&text).ok()),
                feeds_queue: feeding.contains(&name),
                name,
            });
        }
        Ok(rules)
    }

    /// Puts a test event on the default bus.
    ///
    /// # Errors
    /// AWS refused or was not reached.
    // Boxed: the compiler does not see through the SDK's nested futures that they can be sent.
    pub(crate) fn put_event<'a>(
        &'a self,
        region: Region,
        source: &'a str,
        detail: String,
    ) -> BoxFuture<'a, Result<(), AwsFailure>> {
        const OPERATION: &str = "events:PutEvents";
        async move {
            let entry = PutEventsRequestEntry::builder()
                .source(source)
                .detail_type("Hubward Test")
                .detail(detail)
                .build();
            let answer = self
                .events(region)
                .put_events()
                .entries(entry)
                .send()
                .await
                .map_err(|error| AwsFailure::of(OPERATION, region, &error))?;
            // A response with status 200 can still contain rejected events.
            let refused = answer.entries.unwrap_or_default().into_iter();
            match refused.into_iter().find(|entry| entry.error_code.is_some()) {
                None => Ok(()),
                Some(refused) => Err(AwsFailure {
                    operation: OPERATION,
                    region,
                    code: refused.error_code,
                    message: refused.error_message,
                }),
            }
        }
        .boxed()
    }

    pub(super) async fn put_rule(
        &self,
        region: Region,
        name: &str,
        pattern: &str,
    ) -> Result<(), AwsFailure> {
        let asked = self
            .events(region)
            .put_rule()
            .name(name)
            .event_pattern(pattern)
            .state(RuleState::Enabled);
        let tag = Tag::builder().key(TAG_KEY).value(TAG_VALUE).build().ok();
        asked
            .set_tags(tag.map(|tag| vec![tag]))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| AwsFailure::of("events:PutRule", region, &error))
    }

    pub(super) async fn put_target(
        &self,
        region: Region,
        rule: &str,
        queue: &str,
    ) -> Result<(), AwsFailure> {
        const OPERATION: &str = "events:PutTargets";
        let target = Target::builder().id(TARGET).arn(queue).build().ok();
        let answer = self
            .events(region)
            .put_targets()
            .rule(rule)
            .set_targets(target.map(|target| vec![target]))
            .send()
            .await
            .map_err(|error| AwsFailure::of(OPERATION, region, &error))?;
        // A response with status 200 can still contain rejected targets.
        match answer.failed_entries.unwrap_or_default().pop() {
            None => Ok(()),
            Some(failed) => Err(AwsFailure {
                operation: OPERATION,
                region,
                code: failed.error_code,
                message: failed.error_message,
            }),
        }
    }
}
