//! The SOC's own side: Security Hub and its aggregator, the queues and the rules. What is needed and what to
//! change is decided in `hubward_domain::hub`.

mod queues;
mod rules;

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use hubward_protocol::Region;

use super::failure::FailureKind;
use super::pacing::ApiClass;
use super::security_hub::SecurityHub;
use super::{Aws, AwsFailure};
use hubward_domain::hub::{Aggregator, HubChange, ObservedHub, TAG_KEY, TAG_VALUE, WantedHub};

impl Aws {
    /// Reads the state of all resources. Changes nothing.
    // Boxed: the compiler does not see through the SDK's nested futures that they can be sent.
    pub(crate) fn see_hub<'a>(
        &'a self,
        wanted: &'a WantedHub,
    ) -> BoxFuture<'a, ObservedHub<AwsFailure>> {
        async move {
            let regions = std::iter::once(wanted.home).chain(wanted.linked.iter().copied());
            let hubs = join_all(regions.map(|region| async move {
                let on = Box::pin(self.security_hub(region).is_on()).await;
                (region, on)
            }));
            let home = self.security_hub(wanted.home);
            let (hubs, aggregator, dead_letter_queue, queue, rules) = futures::join!(
                hubs,
                Box::pin(home.aggregator()),
                Box::pin(self.see_queue(wanted.home, wanted.dead_letter_queue())),
                Box::pin(self.see_queue(wanted.home, wanted.queue.clone())),
                Box::pin(self.see_rules(wanted)),
            );
            ObservedHub {
                hubs,
                aggregator,
                dead_letter_queue,
                queue,
                rules,
            }
        }
        .boxed()
    }

    /// Makes one change. A resource that already exists is no failure.
    ///
    /// # Errors
    /// AWS refused or was not reached.
    pub(crate) fn change_hub<'a>(
        &'a self,
        region: Region,
        change: &'a HubChange,
    ) -> BoxFuture<'a, Result<(), AwsFailure>> {
        async move {
            let hub = self.security_hub(region);
            match change {
                HubChange::EnableSecurityHub => hub.enable().await,
                HubChange::CreateAggregator { linked } => hub.create_aggregator(linked).await,
                HubChange::UpdateAggregator { arn, mode, regions } => {
                    hub.update_aggregator(arn, mode, regions).await
                }
                HubChange::CreateQueue { name, attributes } => {
                    self.create_queue(region, name, attributes).await
                }
                HubChange::SetQueueAttributes { url, attributes } => {
                    self.set_queue_attributes(region, url, attributes).await
                }
                HubChange::PutRule { name, pattern } => self.put_rule(region, name, pattern).await,
                HubChange::PutTarget { rule, queue } => self.put_target(region, rule, queue).await,
            }
        }
        .boxed()
    }
}

impl SecurityHub {
    async fn is_on(&self) -> Result<bool, AwsFailure> {
        self.pacing().acquire(self.region(), ApiClass::Other).await;
        match self.client().describe_hub().send().await {
            Ok(_) => Ok(true),
            Err(error) => {
                let failure = AwsFailure::of("securityhub:DescribeHub", self.region(), &error);
                match failure.kind() {
                    FailureKind::HubOff => Ok(false),
                    _ if failure.code.as_deref() == Some("ResourceNotFoundException") => Ok(false),
                    _ => Err(failure),
                }
            }
        }
    }

    async fn enable(&self) -> Result<(), AwsFailure> {
        self.pacing().acquire(self.region(), ApiClass::Other).await;
        let asked = self
            .client()
            .enable_security_hub()
            // Otherwise AWS enables its default standards, including an obsolete one.
            .enable_default_standards(false)
            .tags(TAG_KEY, TAG_VALUE)
            .send();
        match asked.await {
            Ok(_) => Ok(()),
            Err(error) => {
                let failure =
                    AwsFailure::of("securityhub:EnableSecurityHub", self.region(), &error);
                if failure.code.as_deref() == Some("ResourceConflictException") {
                    return Ok(());
                }
                Err(failure)
            }
        }
    }

    /// The account's aggregator, whichever Region it is in; `None` if Security Hub is off.
    async fn aggregator(&self) -> Result<Option<Aggregator>, AwsFailure> {
        self.pacing().acquire(self.region(), ApiClass::Other).await;
        let listed = match self.client().list_finding_aggregators().send().await {
            Ok(listed) => listed.finding_aggregators.unwrap_or_default(),
            Err(error) => {
                const OPERATION: &str = "securityhub:ListFindingAggregators";
                let failure = AwsFailure::of(OPERATION, self.region(), &error);
                return match failure.kind() {
                    FailureKind::HubOff => Ok(None),
                    _ => Err(failure),
                };
            }
        };
        let mut arns = listed
            .into_iter()
            .filter_map(|one| one.finding_aggregator_arn);
        let Some(arn) = arns.next() else {
            return Ok(None);
        };
        self.pacing().acquire(self.region(), ApiClass::Other).await;
        let asked = self.client().get_finding_aggregator();
        let found = asked
            .finding_aggregator_arn(&arn)
            .send()
            .await
            .map_err(|error| {
                AwsFailure::of("securityhub:GetFindingAggregator", self.region(), &error)
            })?;
        Ok(Some(Aggregator {
            arn,
            home: found.finding_aggregation_region.unwrap_or_default(),
            mode: found.region_linking_mode.unwrap_or_default(),
            regions: found.regions.unwrap_or_default(),
        }))
    }

    async fn create_aggregator(&self, linked: &[Region]) -> Result<(), AwsFailure> {
        self.pacing().acquire(self.region(), ApiClass::Other).await;
        let asked = self
            .client()
            .create_finding_aggregator()
            .region_linking_mode("SPECIFIED_REGIONS")
            .set_regions(Some(linked.iter().map(ToString::to_string).collect()));
        asked.send().await.map(|_| ()).map_err(|error| {
            AwsFailure::of("securityhub:CreateFindingAggregator", self.region(), &error)
        })
    }

    async fn update_aggregator(
        &self,
        arn: &str,
        mode: &str,
        regions: &[String],
    ) -> Result<(), AwsFailure> {
        self.pacing().acquire(self.region(), ApiClass::Other).await;
        let asked = self
            .client()
            .update_finding_aggregator()
            .finding_aggregator_arn(arn)
            .region_linking_mode(mode)
            .set_regions((!regions.is_empty()).then(|| regions.to_vec()));
        asked.send().await.map(|_| ()).map_err(|error| {
            AwsFailure::of("securityhub:UpdateFindingAggregator", self.region(), &error)
        })
    }
}
