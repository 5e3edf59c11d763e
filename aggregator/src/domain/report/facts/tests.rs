//! Tests of what findings amount to.

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::domain::finding::read;

const PERIOD: (&str, &str) = ("2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z");

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn bounds() -> Bounds {
    Bounds {
        from: at(PERIOD.0),
        to: at(PERIOD.1),
    }
}

fn control(id: &str, label: &str, status: &str, workflow: &str) -> Mirrored {
    let finding = read(&json!({
        "Id": "f", "AwsAccountId": "111111111111", "Title": id, "Severity": {"Label": label},
        "ProductArn": "arn:aws:securityhub:us-east-1::product/aws/securityhub",
        "Compliance": {"Status": status, "SecurityControlId": id}, "Workflow": {"Status": workflow},
        "CreatedAt": "2026-11-01T00:00:00Z", "UpdatedAt": "2026-11-18T00:00:00Z",
    }))
    .unwrap();
    let life = Life::next(None, &finding, at("2026-11-24T00:00:00Z"));
    Mirrored { finding, life }
}

fn facts(findings: &[Mirrored]) -> Facts {
    let mut facts = Facts::default();
    for finding in findings {
        facts.add(finding, bounds());
    }
    facts
}

#[test]
fn the_score_counts_controls_as_security_hub_does() {
    let facts = facts(&[
        control("A.1", "HIGH", "FAILED", "NEW"),
        control("A.1", "INFORMATIONAL", "PASSED", "RESOLVED"),
        control("A.2", "INFORMATIONAL", "PASSED", "RESOLVED"),
        control("A.3", "LOW", "WARNING", "NEW"),
        control("A.4", "MEDIUM", "FAILED", "SUPPRESSED"),
        control("A.5", "LOW", "FAILED", "RESOLVED"),
    ]);
    assert_eq!(facts.score(), (1, 3), "A.2 of A.1, A.2 and A.5");
    assert_eq!(facts.percent(), Some(33));
    assert_eq!(facts.all_open(), 1);
    assert_eq!(facts.suppressed, 1);
    assert_eq!(Facts::default().percent(), None);
    let worst: Vec<_> = facts.worst_first().iter().map(|(id, _)| *id).collect();
    assert_eq!(worst, ["A.1", "A.5", "A.4", "A.3", "A.2"]);
}

#[test]
fn new_and_resolved_are_of_the_period() {
    let mut new = control("A.1", "HIGH", "FAILED", "NEW");
    new.life.opened_at = Some(at("2026-11-22T23:59:59Z"));
    let old = control("A.2", "HIGH", "FAILED", "NOTIFIED");
    let mut fixed = control("A.3", "LOW", "PASSED", "RESOLVED");
    fixed.life = Life {
        opened_at: old.life.opened_at,
        closed_at: Some(at(PERIOD.0)),
    };
    let mut later = fixed.clone();
    later.life.closed_at = Some(at(PERIOD.1));
    let mut put_away = control("A.4", "LOW", "FAILED", "SUPPRESSED");
    put_away.life = fixed.life;
    let passed_all_along = control("A.5", "LOW", "PASSED", "RESOLVED");
    let all = [new, old, fixed, later, put_away, passed_all_along];
    let changes: Vec<_> = all.iter().map(|one| Change::of(one, bounds())).collect();
    assert_eq!(
        changes,
        [
            Some(Change::New),
            Some(Change::Open),
            Some(Change::Resolved),
            None,
            None,
            None
        ]
    );
    let facts = facts(&all);
    assert_eq!((facts.new, facts.resolved, facts.all_open()), (1, 1, 2));
}

#[test]
fn the_worst_comes_first_and_then_the_most_frequent() {
    let mut findings = vec![control("LOW.1", "LOW", "FAILED", "NEW"); 9];
    findings.extend(vec![control("HIGH.2", "HIGH", "FAILED", "NEW"); 3]);
    findings.push(control("HIGH.1", "HIGH", "FAILED", "NEW"));
    let mut threat = control("", "HIGH", "FAILED", "NEW");
    threat.finding.kind = Kind::Threat;
    threat.finding.finding_type = "TTPs/x".to_owned();
    findings.push(threat);
    let facts = facts(&findings);
    let first: Vec<_> = facts
        .first(3)
        .iter()
        .map(|group| (group.kind, group.count))
        .collect();
    assert_eq!(
        first,
        [(Kind::Threat, 1), (Kind::Control, 3), (Kind::Control, 1)]
    );
    assert_eq!(facts.threats, 1);
}
