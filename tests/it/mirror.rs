//! The mirror: a history that outlives the findings, separate findings for each account whatever
//! their ids, and no data beyond its retention.

use std::fs;

use serde_json::{Value, json};

use super::findings::{MEMBER, OTHER, aggregate, asked, counts, decide, sync, watched};
use crate::harness::alerts::{AlertQueue, event};
use crate::harness::findings::{control, import, threat};
use crate::harness::server::Server;
use crate::harness::soc::{HOME, LINKED, Soc};

const FSBP: &str = "standards/aws-foundational-security-best-practices/v/1.0.0";
const NIST: &str = "standards/nist-800-53/v/5.0.0";

/// A control's finding that counts for standards.
fn judged(region: &str, id: &str, status: &str, standards: &[&str]) -> Value {
    let mut finding = control(MEMBER, region, id, "S3.1", "HIGH");
    let standards: Vec<Value> = standards
        .iter()
        .map(|id| json!({ "StandardsId": id }))
        .collect();
    finding["Compliance"] = json!({
        "Status": status, "SecurityControlId": "S3.1", "AssociatedStandards": standards,
    });
    finding
}

/// Gives a changed finding a newer update time.
fn touched(mut finding: Value) -> Value {
    finding["UpdatedAt"] = json!(jiff::Timestamp::now().to_string());
    finding
}

/// The history rows in effect.
fn standing(soc: &Soc) -> Vec<String> {
    soc.database.read(
        "SELECT account_id || ' ' || control_id || ' ' || standard || ' ' || region || ' ' || severity \
         || ' ' || status || ' ' || CAST(count AS TEXT) AS line FROM history \
         WHERE until_day = '9999-12-31' ORDER BY standard, control_id, region, status",
    )
}

/// The history rows that have ended.
fn past(soc: &Soc) -> Vec<String> {
    soc.database.read(
        "SELECT control_id || ' ' || status || ' ' || CAST(count AS TEXT) || ' ' || from_day AS line \
         FROM history WHERE until_day <> '9999-12-31' AND standard = '' ORDER BY control_id, status",
    )
}

#[test]
fn the_history_counts_a_resource_once_and_in_each_of_its_standards() {
    let soc = watched();
    import(
        &soc.cloud,
        MEMBER,
        HOME,
        &[
            judged(HOME, "a", "FAILED", &[FSBP, NIST]),
            judged(HOME, "b", "PASSED", &[FSBP]),
        ],
    );
    // Another Region without consolidated findings: one for each standard, of one bucket.
    let mut twins = [
        judged(LINKED, "c", "FAILED", &[FSBP]),
        judged(LINKED, "d", "FAILED", &[NIST]),
    ];
    twins[1]["Resources"] = twins[0]["Resources"].clone();
    import(&soc.cloud, MEMBER, LINKED, &twins);
    let threats = [
        threat(MEMBER, HOME, "t", "CRITICAL"),
        threat(MEMBER, HOME, "u", "CRITICAL"),
    ];
    import(&soc.cloud, MEMBER, HOME, &threats);
    sync(&soc, 0);
    let (fsbp, nist) = (&FSBP["standards/".len()..], &NIST["standards/".len()..]);
    let line = |control: &str, standard: &str, region: &str, rest: &str| {
        format!("{MEMBER} {control} {standard} {region} {rest}")
    };
    let mut expected = vec![
        line("", "", HOME, "CRITICAL open 2"),
        line("S3.1", "", HOME, "HIGH open 1"),
        line("S3.1", "", HOME, "HIGH passed 1"),
        line("S3.1", "", LINKED, "HIGH open 1"),
        line("S3.1", fsbp, HOME, "HIGH open 1"),
        line("S3.1", fsbp, HOME, "HIGH passed 1"),
        line("S3.1", fsbp, LINKED, "HIGH open 1"),
        line("S3.1", nist, HOME, "HIGH open 1"),
        line("S3.1", nist, LINKED, "HIGH open 1"),
    ];
    let mut found = standing(&soc);
    // The two databases sort texts differently.
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    assert!(past(&soc).is_empty());
}

