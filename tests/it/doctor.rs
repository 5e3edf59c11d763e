//! `hubward doctor` reports all problems of an installation, whatever is broken.

use std::fs;

use serde_json::{Value, json};

use crate::harness::aws::{block_on, security_hub, sqs};
use crate::harness::mailbox::Mailbox;
use crate::harness::misbehaving_server::{Answer, OddServer};
use crate::harness::program::{Program, hubward};
use crate::harness::receiver::Receiver;
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc};

/// `check state` of each row, in order.
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
fn a_fresh_soc_can_work_and_learns_what_it_still_lacks() {
    let soc = Soc::new();
    let rows = examine(soc.program(), 0);
    assert_eq!(
        states(&rows),
        [
            "configuration ok",
            "secrets ok",
            "database ok",
            "audit ok",
            "disk ok",
            "aws_endpoint warn",
            "aws_clock ok",
            "aws_credentials ok",
            "security_hub ok",
            "security_hub ok",
            "finding_aggregation warn",
            "dead_letter_queue warn",
            "alert_queue warn",
            "threat_rule warn",
            "guardduty_rule warn",
            "test_rule warn",
            "permissions ok",
            "public_url warn",
            "releases warn",
            "ledger warn",
            "alerts warn",
        ]
    );
    assert_eq!(rows[8]["region"], HOME);
    assert_eq!(rows[9]["region"], LINKED);
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
    // A queue without a route: alerts arrive, and no one is notified.
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
fn without_credentials_or_with_a_strangers_the_rest_is_still_checked() {
    let soc = Soc::new();
    let without_credentials = hubward(&soc.path("")).env("AWS_ENDPOINT_URL", soc.cloud.url());
    let member = soc
        .program()
        .at(&soc.cloud, &soc.cloud.credentials("111111111111"));
    for (program, word) in [
        (without_credentials, "credentials"),
        (member, "111111111111"),
    ] {
        let rows = examine(program, 1);
        let credentials = of(&rows, "aws_credentials");
        assert_eq!(credentials["state"], "fail");
        let detail = credentials["detail"].as_str().unwrap();
        assert!(detail.contains(word), "{detail}");
        assert_eq!(of(&rows, "security_hub")["state"], "warn");
        assert_eq!(of(&rows, "audit")["state"], "ok");
        assert_eq!(rows.as_array().unwrap().len(), 21, "{rows}");
    }
}

#[test]
fn a_region_without_security_hub_is_named_with_its_cure() {
    let soc = Soc::new();
    let hub = security_hub(&soc.cloud, ADMINISTRATOR, LINKED);
    block_on(hub.disable_security_hub().send()).unwrap();
    let rows = examine(soc.program(), 1);
    assert_eq!(rows[8]["state"], "ok");
    assert_eq!(rows[9]["state"], "fail");
    let hint = rows[9]["hint"].as_str().unwrap();
    assert!(
        hint.contains("Security Hub is not enabled") && hint.contains(LINKED),
        "{hint}"
    );
}

#[test]
fn a_rewritten_audit_log_is_found() {
    let soc = Soc::new();
    soc.import(&[("111111111111", "A", "a@example.com")]);
    soc.database
        .rewrite("UPDATE audit_events SET actor = 'operator:other' WHERE sequence = 1");
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
            // SQLite would repair the file from the files next to it.
            for name in ["hubward.db-wal", "hubward.db-shm"] {
                let _ = fs::remove_file(soc.path(name));
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
            let checks = states(&rows);
            assert!(checks.first().unwrap().starts_with("configuration "));
            assert!(checks.last().unwrap().starts_with("alerts "));
        }
        soc.write("hubward.toml", &whole);
    }
}

