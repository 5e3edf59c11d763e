//! Findings that an exception covers, told to Security Hub with the reason as their note, from the home Region:
//! also of what lies in Regions that are linked to it (docs finding-update-batchupdatefindings.html).

use aws_sdk_securityhub::types::{
    AwsSecurityFindingIdentifier, NoteUpdate, WorkflowStatus, WorkflowUpdate,
};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::AwsFailure;
use super::pacing::Class;
use super::security_hub::SecurityHub;

/// The most findings of one call (service model of Security Hub).
pub const FINDINGS: usize = 100;

/// Who writes the notes.
const AUTHOR: &str = "hubward";

impl SecurityHub {
    /// Suppresses at most [`FINDINGS`] findings, or makes them new again, with a note. Each is its id and its
    /// product's ARN. Returns what AWS did not process, in its words.
    ///
    /// # Errors
    /// AWS refused or was not reached.
    // Boxed: the compiler does not see through the SDK's nested futures that they can be sent.
    pub fn set_suppressed<'a>(
        &'a self,
        findings: &'a [(String, String)],
        suppressed: bool,
        note: &'a str,
    ) -> BoxFuture<'a, Result<Vec<String>, AwsFailure>> {
        async move {
            const OPERATION: &str = "securityhub:BatchUpdateFindings";
            self.pacing().turn(self.region(), Class::Other).await;
            let identifiers = findings.iter().map(|(id, product)| {
                AwsSecurityFindingIdentifier::builder()
                    .id(id)
                    .product_arn(product)
                    .build()
            });
            let status = if suppressed {
                WorkflowStatus::Suppressed
            } else {
                WorkflowStatus::New
            };
            let note = NoteUpdate::builder().text(note).updated_by(AUTHOR).build();
            let answer = self
                .client()
                .batch_update_findings()
                .set_finding_identifiers(Some(identifiers.collect()))
                .workflow(WorkflowUpdate::builder().status(status).build())
                .note(note)
                .send()
                .await
                .map_err(|error| AwsFailure::of(OPERATION, self.region(), &error))?;
            let unprocessed = answer.unprocessed_findings.unwrap_or_default();
            let words = unprocessed.into_iter().map(|one| {
                let id = one.finding_identifier.and_then(|it| it.id);
                let code = one.error_code.unwrap_or_default();
                let message = one.error_message.unwrap_or_default();
                format!("{}: {code} {message}", id.unwrap_or_default())
            });
            Ok(words.collect())
        }
        .boxed()
    }
}
