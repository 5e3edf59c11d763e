//! GuardDuty in the SOC's own account: only what the drill needs.

use aws_sdk_guardduty::Client;
use futures::FutureExt;
use futures::future::BoxFuture;
use hubward_protocol::Region;

use super::{Aws, AwsFailure};

impl Aws {
    /// Asks GuardDuty to create sample findings of one type. `false` if there is no detector in this Region.
    ///
    /// # Errors
    /// AWS refused or was not reached.
    // Boxed: the compiler does not see through the SDK's nested futures that they can be sent.
    pub(crate) fn create_sample<'a>(
        &'a self,
        region: Region,
        kind: &'a str,
    ) -> BoxFuture<'a, Result<bool, AwsFailure>> {
        async move {
            let config = aws_sdk_guardduty::config::Builder::from(&self.base)
                .interceptor(self.counted.clone())
                .region(aws_config::Region::from_static(region.as_str()))
                .build();
            let client = Client::from_conf(config);
            let detectors = client
                .list_detectors()
                .send()
                .await
                .map_err(|error| AwsFailure::of("guardduty:ListDetectors", region, &error))?;
            let Some(detector) = detectors
                .detector_ids
                .unwrap_or_default()
                .into_iter()
                .next()
            else {
                return Ok(false);
            };
            client
                .create_sample_findings()
                .detector_id(detector)
                .finding_types(kind)
                .send()
                .await
                .map_err(|error| {
                    AwsFailure::of("guardduty:CreateSampleFindings", region, &error)
                })?;
            Ok(true)
        }
        .boxed()
    }
}
