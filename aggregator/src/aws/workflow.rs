//! The workflow status of findings. The administrator sets it from the home Region, also for findings in
//! linked Regions (docs finding-update-batchupdatefindings.html).

use aws_sdk_securityhub::types::{
    AwsSecurityFindingIdentifier, NoteUpdate, WorkflowStatus, WorkflowUpdate,
};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::AwsFailure;
use super::pacing::ApiClass;
use super::security_hub::SecurityHub;
use hubward_domain::alert::write_back::{Named, WriteBackStatus};

/// The most findings per call (Security Hub service model).
pub(crate) const BATCH: usize = 100;

/// The author of our notes.
const AUTHOR: &str = "hubward";

/// A finding that AWS did not process.
#[derive(Clone, Debug)]
pub(crate) struct UnprocessedFinding {
    pub id: String,
    /// AWS's error code and message.
    pub why: String,
}

impl SecurityHub {
    /// Sets the status of at most [`BATCH`] findings. Returns those that AWS did not process. Setting the
    /// same status again is no failure.
    ///
    /// # Errors
    /// AWS refused or was not reached.
    pub(crate) fn set_workflow<'a>(
        &'a self,
        findings: &'a [Named],
        status: WriteBackStatus,
    ) -> BoxFuture<'a, Result<Vec<UnprocessedFinding>, AwsFailure>> {
        self.update(findings, WorkflowStatus::from(status.as_str()), None)
    }

    /// Suppresses at most [`BATCH`] findings or sets them back to new, with a note. Returns those that AWS
    /// did not process.
    ///
    /// # Errors
    /// AWS refused or was not reached.
    pub(crate) fn set_suppressed<'a>(
        &'a self,
        findings: &'a [Named],
        suppressed: bool,
        note: &str,
    ) -> BoxFuture<'a, Result<Vec<UnprocessedFinding>, AwsFailure>> {
        let status = if suppressed {
            WorkflowStatus::Suppressed
        } else {
            WorkflowStatus::New
        };
        let note = NoteUpdate::builder().text(note).updated_by(AUTHOR).build();
        self.update(findings, status, Some(note))
    }

    // Boxed: the compiler does not see through the SDK's nested futures that they can be sent.
    fn update<'a>(
        &'a self,
        findings: &'a [Named],
        status: WorkflowStatus,
        note: Option<NoteUpdate>,
    ) -> BoxFuture<'a, Result<Vec<UnprocessedFinding>, AwsFailure>> {
        async move {
            const OPERATION: &str = "securityhub:BatchUpdateFindings";
            self.pacing().acquire(self.region(), ApiClass::Other).await;
            let named = findings.iter().map(|finding| {
                AwsSecurityFindingIdentifier::builder()
                    .id(&finding.id)
                    .product_arn(&finding.product_arn)
                    .build()
            });
            let answer = self
                .client()
                .batch_update_findings()
                .set_finding_identifiers(Some(named.collect()))
                .workflow(WorkflowUpdate::builder().status(status).build())
                .set_note(note)
                .send()
                .await
                .map_err(|error| AwsFailure::of(OPERATION, self.region(), &error))?;
            let unprocessed = answer.unprocessed_findings.unwrap_or_default().into_iter();
            let unprocessed = unprocessed.map(|one| {
                let code = one.error_code.unwrap_or_default();
                let message = one.error_message.unwrap_or_default();
                UnprocessedFinding {
                    id: one
                        .finding_identifier
                        .and_then(|it| it.id)
                        .unwrap_or_default(),
                    why: format!("{code}: {message}"),
                }
            });
            Ok(unprocessed.collect())
        }
        .boxed()
    }
}
