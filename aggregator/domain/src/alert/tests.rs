//! Tests: which events open, update or do not change alerts.

use serde_json::{Value, json};

use super::event::{Content, Threat, read};
use super::*;
use crate::notice::AlertNews;

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
        "Title": "An attacker guesses passwords",
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
    match decide(None, &threat(&finding()), Severity::High, |_| false) {
        DedupDecision::Open(alert) => alert,
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
        assert_eq!(judged(None, &threat), DedupDecision::Ignore);
    }
}

fn judged(known: Option<&KnownAlert>, threat: &Threat) -> DedupDecision {
    decide(known, threat, Severity::High, |_| false)
}

/// The alert as it was stored.
fn known(alert: &Alert) -> KnownAlert {
    KnownAlert {
        findings: vec![(alert.finding_id.clone(), alert.count)],
        alert: alert.clone(),
    }
}

/// The same threat, observed again at a later moment.
fn later(count: i64, last_seen: &str) -> Threat {
    let mut threat = threat(&finding());
    threat.alert.count = count;
    threat.alert.last_seen = last_seen.parse().unwrap();
    threat
}

#[test]
fn a_sighting_of_the_future_is_one_of_now() {
    let received: Timestamp = "2026-11-20T01:00:00Z".parse().unwrap();
    let mut forged = later(9, "2099-01-01T00:00:00Z");
    forged.alert.first_seen = forged.alert.last_seen;
    forged.bound_by(received);
    let soon = "2026-11-20T01:05:00Z";
    assert_eq!(forged.alert.last_seen.to_string(), soon);
    assert_eq!(forged.alert.first_seen.to_string(), soon);
    let mut honest = later(9, "2026-11-20T00:59:00Z");
    let before = honest.clone();
    honest.bound_by(received);
    assert_eq!(honest, before);
}

#[test]
fn a_repetition_or_a_late_event_changes_nothing() {
    let known = known(&opened());
    let again = threat(&finding());
    assert_eq!(judged(Some(&known), &again), DedupDecision::Ignore);
    let mut late = again;
    late.alert.last_seen = late.alert.first_seen;
    late.alert.title = "older".to_owned();
    late.alert.count = 1;
    assert_eq!(judged(Some(&known), &late), DedupDecision::Ignore);
}

#[test]
fn a_repetition_is_counted_and_only_a_higher_severity_is_notified() {
    let known = known(&opened());
    let mut more = later(9, "2026-11-21T00:00:00Z");
    match judged(Some(&known), &more) {
        DedupDecision::Update { alert, tell: None } => assert_eq!(alert.count, 9),
        other => panic!("{other:?}"),
    }
    more.alert.severity = Severity::Critical;
    let tell = |more: &Threat, state| {
        let mut known = known.clone();
        known.alert.state = state;
        match judged(Some(&known), more) {
            DedupDecision::Update { alert, tell } => (alert.state, tell),
            other => panic!("{other:?}"),
        }
    };
    use AlertState as S;
    assert_eq!(tell(&more, S::Open), (S::Open, Some(AlertNews::Worse)));
    assert_eq!(
        tell(&more, S::Acknowledged),
        (S::Acknowledged, Some(AlertNews::Worse))
    );
    assert_eq!(tell(&more, S::Resolved), (S::Open, Some(AlertNews::Worse)));
    assert_eq!(tell(&more, S::Silenced), (S::Open, Some(AlertNews::Worse)));
    // A finding that is already handled in Security Hub is recorded without a notification.
    more.is_new = false;
    assert_eq!(tell(&more, S::Open), (S::Open, None));
    assert_eq!(tell(&more, S::Resolved), (S::Resolved, None));
}

#[test]
fn activity_after_a_resolution_or_a_quiet_day_is_notified() {
    let mut known = known(&opened());
    let tell = |known: &KnownAlert, last_seen: &str| match judged(Some(known), &later(9, last_seen))
    {
        DedupDecision::Update { alert, tell } => (alert.state, tell),
        other => panic!("{other:?}"),
    };
    use AlertState as S;
    assert_eq!(tell(&known, "2026-11-21T00:09:59Z"), (S::Open, None));
    assert_eq!(
        tell(&known, "2026-11-21T00:10:00Z"),
        (S::Open, Some(AlertNews::Again))
    );
    known.alert.state = S::Acknowledged;
    assert_eq!(
        tell(&known, "2026-11-20T00:11:00Z"),
        (S::Acknowledged, None)
    );
    known.alert.state = S::Resolved;
    assert_eq!(
        tell(&known, "2026-11-20T00:11:00Z"),
        (S::Open, Some(AlertNews::Reopened))
    );
    // An event that arrives late does not mean activity after the end.
    assert_eq!(tell(&known, "2026-11-20T00:10:00Z"), (S::Resolved, None));
}

