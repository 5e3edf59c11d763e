//! The reason for a step's state, and the hint.

use super::{Say, list};
use crate::baseline::GLOBAL_TYPES;
use crate::plan::{FeaturesOwner, Intention, Reason};

/// How many resource types are named in a sentence.
const NAMED_TYPES: usize = 3;

impl Say {
    /// The reason for a state, in one sentence.
    pub(crate) fn detail(self, reason: &Reason) -> String {
        match reason {
            Reason::Recording {
                recorder,
                not_offered,
            } => self.with_not_offered(self.detail_recording(recorder), not_offered),
            Reason::NoRecorder => self.detail_no_recorder().into(),
            Reason::RecorderStopped { recorder } => self.detail_recorder_stopped(recorder),
            Reason::RecorderMisses {
                recorder, types, ..
            } => self.detail_recorder_misses(types.len(), recorder, first(types)),
            Reason::RecorderRole { recorder, role } => self.detail_recorder_role(recorder, role),
            Reason::DeliveryFails { recorder, code } => self.detail_delivery_fails(code, recorder),
            Reason::SecurityHubRecords { recorder } => self.detail_security_hub_records(recorder),
            Reason::SecurityHubWillRecord => self.detail_security_hub_will_record().into(),
            Reason::ControlTowerRecords {
                recorder,
                recording: true,
            } => self.detail_control_tower_records(recorder),
            Reason::ControlTowerRecords {
                recorder,
                recording: false,
            } => self.detail_control_tower_stopped(recorder),
            Reason::DetectorOn {
                frequency,
                not_offered,
            } => self.with_not_offered(self.detail_detector_on(frequency), not_offered),
            Reason::DetectorMisses { features, .. } => self.detail_detector_misses(list(features)),
            Reason::DetectorSuspendedBy { administrator } => {
                self.detail_detector_suspended_by(administrator)
            }
            Reason::HubOn => self.detail_hub_on().into(),
            Reason::StandardsReady(standards) => self.detail_standards_ready(list(standards)),
            Reason::StandardsPending(standards) => self.detail_standards_pending(list(standards)),
            Reason::StandardIncomplete { standard, code } => {
                self.detail_standard_incomplete(code, standard)
            }
            Reason::StandardsNotOffered(standards) => {
                self.detail_standards_not_offered(list(standards))
            }
            Reason::StandardsUnknown(standards) => self.detail_standards_unknown(list(standards)),
            Reason::MemberOf { administrator } => self.detail_member_of(administrator),
            Reason::MembershipNotEnabled {
                administrator,
                status,
            } => self.detail_membership_not_enabled(administrator, status),
            Reason::MembershipEnded {
                administrator,
                status,
            } => self.detail_membership_ended(administrator, status),
            Reason::WillNotInvite { administrator, why } => {
                self.detail_will_not_invite(administrator, why)
            }
            Reason::NoInvitation {
                administrator,
                ignored,
            } if ignored.is_empty() => self.detail_no_invitation(administrator),
            Reason::NoInvitation {
                administrator,
                ignored,
            } => self.detail_only_other_invitations(administrator, list(ignored)),
            Reason::MemberOfAnother { administrator } => {
                self.detail_member_of_another(administrator)
            }
            Reason::AwsError(error) => self.aws_error(error),
            Reason::RegionOff => self.detail_region_off().into(),
            Reason::RegionEnabling => self.detail_region_enabling().into(),
            Reason::NeedsSecurityHub => self.detail_needs_security_hub().into(),
            Reason::WouldChange(changes) => self.detail_would_change(self.sentence(changes)),
            Reason::WouldFollow(Intention::Enable(standards)) => {
                self.detail_would_enable_standards(list(standards))
            }
            Reason::WouldFollow(Intention::Join(administrator)) => {
                self.detail_would_join(administrator)
            }
            Reason::NotObservedAfterwards(changes) => {
                self.detail_not_observed_afterwards(self.sentence(changes))
            }
            Reason::OutOfTime => self.detail_out_of_time().into(),
        }
    }

