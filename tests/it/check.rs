//! The SOC's check: which accounts are really monitored, what is missing, and who acts next.

use serde_json::{Value, json};

use crate::harness::aws::{block_on, security_hub};
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc};

fn verdicts(rows: &Value) -> Vec<String> {
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| {
            format!("{} {} {}", row["account_id"], row["region"], row["verdict"]).replace('"', "")
        })
        .collect()
}

#[test]
fn a_check_ends_3_until_every_account_is_complete_in_every_region() {
    let soc = Soc::new();
    soc.import(&[
        ("111111111111", "受注", "a@example.com"),
        ("222222222222", "Pay", "b@example.com"),
    ]);
    let check = || soc.hubward(["check", "--json"]);
    for row in check().expect(3).json().as_array().unwrap() {
        assert_eq!(row["verdict"], "not_invited");
        assert_eq!(row["missing"], json!(["invitation"]));
        assert!(row["hint"].as_str().unwrap().contains("hubward invite"));
    }
    soc.hubward(["invite"]).expect(0);
    soc.set_up("111111111111").expect(0);
    soc.prove();
    assert_eq!(
        verdicts(&check().expect(3).json()),
        [
            "222222222222 ap-northeast-1 invited",
            "222222222222 us-east-1 invited",
            "111111111111 ap-northeast-1 complete",
            "111111111111 us-east-1 complete",
        ]
    );
    soc.set_up("222222222222").expect(0);
    soc.prove();
    let complete = check().expect(0).json();
    for row in complete.as_array().unwrap() {
        assert_eq!(row["verdict"], "complete");
        assert_eq!(row["missing"], json!([]));
    }
    soc.hubward(["check", "111111111111"]).expect(0);
}

#[test]
fn a_check_changes_nothing_in_aws_and_remembers_since_when() {
    let soc = Soc::new();
    soc.import(&[("111111111111", "A", "a@example.com")]);
    soc.hubward(["invite"]).expect(0);
    soc.cloud.forget_calls();
    let first = soc.hubward(["check", "--json"]).expect(3).json();
    let second = soc.hubward(["check", "--json"]).expect(3).json();
    assert_eq!(first[0]["since"], second[0]["since"]);
    assert_eq!(soc.cloud.mutating_calls().len(), 0);
    let history = soc
        .hubward(["account", "history", "111111111111", "--json"])
        .expect(0)
        .json();
    let observed = history
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["action"] == "membership.observed")
        .count();
    assert_eq!(observed, 2, "one for each Region, not for each check");
}

#[test]
fn what_a_blocked_agent_printed_tells_the_soc_why() {
    let soc = Soc::new();
    let id = "111111111111";
    soc.import(&[(id, "A", "a@example.com")]);
    soc.hubward(["invite"]).expect(0);
    soc.cloud.fault(&json!({
        "service": "securityhub", "operation": "EnableSecurityHub", "account": id, "region": LINKED,
        "error": {
            "code": "AccessDeniedException",
            "message": "with an explicit deny in a service control policy",
            "status": 403,
        },
    }));
    let report = soc.set_up(id).expect(3);
    let file = soc.write("run.json", &report.stdout);
    soc.hubward(["agent", "record", file.to_str().unwrap()])
        .expect(0);
    let rows = soc.hubward(["check", "--json"]).expect(3).json();
    assert_eq!(
        verdicts(&rows),
        [
            "111111111111 us-east-1 invited",
            "111111111111 ap-northeast-1 complete",
        ]
    );
    let hint = rows[0]["hint"].as_str().unwrap();
    assert!(hint.contains("service control policy"), "{hint}");
    let missing = rows[0]["missing"].to_string();
    assert!(missing.contains("security_hub"), "{missing}");

    // The listing overrides the report as soon as it can be read.
    soc.cloud.clear_faults();
    soc.set_up(id).expect(0);
    soc.prove();
    soc.hubward(["check"]).expect(0);
}

