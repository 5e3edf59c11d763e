//! That accounts are watched is proven by AWS's findings, which have an age: three days in which things end, through the
//! real programs, by the clock of each.

use std::path::PathBuf;

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::aws::{block_on, config, guardduty, security_hub};
use crate::harness::program::Outcome;
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc};

const FSBP: &str = "aws-foundational-security-best-practices/v/1.0.0";
const CIS: &str = "cis-aws-foundations-benchmark/v/5.0.0";
const NIST: &str = "nist-800-53/v/5.0.0";

const HEALTHY: &str = "100000000001";
const RECORDER_STOPPED: &str = "100000000002";
const DETECTOR_DELETED: &str = "100000000003";
const ONE_STANDARD_OFF: &str = "100000000004";
const ALL_STANDARDS_OFF: &str = "100000000005";
const HUB_OFF_AND_ON: &str = "100000000006";
const CLOSED: &str = "100000000007";
const STANDARD_WANTED: &str = "100000000008";
const STANDARD_DROPPED: &str = "100000000009";

const ALL: [&str; 9] = [
    HEALTHY,
    RECORDER_STOPPED,
    DETECTOR_DELETED,
    ONE_STANDARD_OFF,
    ALL_STANDARDS_OFF,
    HUB_OFF_AND_ON,
    CLOSED,
    STANDARD_WANTED,
    STANDARD_DROPPED,
];

/// The library that moves a program's clock; `tests/run` installs it.
fn faketime() -> PathBuf {
    std::fs::read_dir("/usr/lib")
        .expect("/usr/lib")
        .filter_map(|entry| Some(entry.ok()?.path().join("faketime/libfaketimeMT.so.1")))
        .find(|library| library.exists())
        .expect("libfaketime; install Debian's package faketime")
}

/// Runs `hubward` so many hours later.
fn later<'a>(soc: &Soc, hours: i64, args: impl IntoIterator<Item = &'a str>) -> Outcome {
    soc.program()
        .env("LD_PRELOAD", faketime())
        .env("FAKETIME", format!("+{hours}h"))
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .args(args)
        .run()
}

/// A ledger with the standards of each account.
fn import(soc: &Soc, standards: impl Fn(&str) -> String) {
    let mut csv = String::from("Account ID,Project,Contact email,Standards\n");
    for id in ALL {
        csv.push_str(&format!("{id},P{id},a@example.com,{}\n", standards(id)));
    }
    let file = soc.write("ledger.csv", csv);
    let file = file.to_str().unwrap();
    soc.hubward(["ledger", "import", file, "--yes", "--force"])
        .expect(0);
}

fn set_up(soc: &Soc, account: &str) {
    soc.member(account)
        .args(["setup", "--yes", "--json", "--administrator", ADMINISTRATOR])
        .args(["--region", HOME, "--region", LINKED])
        .args(["--standard", FSBP, "--standard", CIS])
        .run()
        .expect(0);
}

async fn disable(soc: &Soc, account: &str, region: &str, which: Option<&str>) {
    let hub = security_hub(&soc.cloud, account, region);
    let enabled = hub.get_enabled_standards().send().await.unwrap();
    let subscriptions: Vec<String> = enabled
        .standards_subscriptions
        .unwrap()
        .into_iter()
        .filter_map(|enabled| enabled.standards_subscription_arn)
        .filter(|arn| which.is_none_or(|which| arn.contains(which)))
        .collect();
    assert!(!subscriptions.is_empty());
    hub.batch_disable_standards()
        .set_standards_subscription_arns(Some(subscriptions))
        .send()
        .await
        .unwrap();
}

