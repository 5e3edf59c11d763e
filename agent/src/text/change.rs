//! How a change is said: in plans ("would …") and in progress.

use rust_i18n::t;

use super::{Lang, Text, list};
use crate::change::Change;
use hubward_protocol::api::{PublishingFrequency, Recording, RecordingFrequency};

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
        Change::PutRecorder {
            recording,
            global_types,
            frequency,
        } => t!(
            "change.put_recorder",
            locale = locale,
            what = recorded(*recording, *global_types, *frequency, lang)
        ),
        Change::PutDeliveryChannel(_) => t!("change.put_delivery_channel", locale = locale),
        Change::StartRecorder => t!("change.start_recorder", locale = locale),
        Change::CreateDetector {
            features,
            frequency,
        } if features.is_empty() => t!(
            "change.create_detector",
            locale = locale,
            frequency = published(*frequency, lang)
        ),
        Change::CreateDetector {
            features,
            frequency,
        } => t!(
            "change.create_detector_with",
            locale = locale,
            features = list(features),
            frequency = published(*frequency, lang)
        ),
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

fn recorded(
    recording: Recording,
    global_types: bool,
    frequency: RecordingFrequency,
    lang: Lang,
) -> String {
    let locale = lang.code();
    let mut words = vec![match recording {
        Recording::All => t!("word.all_types", locale = locale),
        Recording::SecurityHubTypes => t!("word.security_hub_types", locale = locale),
    }];
    if global_types {
        words.push(t!("word.with_global_types", locale = locale));
    }
    if frequency == RecordingFrequency::Daily {
        words.push(t!("word.once_a_day", locale = locale));
    }
    words.join(&t!("word.comma", locale = locale))
}

fn published(frequency: PublishingFrequency, lang: Lang) -> Text {
    let locale = lang.code();
    match frequency {
        PublishingFrequency::FifteenMinutes => t!("word.fifteen_minutes", locale = locale),
        PublishingFrequency::OneHour => t!("word.one_hour", locale = locale),
        PublishingFrequency::SixHours => t!("word.six_hours", locale = locale),
    }
}

/// Several changes in one sentence.
pub(super) fn sentence(changes: &[Change], lang: Lang) -> String {
    let separator = t!("word.separator", locale = lang.code());
    let changes: Vec<_> = changes.iter().map(|one| change(one, lang)).collect();
    changes.join(&separator)
}