    /// What to do about it, and who can; `None` where nothing is missing.
    pub(crate) fn hint(self, reason: &Reason) -> Option<String> {
        Some(match reason {
            Reason::Recording { .. }
            | Reason::SecurityHubRecords { .. }
            | Reason::ControlTowerRecords {
                recording: true, ..
            }
            | Reason::DetectorOn { .. }
            | Reason::HubOn
            | Reason::StandardsReady(_)
            | Reason::MemberOf { .. }
            | Reason::WouldChange(_)
            | Reason::WouldFollow(_) => return None,
            Reason::NoRecorder => self.hint_set_recorder_up().into(),
            Reason::RecorderStopped { recorder } => self.hint_start_recorder(recorder),
            Reason::RecorderMisses { types, role, .. } => {
                let is_global = |name: &String| GLOBAL_TYPES.contains(&name.as_str());
                let record = if types.iter().all(is_global) {
                    self.hint_record_global_types()
                } else {
                    self.hint_record_all()
                };
                match role {
                    Some(_) => [record, self.word_separator(), self.hint_change_role()].concat(),
                    None => record.into(),
                }
            }
            Reason::RecorderRole { .. } => self.hint_change_role().into(),
            Reason::DeliveryFails { .. } => self.hint_repair_delivery().into(),
            Reason::ControlTowerRecords { .. } => self.hint_ask_control_tower().into(),
            Reason::DetectorSuspendedBy { administrator } => {
                self.hint_ask_guardduty_administrator(administrator)
            }
            Reason::DetectorMisses { features, decides } => {
                let features = list(features);
                match decides {
                    FeaturesOwner::Account => self.hint_enable_features(features),
                    FeaturesOwner::Administrator(administrator) => {
                        self.hint_ask_for_features(administrator, features)
                    }
                    FeaturesOwner::Policy => self.hint_ask_policy_for_features(features),
                }
            }
            Reason::StandardsPending(_) => self.hint_wait_for_standards().into(),
            Reason::StandardIncomplete { code, .. }
                if code == "NO_AVAILABLE_CONFIGURATION_RECORDER" =>
            {
                self.hint_standard_needs_recorder().into()
            }
            Reason::StandardIncomplete { .. } => self.hint_look_at_standard().into(),
            Reason::StandardsNotOffered(_) => self.hint_standard_not_here().into(),
            Reason::StandardsUnknown(_) => self.hint_check_standard_name().into(),
            Reason::SecurityHubWillRecord => self.hint_wait_for_recorder().into(),
            Reason::MembershipEnded { administrator, .. }
            | Reason::WillNotInvite { administrator, .. } => self.hint_soc_decides(administrator),
            Reason::MembershipNotEnabled { administrator, .. }
            | Reason::NoInvitation { administrator, .. } => self.hint_soc_invites(administrator),
            Reason::MemberOfAnother { administrator } => {
                self.hint_leave_other_administrator(administrator)
            }
            Reason::AwsError(error) => self.aws_error_hint(error),
            Reason::RegionOff => self.hint_enable_region().into(),
            Reason::RegionEnabling => self.hint_wait_for_region().into(),
            Reason::NeedsSecurityHub => self.hint_see_security_hub().into(),
            Reason::NotObservedAfterwards(_) | Reason::OutOfTime => self.hint_run_again().into(),
        })
    }

    /// The sentence, and what the Region does not offer.
    fn with_not_offered(self, sentence: String, not_offered: &[String]) -> String {
        if not_offered.is_empty() {
            return sentence;
        }
        let count = not_offered.len();
        let addition = self.detail_not_offered(count, first(not_offered));
        [sentence.as_str(), self.word_separator(), &addition].concat()
    }
}

/// The first few names of many.
pub(super) fn first(names: &[String]) -> String {
    let named = list(names.iter().take(NAMED_TYPES));
    if names.len() > NAMED_TYPES {
        named + ", …"
    } else {
        named
    }
}