#[test]
fn every_missing_secret_is_reported_and_no_existing_one() {
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

#[test]
fn a_clock_that_aws_would_reject_is_reported() {
    let soc = Soc::new();
    let yesterday = OddServer::start(|_| {
        let date = "date: Mon, 23 Nov 2020 00:00:00 GMT";
        Answer::http("403 Forbidden", &[date], "")
    });
    let rows = examine(
        soc.program().env("AWS_ENDPOINT_URL_STS", yesterday.url()),
        1,
    );
    let clock = of(&rows, "aws_clock");
    assert_eq!(clock["state"], "fail", "{clock}");
    assert!(
        clock["hint"].as_str().unwrap().contains("5 minutes"),
        "{clock}"
    );
    let timeless = OddServer::start(|_| Answer::http("403 Forbidden", &[], ""));
    let rows = examine(soc.program().env("AWS_ENDPOINT_URL_STS", timeless.url()), 1);
    assert_eq!(of(&rows, "aws_clock")["state"], "warn");
}

#[test]
fn delivery_is_checked_without_sending_anything() {
    let soc = Soc::new();
    let (room, post) = (Receiver::start(), Mailbox::start());
    let configured = |room: &str, mail: &str| {
        format!(
            "[mail]\nsmtp_url = \"{mail}\"\nfrom = \"soc@example.com\"\n\
             [[channels]]\nname = \"room\"\nkind = \"slack\"\nurl = \"{room}\"\nallow_private = true\n"
        )
    };
    let whole = fs::read_to_string(soc.path("hubward.toml")).unwrap();
    soc.configure(&configured(&room.url(), &post.url()));
    let rows = examine(soc.program(), 0);
    assert_eq!(of(&rows, "channels")["state"], "ok", "{rows}");
    assert_eq!(of(&rows, "mail")["state"], "ok", "{rows}");
    assert_eq!(post.mails().len(), 0);

    // Nothing listens on port 9 of this machine.
    soc.write("hubward.toml", &whole);
    soc.configure(&configured(
        "http://127.0.0.1:9/secret",
        "smtp://127.0.0.1:9",
    ));
    let rows = examine(soc.program(), 0);
    for (check, word) in [("channels", "room"), ("mail", "mail server")] {
        let row = of(&rows, check);
        assert_eq!(row["state"], "warn", "{row}");
        assert!(row["detail"].as_str().unwrap().contains(word), "{row}");
        assert!(!row["hint"].as_str().unwrap().is_empty(), "{row}");
    }
    assert!(!rows.to_string().contains("secret\""), "{rows}");
}

#[test]
fn a_read_that_aws_denies_is_named_with_its_permission() {
    let soc = Soc::new();
    soc.cloud.fault(&json!({
        "service": "securityhub", "operation": "GetFindings",
        "error": { "code": "AccessDeniedException", "message": "not authorized", "status": 403 },
    }));
    let rows = examine(soc.program(), 1);
    let denied = of(&rows, "permissions");
    assert_eq!(denied["state"], "fail", "{denied}");
    assert!(
        denied["detail"]
            .as_str()
            .unwrap()
            .contains("securityhub:GetFindings"),
        "{denied}"
    );
}

#[test]
fn a_certificate_that_cannot_be_read_or_has_expired_is_reported() {
    let soc = Soc::new();
    let key = rcgen::KeyPair::generate().unwrap();
    let until = |year: i32| {
        let mut wanted = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        wanted.not_before = rcgen::date_time_ymd(2020, 1, 1);
        wanted.not_after = rcgen::date_time_ymd(year, 1, 1);
        wanted.self_signed(&key).unwrap().pem()
    };
    soc.write("key.pem", key.serialize_pem());
    let program = || {
        soc.program()
            .env("HUBWARD_SERVER__TLS_CERTIFICATE", "certificate.pem")
            .env("HUBWARD_SERVER__TLS_KEY", "key.pem")
    };
    for (pem, exit, state) in [
        (until(2090), 0, "ok"),
        (until(2021), 1, "fail"),
        ("none".to_owned(), 1, "fail"),
    ] {
        soc.write("certificate.pem", pem);
        let rows = examine(program(), exit);
        assert_eq!(of(&rows, "certificate")["state"], state, "{rows}");
    }
}

#[test]
fn a_queue_that_lost_its_policy_is_reported() {
    let soc = Soc::new();
    soc.hubward(["hub", "setup", "--yes"]).expect(0);
    assert_eq!(of(&examine(soc.program(), 0), "alert_queue")["state"], "ok");
    let client = sqs(&soc.cloud, ADMINISTRATOR, HOME);
    let url = block_on(client.get_queue_url().queue_name("hubward-alerts").send()).unwrap();
    let none = client
        .set_queue_attributes()
        .queue_url(url.queue_url.unwrap())
        .attributes(aws_sdk_sqs::types::QueueAttributeName::Policy, "");
    block_on(none.send()).unwrap();
    let rows = examine(soc.program(), 0);
    let queue = of(&rows, "alert_queue");
    assert_eq!(queue["state"], "warn", "{queue}");
    assert!(
        queue["hint"].as_str().unwrap().contains("hub setup"),
        "{queue}"
    );
}

#[test]
fn a_disk_that_is_full_is_reported_with_its_remedy() {
    let soc = Soc::new();
    let full = "mkdir -p full && mount -t tmpfs -o size=2m full full && cp hubward.* full && cd full && \
                { cat /dev/zero >rest 2>rest.log || true; }";
    let Some(program) = soc.program().args(["doctor", "--json"]).among_mounts(full) else {
        return;
    };
    let rows = program.run().expect(1).json();
    let disk = of(&rows, "disk");
    assert_eq!(disk["state"], "fail", "{rows}");
    assert!(disk["detail"].to_string().contains(" 0 MiB"), "{disk}");
    assert!(disk["hint"].to_string().contains("run prune"), "{disk}");
}

#[test]
fn a_read_only_database_is_reported() {
    let soc = Soc::new();
    if !soc.database.is_file() {
        return;
    }
    let before = fs::read(soc.path("hubward.db")).unwrap();
    let sealed = "mount --bind \"$PWD\" \"$PWD\" && mount -o remount,bind,ro \"$PWD\"";
    let program = soc.program().args(["doctor", "--json"]);
    let Some(program) = program.among_mounts(sealed) else {
        return;
    };
    let rows = program.run().expect(1).json();
    let database = of(&rows, "database");
    assert_eq!(database["state"], "fail", "{rows}");
    assert!(database["detail"].to_string().contains("hubward.db"));
    assert_eq!(of(&rows, "security_hub")["state"], "ok", "{rows}");
    assert_eq!(fs::read(soc.path("hubward.db")).unwrap(), before);
}
