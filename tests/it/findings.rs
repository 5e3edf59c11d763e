//! Mirroring Security Hub's findings: all of them once, then the changes, each Region separately.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::aws::{block_on, security_hub};
use crate::harness::findings::{control, import, threat};
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc};

pub(crate) const MEMBER: &str = "111111111111";
pub(crate) const OTHER: &str = "222222222222";

/// A SOC with two members, monitored in both Regions.
pub(crate) fn watched() -> Soc {
    let soc = Soc::new();
    let ledger = soc.write(
        "members.csv",
        format!(
            "Account ID,Project,Contact email,Language\n{MEMBER},Orders,a@example.com,en\n\
             {OTHER},受注システム,b@example.com,ja\n"
        ),
    );
    soc.hubward(["ledger", "import", ledger.to_str().unwrap()])
        .expect(0);
    soc.hubward(["invite"]).expect(0);
    for member in [MEMBER, OTHER] {
        soc.set_up(member).expect(0);
    }
    soc
}

pub(crate) fn aggregate(soc: &Soc) {
    let hub = security_hub(&soc.cloud, ADMINISTRATOR, HOME);
    let made = hub
        .create_finding_aggregator()
        .region_linking_mode("ALL_REGIONS");
    block_on(made.send()).expect("an aggregator");
}

pub(crate) fn decide(soc: &Soc, finding: &Value, region: &str, status: &str) {
    let identifier = aws_sdk_securityhub::types::AwsSecurityFindingIdentifier::builder()
        .id(finding["Id"].as_str().unwrap())
        .product_arn(finding["ProductArn"].as_str().unwrap())
        .build();
    let workflow = aws_sdk_securityhub::types::WorkflowUpdate::builder()
        .status(status.into())
        .build();
    let hub = security_hub(&soc.cloud, ADMINISTRATOR, region);
    let update = hub
        .batch_update_findings()
        .finding_identifiers(identifier)
        .workflow(workflow);
    block_on(update.send()).expect("update a finding");
}

pub(crate) fn sync(soc: &Soc, code: i32) -> Value {
    soc.hubward(["findings", "sync", "--json"])
        .expect(code)
        .json()
}

pub(crate) fn counts(row: &Value) -> [u64; 4] {
    ["new", "changed", "unchanged", "refused"].map(|name| row[name].as_u64().unwrap())
}

/// The `GetFindings` calls so far: Region and filters.
pub(crate) fn asked(soc: &Soc) -> Vec<(String, Value)> {
    let mut calls = soc.cloud.calls();
    calls.retain(|call| call["operation"] == "GetFindings");
    calls
        .iter()
        .map(|call| {
            let region = call["region"].as_str().unwrap().to_owned();
            (region, call["body"]["Filters"].clone())
        })
        .collect()
}

#[test]
fn the_home_region_answers_for_all_and_the_second_sync_asks_only_for_changes() {
    let soc = watched();
    aggregate(&soc);
    let many: Vec<Value> = (0..100)
        .map(|n| control(MEMBER, HOME, &format!("{n:03}"), "S3.1", "HIGH"))
        .collect();
    import(&soc.cloud, MEMBER, HOME, &many);
    import(
        &soc.cloud,
        MEMBER,
        LINKED,
        &[threat(MEMBER, LINKED, "t", "CRITICAL")],
    );
    import(
        &soc.cloud,
        OTHER,
        LINKED,
        &[control(OTHER, LINKED, "o", "S3.1", "LOW")],
    );
    soc.cloud.forget_calls();

    let first = sync(&soc, 0);
    assert_eq!(first.as_array().unwrap().len(), 1, "{first}");
    assert_eq!(first[0]["region"], HOME);
    assert_eq!(counts(&first[0]), [102, 0, 0, 0]);
    let calls = asked(&soc);
    assert_eq!(calls.len(), 2, "two pages: {calls:?}");
    assert!(calls.iter().all(|(region, _)| region == HOME));

    soc.cloud.forget_calls();
    let second = sync(&soc, 0);
    assert_eq!(counts(&second[0]), [0, 0, 0, 0], "nothing was touched");
    for (region, filters) in asked(&soc) {
        assert_eq!(region, HOME);
        let narrow = filters["UpdatedAt"][0]["Start"].is_string()
            || filters["WorkflowStatus"][0]["Value"].is_string()
            || filters["AwsAccountId"][0]["Value"].is_string();
        assert!(narrow, "{filters}");
    }
    assert_eq!(soc.cloud.mutating_calls(), Vec::<Value>::new());
}

