//! The stable word for the reason of a step's state, and its facts, as the report carries them in addition to
//! the sentences. Readers in other languages and other programs go by these; `text` has the sentences.

use std::collections::BTreeMap;

use hubward_protocol::Fact;

use crate::change::ChangeKind;
use crate::plan::{Intention, Reason};

/// The most names in one list. A report has to stay small: it is sent every few seconds.
const MOST_NAMES: usize = 20;

/// The most characters of one name. The longest ones are ARNs of roles.
const LONGEST: usize = 200;

/// The word. Released words stay as they are.
pub(crate) fn code(reason: &Reason) -> &'static str {
    match reason {
        Reason::Recording { .. } => "config_recording",
        Reason::NoRecorder => "config_recorder_absent",
        // AWS's reason codes of the control Config.1, in lower case.
        Reason::RecorderStopped { .. } => "config_recorder_disabled",
        Reason::RecorderMisses { .. } => "config_recorder_missing_required_resource_types",
        Reason::RecorderRole { .. } => "config_recorder_custom_role",
        Reason::DeliveryFails { .. } => "config_delivery_fails",
        Reason::SecurityHubRecords { .. } => "config_security_hub_records",
        Reason::SecurityHubWillRecord => "config_security_hub_will_record",
        Reason::ControlTowerRecords {
            recording: true, ..
        } => "config_control_tower_records",
        Reason::ControlTowerRecords {
            recording: false, ..
        } => "config_control_tower_stopped",
        Reason::DetectorOn { .. } => "guardduty_on",
        Reason::DetectorMisses { .. } => "guardduty_features_missing",
        Reason::DetectorSuspendedBy { .. } => "guardduty_suspended_by_administrator",
        Reason::HubOn => "security_hub_on",
        Reason::StandardsReady(_) => "standards_ready",
        Reason::StandardsPending(_) => "standards_pending",
        Reason::StandardIncomplete { .. } => "standard_incomplete",
        Reason::StandardsNotOffered(_) => "standards_not_offered",
        Reason::StandardsUnknown(_) => "standards_unknown",
        Reason::MemberOf { .. } => "member",
        Reason::MembershipNotEnabled { .. } => "membership_not_enabled",
        Reason::MembershipEnded { .. } => "membership_ended",
        Reason::WillNotInvite { .. } => "will_not_invite",
        Reason::NoInvitation { .. } => "no_invitation",
        Reason::MemberOfAnother { .. } => "member_of_another",
        Reason::AwsError(_) => "aws_error",
        Reason::RegionOff => "region_off",
        Reason::RegionEnabling => "region_enabling",
        Reason::NeedsSecurityHub => "needs_security_hub",
        Reason::WouldChange(_) | Reason::WouldFollow(_) => "would_change",
        Reason::NotObservedAfterwards(_) => "not_observed_afterwards",
        Reason::OutOfTime => "out_of_time",
    }
}

