//! What an event of the audit log says, on a line for a person. The whole of it is in `--json`.

use serde_json::Value;

/// The facts of an event: changed fields as `field: before -> after`, the rest as `name: value`.
pub fn brief(detail: &Value) -> String {
    match detail {
        Value::Object(facts) => facts
            .iter()
            .filter(|(_, fact)| !fact.is_null())
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

    use super::brief;

    #[test]
    fn an_event_fits_a_line() {
        for (detail, line) in [
            (
                json!({"file": "l.csv", "what": {"account_id": "1", "project": "Pay"}}),
                "file: l.csv, Pay",
            ),
            (
                json!({"file": "l.csv", "what": [{"field": "state", "before": "active", "after": "left"}]}),
                "file: l.csv, state: active -> left",
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
