//! Exceptions: granted for a time, written to Security Hub on request, and ended by the clock.

use serde_json::{Value, json};

use super::findings::{MEMBER, watched};
use crate::harness::findings::{control, import};
use crate::harness::soc::{ADMINISTRATOR, HOME, Soc};

const REASON: &str = "moves behind CloudFront";

/// The date so many days from today, in the SOC's time zone.
pub(super) fn day(days: i64) -> String {
    let now = jiff::Timestamp::now();
    let today = jiff::tz::TimeZone::UTC.to_datetime(now).date();
    let span = jiff::Span::new().days(days);
    today.checked_add(span).unwrap().to_string()
}

fn add(soc: &Soc, more: &[&str], code: i32) -> crate::harness::program::Outcome {
    let until = day(30);
    let words = [
        "exception",
        "add",
        "--control",
        "S3.1",
        "--account",
        MEMBER,
        "--reason",
        REASON,
        "--until",
        &until,
        "--json",
    ];
    soc.hubward(words.into_iter().chain(more.iter().copied()))
        .expect(code)
}

fn statuses(soc: &Soc) -> Vec<(String, String, String)> {
    soc.hubward(["findings", "sync"]).expect(0);
    let rows = soc.database.read(
        "SELECT control_id || '|' || workflow_status || '|' || note FROM findings ORDER BY finding_id",
    );
    rows.iter()
        .map(|row| {
            let mut parts = row.splitn(3, '|').map(str::to_owned);
            let mut next = || parts.next().unwrap_or_default();
            (next(), next(), next())
        })
        .collect()
}

#[test]
fn an_exception_is_recorded_listed_and_taken_back() {
    let soc = Soc::new();
    soc.import(&[(MEMBER, "Orders", "a@example.com")]);
    let granted = add(&soc, &[], 0).json();
    assert_eq!(granted[0]["control"], "S3.1");
    assert_eq!(granted[0]["resource"], Value::Null);
    let list = soc
        .hubward(["exception", "list", "--json"])
        .expect(0)
        .json();
    assert_eq!(list, granted);
    let table = soc.hubward(["exception", "list", "--lang", "ja"]).expect(0);
    assert!(table.stdout.contains(REASON) && table.stdout.contains("期限"));
    // The same again is rejected; for one resource it is another exception.
    add(&soc, &[], 1);
    add(&soc, &["--resource", "arn:aws:s3:::one"], 0);
    let id = granted[0]["id"].as_str().unwrap();
    soc.hubward(["exception", "remove", id]).expect(0);
    soc.hubward(["exception", "remove", id]).expect(1);
    add(&soc, &[], 0);
    let trace = soc
        .database
        .read("SELECT action FROM audit_events WHERE action LIKE 'exception.%' ORDER BY sequence");
    assert_eq!(
        trace,
        [
            "exception.added",
            "exception.added",
            "exception.removed",
            "exception.added"
        ]
    );
    soc.hubward(["audit", "verify"]).expect(0);
    assert!(
        soc.cloud.calls_from(ADMINISTRATOR).is_empty(),
        "AWS was not needed"
    );
}

#[test]
fn what_can_be_no_exception_is_refused_with_every_reason() {
    let soc = Soc::new();
    soc.import(&[(MEMBER, "Orders", "a@example.com")]);
    let (past, far, soon) = (day(-2), day(400), day(10));
    let refused = |control: &str, account: &str, reason: &str, until: &str, resource: &str| {
        let words = [
            "exception",
            "add",
            "--control",
            control,
            "--account",
            account,
            "--reason",
            reason,
            "--until",
            until,
            "--resource",
            resource,
        ];
        soc.hubward(words).expect(1).stderr
    };
    let bucket = "arn:aws:s3:::one";
    let all = refused("S3", MEMBER, " ", &past, "bucket");
    assert_eq!(all.matches("error:").count(), 4, "{all}");
    assert!(refused("S3.1", MEMBER, "r", &far, bucket).contains("at most a year"));
    let foreign = "arn:aws:ec2:us-east-1:222222222222:instance/i-1";
    refused("S3.1", MEMBER, "r", &soon, foreign);
    refused("S3.1", "222222222222", "r", &soon, bucket);
    soc.hubward([
        "exception",
        "add",
        "--control",
        "S3.1",
        "--account",
        "12",
        "--reason",
        "r",
        "--until",
        &soon,
    ])
    .expect(2);
    assert_eq!(soc.database.read("SELECT id FROM exceptions"), [""; 0]);
    // An unknown id may be newer than our list.
    let odd = soc
        .hubward([
            "exception",
            "add",
            "--control",
            "S3.999",
            "--account",
            MEMBER,
            "--reason",
            "r",
            "--until",
            &soon,
        ])
        .expect(0);
    assert!(odd.stderr.contains("S3.999"), "{odd:?}");
}

