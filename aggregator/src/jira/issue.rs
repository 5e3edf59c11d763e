//! Parses an issue's JSON: the configuration says which field is which, and a field's value depends on its
//! type (text, number, choice, person, rich text).
//!
//! The reporter writes these values: they are kept as texts, cut if they are longer than any ledger column,
//! and validated later.

use jiff::Timestamp;
use serde_json::Value;

use super::Issue;
use hubward_domain::ledger::{LedgerColumn, LedgerEntry};
use hubward_domain::request::{RequestedChange, Ticket};

/// Longer than any column; a text that is cut here is later rejected as too long.
const LONGEST: usize = 5_000;

/// The issue; `None` if it lacks what every issue has.
pub(super) fn read(issue: &Value, kind: &str, columns: &[(LedgerColumn, String)]) -> Option<Issue> {
    let fields = issue.get("fields")?;
    let mut entry = LedgerEntry::default();
    for (column, field) in columns {
        let text = text(fields.get(field).unwrap_or(&Value::Null));
        if !text.is_empty() {
            entry.set(*column, text);
        }
    }
    let reporter = fields.get("reporter").unwrap_or(&Value::Null);
    let name = |key: &str| {
        reporter
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let reported_by = match (name("displayName"), name("emailAddress")) {
        (name, "") => name.to_owned(),
        (name, email) => format!("{name} <{email}>"),
    };
    Some(Issue {
        ticket: Ticket {
            key: issue.get("key")?.as_str()?.to_owned(),
            asked: RequestedChange {
                kind: text(fields.get(kind).unwrap_or(&Value::Null)),
                entry,
            },
            reporter: cut(reported_by.trim()),
            updated: time(fields.get("updated")?.as_str()?)?,
            closed: text_at(fields, "/status/statusCategory/key") == Some("done"),
        },
        reporter_id: reporter
            .get("accountId")
            .and_then(Value::as_str)
            .map(str::to_owned),
    })
}

/// The key of the issue's project.
pub(super) fn project(issue: &Value) -> Option<&str> {
    text_at(issue, "/fields/project/key")
}

/// A text inside a response.
pub(super) fn text_at<'a>(value: &'a Value, place: &str) -> Option<&'a str> {
    value.pointer(place)?.as_str()
}

/// Jira's times have no colon in the offset: `2026-11-24T09:00:00.000+0900`.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text)
        .ok()
        .or_else(|| text.parse().ok())
}

/// A field's value as readable text.
fn text(value: &Value) -> String {
    let mut out = String::new();
    gather(value, 0, &mut out);
    cut(out.trim())
}

