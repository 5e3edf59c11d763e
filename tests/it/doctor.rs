//! The operator asks what is wrong with the installation, and hears all of it, whatever is broken.

use std::fs;

use serde_json::Value;

use crate::harness::aws::{block_on, security_hub};
use crate::harness::program::{Program, hubward};
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc};

/// `check state` of each row, in their order.
fn states(rows: &Value) -> Vec<String> {
    let rows = rows.as_array().unwrap();
    rows.iter()
        .map(|row| format!("{} {}", row["check"], row["state"]).replace('"', ""))
        .collect()
}

fn examine(program: Program, exit: i32) -> Value {
    program.args(["doctor", "--json"]).run().expect(exit).json()
}

/// The first row of a check.
fn of<'a>(rows: &'a Value, check: &str) -> &'a Value {
    let mut rows = rows.as_array().unwrap().iter();
    rows.find(|row| row["check"] == check).unwrap()
}

#[test]
fn a_fresh_soc_can_work_and_hears_what_it_still_lacks() {
    let soc = Soc::new();
    let rows = examine(soc.program(), 0);
    assert_eq!(
        states(&rows),
        [
            "configuration ok",
            "secrets ok",
            "database ok",
            "audit ok",
            "aws_endpoint warn",
            "aws_credentials ok",
            "security_hub ok",
            "security_hub ok",
            "finding_aggregation warn",
            "dead_letter_queue warn",
            "alert_queue warn",
            "threat_rule warn",
            "guardduty_rule warn",
            "test_rule warn",
            "public_url warn",
            "releases warn",
            "ledger warn",
            "alerts warn",
        ]
    );
    assert_eq!(rows[6]["region"], HOME);
    assert_eq!(rows[7]["region"], LINKED);
    for row in rows.as_array().unwrap() {
        assert!(!row["detail"].as_str().unwrap().is_empty(), "{row}");
        let has_hint = !row["hint"].as_str().unwrap().is_empty();
        assert_eq!(has_hint, row["state"] != "ok", "{row}");
    }
    let endpoint = of(&rows, "aws_endpoint")["detail"].as_str().unwrap();
    assert!(endpoint.contains(soc.cloud.url()), "{endpoint}");
    let table = soc.hubward(["doctor", "--lang", "ja"]).expect(0);
    assert!(table.stdout.contains("hubward ledger template"));
    assert!(table.stderr.contains("警告 11件"), "{table:?}");
}

#[test]
fn what_was_lacking_becomes_ok_and_an_examination_changes_nothing() {
    let soc = Soc::new();
    soc.import(&[("111111111111", "A", "a@example.com")]);
    let before = soc.hubward(["audit", "list", "--json"]).expect(0).stdout;
    soc.cloud.forget_calls();
    let program = || {
        soc.program()
            .env("HUBWARD_SERVER__PUBLIC_URL", "https://soc.example.com")
            .env("HUBWARD_ALERTS__QUEUE_URL", "https://sqs.example.com/q")
    };
    // A queue without a route: alerts come in, and nobody is told.
    assert_eq!(of(&examine(program(), 0), "alerts")["state"], "warn");
    soc.configure(
        "[[channels]]\nname = \"soc\"\nkind = \"slack\"\nurl = \"https://hooks.slack.com/x\"\n\
         [[routes]]\nevent = \"alert\"\nchannel = \"soc\"",
    );
    let rows = examine(program(), 0);
    for check in ["public_url", "ledger", "alerts"] {
        assert_eq!(of(&rows, check)["state"], "ok", "{rows}");
    }
    assert_eq!(soc.cloud.mutating_calls(), Vec::<Value>::new());
    let after = soc.hubward(["audit", "list", "--json"]).expect(0).stdout;
    assert_eq!(before, after);
}

