//! The explanation of a change (reason, cost, steps by hand), and the texts of `undo`.

use hubward_protocol::{AccountId, Region};

use super::{Language, Say};
use crate::change::{ChangeKind, Cost, StayPart, Topic};
use crate::plan::undo::Created;

/// The explanation of a change.
pub(crate) struct Explanation {
    pub(crate) title: &'static str,
    pub(crate) why: &'static str,
    pub(crate) cost: &'static str,
    /// AWS's price page; `None` for a change that is free.
    pub(crate) price_page: Option<String>,
    /// The steps in the AWS console, one per line.
    pub(crate) by_hand: &'static str,
}

impl Say {
    /// Explains a topic.
    pub(crate) fn explanation(self, topic: Topic) -> Explanation {
        let [title, why, by_hand] = match topic {
            Topic::Change(kind) => self.words(kind),
            Topic::Stay => [
                self.explain_stay_title(),
                self.explain_stay_why(),
                self.explain_stay_by_hand(),
            ],
            Topic::Part(part) => self.words_of_part(part),
        };
        Explanation {
            title,
            why,
            by_hand,
            cost: match topic {
                Topic::Change(kind) => self.cost(kind),
                Topic::Stay => self.explain_stay_cost(),
                Topic::Part(StayPart::Function) => self.explain_stay_function_cost(),
                Topic::Part(StayPart::LogGroup) => self.explain_stay_log_group_cost(),
                Topic::Part(StayPart::Role | StayPart::Schedule) => self.explain_free(),
            },
            price_page: match topic.cost() {
                Cost::Free => None,
                Cost::ByUse(page) => Some(page.address(self.0 == Language::Ja)),
            },
        }
    }

    fn words(self, kind: ChangeKind) -> [&'static str; 3] {
        match kind {
            ChangeKind::CreateServiceLinkedRole => [
                self.explain_create_service_linked_role_title(),
                self.explain_create_service_linked_role_why(),
                self.explain_create_service_linked_role_by_hand(),
            ],
            ChangeKind::PutRecorder => [
                self.explain_put_recorder_title(),
                self.explain_put_recorder_why(),
                self.explain_put_recorder_by_hand(),
            ],
            ChangeKind::ExtendRecorder => [
                self.explain_extend_recorder_title(),
                self.explain_extend_recorder_why(),
                self.explain_extend_recorder_by_hand(),
            ],
            ChangeKind::CreateBucket => [
                self.explain_create_bucket_title(),
                self.explain_create_bucket_why(),
                self.explain_create_bucket_by_hand(),
            ],
            ChangeKind::BlockPublicAccess => [
                self.explain_block_public_access_title(),
                self.explain_block_public_access_why(),
                self.explain_block_public_access_by_hand(),
            ],
            ChangeKind::PutBucketPolicy => [
                self.explain_put_bucket_policy_title(),
                self.explain_put_bucket_policy_why(),
                self.explain_put_bucket_policy_by_hand(),
            ],
            ChangeKind::PutDeliveryChannel => [
                self.explain_put_delivery_channel_title(),
                self.explain_put_delivery_channel_why(),
                self.explain_put_delivery_channel_by_hand(),
            ],
            ChangeKind::StartRecorder => [
                self.explain_start_recorder_title(),
                self.explain_start_recorder_why(),
                self.explain_start_recorder_by_hand(),
            ],
            ChangeKind::CreateDetector => [
                self.explain_create_detector_title(),
                self.explain_create_detector_why(),
                self.explain_create_detector_by_hand(),
            ],
            ChangeKind::EnableDetectorFeatures => [
                self.explain_enable_detector_features_title(),
                self.explain_enable_detector_features_why(),
                self.explain_enable_detector_features_by_hand(),
            ],
            ChangeKind::ResumeDetector => [
                self.explain_resume_detector_title(),
                self.explain_resume_detector_why(),
                self.explain_resume_detector_by_hand(),
            ],
            ChangeKind::EnableSecurityHub => [
                self.explain_enable_security_hub_title(),
                self.explain_enable_security_hub_why(),
                self.explain_enable_security_hub_by_hand(),
            ],
            ChangeKind::EnableStandards => [
                self.explain_enable_standards_title(),
                self.explain_enable_standards_why(),
                self.explain_enable_standards_by_hand(),
            ],
            ChangeKind::AcceptInvitation => [
                self.explain_accept_invitation_title(),
                self.explain_accept_invitation_why(),
                self.explain_accept_invitation_by_hand(),
            ],
        }
    }

    fn words_of_part(self, part: StayPart) -> [&'static str; 3] {
        match part {
            StayPart::Role => [
                self.explain_stay_role_title(),
                self.explain_stay_role_why(),
                self.explain_stay_role_by_hand(),
            ],
            StayPart::LogGroup => [
                self.explain_stay_log_group_title(),
                self.explain_stay_log_group_why(),
                self.explain_stay_log_group_by_hand(),
            ],
            StayPart::Function => [
                self.explain_stay_function_title(),
                self.explain_stay_function_why(),
                self.explain_stay_function_by_hand(),
            ],
            StayPart::Schedule => [
                self.explain_stay_schedule_title(),
                self.explain_stay_schedule_why(),
                self.explain_stay_schedule_by_hand(),
            ],
        }
    }

    fn cost(self, kind: ChangeKind) -> &'static str {
        match kind {
            ChangeKind::PutDeliveryChannel => self.explain_put_delivery_channel_cost(),
            ChangeKind::ExtendRecorder => self.explain_extend_recorder_cost(),
            ChangeKind::StartRecorder => self.explain_start_recorder_cost(),
            ChangeKind::CreateDetector => self.explain_create_detector_cost(),
            ChangeKind::EnableDetectorFeatures => self.explain_enable_detector_features_cost(),
            ChangeKind::ResumeDetector => self.explain_resume_detector_cost(),
            ChangeKind::EnableSecurityHub => self.explain_enable_security_hub_cost(),
            ChangeKind::EnableStandards => self.explain_enable_standards_cost(),
            ChangeKind::CreateServiceLinkedRole
            | ChangeKind::PutRecorder
            | ChangeKind::CreateBucket
            | ChangeKind::BlockPublicAccess
            | ChangeKind::PutBucketPolicy
            | ChangeKind::AcceptInvitation => self.explain_free(),
        }
    }

    /// The cost of one kind of change that is made in this many Regions.
    pub(crate) fn costs_of(self, kind: ChangeKind, regions: usize) -> String {
        self.explain_costs_of(kind.name(), self.cost(kind), regions)
    }

    /// The kinds of change in a plan that are free.
    pub(crate) fn costs_nothing(self, kinds: &[ChangeKind]) -> String {
        let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
        self.explain_costs_nothing(names.join(", "))
    }

    /// The heading of the undo script, which also says when there is nothing to undo.
    pub(crate) fn undo_intro(self, account: &AccountId, regions: usize, empty: bool) -> String {
        if empty {
            self.undo_nothing(account, regions)
        } else {
            self.undo_heading(account)
        }
    }

    /// A resource that the agent created, and what its removal means.
    pub(crate) fn created(self, region: Region, created: &Created) -> String {
        match created {
            Created::Membership { administrator } => self.undo_membership(administrator, region),
            Created::Hub => self.undo_hub(region),
            Created::Detector { .. } => self.undo_detector(region),
            Created::Recorder { .. } => self.undo_recorder(region),
            Created::Bucket(bucket) => self.undo_bucket(&bucket.name, region),
            Created::Stay(part) => self.undo_stay(part.resource(), self.stay_part(*part), region),
        }
    }
}
