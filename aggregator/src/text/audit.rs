//! What an event of the audit log says, on a line for a person. The whole of it is in `--json`.

use serde_json::Value;

/// The facts that say where a change comes from.
const SOURCE: [&str; 4] = ["file", "sha256", "request", "by"];

/// Where an event's change comes from: a file with the beginning of its SHA-256, a request, or what did
/// it; empty where the actor says it all.
pub fn source(detail: &Value) -> String {
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

/// The facts of an event, without its source: changed fields as `field: before -> after`, the rest as `name: value`.
pub fn brief(detail: &Value) -> String {
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

    use super::{brief, source};

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
