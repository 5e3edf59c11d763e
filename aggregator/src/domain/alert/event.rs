//! From a message of the queue to the threats in it.
//!
//! The message is what EventBridge puts there: `Security Hub Findings - Imported`, whose
//! `detail.findings` is an array (docs securityhub-cwe-integration-types.html). A threat is GuardDuty's
//! when its `ProductArn` is GuardDuty's own and its `Id` lies in the account it names; a custom
//! integration may claim any `ProductName`, so what only claims it is suspicious, not a threat.

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::Url;

use super::{Alert, AlertState, Facts, Severity};
use crate::domain::finding::is_guard_duty;
use crate::domain::hub::TEST_SOURCE;

/// What a message of the queue holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A threat that GuardDuty found.
    Threat(Box<Threat>),
    /// It claims to be GuardDuty's and is not, or is damaged; and why.
    Suspicious(String),
    /// A finding of another product: not an alert.
    Other,
}

/// A threat, as one event tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Threat {
    /// The alert that it is, were nothing else known. Its Region is the one it was found in, not the
    /// one that the event came through.
    pub alert: Alert,
    /// Active and not yet handled in Security Hub: only then it opens an alert.
    pub is_new: bool,
    /// Who acts: an address or a principal; empty when nobody knows.
    pub actor: String,
}

/// The message is no event of ours, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

/// The most characters of a title that are kept.
const TITLE: usize = 500;
/// The most characters of a description or resource that are kept.
const LONG: usize = 2_000;
/// The most characters of a finding's `Id`: far more than GuardDuty's ARNs have.
const ID: usize = 1_024;

#[derive(Deserialize)]
struct Source {
    source: String,
}

#[derive(Deserialize)]
struct Envelope {
    source: String,
    #[serde(rename = "detail-type")]
    detail_type: String,
    detail: Detail,
}

#[derive(Deserialize)]
struct Detail {
    findings: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Finding {
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
    workflow: Option<Workflow>,
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
struct Workflow {
    status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    id: String,
    #[serde(default)]
    details: Value,
}

/// Reads a message's body: one content for each finding in it.
///
/// # Errors
/// It is no event of Security Hub's. It may have been an alert all the same: keep it, and say so.
pub fn read(body: &str) -> Result<Vec<Content>, Unreadable> {
    let unreadable = |error| Unreadable(format!("not an EventBridge event: {error}"));
    let Source { source } = serde_json::from_str(body).map_err(unreadable)?;
    // It proves the way to the queue, and has arrived.
    if source == TEST_SOURCE {
        return Ok(vec![Content::Other]);
    }
    let envelope: Envelope = serde_json::from_str(body).map_err(unreadable)?;
    if envelope.source != "aws.securityhub"
        || envelope.detail_type != "Security Hub Findings - Imported"
    {
        return Err(Unreadable(format!(
            "an event that is not expected here: {:.60} / {:.60}",
            envelope.source, envelope.detail_type
        )));
    }
    if envelope.detail.findings.is_empty() {
        return Err(Unreadable("an event without a finding".to_owned()));
    }
    Ok(envelope.detail.findings.into_iter().map(content).collect())
}

fn content(finding: Value) -> Content {
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
    match serde_json::from_value::<Finding>(finding) {
        Ok(finding) => threat(finding),
        Err(error) => Content::Suspicious(format!("a GuardDuty finding that is damaged: {error}")),
    }
}

fn threat(finding: Finding) -> Content {
    let Finding {
        id, product_arn, ..
    } = &finding;
    // arn:aws:guardduty:REGION:ACCOUNT:detector/…/finding/…
    let parts: Vec<&str> = id.splitn(6, ':').collect();
    let ["arn", _, "guardduty", found_in, owner, detector] = parts.as_slice() else {
        return Content::Suspicious(format!("its Id is not GuardDuty's: {id:.200}"));
    };
    if *owner != finding.aws_account_id.as_str()
        || !detector.starts_with("detector/")
        || id.chars().count() > ID
    {
        return Content::Suspicious(format!(
            "its Id {id:.200} does not lie in the account {} that it names",
            finding.aws_account_id
        ));
    }
    let Ok(region) = found_in.parse::<Region>() else {
        return Content::Suspicious(format!("its Region is unknown: {found_in:.40}"));
    };
    let region_of_product = product_arn.split(':').nth(3).unwrap_or_default();
    if region_of_product != *found_in || finding.region.is_some_and(|said| said != region) {
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
    let actor = actor(&finding);
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
        facts: Facts {
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
        actor,
    }))
}

/// Who acts: the address that the action came from, or the principal whose key was used.
fn actor(finding: &Finding) -> String {
    let remote = finding.product_fields.iter().find(|(name, _)| {
        name.starts_with("aws/guardduty/service/action/")
            && (name.ends_with("remoteIpDetails/ipAddressV4")
                || name.ends_with("remoteIpDetails/ipAddressV6"))
    });
    let principal = finding
        .resources
        .iter()
        .find_map(|resource| resource.details.pointer("/AwsIamAccessKey/PrincipalId"));
    remote
        .map(|(_, address)| address)
        .or(principal)
        .and_then(Value::as_str)
        .map(|actor| clipped(actor, TITLE))
        .unwrap_or_default()
}

/// Short enough to be read out, and the same however often the finding comes.
pub(super) fn short(finding_id: &str) -> String {
    let digest = hex::encode(Sha256::digest(finding_id.as_bytes()));
    digest.chars().take(12).collect()
}

/// A link that a person may follow from a chat message: only into AWS's own console.
fn is_console(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| {
        url.scheme() == "https"
            && url.username().is_empty()
            && url.password().is_none()
            && url.host_str().is_some_and(|host| {
                host == "console.aws.amazon.com" || host.ends_with(".console.aws.amazon.com")
            })
    })
}

/// To the second, so that times compare as text too.
fn whole(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

fn clipped(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
