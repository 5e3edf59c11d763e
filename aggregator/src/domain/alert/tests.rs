//! What an event means, and what it must never mean.

use serde_json::{Value, json};

use super::event::{Content, Threat, read};
use super::*;

const ID: &str = "arn:aws:guardduty:us-east-1:111111111111:detector/d/finding/f";

fn finding() -> Value {
    json!({
        "SchemaVersion": "2018-10-08",
        "Id": ID,
        "ProductArn": "arn:aws:securityhub:us-east-1::product/aws/guardduty",
        "ProductName": "GuardDuty",
        "AwsAccountId": "111111111111",
        "Region": "us-east-1",
        "Types": ["TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce"],
        "CreatedAt": "2026-11-20T00:00:00.123Z",
        "UpdatedAt": "2026-11-20T00:10:00.5Z",
        "Severity": { "Label": "HIGH", "Original": "8", "Product": 2 },
        "Title": "Somebody guesses passwords",
        "Description": "…",
        "Resources": [{ "Type": "AwsEc2Instance", "Id": "arn:aws:ec2:us-east-1:111111111111:instance/i-1" }],
        "SourceUrl": "https://us-east-1.console.aws.amazon.com/guardduty/home",
        "ProductFields": { "aws/guardduty/service/count": "3" },
        "RecordState": "ACTIVE",
        "Workflow": { "Status": "NEW" },
    })
}

fn event(findings: &Value) -> String {
    json!({
        "version": "0",
        "id": "e",
        "source": "aws.securityhub",
        "detail-type": "Security Hub Findings - Imported",
        "account": "999999999999",
        "region": "ap-northeast-1",
        "detail": { "findings": findings },
    })
    .to_string()
}

fn with(path: &str, value: Value) -> Value {
    let mut finding = finding();
    match finding.pointer_mut(path) {
        Some(place) => *place = value,
        None => finding[path.trim_start_matches('/')] = value,
    }
    finding
}

fn only(finding: &Value) -> Content {
    let mut contents = read(&event(&json!([finding]))).unwrap();
    assert_eq!(contents.len(), 1);
    contents.remove(0)
}

fn threat(finding: &Value) -> Threat {
    match only(finding) {
        Content::Threat(threat) => *threat,
        other => panic!("{other:?}"),
    }
}