#[test]
fn the_last_count_of_a_day_wins_and_earlier_days_stay_as_they_were() {
    let soc = watched();
    let finding = judged(HOME, "a", "FAILED", &[]);
    import(&soc.cloud, MEMBER, HOME, std::slice::from_ref(&finding));
    sync(&soc, 0);
    decide(&soc, &finding, HOME, "SUPPRESSED");
    sync(&soc, 0);
    let now = |status: &str| vec![format!("{MEMBER} S3.1  {HOME} HIGH {status} 1")];
    assert_eq!(standing(&soc), now("suppressed"));
    assert!(past(&soc).is_empty(), "all of it was today");

    soc.database
        .rewrite("UPDATE history SET from_day = '2026-11-01'");
    sync(&soc, 0);
    assert!(past(&soc).is_empty(), "nothing changed");
    let fixed = touched(judged(HOME, "a", "PASSED", &[]));
    import(&soc.cloud, MEMBER, HOME, &[fixed]);
    decide(&soc, &finding, HOME, "NEW");
    sync(&soc, 0);
    assert_eq!(standing(&soc), now("passed"));
    assert_eq!(past(&soc), ["S3.1 suppressed 1 2026-11-01"]);
}

#[test]
fn a_full_reading_archives_what_aws_forgot_and_the_history_remembers_it() {
    let soc = watched();
    let stays = judged(HOME, "a", "FAILED", &[]);
    let mut goes = control(MEMBER, HOME, "b", "EC2.2", "LOW");
    let mut passed = control(MEMBER, HOME, "c", "RDS.1", "LOW");
    passed["Compliance"]["Status"] = json!("PASSED");
    import(
        &soc.cloud,
        MEMBER,
        HOME,
        &[stays, goes.clone(), passed.clone()],
    );
    sync(&soc, 0);
    // Archived without an update: only a full reading can notice.
    goes["RecordState"] = json!("ARCHIVED");
    passed["RecordState"] = json!("ARCHIVED");
    import(&soc.cloud, MEMBER, HOME, &[goes, passed]);
    assert_eq!(counts(&sync(&soc, 0)[0]), [0, 0, 0, 0]);
    soc.database
        .rewrite("UPDATE sync_state SET swept_at = '2026-11-01T00:00:00Z'");
    soc.database
        .rewrite("UPDATE history SET from_day = '2026-11-01'");
    soc.database
        .rewrite("UPDATE findings SET last_seen = '2026-11-01T00:00:00Z'");
    assert_eq!(counts(&sync(&soc, 0)[0]), [0, 2, 1, 0]);
    let ended = "SELECT control_id FROM findings WHERE closed_at IS NOT NULL";
    assert_eq!(soc.database.read(ended), ["EC2.2"], "RDS.1 was never open");
    let states =
        "SELECT finding_id || ' ' || record_state AS state FROM findings ORDER BY control_id";
    let states = soc.database.read(states);
    assert!(states[0].ends_with("/b ARCHIVED"), "{states:?}");
    assert!(states[2].ends_with("/a ACTIVE"), "{states:?}");
    let gone = ["EC2.2 open 1 2026-11-01", "RDS.1 passed 1 2026-11-01"];
    assert_eq!(past(&soc), gone);

    // A year later the finding itself is deleted too.
    soc.database.rewrite(
        "UPDATE findings SET last_seen = '2025-01-01T00:00:00Z' WHERE control_id = 'EC2.2'",
    );
    let said = soc.hubward(["run", "prune"]).expect(0);
    assert!(
        said.stderr.contains("findings that no longer exist 1"),
        "{}",
        said.stderr
    );
    let left = soc
        .database
        .read("SELECT control_id FROM findings ORDER BY control_id");
    assert_eq!(left, ["RDS.1", "S3.1"]);
    assert_eq!(past(&soc), gone);
}