#[test]
fn a_report_of_a_stranger_or_for_another_soc_is_refused() {
    let soc = Soc::new();
    soc.import(&[("111111111111", "A", "a@example.com")]);
    let report = |account: &str, administrator: &str| {
        json!({ "account": account, "administrator": administrator, "complete": true, "regions": [], "changes": 0 })
            .to_string()
    };
    for (number, content) in [
        report("222222222222", ADMINISTRATOR),
        report("111111111111", "888888888888"),
        "not json".to_owned(),
        "[".repeat(100_000),
        " ".repeat(2 << 20),
        String::new(),
    ]
    .iter()
    .enumerate()
    {
        let file = soc.write("run.json", content);
        let refused = soc.hubward(["agent", "record", file.to_str().unwrap()]);
        assert_eq!(refused.code, 1, "{number}: {refused:?}");
        assert!(
            refused.stderr.starts_with("error: "),
            "{number}: {refused:?}"
        );
    }
    soc.hubward(["audit", "list", "--json"]).expect(0);
    let history = soc.hubward(["audit", "list", "--json"]).expect(0).json();
    assert_eq!(history.as_array().unwrap().len(), 1, "only the import");
}

#[test]
fn a_member_that_the_ledger_does_not_want_is_drift() {
    let soc = Soc::new();
    soc.import(&[
        ("111111111111", "A", "a@example.com"),
        ("222222222222", "B", "b@example.com"),
    ]);
    soc.hubward(["invite"]).expect(0);
    soc.set_up("111111111111").expect(0);
    soc.set_up("222222222222").expect(0);
    soc.prove();
    soc.hubward(["check"]).expect(0);
    let file = soc.write(
        "l.csv",
        "Account ID,Project,Contact email,State\n111111111111,A,a@example.com,\n222222222222,B,b@example.com,left\n",
    );
    soc.hubward([
        "ledger",
        "import",
        file.to_str().unwrap(),
        "--yes",
        "--force",
    ])
    .expect(0);
    let rows = soc.hubward(["check", "--json"]).expect(3).json();
    assert_eq!(
        verdicts(&rows)
            .iter()
            .filter(|row| row.contains("not_in_ledger"))
            .count(),
        2
    );
}

#[test]
fn a_region_that_cannot_be_read_is_never_taken_for_complete() {
    let soc = Soc::new();
    let id = "111111111111";
    soc.import(&[(id, "A", "a@example.com")]);
    soc.hubward(["invite"]).expect(0);
    soc.set_up(id).expect(0);
    soc.prove();
    soc.hubward(["check"]).expect(0);
    soc.cloud.fault(&json!({
        "service": "securityhub", "operation": "ListMembers", "account": ADMINISTRATOR, "region": LINKED,
        "error": { "code": "AccessDeniedException", "message": "no", "status": 403 },
    }));
    let rows = soc.hubward(["check", "--json"]).expect(3).json();
    assert_eq!(
        verdicts(&rows),
        [
            "111111111111 us-east-1 unknown",
            "111111111111 ap-northeast-1 complete",
        ]
    );
    // An account that was lost in the meantime is noticed as soon as the Region can be read again.
    soc.cloud.clear_faults();
    let hub = security_hub(&soc.cloud, ADMINISTRATOR, HOME);
    block_on(hub.disassociate_members().account_ids(id).send()).unwrap();
    let rows = soc.hubward(["check", "--json"]).expect(3).json();
    assert_eq!(rows[0]["verdict"], "removed");
}

#[test]
fn a_check_is_read_in_japanese_too() {
    let soc = Soc::new();
    soc.import(&[("111111111111", "受注", "a@example.com")]);
    let table = soc.hubward(["check", "--lang", "ja"]).expect(3);
    for word in ["アカウント", "未招待", "SOCが招待を送信します"] {
        assert!(table.stdout.contains(word), "{word} is not in {table:?}");
    }
}