fn gather(value: &Value, depth: usize, out: &mut String) {
    // Rich text is nested, but never this deep in practice.
    if depth > 40 || out.len() > LONGEST * 4 {
        return;
    }
    match value {
        Value::String(text) => out.push_str(text),
        // Number fields are floats: 111111111111.0 was entered as an account id.
        Value::Number(number) => match number.as_f64() {
            Some(float) if float.fract() == 0.0 => out.push_str(&float.to_string()),
            _ => out.push_str(&number.to_string()),
        },
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(';');
                }
                gather(item, depth + 1, out);
            }
        }
        Value::Object(fields) if fields.get("type").is_some_and(Value::is_string) => {
            rich(value, depth, out);
        }
        Value::Object(fields) => {
            // A choice, a type or project, a person, or a request type.
            let shown = ["value", "name", "displayName", "requestType"]
                .into_iter()
                .find_map(|key| fields.get(key));
            if let Some(shown) = shown {
                gather(shown, depth + 1, out);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// Atlassian Document Format: texts inside blocks, one line per block.
fn rich(node: &Value, depth: usize, out: &mut String) {
    if depth > 40 {
        return;
    }
    let kind = text_at(node, "/type");
    if let Some(text) = text_at(node, "/text") {
        out.push_str(text);
    }
    if kind == Some("hardBreak") {
        out.push('\n');
    }
    for child in node
        .get("content")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        rich(child, depth + 1, out);
    }
    if matches!(kind, Some("paragraph" | "heading" | "listItem")) {
        out.push('\n');
    }
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_is_read_whatever_its_kind() {
        for (value, expected) in [
            (json!("111111111111"), "111111111111"),
            (json!(111_111_111_111.0), "111111111111"),
            (json!(12_345_678_901_u64), "12345678901"),
            (json!(1.5), "1.5"),
            (json!({ "id": "10020", "value": "追加" }), "追加"),
            (
                json!([{ "value": "us-east-1" }, { "value": "eu-west-1" }]),
                "us-east-1;eu-west-1",
            ),
            (
                json!(["a@example.com", "b@example.com"]),
                "a@example.com;b@example.com",
            ),
            (
                json!({ "requestType": { "id": "25", "name": "Add an account" } }),
                "Add an account",
            ),
            (json!({ "displayName": "Mika", "accountId": "1" }), "Mika"),
            (json!(null), ""),
            (
                json!({ "type": "doc", "version": 1, "content": [
                    { "type": "paragraph", "content": [
                        { "type": "text", "text": "mika@example.com", "marks": [{ "type": "link" }] },
                        { "type": "hardBreak" },
                        { "type": "text", "text": "ken@example.com" },
                    ] },
                    { "type": "paragraph", "content": [] },
                ] }),
                "mika@example.com\nken@example.com",
            ),
        ] {
            assert_eq!(text(&value), expected, "{value}");
        }
    }

    #[test]
    fn a_text_that_is_long_or_deep_is_cut() {
        let long = json!("x".repeat(1_000_000));
        assert_eq!(text(&long).chars().count(), LONGEST);
        let mut deep = json!({ "type": "text", "text": "x" });
        for _ in 0..100 {
            deep = json!({ "type": "paragraph", "content": [deep] });
        }
        assert!(text(&deep).len() < 10);
    }

    #[test]
    fn jiras_times_are_understood() {
        let expected: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
        for text in ["2026-11-24T09:00:00.000+0900", "2026-11-24T00:00:00Z"] {
            assert_eq!(time(text), Some(expected), "{text}");
        }
        assert_eq!(time("yesterday"), None);
    }

    #[test]
    fn an_issue_without_what_every_issue_has_is_none() {
        for broken in [
            json!({}),
            json!({ "key": "SOC-1" }),
            json!({ "key": "SOC-1", "fields": { "updated": 5 } }),
        ] {
            assert_eq!(read(&broken, "issuetype", &[]), None, "{broken}");
        }
    }

    #[test]
    fn a_damaged_issue_is_none_or_within_bounds() {
        let issue = json!({ "key": "SOC-1", "fields": {
            "updated": "2026-11-24T09:00:00.000+0900",
            "reporter": { "displayName": "佐藤", "emailAddress": "sato@example.com", "accountId": "5" },
            "status": { "statusCategory": { "key": "new" } },
            "customfield_1": { "value": "add", "child": { "value": "x" } },
            "customfield_2": ["111111111111", { "name": "受注" }],
            "customfield_3": { "type": "doc", "content": [{ "type": "paragraph", "content": [{ "type": "text", "text": "a" }] }] },
        }});
        let columns = [
            (LedgerColumn::AccountId, "customfield_2".to_owned()),
            (LedgerColumn::Notes, "customfield_3".to_owned()),
        ];
        crate::fuzz::damaged(issue.to_string().as_bytes(), |bytes| {
            let Ok(issue) = serde_json::from_slice::<Value>(bytes) else {
                return;
            };
            if let Some(read) = read(&issue, "customfield_1", &columns) {
                assert!(read.ticket.reporter.chars().count() <= LONGEST);
                assert!(read.ticket.asked.kind.chars().count() <= LONGEST);
            }
        });
    }
}