#[test]
fn prune_forgets_what_is_over_and_nothing_else() {
    let soc = watched();
    import(
        &soc.cloud,
        MEMBER,
        HOME,
        &[judged(HOME, "a", "FAILED", &[])],
    );
    sync(&soc, 0);
    for sql in [
        "INSERT INTO sessions (session, name, started_at, seen_at) VALUES ('old', 'a', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'), ('new', 'a', '2999-01-01T00:00:00Z', '2999-01-01T00:00:00Z')",
        "INSERT INTO spent_challenges (challenge, expires_at) VALUES ('old', '2026-01-01T00:00:00Z'), ('new', '2999-01-01T00:00:00Z')",
        "INSERT INTO deliveries (id, position, channel, subject, notice, state, attempts, due_at, leased_until, created_at) VALUES \
         ('old', 1, 'soc', 's', '{}', 'delivered', 1, '2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z'), \
         ('lost', 2, 'soc', 's', '{}', 'given_up', 9, '2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z'), \
         ('new', 3, 'soc', 's', '{}', 'delivered', 1, '2999-01-01T00:00:00Z', '2999-01-01T00:00:00Z', '2999-01-01T00:00:00Z')",
        // Old, but AWS still has it.
        "UPDATE findings SET last_seen = '2024-01-01T00:00:00Z'",
    ] {
        soc.database.rewrite(sql);
    }
    let events = "SELECT hash FROM audit_events ORDER BY sequence";
    let before = soc.database.read(events);
    for _ in 0..2 {
        soc.hubward(["run", "prune"]).expect(0);
        assert_eq!(soc.database.read("SELECT session FROM sessions"), ["new"]);
        let challenges = soc
            .database
            .read("SELECT challenge FROM spent_challenges WHERE challenge IN ('old', 'new')");
        assert_eq!(challenges, ["new"]);
        let deliveries = soc
            .database
            .read("SELECT id FROM deliveries WHERE channel = 'soc' ORDER BY id");
        assert_eq!(deliveries, ["lost", "new"]);
        assert_eq!(
            soc.database.read("SELECT control_id FROM findings"),
            ["S3.1"]
        );
    }
    assert_eq!(
        soc.database.read(events),
        before,
        "the audit log is permanent"
    );
    soc.hubward(["audit", "verify"]).expect(0);
}

#[test]
fn an_account_that_uses_anothers_ids_gets_and_gives_nothing() {
    let soc = watched();
    aggregate(&soc);
    // Ids that break careless quoting, and enough of them for several pages.
    let name = |n: usize| format!("{n:03}'\"; DROP TABLE findings; --,{OTHER},\n=HYPERLINK(1)%_\\");
    let of = |account: &str, n: usize, severity: &str| {
        let mut finding = control(account, HOME, &name(n), "S3.1", severity);
        finding["Id"] = json!(name(n));
        finding["ProductArn"] =
            json!("arn:aws:securityhub:ap-northeast-1::product/aws/securityhub");
        finding["Resources"] = json!([{ "Type": "AwsS3Bucket", "Id": format!("arn:aws:s3:::owned-by-{account}-{n}") }]);
        finding
    };
    for (account, severity) in [(MEMBER, "HIGH"), (OTHER, "LOW")] {
        for from in [0, 80, 160] {
            let some: Vec<Value> = (from..from + 80)
                .map(|n| of(account, n, severity))
                .collect();
            import(&soc.cloud, account, HOME, &some);
        }
    }
    assert_eq!(counts(&sync(&soc, 0)[0]), [480, 0, 0, 0]);
    let rows = "SELECT account_id || ' ' || severity || ' ' || CAST(COUNT(*) AS TEXT) AS line \
                FROM findings GROUP BY account_id, severity ORDER BY account_id";
    let expected = [format!("{MEMBER} HIGH 240"), format!("{OTHER} LOW 240")];
    assert_eq!(soc.database.read(rows), expected);

    // A decision is read by the finding's id, which both accounts use: each finding stays its
    // account's.
    decide(&soc, &of(MEMBER, 7, "HIGH"), HOME, "SUPPRESSED");
    sync(&soc, 0);
    soc.database.rewrite("UPDATE findings SET workflow_status = 'SUPPRESSED', digest = 'x' WHERE finding_id LIKE '008%'");
    sync(&soc, 0);
    assert_eq!(soc.database.read(rows), expected);
    let read_again = "SELECT DISTINCT workflow_status FROM findings WHERE finding_id LIKE '008%'";
    assert_eq!(soc.database.read(read_again), ["NEW"]);
    let mixed = "SELECT finding_id FROM findings WHERE resource NOT LIKE 'arn:aws:s3:::owned-by-' || account_id || '-%'";
    assert_eq!(soc.database.read(mixed), Vec::<String>::new());

    let out = soc.path("reports");
    for format in ["json", "csv"] {
        soc.hubward([
            "report",
            "build",
            "--format",
            format,
            "--out",
            out.to_str().unwrap(),
        ])
        .expect(0);
    }
    let mut files = 0;
    for entry in fs::read_dir(&out).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap();
        let content = fs::read_to_string(&path).unwrap();
        for (account, other) in [(MEMBER, OTHER), (OTHER, MEMBER)] {
            if file.starts_with(account) {
                files += 1;
                assert!(
                    content.contains(&format!("owned-by-{account}-239")),
                    "{file}"
                );
                assert!(!content.contains(&format!("owned-by-{other}")), "{file}");
            }
        }
    }
    assert_eq!(files, 4);
}