fn opened() -> Alert {
    match decide(None, &threat(&finding()), Severity::High) {
        Decision::Open(alert) => alert,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_threat_of_guardduty_opens_an_alert() {
    let alert = opened();
    assert_eq!(alert.kind, "UnauthorizedAccess:EC2-SSHBruteForce");
    assert_eq!(alert.region.as_str(), "us-east-1");
    assert_eq!((alert.count, alert.severity), (3, Severity::High));
    assert_eq!(alert.last_seen.to_string(), "2026-11-20T00:10:00Z");
    assert_eq!(alert.id.len(), 12);
    assert_eq!(alert.id, opened().id);
}

#[test]
fn both_spellings_of_the_product_are_guarddutys() {
    let arn = "arn:aws:securityhub:us-east-1:product/aws/guardduty";
    threat(&with("/ProductArn", json!(arn)));
}

#[test]
fn what_only_claims_to_be_guarddutys_is_suspicious() {
    for (path, value) in [
        (
            "/ProductArn",
            json!("arn:aws:securityhub:us-east-1:111111111111:product/111111111111/default"),
        ),
        (
            "/ProductArn",
            json!("arn:aws:securityhub:us-east-1::product/aws/guardduty/x"),
        ),
        (
            "/ProductArn",
            json!("arn:aws:securityhub:eu-west-1::product/aws/guardduty"),
        ),
        ("/AwsAccountId", json!("222222222222")),
        ("/AwsAccountId", json!("22")),
        (
            "/Id",
            json!("arn:aws:guardduty:us-east-1:222222222222:detector/d/finding/f"),
        ),
        ("/Id", json!("f")),
        (
            "/Id",
            json!("arn:aws:guardduty:mars-1:111111111111:detector/d/finding/f"),
        ),
        ("/Id", Value::Null),
        ("/Region", json!("eu-west-1")),
        ("/Severity", json!({})),
        ("/Severity/Label", json!("high")),
        ("/CreatedAt", json!("yesterday")),
        ("/Title", json!(7)),
    ] {
        let content = only(&with(path, value.clone()));
        assert!(
            matches!(content, Content::Suspicious(_)),
            "{path} {value}: {content:?}"
        );
    }
    let other = json!("arn:aws:securityhub:us-east-1::product/aws/inspector");
    let mut stranger = with("/ProductArn", other);
    stranger["ProductName"] = json!("Inspector");
    stranger["Id"] = json!("arn:aws:inspector2:us-east-1:111111111111:finding/f");
    assert_eq!(only(&stranger), Content::Other);
}

#[test]
fn what_is_no_event_is_unreadable_and_never_a_panic() {
    for body in [
        String::new(),
        "not json".to_owned(),
        "[".repeat(200_000),
        "{}".to_owned(),
        event(&json!([])),
        event(&json!({})),
        event(&json!([finding()])).replace("aws.securityhub\"", "aws.other\""),
        event(&json!([finding()])).replace("- Imported", "- Custom Action"),
    ] {
        assert!(read(&body).is_err(), "{body:.80}");
    }
    assert_eq!(read(&event(&json!([7]))), Ok(vec![Content::Other]));
}

#[test]
fn every_finding_of_an_event_counts() {
    let second = with("/Id", json!(ID.replace("/f", "/g")));
    let contents = read(&event(&json!([finding(), second]))).unwrap();
    assert_eq!(contents.len(), 2);
}

#[test]
fn a_link_leads_into_awss_console_or_nowhere() {
    assert!(threat(&finding()).alert.facts.console.is_some());
    for evil in [
        "https://console.aws.amazon.com.evil.example/x",
        "http://us-east-1.console.aws.amazon.com/x",
        "https://user@us-east-1.console.aws.amazon.com/x",
        "javascript:alert(1)",
        "https://evilconsole.aws.amazon.com/",
    ] {
        assert_eq!(
            threat(&with("/SourceUrl", json!(evil))).alert.facts.console,
            None,
            "{evil}"
        );
    }
}

#[test]
fn what_is_handled_archived_or_harmless_opens_nothing() {
    for (path, value) in [
        ("/Workflow/Status", json!("NOTIFIED")),
        ("/Workflow/Status", json!("SUPPRESSED")),
        ("/RecordState", json!("ARCHIVED")),
        ("/Severity/Label", json!("MEDIUM")),
    ] {
        let threat = threat(&with(path, value));
        assert_eq!(decide(None, &threat, Severity::High), Decision::Ignore);
    }
}

#[test]
fn a_repetition_or_a_late_event_changes_nothing() {
    let alert = opened();
    let again = threat(&finding());
    assert_eq!(
        decide(Some(&alert), &again, Severity::High),
        Decision::Ignore
    );
    let mut late = again;
    late.alert.last_seen = late.alert.first_seen;
    late.alert.title = "older".to_owned();
    late.alert.count = 1;
    assert_eq!(
        decide(Some(&alert), &late, Severity::High),
        Decision::Ignore
    );
}

#[test]
fn more_of_the_same_is_noted_and_only_worse_is_told() {
    let alert = opened();
    let mut more = threat(&finding());
    more.alert.count = 9;
    more.alert.last_seen = "2026-11-21T00:00:00Z".parse().unwrap();
    match decide(Some(&alert), &more, Severity::High) {
        Decision::Update { alert, tell: false } => assert_eq!(alert.count, 9),
        other => panic!("{other:?}"),
    }
    more.alert.severity = Severity::Critical;
    assert!(matches!(
        decide(Some(&alert), &more, Severity::High),
        Decision::Update { tell: true, .. }
    ));
    let silenced = Alert {
        state: AlertState::Silenced,
        ..alert
    };
    assert!(matches!(
        decide(Some(&silenced), &more, Severity::High),
        Decision::Update { tell: false, .. }
    ));
}
