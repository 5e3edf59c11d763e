//! Parses a finding from its ASFF JSON.

use std::str::FromStr;

use hubward_protocol::AccountId;
use jiff::Timestamp;
use serde_json::Value;

use super::{Compliance, Finding, FindingKind, FindingSeverity};

/// Why a finding cannot be stored: its identity is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreadableFinding {
    NoId,
    /// Its account is not an account id.
    NoAccount,
}

/// Parses a finding.
///
/// # Errors
/// See [`UnreadableFinding`].
pub fn read(asff: &Value) -> Result<Finding, UnreadableFinding> {
    let id = text(asff, "/Id");
    if id.is_empty() {
        return Err(UnreadableFinding::NoId);
    }
    let account_id: AccountId = text(asff, "/AwsAccountId")
        .parse()
        .ok()
        .ok_or(UnreadableFinding::NoAccount)?;
    let product_arn = text(asff, "/ProductArn");
    let control_id = control(asff, &product_arn);
    let kind = if is_guard_duty(&product_arn) {
        FindingKind::Threat
    } else if control_id.is_empty() {
        FindingKind::Other
    } else {
        FindingKind::Control
    };
    let region = [text(asff, "/Region"), region_of(&product_arn)]
        .into_iter()
        .find(|region| !region.is_empty())
        .unwrap_or_default();
    let link = [
        text(asff, "/Remediation/Recommendation/Url"),
        text(asff, "/SourceUrl"),
    ]
    .into_iter()
    .find(|link| link.starts_with("https://"))
    .unwrap_or_default();
    Ok(Finding {
        account_id,
        region,
        kind,
        control_id,
        standards: standards(asff),
        finding_type: types(asff),
        title: text(asff, "/Title"),
        resource: text(asff, "/Resources/0/Id"),
        resource_type: text(asff, "/Resources/0/Type"),
        link,
        severity: word(&text(asff, "/Severity/Label")).unwrap_or(FindingSeverity::Unlabelled),
        compliance: compliance(asff),
        workflow: word(&text(asff, "/Workflow/Status")).unwrap_or_default(),
        record: word(&text(asff, "/RecordState")).unwrap_or_default(),
        note: text(asff, "/Note/Text"),
        created_at: time(asff, "/CreatedAt"),
        updated_at: time(asff, "/UpdatedAt"),
        id,
        product_arn,
    })
}

/// Whether the ARN is GuardDuty's own, not that of a custom product with its name: the account
/// field of AWS's own products is empty. AWS's sample of a finding omits even its colon.
pub(crate) fn is_guard_duty(product_arn: &str) -> bool {
    is_product(product_arn, "product/aws/guardduty")
}

/// Whether the ARN is Security Hub's own. Any integration can import findings that name a control;
/// those are no evidence.
fn is_security_hub(product_arn: &str) -> bool {
    is_product(product_arn, "product/aws/securityhub")
}

fn is_product(product_arn: &str, product: &str) -> bool {
    matches!(
        product_arn.split(':').collect::<Vec<_>>().as_slice(),
        ["arn", _, "securityhub", _, it] | ["arn", _, "securityhub", _, "", it] if *it == product
    )
}

/// The control's id. Old findings have it only at the end of their generator id.
fn control(asff: &Value, product_arn: &str) -> String {
    if !is_security_hub(product_arn) {
        return String::new();
    }
    let named = text(asff, "/Compliance/SecurityControlId");
    if !named.is_empty() {
        return named;
    }
    let product_field = |name: &str| {
        let value = asff
            .get("ProductFields")
            .and_then(|fields| fields.get(name));
        clean(value.and_then(Value::as_str).unwrap_or_default())
    };
    let generator = text(asff, "/GeneratorId");
    let last = generator.rsplit('/').next().unwrap_or_default().to_owned();
    [product_field("ControlId"), product_field("RuleId"), last]
        .into_iter()
        .find(|id| !id.is_empty())
        .unwrap_or_default()
}

/// The standards: a consolidated finding lists all of them, another one has its own; old ones have
/// it only in the product fields.
fn standards(asff: &Value) -> Vec<String> {
    let associated = asff.pointer("/Compliance/AssociatedStandards");
    let associated = associated.and_then(Value::as_array);
    let mut found: Vec<String> = associated
        .into_iter()
        .flatten()
        .filter_map(|standard| standard.get("StandardsId")?.as_str())
        .filter_map(standard)
        .collect();
    if found.is_empty() {
        let names = ["StandardsArn", "StandardsGuideArn"];
        found = names
            .into_iter()
            .filter_map(|name| asff.get("ProductFields")?.get(name)?.as_str())
            .filter_map(standard)
            .take(1)
            .collect();
    }
    found.sort();
    found.dedup();
    found
}

/// A standard's id without `arn:…:standards/` or `standards/`.
fn standard(id: &str) -> Option<String> {
    let path = id.rsplit(':').next().unwrap_or_default();
    let path = path.strip_prefix("standards/").unwrap_or(path);
    (!path.is_empty()).then(|| clean(path))
}

fn compliance(asff: &Value) -> Option<Compliance> {
    let status = text(asff, "/Compliance/Status");
    if status.is_empty() {
        return None;
    }
    Some(word(&status).unwrap_or(Compliance::Unknown))
}

fn types(asff: &Value) -> String {
    let types = asff.get("Types").and_then(Value::as_array);
    let types = types.into_iter().flatten().filter_map(Value::as_str);
    types.map(clean).collect::<Vec<_>>().join("; ")
}

fn region_of(product_arn: &str) -> String {
    product_arn.split(':').nth(3).unwrap_or_default().to_owned()
}

fn word<T: FromStr>(text: &str) -> Option<T> {
    text.to_ascii_uppercase().parse().ok()
}

fn text(asff: &Value, pointer: &str) -> String {
    clean(
        asff.pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default(),
    )
}

/// PostgreSQL rejects U+0000 in text.
fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Truncated to seconds, so that times sort correctly as text.
fn time(asff: &Value, pointer: &str) -> Option<Timestamp> {
    let time: Timestamp = text(asff, pointer).parse().ok()?;
    Timestamp::from_second(time.as_second()).ok()
}
