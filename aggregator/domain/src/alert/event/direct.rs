//! A finding in GuardDuty's own format, as sent to an administrator of GuardDuty.
//!
//! Its `severity` is a number: LOW from 1, MEDIUM from 4, HIGH from 7, CRITICAL from 9 (docs
//! guardduty_findings-severity.html). Its `type` has a slash where ASFF has a dash.

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{Content, LONG, Owned, TITLE, Threat, clipped, owned, short, whole};
use crate::alert::{Alert, AlertFacts, AlertState, Severity};
use crate::finding::key_of_threat;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GuardDutyFinding {
    arn: String,
    id: String,
    account_id: AccountId,
    region: Region,
    #[serde(rename = "type")]
    kind: String,
    title: String,
    #[serde(default)]
    description: String,
    severity: f64,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(default)]
    service: Service,
    #[serde(default)]
    resource: Value,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Service {
    archived: bool,
    count: Option<i64>,
    event_first_seen: Option<Timestamp>,
    event_last_seen: Option<Timestamp>,
    action: Value,
}

/// What the finding of the event is.
pub(super) fn content(detail: Value, event_at: Option<Timestamp>) -> Content {
    let finding: GuardDutyFinding = match serde_json::from_value(detail) {
        Ok(finding) => finding,
        Err(error) => {
            return Content::Suspicious(format!("a GuardDuty finding that is damaged: {error}"));
        }
    };
    let region = match owned(&finding.arn, finding.account_id.as_str()) {
        Ok(Owned { region }) => region,
        Err(why) => return Content::Suspicious(why),
    };
    if region != finding.region || !finding.arn.ends_with(&format!("/finding/{}", finding.id)) {
        return Content::Suspicious(format!(
            "its ARN {:.200} is not that of its Region and id",
            finding.arn
        ));
    }
    let service = &finding.service;
    let alert = Alert {
        id: short(&finding.arn),
        finding_id: finding.arn.clone(),
        region,
        kind: clipped(&finding.kind.replace('/', "-"), TITLE),
        severity: severity(finding.severity),
        title: clipped(&finding.title, TITLE),
        state: AlertState::Open,
        count: service.count.unwrap_or(1).max(1),
        first_seen: whole(service.event_first_seen.unwrap_or(finding.created_at)),
        last_seen: whole(service.event_last_seen.unwrap_or(finding.updated_at)),
        facts: AlertFacts {
            description: clipped(&finding.description, LONG),
            resource: clipped(&resource(&finding), LONG),
            console: console(region, &finding.id),
        },
        account_id: finding.account_id.clone(),
    };
    Content::Threat(Box::new(Threat {
        alert,
        is_new: !service.archived,
        actor: clipped(actor(&finding), TITLE),
        created_at: finding.created_at,
        event_at,
        undecided: Some(key_of_threat(&finding.account_id, region, &finding.arn)),
    }))
}

fn severity(number: f64) -> Severity {
    match number {
        n if n >= 9.0 => Severity::Critical,
        n if n >= 7.0 => Severity::High,
        n if n >= 4.0 => Severity::Medium,
        n if n >= 1.0 => Severity::Low,
        _ => Severity::Informational,
    }
}

/// The threatened resource, named as in ASFF if the finding says enough.
fn resource(finding: &GuardDutyFinding) -> String {
    let text = |path: &str| finding.resource.pointer(path).and_then(Value::as_str);
    let (region, account) = (finding.region, &finding.account_id);
    if let Some(instance) = text("/instanceDetails/instanceId") {
        return format!("arn:aws:ec2:{region}:{account}:instance/{instance}");
    }
    if let Some(key) = text("/accessKeyDetails/accessKeyId") {
        return format!("AWS::IAM::AccessKey:{key}");
    }
    text("/s3BucketDetails/0/arn")
        .or(text("/eksClusterDetails/arn"))
        .or(text("/resourceType"))
        .unwrap_or_default()
        .to_owned()
}