/// What happens to each account, in both Regions.
async fn strike(soc: &Soc, region: &str) {
    let recorders = config(&soc.cloud, RECORDER_STOPPED, region);
    let known = recorders
        .describe_configuration_recorders()
        .send()
        .await
        .unwrap();
    let name = known.configuration_recorders.unwrap()[0]
        .name
        .clone()
        .unwrap();
    recorders
        .stop_configuration_recorder()
        .configuration_recorder_name(name)
        .send()
        .await
        .unwrap();
    let detectors = guardduty(&soc.cloud, DETECTOR_DELETED, region);
    let known = detectors.list_detectors().send().await.unwrap();
    let id = known.detector_ids.unwrap()[0].clone();
    detectors
        .delete_detector()
        .detector_id(id)
        .send()
        .await
        .unwrap();
    disable(soc, ONE_STANDARD_OFF, region, Some(CIS)).await;
    disable(soc, ALL_STANDARDS_OFF, region, None).await;
    disable(soc, STANDARD_DROPPED, region, Some(CIS)).await;
    let hub = security_hub(&soc.cloud, HUB_OFF_AND_ON, region);
    hub.disable_security_hub().send().await.unwrap();
    hub.enable_security_hub()
        .enable_default_standards(false)
        .send()
        .await
        .unwrap();
}

fn verdicts(rows: &Value) -> Vec<(String, String)> {
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| (text(row, "account_id"), text(row, "verdict")))
        .collect()
}

#[test]
fn in_three_days_everything_that_ended_is_found_out_and_nothing_else_is_accused() {
    let soc = Soc::new();
    import(&soc, |_| format!("{FSBP};{CIS}"));
    soc.hubward(["invite"]).expect(0);
    for account in ALL {
        set_up(&soc, account);
    }
    soc.prove();
    soc.hubward(["check"]).expect(0);

    for region in [HOME, LINKED] {
        block_on(strike(&soc, region));
    }
    soc.cloud.account(CLOSED, &json!({ "closed": true }));
    import(&soc, |account| match account {
        STANDARD_WANTED => format!("{FSBP};{CIS};{NIST}"),
        STANDARD_DROPPED => FSBP.to_owned(),
        _ => format!("{FSBP};{CIS}"),
    });
    let planned = soc.hubward(["baseline", "plan", "--json"]).expect(3).json();
    let planned = planned.as_array().unwrap();
    assert_eq!(planned.len(), 2, "{planned:?}");
    for row in planned {
        assert_eq!(row["account_id"], STANDARD_WANTED);
        assert_eq!(row["missing"], json!([format!("standard:{NIST}")]));
    }

    let mut last = Vec::new();
    for hours in (6..=72).step_by(6) {
        soc.cloud.clock(SignedDuration::from_hours(hours));
        later(&soc, hours, ["run", "evidence"]).expect(0);
        last = verdicts(&later(&soc, hours, ["check", "--json"]).expect(3).json());
        for (account, verdict) in &last {
            let is_healthy = [HEALTHY, STANDARD_DROPPED].contains(&account.as_str());
            if is_healthy {
                assert_eq!(verdict, "complete", "{account} after {hours} hours");
            } else if hours > 54 {
                assert_ne!(verdict, "complete", "{account} after {hours} hours");
            }
        }
    }
    for (account, expected) in [
        (RECORDER_STOPPED, "drifted"),
        (DETECTOR_DELETED, "drifted"),
        (ONE_STANDARD_OFF, "drifted"),
        (ALL_STANDARDS_OFF, "unproven"),
        (CLOSED, "unproven"),
        (STANDARD_WANTED, "incomplete"),
    ] {
        for (id, verdict) in last.iter().filter(|(id, _)| id == account) {
            assert_eq!(verdict, expected, "{id}");
        }
    }
    let rows = later(&soc, 72, ["check", RECORDER_STOPPED, "--json"])
        .expect(3)
        .json();
    assert_eq!(rows[0]["missing"], json!(["config"]));
    assert_eq!(rows[0]["reason"]["code"], "control_failed");
    assert_eq!(
        rows[0]["reason"]["facts"]["detail"],
        "CONFIG_RECORDER_DISABLED"
    );
    let proof = rows[0]["proof"].as_array().unwrap();
    let config = proof
        .iter()
        .find(|proof| proof["step"] == "config")
        .unwrap();
    assert_eq!(
        (&config["state"], &config["source"]),
        (&json!("refuted"), &json!("finding"))
    );

    // For three days nothing is read: nothing is called complete, and nothing is accused by what is not known.
    let later_still = 72 + 72;
    soc.cloud.clock(SignedDuration::from_hours(later_still));
    let rows = later(&soc, later_still, ["check", "--json"])
        .expect(3)
        .json();
    for row in rows.as_array().unwrap() {
        assert_ne!(row["verdict"], "complete", "{row}");
        assert_ne!(row["verdict"], "drifted", "{row}");
        if row["verdict"] == "unproven" {
            assert_eq!(row["reason"]["code"], "not_read", "{row}");
        }
    }
}

