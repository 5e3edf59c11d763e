//! How a reason is said, and what helps.

use rust_i18n::t;

use super::change::sentence;
use super::{Lang, Text, list, refused, refused_hint};
use crate::plan::{Intention, Reason};

/// What was found, in a sentence.
pub(crate) fn detail(reason: &Reason, lang: Lang) -> Text {
    let locale = lang.code();
    match reason {
        Reason::Recording { recorder } => {
            t!("detail.recording", locale = locale, recorder = recorder)
        }
        Reason::NoRecorder => t!("detail.no_recorder", locale = locale),
        Reason::RecorderStopped { recorder } => t!(
            "detail.recorder_stopped",
            locale = locale,
            recorder = recorder
        ),
        Reason::RecorderMisses { recorder, types } => t!(
            "detail.recorder_misses",
            locale = locale,
            recorder = recorder,
            count = types.len(),
            types = list(types.iter().take(3))
        ),
        Reason::GlobalTypesNowhere { recorder } => {
            t!(
                "detail.global_types_nowhere",
                locale = locale,
                recorder = recorder
            )
        }
        Reason::DeliveryFails { recorder, code } => {
            t!(
                "detail.delivery_fails",
                locale = locale,
                recorder = recorder,
                code = code
            )
        }
        Reason::SecurityHubRecords { recorder } => {
            t!(
                "detail.security_hub_records",
                locale = locale,
                recorder = recorder
            )
        }
        Reason::SecurityHubWillRecord => t!("detail.security_hub_will_record", locale = locale),
        Reason::ControlTowerRecords {
            recorder,
            recording: true,
        } => t!(
            "detail.control_tower_records",
            locale = locale,
            recorder = recorder
        ),
        Reason::ControlTowerRecords {
            recorder,
            recording: false,
        } => t!(
            "detail.control_tower_stopped",
            locale = locale,
            recorder = recorder
        ),
        Reason::DetectorOn { frequency } => {
            t!("detail.detector_on", locale = locale, frequency = frequency)
        }
        Reason::DetectorSuspendedBy { administrator } => {
            t!(
                "detail.detector_suspended_by",
                locale = locale,
                administrator = administrator
            )
        }
        Reason::HubOn => t!("detail.hub_on", locale = locale),
        Reason::StandardsReady(standards) => {
            t!(
                "detail.standards_ready",
                locale = locale,
                standards = list(standards)
            )
        }
        Reason::StandardsPending(standards) => {
            t!(
                "detail.standards_pending",
                locale = locale,
                standards = list(standards)
            )
        }
        Reason::StandardIncomplete { standard, code } => {
            t!(
                "detail.standard_incomplete",
                locale = locale,
                standard = standard,
                code = code
            )
        }
        Reason::StandardsNotOffered(standards) => {
            t!(
                "detail.standards_not_offered",
                locale = locale,
                standards = list(standards)
            )
        }
        Reason::StandardsUnknown(standards) => {
            t!(
                "detail.standards_unknown",
                locale = locale,
                standards = list(standards)
            )
        }
        Reason::MemberOf { administrator } => t!(
            "detail.member_of",
            locale = locale,
            administrator = administrator
        ),
        Reason::MembershipNotEnabled {
            administrator,
            status,
        } => t!(
            "detail.membership_not_enabled",
            locale = locale,
            administrator = administrator,
            status = status
        ),
        Reason::MembershipEnded {
            administrator,
            status,
        } => t!(
            "detail.membership_ended",
            locale = locale,
            administrator = administrator,
            status = status
        ),
        Reason::WillNotInvite { administrator, why } => t!(
            "detail.will_not_invite",
            locale = locale,
            administrator = administrator,
            why = why
        ),
        Reason::NoInvitation {
            administrator,
            ignored,
        } if ignored.is_empty() => {
            t!(
                "detail.no_invitation",
                locale = locale,
                administrator = administrator
            )
        }
        Reason::NoInvitation {
            administrator,
            ignored,
        } => t!(
            "detail.only_other_invitations",
            locale = locale,
            administrator = administrator,
            others = list(ignored)
        ),
        Reason::MemberOfAnother { administrator } => {
            t!(
                "detail.member_of_another",
                locale = locale,
                administrator = administrator
            )
        }
        Reason::Refused(refusal) => refused(refusal, lang),
        Reason::RegionOff => t!("detail.region_off", locale = locale),
        Reason::RegionEnabling => t!("detail.region_enabling", locale = locale),
        Reason::NeedsSecurityHub => t!("detail.needs_security_hub", locale = locale),
        Reason::WouldChange(changes) => t!(
            "detail.would_change",
            locale = locale,
            changes = sentence(changes, lang)
        ),
        Reason::WouldFollow(Intention::Enable(standards)) => {
            t!(
                "detail.would_enable_standards",
                locale = locale,
                standards = list(standards)
            )
        }
        Reason::WouldFollow(Intention::Join(administrator)) => {
            t!(
                "detail.would_join",
                locale = locale,
                administrator = administrator
            )
        }
        Reason::NotSeenAfterwards(changes) => t!(
            "detail.not_seen_afterwards",
            locale = locale,
            changes = sentence(changes, lang)
        ),
        Reason::OutOfTime => t!("detail.out_of_time", locale = locale),
    }
}

