//! A finding in Security Hub's format (ASFF). It is GuardDuty's if its `ProductArn` is GuardDuty's
//! own and its `Id` belongs to the account it names. A custom integration may claim any
//! `ProductName`, so a finding that only claims to be GuardDuty's is suspicious, not a threat.

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{Content, LONG, Owned, TITLE, Threat, clipped, is_console, owned, short, whole};
use crate::alert::{Alert, AlertFacts, AlertState, Severity};
use crate::finding::is_guard_duty;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AsffFinding {
    id: String,
    product_arn: String,
    aws_account_id: AccountId,
    #[serde(default)]
    region: Option<Region>,
    #[serde(default)]
    types: Vec<String>,
    title: String,
    #[serde(default)]
    description: String,
    severity: Label,
    #[serde(default)]
    source_url: Option<String>,
    #[serde(default)]
    record_state: Option<String>,
    #[serde(default)]
    workflow: Option<AsffWorkflow>,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(default)]
    first_observed_at: Option<Timestamp>,
    #[serde(default)]
    last_observed_at: Option<Timestamp>,
    #[serde(default)]
    resources: Vec<Resource>,
    #[serde(default)]
    product_fields: serde_json::Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Label {
    label: Severity,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AsffWorkflow {
    status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    id: String,
    #[serde(default)]
    details: Value,
}

/// What one finding of the event is.
pub(super) fn content(finding: Value, event_at: Option<Timestamp>) -> Content {
    let text = |key: &str| finding.get(key).and_then(Value::as_str).unwrap_or_default();
    let product = text("ProductArn").to_owned();
    let claims = text("ProductName") == "GuardDuty"
        || text("Id").split(':').nth(2) == Some("guardduty")
        || finding
            .pointer("/ProductFields/aws~1securityhub~1ProductName")
            .is_some_and(|name| name == "GuardDuty");
    if !is_guard_duty(&product) {
        return if claims {
            Content::Suspicious(format!(
                "it claims to be GuardDuty's, but its ProductArn is {product:.200}"
            ))
        } else {
            Content::Other
        };
    }
    match serde_json::from_value::<AsffFinding>(finding) {
        Ok(finding) => threat(finding, event_at),
        Err(error) => Content::Suspicious(format!("a GuardDuty finding that is damaged: {error}")),
    }
}

fn threat(finding: AsffFinding, event_at: Option<Timestamp>) -> Content {
    let AsffFinding {
        id, product_arn, ..
    } = &finding;
    let Owned { region } = match owned(id, finding.aws_account_id.as_str()) {
        Ok(owned) => owned,
        Err(why) => return Content::Suspicious(why),
    };
    let region_of_product = product_arn.split(':').nth(3).unwrap_or_default();
    if region_of_product != region.as_str() || finding.region.is_some_and(|stated| stated != region)
    {
        return Content::Suspicious(format!("its Id and its other Regions differ: {id:.200}"));
    }
    let count = finding
        .product_fields
        .get("aws/guardduty/service/count")
        .and_then(|count| match count {
            Value::String(text) => text.parse::<i64>().ok(),
            other => other.as_i64(),
        })
        .unwrap_or(1)
        .max(1);
    let is_new = finding.record_state.as_deref() != Some("ARCHIVED")
        && finding
            .workflow
            .as_ref()
            .is_none_or(|workflow| workflow.status == "NEW");
    let kind = finding
        .types
        .first()
        .map(|kind| kind.rsplit('/').next().unwrap_or(kind))
        .unwrap_or_default();
    let alert = Alert {
        id: short(id),
        finding_id: id.clone(),
        region,
        kind: clipped(kind, TITLE),
        severity: finding.severity.label,
        title: clipped(&finding.title, TITLE),
        state: AlertState::Open,
        count,
        first_seen: whole(finding.first_observed_at.unwrap_or(finding.created_at)),
        last_seen: whole(finding.last_observed_at.unwrap_or(finding.updated_at)),
        facts: AlertFacts {
            description: clipped(&finding.description, LONG),
            resource: finding
                .resources
                .first()
                .map(|resource| clipped(&resource.id, LONG))
                .unwrap_or_default(),
            console: finding.source_url.filter(|url| is_console(url)),
        },
        account_id: finding.aws_account_id,
    };
    Content::Threat(Box::new(Threat {
        alert,
        is_new,
        actor: actor(&finding.product_fields, &finding.resources),
        created_at: finding.created_at,
        event_at,
        undecided: None,
    }))
}

/// The attacker, as far as the finding says: a remote address, otherwise the principal of the
/// access key.
fn actor(fields: &serde_json::Map<String, Value>, resources: &[Resource]) -> String {
    let address = fields.iter().find(|(name, _)| {
        name.starts_with("aws/guardduty/service/action/")
            && (name.ends_with("remoteIpDetails/ipAddressV4")
                || name.ends_with("remoteIpDetails/ipAddressV6"))
    });
    let principal = || {
        resources
            .iter()
            .find_map(|resource| resource.details.pointer("/AwsIamAccessKey/PrincipalId"))
    };
    let found = address.map(|(_, value)| value).or_else(principal);
    clipped(found.and_then(Value::as_str).unwrap_or_default(), TITLE)
}
