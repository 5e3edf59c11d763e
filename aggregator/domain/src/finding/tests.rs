//! Tests of parsing findings, and of when they are open.

use serde_json::{Value, json};

use super::*;

fn asff(more: &Value) -> Value {
    let mut finding = json!({
        "Id": "f-1", "ProductArn": "arn:aws:securityhub:us-east-1::product/aws/securityhub",
        "AwsAccountId": "111111111111", "Region": "us-east-1", "GeneratorId": "security-control/S3.1",
        "Types": ["Software and Configuration Checks/AWS Security Best Practices"],
        "Title": "S3 should block public access", "Severity": {"Label": "HIGH", "Normalized": 10},
        "Compliance": {"Status": "FAILED", "SecurityControlId": "S3.1"},
        "Workflow": {"Status": "NEW"}, "RecordState": "ACTIVE",
        "CreatedAt": "2026-11-20T00:00:00.123Z", "UpdatedAt": "2026-11-21T09:00:00+09:00",
        "Resources": [{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::b"}],
        "Remediation": {"Recommendation": {"Url": "https://docs.aws.amazon.com/console/securityhub/S3.1"}},
    });
    for (key, value) in more.as_object().unwrap() {
        finding[key] = value.clone();
    }
    finding
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_consolidated_control_finding_is_read() {
    let finding = read(&asff(&json!({}))).unwrap();
    assert_eq!(finding.kind, FindingKind::Control);
    assert_eq!(finding.control_id, "S3.1");
    assert_eq!(finding.severity, FindingSeverity::High);
    assert_eq!(finding.created_at, Some(at("2026-11-20T00:00:00Z")));
    assert_eq!(finding.updated_at, Some(at("2026-11-21T00:00:00Z")));
    assert!(finding.is_open() && !finding.is_suppressed());
}

#[test]
fn a_finding_per_standard_names_its_control_in_its_own_ways() {
    for (more, control) in [
        (
            json!({"GeneratorId": "aws-foundational-security-best-practices/v/1.0.0/IAM.3"}),
            "IAM.3",
        ),
        (json!({"ProductFields": {"ControlId": "EC2.2"}}), "EC2.2"),
        (json!({"ProductFields": {"RuleId": "1.4"}}), "1.4"),
    ] {
        let mut finding = asff(&more);
        finding["Compliance"] = json!({"Status": "PASSED"});
        let finding = read(&finding).unwrap();
        assert_eq!(
            (finding.kind, finding.control_id.as_str()),
            (FindingKind::Control, control)
        );
        assert!(!finding.is_open());
    }
}

#[test]
fn standards_are_read_in_every_way_in_which_they_are_said() {
    let associated = json!({"Status": "FAILED", "SecurityControlId": "S3.1", "AssociatedStandards": [
        {"StandardsId": "standards/nist-800-53/v/5.0.0"},
        {"StandardsId": "ruleset/cis-aws-foundations-benchmark/v/1.2.0"},
        {"StandardsId": "standards/nist-800-53/v/5.0.0"}, {"StandardsId": 7}, "x", {"StandardsId": ""},
    ]});
    let cis = "ruleset/cis-aws-foundations-benchmark/v/1.2.0";
    let fsbp = "aws-foundational-security-best-practices/v/1.0.0";
    let arn = format!("arn:aws:securityhub:::standards/{fsbp}");
    let guide = format!("arn:aws:securityhub:::{cis}");
    for (more, standards) in [
        (
            json!({ "Compliance": associated }),
            vec!["nist-800-53/v/5.0.0", cis],
        ),
        (
            json!({ "ProductFields": { "StandardsArn": arn } }),
            vec![fsbp],
        ),
        (
            json!({ "ProductFields": { "StandardsGuideArn": guide } }),
            vec![cis],
        ),
        (json!({ "Compliance": {"AssociatedStandards": {}} }), vec![]),
        (json!({ "ProductFields": [] }), vec![]),
    ] {
        assert_eq!(read(&asff(&more)).unwrap().standards, standards, "{more}");
    }
}

#[test]
fn only_guard_duty_itself_is_a_threat() {
    for (arn, kind) in [
        (
            "arn:aws:securityhub:us-east-1::product/aws/guardduty",
            FindingKind::Threat,
        ),
        (
            "arn:aws:securityhub:us-east-1:product/aws/guardduty",
            FindingKind::Threat,
        ),
        (
            "arn:aws:securityhub:us-east-1:111111111111:product/aws/guardduty",
            FindingKind::Other,
        ),
        (
            "arn:aws:securityhub:us-east-1:111111111111:product/111111111111/aws/guardduty",
            FindingKind::Other,
        ),
        (
            "arn:aws:securityhub:us-east-1::product/evil:product/aws/guardduty",
            FindingKind::Other,
        ),
        ("", FindingKind::Other),
    ] {
        let more = json!({"ProductArn": arn, "ProductName": "GuardDuty", "Compliance": null});
        assert_eq!(read(&asff(&more)).unwrap().kind, kind, "{arn}");
    }
}

#[test]
fn only_security_hub_itself_speaks_for_its_controls() {
    for (arn, kind, control) in [
        (
            "arn:aws:securityhub:us-east-1::product/aws/securityhub",
            FindingKind::Control,
            "S3.1",
        ),
        (
            "arn:aws:securityhub:us-east-1:111111111111:product/111111111111/default",
            FindingKind::Other,
            "",
        ),
        (
            "arn:aws:securityhub:us-east-1:111111111111:product/aws/securityhub",
            FindingKind::Other,
            "",
        ),
        (
            "arn:aws:securityhub:us-east-1::product/aws/config",
            FindingKind::Other,
            "",
        ),
    ] {
        let finding = read(&asff(&json!({"ProductArn": arn}))).unwrap();
        assert_eq!(
            (finding.kind, finding.control_id.as_str()),
            (kind, control),
            "{arn}"
        );
    }
}

#[test]
fn whose_and_which_must_be_said_and_nothing_else() {
    let refused = |more: Value| read(&asff(&more)).unwrap_err();
    for id in [json!(null), json!(""), json!(7), json!([])] {
        assert_eq!(refused(json!({ "Id": id })), UnreadableFinding::NoId);
    }
    for account in [
        json!(null),
        json!("1"),
        json!(111_111_111_111_u64),
        json!("１１１１１１１１１１１１"),
    ] {
        assert_eq!(
            refused(json!({ "AwsAccountId": account })),
            UnreadableFinding::NoAccount
        );
    }
    assert_eq!(read(&json!([])).unwrap_err(), UnreadableFinding::NoId);
    let bare = read(&json!({"Id": "x", "AwsAccountId": "111111111111"})).unwrap();
    assert_eq!(bare.severity, FindingSeverity::Unlabelled);
    assert!(bare.is_open());
    let odd = read(&asff(&json!({
        "Severity": {"Normalized": 90, "Label": "DREADFUL"}, "Compliance": {"Status": "MAYBE"},
        "Types": "x", "Resources": {}, "CreatedAt": "yesterday", "Title": "a\u{0}b",
        "SourceUrl": "javascript:alert(1)", "Remediation": [],
    })))
    .unwrap();
    assert_eq!(odd.severity, FindingSeverity::Unlabelled, "never derived");
    assert_eq!(odd.compliance, Some(Compliance::Unknown));
    assert_eq!(
        (odd.created_at, odd.title.as_str(), odd.link.as_str()),
        (None, "a\u{fffd}b", "")
    );
}

#[test]
fn the_same_id_of_another_account_is_another_finding() {
    let one = read(&asff(&json!({}))).unwrap();
    for more in [
        json!({"AwsAccountId": "222222222222"}),
        json!({"Region": "eu-west-1"}),
        json!({"ProductArn": "arn:aws:securityhub:us-east-1::product/aws/macie"}),
        json!({"Id": "f-2"}),
    ] {
        assert_ne!(read(&asff(&more)).unwrap().key(), one.key());
    }
    assert_eq!(
        read(&asff(&json!({"Title": "x"}))).unwrap().key(),
        one.key()
    );
}

#[test]
fn a_life_is_what_was_seen_of_it() {
    let now = at("2026-11-24T00:00:00Z");
    let open = read(&asff(&json!({}))).unwrap();
    let born = Life::next(None, &open, now);
    assert_eq!(born.opened_at, open.created_at);

    let passed = read(&asff(
        &json!({"Compliance": {"Status": "PASSED"}, "UpdatedAt": "2026-11-23T00:00:00Z"}),
    ))
    .unwrap();
    let fixed = Life::next(Some((born, open.updated_at)), &passed, now);
    assert_eq!(fixed.closed_at, passed.updated_at);
    assert_eq!(
        Life::next(None, &passed, now),
        Life::default(),
        "never observed open"
    );

    let suppressed = read(&asff(&json!({"Workflow": {"Status": "SUPPRESSED"}}))).unwrap();
    let put_away = Life::next(Some((born, open.updated_at)), &suppressed, now);
    assert_eq!(
        put_away.closed_at,
        Some(now),
        "a person's change has no time of its own"
    );

    let again = Life::next(Some((fixed, passed.updated_at)), &open, now);
    assert_eq!(again.opened_at, open.updated_at);
    assert!(again.is_reopened() && !born.is_reopened() && !fixed.is_reopened());
    let later = read(&asff(&json!({"UpdatedAt": "2026-11-23T12:00:00Z"}))).unwrap();
    let again = Life::next(Some((fixed, passed.updated_at)), &later, now);
    assert_eq!(
        (again.opened_at, again.closed_at),
        (later.updated_at, fixed.closed_at),
        "it remembers that it was closed once"
    );
    let archived = Life::next(Some((again, later.updated_at)), &passed, now);
    assert!(archived.closed_at > archived.opened_at);
}