#[test]
fn the_findings_of_awss_own_controls_arrive_as_aws_checks_them() {
    let soc = Soc::new();
    soc.import(&[
        (MEMBER, "Orders", "a@example.com"),
        (OTHER, "受注システム", "b@example.com"),
    ]);
    soc.cloud.clock(SignedDuration::from_hours(-48));
    soc.cloud.controls(&json!({ "on": true }));
    let members = |account: &str, guardduty: bool| {
        soc.cloud.members(&json!({
            "administrator": ADMINISTRATOR, "accounts": [account], "regions": [HOME, LINKED],
            "guardduty": guardduty,
        }));
    };
    members(MEMBER, true);
    members(OTHER, false);
    soc.cloud.clock(SignedDuration::ZERO);
    aggregate(&soc);

    assert_eq!(counts(&sync(&soc, 0)[0]), [12, 0, 0, 0]);
    let lines = "SELECT account_id || ' ' || control_id || ' ' || region || ' ' || compliance_status AS line \
         FROM findings WHERE control_id <> 'EC2.7' ORDER BY control_id, region";
    let lines = soc.database.read(lines);
    let known: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.strip_prefix(OTHER)?.strip_prefix(' '))
        .collect();
    let expected = [
        format!("Config.1 {HOME} PASSED"),
        format!("Config.1 {LINKED} PASSED"),
        format!("GuardDuty.1 {HOME} FAILED"),
        format!("GuardDuty.1 {LINKED} FAILED"),
    ];
    assert_eq!(known, expected);
    let times = "SELECT created_at || ' ' || updated_at AS line FROM findings";
    let two_days = SignedDuration::from_hours(48);
    for line in soc.database.read(times) {
        let (created, updated) = line.split_once(' ').expect("two times");
        let [created, updated]: [jiff::Timestamp; 2] =
            [created, updated].map(|time| time.parse().expect("a time"));
        assert_eq!(updated.duration_since(created), two_days, "{line}");
    }
}

#[test]
fn unknown_fields_do_not_reject_a_finding() {
    let soc = watched();
    let mut finding = control(MEMBER, HOME, "f", "S3.1", "HIGH");
    finding["InventedIn2031"] = json!({ "Deep": ["value"] });
    import(&soc.cloud, MEMBER, HOME, &[finding]);
    sync(&soc, 0);
    let known = soc.database.read("SELECT control_id FROM findings");
    assert_eq!(known, ["S3.1"]);
}

#[test]
fn what_people_decide_arrives_although_it_leaves_no_touch_and_so_does_its_taking_back() {
    let soc = watched();
    let old = |id: &str| {
        let mut finding = control(MEMBER, HOME, id, "S3.1", "HIGH");
        finding["UpdatedAt"] = json!("2026-10-01T00:00:00Z");
        finding
    };
    let findings = [old("a"), old("b")];
    import(&soc.cloud, MEMBER, HOME, &findings);
    sync(&soc, 0);
    let statuses = || {
        let sql = "SELECT workflow_status FROM findings ORDER BY finding_id";
        soc.database.read(sql)
    };
    decide(&soc, &findings[0], HOME, "SUPPRESSED");
    decide(&soc, &findings[1], HOME, "RESOLVED");
    assert_eq!(counts(&sync(&soc, 0)[0]), [0, 2, 0, 0]);
    assert_eq!(statuses(), ["SUPPRESSED", "RESOLVED"]);
    decide(&soc, &findings[0], HOME, "NEW");
    assert_eq!(counts(&sync(&soc, 0)[0]), [0, 1, 1, 0]);
    assert_eq!(statuses(), ["NEW", "RESOLVED"]);
}

#[test]
fn a_suppression_is_taken_back_also_of_what_passes() {
    let soc = watched();
    let mut finding = control(MEMBER, HOME, "a", "S3.1", "INFORMATIONAL");
    finding["Compliance"]["Status"] = json!("PASSED");
    finding["UpdatedAt"] = json!("2026-10-01T00:00:00Z");
    import(&soc.cloud, MEMBER, HOME, std::slice::from_ref(&finding));
    decide(&soc, &finding, HOME, "SUPPRESSED");
    sync(&soc, 0);
    let status = || soc.database.read("SELECT workflow_status FROM findings");
    assert_eq!(status(), ["SUPPRESSED"]);
    decide(&soc, &finding, HOME, "RESOLVED");
    sync(&soc, 0);
    assert_eq!(status(), ["RESOLVED"]);
}

