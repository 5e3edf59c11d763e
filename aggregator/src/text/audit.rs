//! An audit event as one line for a person. `--json` has the complete event.

use serde_json::Value;

use crate::say::Say;
use hubward_domain::account::Language;

/// The facts that describe the source of a change.
const SOURCE: [&str; 4] = ["file", "sha256", "request", "by"];

/// The source of an event's change: a file with the beginning of its SHA-256, a request, or the command;
/// empty if the actor is enough.
pub(crate) fn source(detail: &Value) -> String {
    let text = |name: &str| detail.get(name).and_then(Value::as_str);
    match (text("file"), text("sha256")) {
        (Some(file), Some(sha256)) => {
            let short: String = sha256.chars().take(16).collect();
            format!("{file} (sha256 {short}…)")
        }
        (Some(file), None) => file.to_owned(),
        _ => text("request")
            .or(text("by"))
            .unwrap_or_default()
            .to_owned(),
    }
}

/// The text of an action; an unknown action is shown by its name.
pub(crate) fn action(name: &str, language: Language) -> String {
    let say = Say(language);
    match name {
        "account.added" => say.audit_account_added(),
        "account.changed" => say.audit_account_changed(),
        "membership.create_requested" => say.audit_membership_create_requested(),
        "membership.invite_requested" => say.audit_membership_invite_requested(),
        "membership.disassociate_requested" => say.audit_membership_disassociate_requested(),
        "membership.delete_requested" => say.audit_membership_delete_requested(),
        "hub.change_requested" => say.audit_hub_change_requested(),
        "membership.observed" => say.audit_membership_observed(),
        "run.recorded" => say.audit_run_recorded(),
        "proof.refused" => say.audit_proof_refused(),
        "release.added" => say.audit_release_added(),
        "alert.opened" => say.audit_alert_opened(),
        "alert.updated" => say.audit_alert_updated(),
        "alert.handled" => say.audit_alert_handled(),
        "alert.escalated" => say.audit_alert_escalated(),
        "alert.dead_letters_taken" => say.audit_alert_dead_letters_taken(),
        "alert.way_tried" => say.audit_alert_way_tried(),
        "silence.added" => say.audit_silence_added(),
        "silence.ended" => say.audit_silence_ended(),
        "delivery.replayed" => say.audit_delivery_replayed(),
        "token.added" => say.audit_token_added(),
        "token.revoked" => say.audit_token_revoked(),
        "session.opened" => say.audit_session_opened(),
        "channel.tested" => say.audit_channel_tested(),
        "store.restored" => say.audit_store_restored(),
        "request.taken" => say.audit_request_taken(),
        "request.contacts_told" => say.audit_request_contacts_told(),
        "request.approved" => say.audit_request_approved(),
        "request.rejected" => say.audit_request_rejected(),
        "request.withdrawn" => say.audit_request_withdrawn(),
        "request.completed" => say.audit_request_completed(),
        "guide.changed" => say.audit_guide_changed(),
        "exception.added" => say.audit_exception_added(),
        "exception.removed" => say.audit_exception_removed(),
        "exception.expired" => say.audit_exception_expired(),
        "report.sent" => say.audit_report_sent(),
        other => other,
    }
    .to_owned()
}

/// The facts of an event without its source: changed fields as `field: before -> after`, others as `name:
/// value`.
pub(crate) fn brief(detail: &Value) -> String {
    match detail {
        Value::Object(facts) => facts
            .iter()
            .filter(|(name, fact)| !fact.is_null() && !SOURCE.contains(&name.as_str()))
            .map(|(name, fact)| match fact {
                // A whole account: the project's name is enough to identify it.
                Value::Object(account) => brief_value(account.get("project").unwrap_or(fact)),
                Value::Array(fields) => fields
                    .iter()
                    .map(brief_field)
                    .collect::<Vec<_>>()
                    .join(", "),
                fact => format!("{name}: {}", brief_value(fact)),
            })
            .collect::<Vec<_>>()
            .join(", "),
        other => brief_value(other),
    }
}

fn brief_field(field: &Value) -> String {
    let text = |key: &str| field.get(key).map(brief_value).unwrap_or_default();
    format!("{}: {} -> {}", text("field"), text("before"), text("after"))
}

fn brief_value(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{action, brief, source};
    use hubward_domain::account::Language;

    #[test]
    fn every_action_has_its_words() {
        let known = include_str!("../../domain/src/audit.rs");
        let names: Vec<&str> = known
            .split("=> \"")
            .skip(1)
            .filter_map(|rest| rest.split_once('"'))
            .map(|(name, _)| name)
            .filter(|name| name.contains('.'))
            .collect();
        assert!(names.len() >= 25, "{names:?}");
        for name in names {
            for language in [Language::En, Language::Ja] {
                assert_ne!(action(name, language), name);
            }
        }
        assert_eq!(action("new.thing", Language::Ja), "new.thing");
    }

    #[test]
    fn a_source_is_a_file_a_request_or_a_command() {
        for (detail, line) in [
            (
                json!({"file": "l.csv", "sha256": "0123456789abcdef0123"}),
                "l.csv (sha256 0123456789abcdef…)",
            ),
            (json!({"file": "l.csv"}), "l.csv"),
            (json!({"request": "SOC-1"}), "SOC-1"),
            (json!({"by": "command line"}), "command line"),
            (json!({"region": "us-east-1"}), ""),
        ] {
            assert_eq!(source(&detail), line);
        }
    }

    #[test]
    fn an_event_fits_a_line() {
        for (detail, line) in [
            (
                json!({"file": "l.csv", "what": {"account_id": "1", "project": "Pay"}}),
                "Pay",
            ),
            (
                json!({"file": "l.csv", "what": [{"field": "state", "before": "active", "after": "left"}]}),
                "state: active -> left",
            ),
            (
                json!({"region": "us-east-1", "from": null, "to": "Invited"}),
                "region: us-east-1, to: Invited",
            ),
        ] {
            assert_eq!(brief(&detail), line);
        }
    }
}
