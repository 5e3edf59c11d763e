//! What an event of the audit log says, on a line for a person. The whole of it is in `--json`.

use rust_i18n::t;
use serde_json::Value;

use hubward_domain::account::Language;

/// The facts that say where a change comes from.
const SOURCE: [&str; 4] = ["file", "sha256", "request", "by"];

/// Where an event's change comes from: a file with the beginning of its SHA-256, a request, or what did
/// it; empty where the actor says it all.
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

/// What was done, in words; an action that this program does not know goes by its name.
pub(crate) fn action(name: &str, language: Language) -> String {
    let locale = language.as_str();
    match name {
        "account.added" => t!("audit.account_added", locale = locale),
        "account.changed" => t!("audit.account_changed", locale = locale),
        "membership.create_requested" => t!("audit.membership_create_requested", locale = locale),
        "membership.invite_requested" => t!("audit.membership_invite_requested", locale = locale),
        "membership.disassociate_requested" => {
            t!("audit.membership_disassociate_requested", locale = locale)
        }
        "membership.delete_requested" => t!("audit.membership_delete_requested", locale = locale),
        "hub.change_requested" => t!("audit.hub_change_requested", locale = locale),
        "membership.observed" => t!("audit.membership_observed", locale = locale),
        "run.recorded" => t!("audit.run_recorded", locale = locale),
        "proof.refused" => t!("audit.proof_refused", locale = locale),
        "release.added" => t!("audit.release_added", locale = locale),
        "alert.opened" => t!("audit.alert_opened", locale = locale),
        "alert.updated" => t!("audit.alert_updated", locale = locale),
        "alert.handled" => t!("audit.alert_handled", locale = locale),
        "alert.escalated" => t!("audit.alert_escalated", locale = locale),
        "alert.dead_letters_taken" => t!("audit.alert_dead_letters_taken", locale = locale),
        "alert.way_tried" => t!("audit.alert_way_tried", locale = locale),
        "silence.added" => t!("audit.silence_added", locale = locale),
        "silence.ended" => t!("audit.silence_ended", locale = locale),
        "delivery.replayed" => t!("audit.delivery_replayed", locale = locale),
        "token.added" => t!("audit.token_added", locale = locale),
        "token.revoked" => t!("audit.token_revoked", locale = locale),
        "session.opened" => t!("audit.session_opened", locale = locale),
        "channel.tested" => t!("audit.channel_tested", locale = locale),
        "store.restored" => t!("audit.store_restored", locale = locale),
        "request.taken" => t!("audit.request_taken", locale = locale),
        "request.contacts_told" => t!("audit.request_contacts_told", locale = locale),
        "request.approved" => t!("audit.request_approved", locale = locale),
        "request.rejected" => t!("audit.request_rejected", locale = locale),
        "request.withdrawn" => t!("audit.request_withdrawn", locale = locale),
        "request.completed" => t!("audit.request_completed", locale = locale),
        "guide.changed" => t!("audit.guide_changed", locale = locale),
        "exception.added" => t!("audit.exception_added", locale = locale),
        "exception.removed" => t!("audit.exception_removed", locale = locale),
        "exception.expired" => t!("audit.exception_expired", locale = locale),
        "report.sent" => t!("audit.report_sent", locale = locale),
        other => other.into(),
    }
    .into_owned()
}

/// The facts of an event, without its source: changed fields as `field: before -> after`, the rest as `name: value`.
pub(crate) fn brief(detail: &Value) -> String {
    match detail {
        Value::Object(facts) => facts
            .iter()
            .filter(|(name, fact)| !fact.is_null() && !SOURCE.contains(&name.as_str()))
            .map(|(name, fact)| match fact {
                // A whole account: its name is enough to know which.
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