#[test]
fn an_archived_finding_is_taken_over() {
    let soc = watched();
    let mut finding = control(MEMBER, HOME, "a", "S3.1", "HIGH");
    import(&soc.cloud, MEMBER, HOME, &[finding.clone()]);
    sync(&soc, 0);
    finding["RecordState"] = json!("ARCHIVED");
    finding["UpdatedAt"] = json!(jiff::Timestamp::now().to_string());
    import(&soc.cloud, MEMBER, HOME, &[finding]);
    assert_eq!(counts(&sync(&soc, 0)[0]), [0, 1, 0, 0]);
    let states = soc.database.read("SELECT record_state FROM findings");
    assert_eq!(states, ["ARCHIVED"]);
}

#[test]
fn who_joins_later_brings_old_findings_along() {
    let soc = watched();
    sync(&soc, 0);
    let mut finding = control(MEMBER, HOME, "a", "S3.1", "HIGH");
    finding["UpdatedAt"] = json!("2026-10-01T00:00:00Z");
    import(&soc.cloud, MEMBER, HOME, &[finding]);
    assert_eq!(counts(&sync(&soc, 0)[0]), [1, 0, 0, 0]);
}

#[test]
fn throttling_is_survived() {
    let soc = watched();
    import(
        &soc.cloud,
        MEMBER,
        HOME,
        &[control(MEMBER, HOME, "a", "S3.1", "HIGH")],
    );
    soc.cloud.fault(&json!({
        "service": "securityhub", "operation": "GetFindings", "times": 3,
        "error": { "code": "TooManyRequestsException", "status": 429 },
    }));
    let rows = sync(&soc, 0);
    assert_eq!(counts(&rows[0]), [1, 0, 0, 0], "{rows}");
}

#[test]
fn a_region_that_fails_is_reported_and_the_other_is_synced_and_the_next_run_continues() {
    let soc = watched();
    for region in [HOME, LINKED] {
        import(
            &soc.cloud,
            MEMBER,
            region,
            &[control(MEMBER, region, "a", "S3.1", "HIGH")],
        );
    }
    soc.cloud.fault(&json!({
        "service": "securityhub", "operation": "GetFindings", "region": LINKED,
        "error": { "code": "AccessDeniedException", "message": "explicit deny", "status": 403 },
    }));
    let rows = sync(&soc, 1);
    assert_eq!(
        (&rows[0]["outcome"], counts(&rows[0])),
        (&json!("synced"), [1, 0, 0, 0])
    );
    assert_eq!(rows[1]["outcome"], "failed");
    let detail = rows[1]["detail"].as_str().unwrap();
    for word in [
        "GetFindings",
        LINKED,
        "AccessDeniedException",
        "explicit deny",
    ] {
        assert!(detail.contains(word), "{word} is not in {detail}");
    }
    soc.cloud.clear_faults();
    let rows = sync(&soc, 0);
    assert_eq!(
        counts(&rows[1]),
        [1, 0, 0, 0],
        "everything of it, for the first time: {rows}"
    );
}

#[test]
fn a_sync_that_fails_moves_no_checkpoint() {
    let soc = watched();
    sync(&soc, 0);
    let checkpoints = || {
        let sql = "SELECT source || ' ' || read_to FROM sync_state ORDER BY source";
        soc.database.read(sql)
    };
    let before = checkpoints();
    assert!(before[0].starts_with(&format!("{HOME} own")), "{before:?}");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    soc.cloud.fault(&json!({
        "service": "securityhub", "operation": "GetFindings",
        "error": { "code": "InvalidInputException", "status": 400 },
    }));
    sync(&soc, 1);
    assert_eq!(checkpoints(), before);
    soc.cloud.clear_faults();
    sync(&soc, 0);
    assert_ne!(checkpoints(), before);
}

#[test]
fn without_knowing_whom_it_answers_for_the_home_region_fails_and_the_others_are_synced() {
    let soc = watched();
    import(
        &soc.cloud,
        MEMBER,
        LINKED,
        &[control(MEMBER, LINKED, "a", "S3.1", "HIGH")],
    );
    soc.cloud.fault(&json!({
        "service": "securityhub", "operation": "ListFindingAggregators",
        "error": { "code": "AccessDeniedException", "status": 403 },
    }));
    let rows = sync(&soc, 1);
    assert_eq!(
        (&rows[0]["region"], &rows[0]["outcome"]),
        (&json!(HOME), &json!("failed"))
    );
    let detail = rows[0]["detail"].as_str().unwrap();
    assert!(
        detail.contains("securityhub:ListFindingAggregators"),
        "{detail}"
    );
    assert_eq!(counts(&rows[1]), [1, 0, 0, 0], "{rows}");
}