/// What helps, and who must act; nothing where nothing is missing.
pub(crate) fn hint(reason: &Reason, lang: Lang) -> Option<Text> {
    let locale = lang.code();
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
        Reason::NoRecorder => t!("hint.set_recorder_up", locale = locale),
        Reason::RecorderStopped { recorder } => {
            t!("hint.start_recorder", locale = locale, recorder = recorder)
        }
        Reason::RecorderMisses { .. } => t!("hint.record_all", locale = locale),
        Reason::GlobalTypesNowhere { .. } => t!("hint.record_global_types", locale = locale),
        Reason::DeliveryFails { .. } => t!("hint.repair_delivery", locale = locale),
        Reason::ControlTowerRecords { .. } => t!("hint.ask_control_tower", locale = locale),
        Reason::DetectorSuspendedBy { administrator } => {
            t!(
                "hint.ask_guardduty_administrator",
                locale = locale,
                administrator = administrator
            )
        }
        Reason::StandardsPending(_) => t!("hint.wait_for_standards", locale = locale),
        Reason::StandardIncomplete { code, .. }
            if code == "NO_AVAILABLE_CONFIGURATION_RECORDER" =>
        {
            t!("hint.standard_needs_recorder", locale = locale)
        }
        Reason::StandardIncomplete { .. } => t!("hint.look_at_standard", locale = locale),
        Reason::StandardsNotOffered(_) => t!("hint.standard_not_here", locale = locale),
        Reason::StandardsUnknown(_) => t!("hint.check_standard_name", locale = locale),
        Reason::SecurityHubWillRecord => t!("hint.wait_for_recorder", locale = locale),
        Reason::MembershipEnded { administrator, .. }
        | Reason::WillNotInvite { administrator, .. } => {
            t!(
                "hint.soc_decides",
                locale = locale,
                administrator = administrator
            )
        }
        Reason::MembershipNotEnabled { administrator, .. }
        | Reason::NoInvitation { administrator, .. } => {
            t!(
                "hint.soc_invites",
                locale = locale,
                administrator = administrator
            )
        }
        Reason::MemberOfAnother { administrator } => {
            t!(
                "hint.leave_other_administrator",
                locale = locale,
                administrator = administrator
            )
        }
        Reason::Refused(refusal) => refused_hint(refusal, lang),
        Reason::RegionOff => t!("hint.enable_region", locale = locale),
        Reason::RegionEnabling => t!("hint.wait_for_region", locale = locale),
        Reason::NeedsSecurityHub => t!("hint.see_security_hub", locale = locale),
        Reason::NotSeenAfterwards(_) | Reason::OutOfTime => t!("hint.run_again", locale = locale),
    })
}