#[test]
fn what_is_silenced_is_kept_and_comes_back_when_the_silence_ends() {
    let silent = |known: Option<&KnownAlert>, threat: &Threat| {
        decide(known, threat, Severity::High, |alert| {
            alert.severity < Severity::Critical
        })
    };
    let DedupDecision::Open(alert) = silent(None, &threat(&finding())) else {
        panic!("it is kept");
    };
    assert_eq!(alert.state, AlertState::Silenced);
    let known = known(&alert);
    let more = later(9, "2026-11-30T00:00:00Z");
    match silent(Some(&known), &more) {
        DedupDecision::Update { alert, tell: None } => {
            assert_eq!((alert.state, alert.count), (AlertState::Silenced, 9));
        }
        other => panic!("{other:?}"),
    }
    match judged(Some(&known), &more) {
        DedupDecision::Update { alert, tell } => {
            assert_eq!(
                (alert.state, tell),
                (AlertState::Open, Some(AlertNews::Reopened))
            );
        }
        other => panic!("{other:?}"),
    }
    // A silence that excludes critical alerts does not hide that the alert became critical.
    let mut worse = more;
    worse.alert.severity = Severity::Critical;
    assert!(matches!(
        silent(Some(&known), &worse),
        DedupDecision::Update {
            tell: Some(AlertNews::Worse),
            ..
        }
    ));
}

#[test]
fn one_actor_in_several_regions_is_one_alert_and_the_count_is_of_all() {
    let acted = |region: &str, count: &str| {
        let mut finding = with("/Id", json!(ID.replace("us-east-1", region)));
        finding["ProductArn"] = json!(format!(
            "arn:aws:securityhub:{region}::product/aws/guardduty"
        ));
        finding["Region"] = json!(region);
        finding["ProductFields"] = json!({
            "aws/guardduty/service/action/awsApiCallAction/remoteIpDetails/ipAddressV4": "198.51.100.7",
            "aws/guardduty/service/count": count,
        });
        threat(&finding)
    };
    let (first, second) = (acted("us-east-1", "3"), acted("eu-west-1", "4"));
    let key = |threat: &Threat| {
        dedup::dedup_key(&threat.alert.account_id, &threat.alert.kind, &threat.actor)
    };
    assert!(key(&first).is_some());
    assert_eq!(key(&first), key(&second));
    assert_eq!(key(&threat(&finding())), None, "the actor is unknown");
    let mut known = known(&first.alert);
    assert!(dedup::joins(&known, &second));
    let DedupDecision::Update { alert, tell: None } = judged(Some(&known), &second) else {
        panic!("it joins");
    };
    assert_eq!((alert.count, alert.region.as_str()), (7, "us-east-1"));
    known.alert = alert;
    known.findings.push((second.alert.finding_id.clone(), 4));
    assert!(!dedup::joins(&known, &acted("eu-west-1", "4")));
    let DedupDecision::Update { alert, .. } = judged(Some(&known), &acted("eu-west-1", "6")) else {
        panic!("it is known");
    };
    assert_eq!(alert.count, 9);
    let ids: Vec<String> = known.findings.iter().map(|(id, _)| id.clone()).collect();
    let shown: Vec<String> = regions(alert.region, &ids)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(shown, ["us-east-1", "eu-west-1"]);
}

#[test]
fn a_link_into_the_console_is_ours_alone() {
    assert_eq!(
        console(ID).as_deref(),
        Some(
            "https://us-east-1.console.aws.amazon.com/guardduty/home?region=us-east-1\
             #/findings?macros=current&fId=f"
        )
    );
    for odd in [
        "hubward:membership/111111111111/us-east-1/x",
        "arn:aws:guardduty:evil.example:1:detector/d/finding/f",
        "arn:aws:guardduty:us-east-1:111111111111:detector/d/finding/f&x=<y>",
        "f",
    ] {
        assert_eq!(console(odd), None, "{odd}");
    }
}

#[test]
fn a_damaged_event_is_refused_or_a_threat_of_the_account_it_names() {
    let event = json!({
        "detail-type": "Security Hub Findings - Imported",
        "source": "aws.securityhub",
        "time": "2026-11-20T00:10:01Z",
        "region": "us-east-1",
        "detail": { "findings": [finding()] },
    });
    crate::fuzz::damaged(event.to_string().as_bytes(), |bytes| {
        let Ok(contents) = read(&String::from_utf8_lossy(bytes)) else {
            return;
        };
        for content in contents {
            if let Content::Threat(threat) = content {
                let account = threat.alert.account_id.as_str();
                let id = &threat.alert.finding_id;
                assert!(id.contains(&format!(":{account}:")), "{id} {account}");
            }
        }
    });
}
