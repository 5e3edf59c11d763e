//! The EventBridge patterns of our rules, and whether another rule's pattern matches the same
//! events.
//!
//! Only the part of EventBridge's language that such patterns need is supported; anything else
//! counts as matching nothing. The worst result is one rule too many, which does no harm: threats
//! are deduplicated by their ids.

use serde_json::{Value, json};

use super::{HubPart, TEST_SOURCE, WantedHub};

/// The pattern of one of our rules. GuardDuty is identified by its `ProductArn`, which AWS
/// verifies, never by a name, which any integration may claim. The suffix is that of every Region,
/// and of both spellings in AWS's documentation (guardduty/latest/ug/securityhub-integration.html).
///
/// GuardDuty's own events need no other proof than their source, which only AWS can use. They cover
/// one Region each, and members only if the SOC is GuardDuty's administrator too; but they arrive
/// minutes before Security Hub has the finding (guardduty_findings_eventbridge.html).
pub(super) fn pattern(part: HubPart) -> Value {
    match part {
        HubPart::TestRule => json!({ "source": [TEST_SOURCE] }),
        HubPart::GuardDutyRule => json!({
            "source": ["aws.guardduty"],
            "detail-type": ["GuardDuty Finding"],
            "detail": { "severity": [{ "numeric": [">=", 7] }] },
        }),
        _ => json!({
            "source": ["aws.securityhub"],
            "detail-type": ["Security Hub Findings - Imported"],
            "detail": { "findings": {
                "ProductArn": [{ "suffix": ":product/aws/guardduty" }],
                "Severity": { "Label": ["HIGH", "CRITICAL"] },
                "RecordState": ["ACTIVE"],
                "Workflow": { "Status": ["NEW"] },
            } },
        }),
    }
}

/// Sample events that this part must deliver to the queue.
pub(super) fn samples(part: HubPart, wanted: &WantedHub) -> Vec<Value> {
    if part == HubPart::TestRule {
        return vec![json!({ "source": TEST_SOURCE, "detail-type": "Hubward Test" })];
    }
    if part == HubPart::GuardDutyRule {
        let of = |severity: f64| {
            json!({
                "source": "aws.guardduty",
                "detail-type": "GuardDuty Finding",
                "detail": { "severity": severity },
            })
        };
        return [7.0, 8.9, 9.5].map(of).into();
    }
    let labels = ["HIGH", "CRITICAL"];
    wanted
        .regions()
        .flat_map(|region| labels.map(|label| threat(region.as_str(), label)))
        .collect()
}

fn threat(region: &str, label: &str) -> Value {
    json!({
        "source": "aws.securityhub",
        "detail-type": "Security Hub Findings - Imported",
        "detail": { "findings": [{
            "ProductArn": format!("arn:aws:securityhub:{region}::product/aws/guardduty"),
            "ProductName": "GuardDuty",
            "CompanyName": "AWS",
            "Severity": { "Label": label },
            "RecordState": "ACTIVE",
            "Workflow": { "Status": "NEW" },
        }] },
    })
}

/// Whether the pattern matches the event.
pub(super) fn matches(pattern: &Value, event: &Value) -> bool {
    match pattern {
        Value::Object(fields) => fields.iter().all(|(name, inner)| {
            // An array of objects matches if any of them does.
            each(event).iter().any(|part| {
                let value = part.get(name).unwrap_or(&Value::Null);
                matches(inner, value)
            })
        }),
        Value::Array(choices) => choices
            .iter()
            .any(|choice| each(event).iter().any(|value| is_chosen(choice, value))),
        _ => false,
    }
}

fn each(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        one => std::slice::from_ref(one),
    }
}

fn is_chosen(choice: &Value, value: &Value) -> bool {
    let Value::Object(filter) = choice else {
        return choice == value;
    };
    let text = value.as_str().unwrap_or_default();
    let mut filters = filter.iter();
    match (filters.next(), filters.next()) {
        (Some((name, wanted)), None) => match (name.as_str(), wanted) {
            ("prefix", Value::String(start)) => text.starts_with(start.as_str()),
            ("suffix", Value::String(end)) => text.ends_with(end.as_str()),
            ("exists", Value::Bool(exists)) => value.is_null() != *exists,
            ("numeric", Value::Array(bounds)) => is_within(bounds, value),
            ("anything-but", Value::Array(others)) => !others.contains(value),
            ("anything-but", other @ Value::String(_)) => other != value,
            _ => false,
        },
        _ => false,
    }
}

/// Whether a number is within bounds such as `[">=", 7, "<", 9]`.
fn is_within(bounds: &[Value], value: &Value) -> bool {
    let Some(number) = value.as_f64() else {
        return false;
    };
    !bounds.is_empty()
        && bounds.chunks(2).all(|bound| match bound {
            [Value::String(sign), limit] => {
                limit.as_f64().is_some_and(|limit| match sign.as_str() {
                    ">=" => number >= limit,
                    ">" => number > limit,
                    "<=" => number <= limit,
                    "<" => number < limit,
                    _ => false,
                })
            }
            _ => false,
        })
}