#[test]
fn without_credentials_or_with_a_strangers_the_rest_is_looked_at_all_the_same() {
    let soc = Soc::new();
    let nobody = hubward(&soc.path("")).env("AWS_ENDPOINT_URL", soc.cloud.url());
    let member = soc
        .program()
        .at(&soc.cloud, &soc.cloud.credentials("111111111111"));
    for (program, word) in [(nobody, "credentials"), (member, "111111111111")] {
        let rows = examine(program, 1);
        let credentials = of(&rows, "aws_credentials");
        assert_eq!(credentials["state"], "fail");
        let detail = credentials["detail"].as_str().unwrap();
        assert!(detail.contains(word), "{detail}");
        assert_eq!(of(&rows, "security_hub")["state"], "warn");
        assert_eq!(of(&rows, "audit")["state"], "ok");
        assert_eq!(rows.as_array().unwrap().len(), 18, "{rows}");
    }
}

#[test]
fn a_region_without_security_hub_is_named_with_its_cure() {
    let soc = Soc::new();
    let hub = security_hub(&soc.cloud, ADMINISTRATOR, LINKED);
    block_on(hub.disable_security_hub().send()).unwrap();
    let rows = examine(soc.program(), 1);
    assert_eq!(rows[6]["state"], "ok");
    assert_eq!(rows[7]["state"], "fail");
    let hint = rows[7]["hint"].as_str().unwrap();
    assert!(
        hint.contains("Security Hub is off") && hint.contains(LINKED),
        "{hint}"
    );
}

#[test]
fn a_rewritten_audit_log_is_found() {
    let soc = Soc::new();
    soc.import(&[("111111111111", "A", "a@example.com")]);
    soc.database
        .rewrite("UPDATE audit_events SET actor = 'operator:nobody' WHERE sequence = 1");
    let rows = examine(soc.program(), 1);
    assert_eq!(of(&rows, "audit")["state"], "fail");
    assert!(of(&rows, "audit")["detail"].to_string().contains("event 1"));
    soc.database
        .rewrite("UPDATE audit_events SET detail = 'no json'");
    let rows = examine(soc.program(), 1);
    assert_eq!(of(&rows, "audit")["state"], "fail");
}

#[test]
fn a_broken_configuration_or_database_still_gives_the_whole_list() {
    let soc = Soc::new();
    let whole = fs::read_to_string(soc.path("hubward.toml")).unwrap();
    let files = [
        ("hubward.toml", "configuration"),
        ("hubward.db", "database"),
    ];
    for (file, word) in files {
        if word == "database" && !soc.database.is_file() {
            continue;
        }
        for broken in [Some("[[[ no such thing"), Some(""), None] {
            // SQLite would repair its file from what stands beside it.
            for beside in ["hubward.db-wal", "hubward.db-shm"] {
                let _ = fs::remove_file(soc.path(beside));
            }
            match broken {
                Some(content) => drop(soc.write(file, content)),
                None => fs::remove_file(soc.path(file)).unwrap(),
            }
            let rows = examine(soc.program(), 1);
            let state = &of(&rows, word)["state"];
            assert_eq!(state, "fail", "{file} {broken:?}: {rows}");
            assert!(!rows.to_string().contains("timed out"), "{rows}");
            assert_eq!(of(&rows, "aws_endpoint")["state"], "warn");
            let told = states(&rows);
            assert!(told.first().unwrap().starts_with("configuration "));
            assert!(told.last().unwrap().starts_with("alerts "));
        }
        soc.write("hubward.toml", &whole);
    }
}

#[test]
fn every_secret_that_is_missing_is_told_and_none_that_is_there() {
    let soc = Soc::new();
    let whole = fs::read_to_string(soc.path("hubward.toml")).unwrap();
    soc.write(
        "hubward.toml",
        format!(
            "{whole}\n[[channels]]\nname = \"a\"\nkind = \"slack\"\nurl = \"env:NO_SUCH\"\n\
             [[channels]]\nname = \"b\"\nkind = \"slack\"\nurl = \"env:NOR_THIS\"\n\
             [[channels]]\nname = \"c\"\nkind = \"slack\"\nurl = \"https://hooks.slack.com/services/hush\"\n"
        ),
    );
    let rows = examine(soc.program(), 1);
    let secrets = of(&rows, "secrets");
    assert_eq!(secrets["state"], "fail");
    for name in ["NO_SUCH", "NOR_THIS"] {
        assert!(secrets.to_string().contains(name), "{secrets}");
    }
    assert!(!rows.to_string().contains("hush"), "{rows}");
    assert_eq!(of(&rows, "database")["state"], "ok");
}
