//! The workflow status of findings, as the administrator sets it from the home Region: also of what lies in
//! Regions that are linked to it (docs finding-update-batchupdatefindings.html).

use std::collections::BTreeMap;

use aws_sdk_securityhub::types::{AwsSecurityFindingIdentifier, WorkflowStatus, WorkflowUpdate};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::AwsFailure;
use super::pacing::Class;
use super::security_hub::SecurityHub;
use crate::domain::alert::write_back::{Named, Status};

/// The most findings of one call (service model of Security Hub).
pub const BATCH: usize = 100;

impl SecurityHub {
    /// Sets the status of at most [`BATCH`] findings; returns those that AWS did not process, each with its
    /// words. That a finding has the status already is no failure.
    ///
    /// # Errors
    /// AWS refused or was not reached.
    // Boxed: the compiler does not see through the SDK's nested futures that they can be sent.
    pub fn set_workflow<'a>(
        &'a self,
        findings: &'a [Named],
        status: Status,
    ) -> BoxFuture<'a, Result<BTreeMap<String, String>, AwsFailure>> {
        async move {
            self.pacing().turn(self.region(), Class::Other).await;
            let named = findings.iter().map(|finding| {
                AwsSecurityFindingIdentifier::builder()
                    .id(&finding.id)
                    .product_arn(&finding.product_arn)
                    .build()
            });
            let workflow = WorkflowUpdate::builder()
                .status(WorkflowStatus::from(status.as_str()))
                .build();
            let answer = self
                .client()
                .batch_update_findings()
                .set_finding_identifiers(Some(named.collect()))
                .workflow(workflow)
                .send()
                .await
                .map_err(|error| {
                    AwsFailure::of("securityhub:BatchUpdateFindings", self.region(), &error)
                })?;
            let unprocessed = answer.unprocessed_findings.unwrap_or_default();
            Ok(unprocessed
                .into_iter()
                .filter_map(|one| {
                    let id = one.finding_identifier?.id?;
                    let code = one.error_code.unwrap_or_default();
                    let message = one.error_message.unwrap_or_default();
                    Some((id, format!("{code}: {message}")))
                })
                .collect())
        }
        .boxed()
    }
}
