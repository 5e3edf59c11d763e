//! How a change is said: in plans ("would …") and in progress.

use rust_i18n::t;

use super::{Lang, Text, list};
use crate::change::Change;

/// What would be done, in the imperative.
pub(crate) fn change(change: &Change, lang: Lang) -> Text {
    let locale = lang.code();
    match change {
        Change::CreateServiceLinkedRole => t!("change.create_service_linked_role", locale = locale),
        Change::CreateBucket(bucket) => t!(
            "change.create_bucket",
            locale = locale,
            bucket = bucket.name
        ),
        Change::BlockPublicAccess(_) => t!("change.block_public_access", locale = locale),
        Change::PutBucketPolicy(_) => t!("change.put_bucket_policy", locale = locale),
        Change::PutRecorder { global_types: true } => {
            t!("change.put_recorder_with_global_types", locale = locale)
        }
        Change::PutRecorder {
            global_types: false,
        } => t!("change.put_recorder", locale = locale),
        Change::PutDeliveryChannel(_) => t!("change.put_delivery_channel", locale = locale),
        Change::StartRecorder => t!("change.start_recorder", locale = locale),
        Change::CreateDetector => t!("change.create_detector", locale = locale),
        Change::ResumeDetector { .. } => t!("change.resume_detector", locale = locale),
        Change::EnableSecurityHub => t!("change.enable_security_hub", locale = locale),
        Change::EnableStandards(standards) => {
            t!(
                "change.enable_standards",
                locale = locale,
                standards = list(standards.iter().map(|standard| &standard.id))
            )
        }
        Change::AcceptInvitation { administrator, .. } => {
            t!(
                "change.accept_invitation",
                locale = locale,
                administrator = administrator
            )
        }
    }
}

/// Several changes in one sentence.
pub(super) fn sentence(changes: &[Change], lang: Lang) -> String {
    let separator = t!("word.separator", locale = lang.code());
    let changes: Vec<_> = changes.iter().map(|one| change(one, lang)).collect();
    changes.join(&separator)
}
