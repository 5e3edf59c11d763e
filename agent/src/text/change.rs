//! The text of a change, for plans ("would …") and for progress.

use hubward_protocol::api::{PublishingFrequency, Recording, RecordingFrequency};

use super::reason::first;
use super::{Say, list};
use crate::change::Change;

impl Say {
    /// A change in the imperative, such as "create the S3 bucket …".
    pub(crate) fn change(self, change: &Change) -> String {
        match change {
            Change::CreateServiceLinkedRole => self.change_create_service_linked_role().into(),
            Change::CreateBucket(bucket) => self.change_create_bucket(&bucket.name),
            Change::BlockPublicAccess(_) => self.change_block_public_access().into(),
            Change::PutBucketPolicy(_) => self.change_put_bucket_policy().into(),
            Change::PutRecorder {
                recording,
                global_types,
                frequency,
            } => self.change_put_recorder(self.recorded(*recording, *global_types, *frequency)),
            Change::ExtendRecorder { types } => {
                self.change_extend_recorder(types.len(), first(types))
            }
            Change::PutDeliveryChannel(_) => self.change_put_delivery_channel().into(),
            Change::StartRecorder => self.change_start_recorder().into(),
            Change::CreateDetector {
                features,
                frequency,
            } if features.is_empty() => self.change_create_detector(self.published(*frequency)),
            Change::CreateDetector {
                features,
                frequency,
            } => self.change_create_detector_with(list(features), self.published(*frequency)),
            Change::EnableDetectorFeatures { features, .. } => {
                self.change_enable_detector_features(list(features))
            }
            Change::ResumeDetector { .. } => self.change_resume_detector().into(),
            Change::EnableSecurityHub => self.change_enable_security_hub().into(),
            Change::EnableStandards(standards) => {
                self.change_enable_standards(list(standards.iter().map(|standard| &standard.id)))
            }
            Change::AcceptInvitation { administrator, .. } => {
                self.change_accept_invitation(administrator)
            }
        }
    }

    fn recorded(
        self,
        recording: Recording,
        global_types: bool,
        frequency: RecordingFrequency,
    ) -> String {
        let mut words = vec![match recording {
            Recording::All => self.word_all_types(),
            Recording::SecurityHubTypes => self.word_security_hub_types(),
        }];
        if global_types {
            words.push(self.word_with_global_types());
        }
        if frequency == RecordingFrequency::Daily {
            words.push(self.word_once_a_day());
        }
        words.join(self.word_comma())
    }

    fn published(self, frequency: PublishingFrequency) -> &'static str {
        match frequency {
            PublishingFrequency::FifteenMinutes => self.word_fifteen_minutes(),
            PublishingFrequency::OneHour => self.word_one_hour(),
            PublishingFrequency::SixHours => self.word_six_hours(),
        }
    }

    /// Several changes, joined.
    pub(super) fn sentence(self, changes: &[Change]) -> String {
        let separator = self.word_separator();
        let changes: Vec<_> = changes.iter().map(|one| self.change(one)).collect();
        changes.join(separator)
    }
}