#[test]
fn a_full_reading_of_many_accounts_that_was_interrupted_continues() {
    let soc = watched();
    let more: Vec<(String, String)> = (0..60)
        .map(|n| (format!("{n:02}3333333333"), format!("P{n}")))
        .collect();
    let mut ledger = format!(
        "Account ID,Project,Contact email\n{MEMBER},A,a@example.com\n{OTHER},B,b@example.com\n"
    );
    for (account, project) in &more {
        ledger.push_str(&format!("{account},{project},c@example.com\n"));
    }
    let file = soc.write("many.csv", ledger);
    soc.hubward([
        "ledger",
        "import",
        file.to_str().unwrap(),
        "--yes",
        "--force",
    ])
    .expect(0);
    for account in [MEMBER, OTHER] {
        import(
            &soc.cloud,
            account,
            HOME,
            &[control(account, HOME, "a", "S3.1", "HIGH")],
        );
    }
    soc.cloud.forget_calls();
    soc.cloud.fault(&json!({
        "service": "securityhub", "operation": "GetFindings", "region": HOME, "times": 1,
        "error": { "code": "AccessDeniedException", "status": 403 },
    }));
    let prefixes = || -> Vec<String> {
        let mut prefixes: Vec<String> = asked(&soc)
            .into_iter()
            .filter(|(region, _)| region == HOME)
            .map(|(_, filters)| {
                assert_eq!(
                    filters["AwsAccountId"][0]["Comparison"], "PREFIX",
                    "{filters}"
                );
                filters["AwsAccountId"][0]["Value"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        prefixes.sort();
        prefixes
    };
    assert_eq!(sync(&soc, 1)[0]["outcome"], "failed");
    let first = prefixes();
    assert_eq!(first.concat(), "0123456789");
    assert!(
        soc.database
            .read("SELECT source FROM sync_state WHERE source LIKE 'ap-%'")
            .is_empty()
    );
    let read = soc
        .database
        .read("SELECT part FROM swept_parts WHERE source LIKE 'ap-%' ORDER BY part");
    assert_eq!(read.len(), 9, "{read:?}");

    soc.cloud.forget_calls();
    let rows = sync(&soc, 0);
    assert_eq!(rows[0]["outcome"], "synced");
    let second = prefixes();
    assert_eq!(second.len(), 1, "{second:?}");
    assert!(!read.contains(&second[0]), "{second:?} of {read:?}");
    let found = soc
        .database
        .read("SELECT account_id FROM findings ORDER BY account_id");
    assert_eq!(found, [MEMBER, OTHER]);
    let active = soc.database.read("SELECT record_state FROM findings");
    assert_eq!(active, ["ACTIVE", "ACTIVE"]);
    assert!(soc.database.read("SELECT part FROM swept_parts").is_empty());
}

#[test]
fn what_only_a_region_showed_that_is_asked_no_more_is_gone_and_what_home_shows_stays() {
    let soc = watched();
    import(
        &soc.cloud,
        MEMBER,
        LINKED,
        &[control(MEMBER, LINKED, "a", "S3.1", "HIGH")],
    );
    sync(&soc, 0);
    soc.database.rewrite(
        "INSERT INTO findings (finding, finding_id, product_arn, account_id, region, kind, control_id, finding_type, title, \
         resource, resource_type, link, severity, compliance_status, workflow_status, record_state, note, first_seen, last_seen, \
         seen_in) SELECT 'stray', 'stray', product_arn, account_id, region, kind, control_id, finding_type, title, resource, \
         resource_type, link, severity, compliance_status, workflow_status, record_state, note, first_seen, last_seen, seen_in FROM findings",
    );
    aggregate(&soc);
    let rows = sync(&soc, 0);
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    let states = "SELECT finding_id || ' ' || seen_in || ' ' || record_state AS line FROM findings ORDER BY finding_id";
    let states = soc.database.read(states);
    assert!(
        states[0].ends_with(&format!("/a {HOME} ACTIVE")),
        "{states:?}"
    );
    assert_eq!(states[1], format!("stray {LINKED} ARCHIVED"));
}

#[test]
fn an_event_of_the_queue_tells_at_once_what_a_person_did_and_invents_no_finding() {
    let soc = watched();
    let queue = AlertQueue::new(&soc);
    let of = |finding: Value, status: &str| {
        let mut finding = finding;
        finding["Region"] = json!(HOME);
        finding["Workflow"] = json!({ "Status": status });
        finding["RecordState"] = json!("ACTIVE");
        finding
    };
    let (strong, weak) = (
        threat(MEMBER, HOME, "t", "HIGH"),
        control(MEMBER, HOME, "a", "S3.1", "HIGH"),
    );
    import(&soc.cloud, MEMBER, HOME, &[strong.clone(), weak.clone()]);
    sync(&soc, 0);
    soc.cloud.forget_calls();
    let stranger = control(OTHER, HOME, "a", "S3.1", "HIGH");
    let mut late = of(weak.clone(), "RESOLVED");
    late["UpdatedAt"] = json!("2026-11-19T00:00:00Z");
    for change in [
        of(stranger, "SUPPRESSED"),
        of(strong.clone(), "SUPPRESSED"),
        of(weak, "NOTIFIED"),
        late,
    ] {
        queue.put(&event(&change));
    }
    let _server = Server::start(soc.program().env("HUBWARD_ALERTS__QUEUE_URL", &queue.url));
    for _ in 0..600 {
        if queue.length() == 0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let rows = "SELECT kind || ' ' || workflow_status AS line FROM findings ORDER BY kind";
    assert_eq!(
        soc.database.read(rows),
        ["control NOTIFIED", "threat SUPPRESSED"]
    );
    let calls = soc.cloud.calls();
    // The job that reads evidence asks only for the controls that prove something.
    let is_asked = |call: &Value| {
        let filters = &call["body"]["Filters"];
        call["operation"] == "GetFindings" && filters["ComplianceSecurityControlId"].is_null()
    };
    assert!(!calls.iter().any(is_asked), "nothing was asked: {calls:?}");
    let counted = || {
        standing(&soc)
            .iter()
            .filter(|line| line.contains("suppressed"))
            .count()
    };
    assert_eq!(counted(), 0);
    decide(&soc, &strong, HOME, "SUPPRESSED");
    sync(&soc, 0);
    assert_eq!(counted(), 1);
}
