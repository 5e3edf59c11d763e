//! Tests of a report's numbers.

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::finding::{Life, read};

const PERIOD: (&str, &str) = ("2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z");

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn bounds() -> PeriodBounds {
    PeriodBounds {
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

fn facts(findings: &[Mirrored]) -> ReportFacts {
    let mut facts = ReportFacts::default();
    for finding in findings {
        facts.add(finding, bounds(), at("2026-11-24T00:00:00Z"));
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
    let score = facts.score();
    assert_eq!((score.passed, score.judged), (1, 4), "A.2 of all but A.4");
    assert_eq!(score.percent(), Some(25));
    assert_eq!(facts.all_open(), 1);
    assert_eq!(facts.suppressed, 1);
    assert_eq!(ReportFacts::default().score().percent(), None);
    let halves = Score {
        passed: 5,
        judged: 6,
    };
    assert_eq!(halves.percent(), Some(83));
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
    let changes: Vec<_> = all
        .iter()
        .map(|one| MonthlyChange::of(one, bounds()))
        .collect();
    assert_eq!(
        changes,
        [
            Some(MonthlyChange::New),
            Some(MonthlyChange::Open),
            Some(MonthlyChange::Resolved),
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
    threat.finding.kind = FindingKind::Threat;
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
        [
            (FindingKind::Threat, 1),
            (FindingKind::Control, 3),
            (FindingKind::Control, 1)
        ]
    );
    assert_eq!(facts.threats, 1);
}

#[test]
fn what_was_closed_once_and_is_open_again_is_reopened() {
    let mut again = control("A.1", "HIGH", "FAILED", "NEW");
    again.life = Life {
        opened_at: Some(at("2026-11-20T00:00:00Z")),
        closed_at: Some(at("2026-11-10T00:00:00Z")),
    };
    let mut long_ago = again.clone();
    long_ago.life.opened_at = Some(at("2026-11-12T00:00:00Z"));
    assert_eq!(
        MonthlyChange::of(&again, bounds()),
        Some(MonthlyChange::Reopened)
    );
    assert_eq!(
        MonthlyChange::of(&long_ago, bounds()),
        Some(MonthlyChange::Open)
    );
    let facts = facts(&[again, long_ago]);
    assert_eq!((facts.new, facts.reopened, facts.all_open()), (0, 1, 2));
    assert_eq!(facts.ages, [1, 1, 0, 0], "four days and twelve");
}

#[test]
fn a_resource_that_several_standards_report_counts_once_and_for_each() {
    let of = |standard: &str, id: &str, resource: &str| {
        let mut one = control(id, "HIGH", "FAILED", "NEW");
        one.finding.standards = vec![standard.to_owned()];
        one.finding.resource = resource.to_owned();
        one
    };
    let all = facts(&[
        of("fsbp", "S3.1", "bucket"),
        of("cis", "S3.1", "bucket"),
        of("fsbp", "S3.1", "other"),
        of("fsbp", "S3.1", "other"),
    ]);
    assert_eq!(
        all.all_open(),
        3,
        "the same standard's own findings are counted as they are"
    );
    let scores: Vec<_> = all
        .standards()
        .iter()
        .map(|(id, it)| (*id, it.judged))
        .collect();
    assert_eq!(scores, [("cis", 1), ("fsbp", 1)]);
    let mut together = ReportFacts::default();
    together.merge(&all);
    together.merge(&all);
    assert_eq!(together.all_open(), 6);
    assert_eq!(together.controls["S3.1"].accounts, 2);
    assert_eq!(together.first(1)[0].count, 6);
}

#[test]
fn what_a_person_calls_resolved_and_still_fails_is_shown_and_not_counted_as_open() {
    let claimed = control("A.1", "HIGH", "FAILED", "RESOLVED");
    let mut threat = claimed.clone();
    threat.finding.kind = FindingKind::Threat;
    threat.finding.compliance = None;
    assert_eq!(
        MonthlyChange::of(&claimed, bounds()),
        Some(MonthlyChange::StillFailing)
    );
    assert_eq!(
        MonthlyChange::of(&threat, bounds()),
        None,
        "nothing contradicts it"
    );
    let mut facts = ReportFacts::default();
    let shown = facts.add(&claimed, bounds(), at("2026-11-24T00:00:00Z"));
    assert_eq!(shown, Some(ShownFinding::News(MonthlyChange::StillFailing)));
    assert_eq!((facts.all_open(), facts.resolved), (0, 0));
    assert_eq!(
        facts.controls["A.1"].resources.verdict(),
        ControlVerdict::Failed
    );
}

#[test]
fn each_standard_is_scored_by_its_own_findings() {
    let of = |standard: &str, id: &str, status: &str, workflow: &str| {
        let mut one = control(id, "HIGH", status, workflow);
        one.finding.standards = vec![standard.to_owned()];
        one.finding.resource = "r".to_owned();
        one
    };
    let mut both = control("A.3", "HIGH", "PASSED", "RESOLVED");
    both.finding.standards = vec!["cis".to_owned(), "fsbp".to_owned()];
    let facts = facts(&[
        of("fsbp", "A.1", "FAILED", "NEW"),
        of("cis", "A.1", "FAILED", "SUPPRESSED"),
        of("fsbp", "A.2", "PASSED", "RESOLVED"),
        of("cis", "A.2", "PASSED", "RESOLVED"),
        both,
    ]);
    let scores: Vec<_> = facts
        .standards()
        .iter()
        .map(|(id, it)| (*id, it.passed, it.judged))
        .collect();
    assert_eq!(scores, [("cis", 2, 2), ("fsbp", 2, 3)]);
}