#[test]
fn a_ledger_without_accounts_has_shown_nothing() {
    let soc = Soc::new();
    soc.hubward(["check"]).expect(1);
    soc.hubward(["check", "--json"]).expect(1);
}

#[test]
fn an_account_that_is_leaving_stays_in_sight_until_it_is_unlinked() {
    let soc = Soc::new();
    soc.import(&[
        (HEALTHY, "A", "a@example.com"),
        (CLOSED, "B", "b@example.com"),
    ]);
    soc.hubward(["invite"]).expect(0);
    for account in [HEALTHY, CLOSED] {
        soc.set_up(account).expect(0);
    }
    soc.prove();
    let file = soc.write(
        "leaving.csv",
        format!("Account ID,Project,Contact email,State\n{HEALTHY},A,a@example.com,\n{CLOSED},B,b@example.com,leaving\n"),
    );
    soc.hubward([
        "ledger",
        "import",
        file.to_str().unwrap(),
        "--yes",
        "--force",
    ])
    .expect(0);
    let rows = soc.hubward(["check", "--json"]).expect(0).json();
    let leaving = |rows: &Value| {
        let all = verdicts(rows);
        all.iter()
            .filter(|(_, verdict)| verdict == "leaving")
            .count()
    };
    assert_eq!(leaving(&rows), 2, "{rows}");
    // After a week it counts, even where everything else is proven.
    let week = 7 * 24 + 1;
    soc.cloud.clock(SignedDuration::from_hours(week));
    later(&soc, week, ["run", "evidence"]).expect(0);
    let rows = later(&soc, week, ["check", "--json"]).expect(3).json();
    assert_eq!(leaving(&rows), 2);
    assert_eq!(
        verdicts(&rows)
            .iter()
            .filter(|(_, verdict)| verdict == "complete")
            .count(),
        2
    );
    soc.hubward(["unlink", CLOSED, "--yes"]).expect(0);
    let rows = soc.hubward(["check", "--json"]).expect(0).json();
    assert_eq!(leaving(&rows), 0);
}

#[test]
fn a_region_whose_evidence_cannot_be_read_says_so_and_keeps_its_age() {
    let soc = Soc::new();
    soc.import(&[(HEALTHY, "A", "a@example.com")]);
    soc.hubward(["invite"]).expect(0);
    soc.set_up(HEALTHY).expect(0);
    soc.cloud.controls(&json!({ "on": true }));
    soc.cloud.fault(&json!({
        "service": "securityhub", "operation": "GetFindings", "account": ADMINISTRATOR, "region": LINKED,
        "error": { "code": "AccessDeniedException", "message": "no", "status": 403 },
    }));
    let rows = soc.hubward(["run", "evidence", "--json"]).expect(1).json();
    let outcome = |region: &str| {
        let row = rows
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["region"] == region);
        row.unwrap()["outcome"].clone()
    };
    assert_eq!(
        (outcome(HOME), outcome(LINKED)),
        (json!("read"), json!("failed"))
    );
    let rows = soc.hubward(["check", "--json"]).expect(3).json();
    let row = |region: &str| {
        let rows = rows.as_array().unwrap();
        rows.iter()
            .find(|row| row["region"] == region)
            .unwrap()
            .clone()
    };
    assert_eq!(row(HOME)["verdict"], "complete");
    assert_eq!(row(LINKED)["verdict"], "unproven");
    assert_eq!(row(LINKED)["reason"]["code"], "not_read");
}