/// The URL of the finding in GuardDuty's console.
fn console(region: Region, id: &str) -> Option<String> {
    id.bytes().all(|b| b.is_ascii_alphanumeric()).then(|| {
        format!(
            "https://{region}.console.aws.amazon.com/guardduty/home?region={region}#/findings?macros=current&fId={id}"
        )
    })
}

fn actor(finding: &GuardDutyFinding) -> &str {
    let actions = finding.service.action.as_object();
    let address = actions
        .into_iter()
        .flat_map(|map| map.values())
        .find_map(|action| {
            action
                .pointer("/remoteIpDetails/ipAddressV4")
                .or_else(|| action.pointer("/remoteIpDetails/ipAddressV6"))
                .or_else(|| action.pointer("/portProbeDetails/0/remoteIpDetails/ipAddressV4"))
        });
    address
        .or_else(|| finding.resource.pointer("/accessKeyDetails/principalId"))
        .and_then(Value::as_str)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::alert::event::read;

    const ARN: &str = "arn:aws:guardduty:us-east-1:111111111111:detector/d/finding/f";

    fn event(change: impl FnOnce(&mut Value)) -> Content {
        let mut event = json!({
            "source": "aws.guardduty",
            "detail-type": "GuardDuty Finding",
            "time": "2026-11-20T00:01:00Z",
            "detail": {
                "schemaVersion": "2.0",
                "accountId": "111111111111",
                "region": "us-east-1",
                "arn": ARN,
                "id": "f",
                "type": "UnauthorizedAccess:EC2/SSHBruteForce",
                "severity": 8,
                "title": "An attacker guesses passwords",
                "description": "…",
                "createdAt": "2026-11-20T00:00:00.123Z",
                "updatedAt": "2026-11-20T00:10:00.5Z",
                "resource": {
                    "resourceType": "Instance",
                    "instanceDetails": { "instanceId": "i-1" },
                },
                "service": {
                    "count": 3,
                    "archived": false,
                    "action": {
                        "actionType": "NETWORK_CONNECTION",
                        "networkConnectionAction": {
                            "remoteIpDetails": { "ipAddressV4": "198.51.100.7" },
                        },
                    },
                },
            },
        });
        change(&mut event["detail"]);
        read(&event.to_string()).unwrap().remove(0)
    }

    #[test]
    fn it_is_the_same_alert_as_its_asff_form() {
        let Content::Threat(threat) = event(|_| {}) else {
            panic!("no threat");
        };
        assert_eq!(threat.alert.finding_id, ARN);
        assert_eq!(threat.alert.kind, "UnauthorizedAccess:EC2-SSHBruteForce");
        assert_eq!(threat.alert.severity, Severity::High);
        assert_eq!(
            threat.alert.facts.resource,
            "arn:aws:ec2:us-east-1:111111111111:instance/i-1"
        );
        assert_eq!(threat.actor, "198.51.100.7");
        assert!(threat.is_new && threat.event_at.is_some());
    }

    #[test]
    fn what_does_not_fit_together_is_suspicious() {
        for (key, value) in [
            ("accountId", json!("222222222222")),
            ("region", json!("eu-west-1")),
            ("id", json!("g")),
            ("arn", json!("f")),
            ("severity", json!("high")),
            ("title", Value::Null),
        ] {
            let content = event(|detail| detail[key] = value);
            assert!(
                matches!(content, Content::Suspicious(_)),
                "{key}: {content:?}"
            );
        }
    }

    #[test]
    fn a_number_is_the_word_that_guardduty_gives_it() {
        let of = |number| severity(number);
        assert_eq!(
            [1.0, 3.9, 4.0, 7.0, 8.9, 9.0].map(of),
            [
                Severity::Low,
                Severity::Low,
                Severity::Medium,
                Severity::High,
                Severity::High,
                Severity::Critical,
            ]
        );
    }
}