/// The facts, by names that belong to the word.
pub(crate) fn facts(reason: &Reason) -> BTreeMap<String, Fact> {
    let facts = match reason {
        Reason::Recording {
            recorder,
            not_offered,
        } => vec![
            ("recorder", text(recorder)),
            ("not_offered", names(not_offered)),
        ],
        Reason::RecorderStopped { recorder }
        | Reason::SecurityHubRecords { recorder }
        | Reason::ControlTowerRecords { recorder, .. } => vec![("recorder", text(recorder))],
        Reason::RecorderMisses {
            recorder,
            types,
            role,
        } => vec![
            ("recorder", text(recorder)),
            (
                "count",
                Fact::Number(types.len().try_into().unwrap_or(u64::MAX)),
            ),
            ("types", names(types)),
            ("role", text(role.as_deref().unwrap_or_default())),
        ],
        Reason::RecorderRole { recorder, role } => {
            vec![("recorder", text(recorder)), ("role", text(role))]
        }
        Reason::DeliveryFails { recorder, code } => {
            vec![("recorder", text(recorder)), ("aws_code", text(code))]
        }
        Reason::DetectorOn {
            frequency,
            not_offered,
        } => vec![
            ("frequency", text(frequency)),
            ("not_offered", names(not_offered)),
        ],
        Reason::DetectorMisses { features, .. } => vec![("features", names(features))],
        Reason::StandardsReady(standards)
        | Reason::StandardsPending(standards)
        | Reason::StandardsNotOffered(standards)
        | Reason::StandardsUnknown(standards) => vec![("standards", names(standards))],
        Reason::StandardIncomplete { standard, code } => {
            vec![("standards", names([standard])), ("aws_code", text(code))]
        }
        Reason::DetectorSuspendedBy { administrator } | Reason::MemberOf { administrator } => {
            vec![("administrator", text(administrator.as_str()))]
        }
        Reason::MemberOfAnother { administrator } => {
            vec![("administrator", text(administrator))]
        }
        Reason::MembershipNotEnabled {
            administrator,
            status,
        }
        | Reason::MembershipEnded {
            administrator,
            status,
        } => vec![
            ("administrator", text(administrator.as_str())),
            ("status", text(status)),
        ],
        Reason::WillNotInvite { administrator, why } => vec![
            ("administrator", text(administrator.as_str())),
            ("why", text(why)),
        ],
        Reason::NoInvitation {
            administrator,
            ignored,
        } => vec![
            ("administrator", text(administrator.as_str())),
            ("ignored", names(ignored)),
        ],
        Reason::AwsError(error) => vec![
            ("operation", text(error.operation.action)),
            ("aws_code", text(&error.code)),
        ],
        Reason::WouldChange(changes) | Reason::NotObservedAfterwards(changes) => {
            let kinds = changes.iter().map(|change| ChangeKind::from(change).name());
            vec![("changes", names(kinds))]
        }
        Reason::WouldFollow(intention) => {
            let kind = match intention {
                Intention::Enable(_) => ChangeKind::EnableStandards,
                Intention::Join(_) => ChangeKind::AcceptInvitation,
            };
            vec![("changes", names([kind.name()]))]
        }
        Reason::NoRecorder
        | Reason::SecurityHubWillRecord
        | Reason::HubOn
        | Reason::RegionOff
        | Reason::RegionEnabling
        | Reason::NeedsSecurityHub
        | Reason::OutOfTime => Vec::new(),
    };
    let is_empty = |fact: &Fact| match fact {
        Fact::Number(_) => false,
        Fact::Text(text) => text.is_empty(),
        Fact::List(names) => names.is_empty(),
    };
    let facts = facts.into_iter().filter(|(_, fact)| !is_empty(fact));
    facts.map(|(name, fact)| (name.to_owned(), fact)).collect()
}

fn text(text: &str) -> Fact {
    Fact::Text(text.chars().take(LONGEST).collect())
}

fn names(names: impl IntoIterator<Item = impl ToString>) -> Fact {
    let first = names.into_iter().take(MOST_NAMES);
    let bounded = first.map(|name| name.to_string().chars().take(LONGEST).collect());
    Fact::List(bounded.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_codes_of_config_1_are_awss_own() {
        let recorder = || "default".to_owned();
        let stopped = Reason::RecorderStopped {
            recorder: recorder(),
        };
        let role = Reason::RecorderRole {
            recorder: recorder(),
            role: "arn:aws:iam::111111111111:role/mine".to_owned(),
        };
        let misses = Reason::RecorderMisses {
            recorder: recorder(),
            types: vec!["AWS::S3::Bucket".to_owned(); 111],
            role: None,
        };
        // Security Hub user guide, "Compliance details for control findings".
        for (reason, aws) in [
            (&stopped, "CONFIG_RECORDER_DISABLED"),
            (&role, "CONFIG_RECORDER_CUSTOM_ROLE"),
            (&misses, "CONFIG_RECORDER_MISSING_REQUIRED_RESOURCE_TYPES"),
        ] {
            assert_eq!(code(reason), aws.to_ascii_lowercase());
        }
        assert!(matches!(&facts(&role)["role"], Fact::Text(role) if role.ends_with("role/mine")));
        let facts = facts(&misses);
        assert_eq!(facts["count"], Fact::Number(111));
        assert!(matches!(&facts["types"], Fact::List(types) if types.len() == MOST_NAMES));
        assert!(!facts.contains_key("role"));
    }

    #[test]
    fn a_fact_is_bounded() {
        let role = Reason::RecorderRole {
            recorder: "r".repeat(5000),
            role: "x".repeat(5000),
        };
        for fact in facts(&role).values() {
            assert!(matches!(fact, Fact::Text(text) if text.len() == LONGEST));
        }
    }
}