#[test]
fn security_hub_gets_the_exception_with_its_reason_and_its_end() {
    let soc = watched();
    let mut low = control(MEMBER, HOME, "a", "S3.1", "LOW");
    low["Resources"] = json!([{ "Type": "AwsS3Bucket", "Id": "arn:aws:s3:::one" }]);
    let findings = [
        low,
        control(MEMBER, HOME, "b", "S3.1", "LOW"),
        control(MEMBER, HOME, "c", "S3.2", "LOW"),
    ];
    import(&soc.cloud, MEMBER, HOME, &findings);
    soc.hubward(["findings", "sync"]).expect(0);
    let granted = add(&soc, &["--suppress", "--resource", "arn:aws:s3:::one"], 0).json();
    let after = statuses(&soc);
    assert_eq!(after[0].1, "SUPPRESSED", "{after:?}");
    assert!(after[0].2.contains(REASON), "{after:?}");
    assert_eq!((after[1].1.as_str(), after[2].1.as_str()), ("NEW", "NEW"));
    soc.hubward(["exception", "remove", granted[0]["id"].as_str().unwrap()])
        .expect(0);
    assert_eq!(statuses(&soc)[0].1, "NEW");

    // If AWS rejects the update, no exception is granted.
    soc.cloud.fault(&json!({ "operation": "BatchUpdateFindings", "error": { "code": "AccessDeniedException" } }));
    let refused = add(&soc, &["--suppress"], 1);
    assert!(
        refused.stderr.contains("BatchUpdateFindings"),
        "{refused:?}"
    );
    let list = soc
        .hubward(["exception", "list", "--json"])
        .expect(0)
        .json();
    assert_eq!(list, json!([]));
}

#[test]
fn its_end_is_announced_once_and_then_it_expires() {
    let soc = watched();
    import(
        &soc.cloud,
        MEMBER,
        HOME,
        &[control(MEMBER, HOME, "a", "S3.1", "LOW")],
    );
    soc.hubward(["findings", "sync"]).expect(0);
    soc.configure(
        "[mail]\nsmtp_url = \"smtp://127.0.0.1:1?tls=none\"\nfrom = \"soc@example.com\"\n\
         [[channels]]\nname = \"ops\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:9/\"\nallow_private = true\n\
         [[routes]]\nevent = \"operations\"\nchannel = \"ops\"",
    );
    add(&soc, &["--suppress"], 0);
    let notified = || {
        soc.database.read(
            "SELECT channel || ' ' || notice FROM deliveries WHERE notice LIKE '%S3.1%' ORDER BY position",
        )
    };
    soc.hubward(["run", "exceptions"]).expect(0);
    assert_eq!(notified(), [""; 0], "its end is far");
    soc.database
        .rewrite("UPDATE exceptions SET added_at = '2025-01-01T00:00:00Z'");
    soc.database
        .rewrite(&format!("UPDATE exceptions SET last_day = '{}'", day(7)));
    for _ in 0..2 {
        soc.hubward(["run", "exceptions"]).expect(0);
        let notified = notified();
        assert_eq!(
            notified.len(),
            2,
            "operations and the contacts, once: {notified:?}"
        );
        assert!(
            notified[0].starts_with("ops ") && notified[1].contains("a@example.com"),
            "{notified:?}"
        );
    }
    soc.database
        .rewrite(&format!("UPDATE exceptions SET last_day = '{}'", day(-3)));
    // Security Hub cannot be updated, so the exception has not ended yet.
    soc.cloud.fault(&json!({ "operation": "BatchUpdateFindings", "error": { "code": "AccessDeniedException" } }));
    soc.hubward(["run", "exceptions"]).expect(1);
    assert_eq!(
        soc.hubward(["exception", "list", "--json"])
            .expect(0)
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    soc.cloud.clear_faults();
    soc.hubward(["run", "exceptions"]).expect(0);
    assert_eq!(
        soc.hubward(["exception", "list", "--json"])
            .expect(0)
            .json(),
        json!([])
    );
    assert_eq!(notified().len(), 4);
    assert_eq!(statuses(&soc)[0].1, "NEW");
    let actors = soc
        .database
        .read("SELECT actor FROM audit_events WHERE action = 'exception.expired'");
    assert_eq!(actors, ["job:exceptions"]);
}
