//! Monitoring of memberships: a lost member is an alert at once, findings count as evidence, and
//! changes are notified once.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::harness::aws::{block_on, security_hub};
use crate::harness::findings::{control, import};
use crate::harness::mailbox::Mailbox;
use crate::harness::receiver::Receiver;
use crate::harness::server::Server;
use crate::harness::soc::{HOME, LINKED, Soc};

const MEMBER: &str = "111111111111";

/// A SOC whose one member is complete.
fn watched() -> Soc {
    let soc = Soc::new();
    soc.import(&[(MEMBER, "受注", "sato@example.com")]);
    soc.hubward(["invite"]).expect(0);
    soc.set_up(MEMBER).expect(0);
    soc.prove();
    soc.hubward(["check"]).expect(0);
    soc
}

fn listen(soc: &Soc, hook: &Receiver, events: &[&str]) {
    soc.configure(&format!(
        "[[channels]]\nname = \"hook\"\nkind = \"webhook\"\nurl = \"{}\"\nallow_private = true\n",
        hook.url()
    ));
    for event in events {
        soc.configure(&format!(
            "[[routes]]\nevent = \"{event}\"\nchannel = \"hook\"\n"
        ));
    }
}

fn check(soc: &Soc, code: i32) -> Value {
    soc.hubward(["check", "--json"]).expect(code).json()
}

#[test]
fn a_membership_that_is_lost_is_an_alert_once_and_an_unlink_is_none() {
    let soc = watched();
    let hook = Receiver::start();
    listen(&soc, &hook, &["alert"]);
    let _server = Server::start(soc.program().env("HUBWARD_CHECK__WATCH", "1s"));
    let member = security_hub(&soc.cloud, MEMBER, LINKED);
    block_on(member.disassociate_from_administrator_account().send()).unwrap();
    hook.wait_for("the alert", |hook| !hook.asked().is_empty());
    let body = &hook.bodies()[0];
    assert_eq!(body["type"], "alert.opened");
    for (key, value) in [
        ("account_id", json!(MEMBER)),
        ("project", json!("受注")),
        ("region", json!(LINKED)),
        ("type", json!("Hubward:Membership/Lost")),
        ("severity", json!("HIGH")),
        ("description", json!("Resigned")),
    ] {
        assert_eq!(body["data"][key], value, "{key}");
    }
    // Checks continue every second; the loss stays one alert.
    let calls_before = soc.cloud.calls().len();
    hook.wait_for("more checks", |_| {
        soc.cloud.calls().len() > calls_before + 6
    });
    assert_eq!(hook.asked().len(), 1);
    let listed = soc.hubward(["alert", "list", "--json"]).expect(0).json();
    assert_eq!(listed.as_array().unwrap().len(), 1);

    // The other Region is left by the SOC's own decision.
    soc.hubward(["unlink", MEMBER, "--yes"]).expect(0);
    let calls_before = soc.cloud.calls().len();
    hook.wait_for("more checks", |_| {
        soc.cloud.calls().len() > calls_before + 6
    });
    assert_eq!(hook.asked().len(), 1, "{:?}", hook.bodies());
}

#[test]
fn a_control_that_fails_after_the_set_up_is_drift_and_an_older_one_is_none() {
    let soc = watched();
    let finding = |name: &str, status: &str, updated: &str| {
        let mut finding = control(MEMBER, HOME, name, name, "HIGH");
        finding["Compliance"]["Status"] = json!(status);
        finding["UpdatedAt"] = json!(updated);
        finding
    };
    import(
        &soc.cloud,
        MEMBER,
        HOME,
        &[finding("Config.1", "FAILED", "2026-11-20T00:00:00Z")],
    );
    soc.hubward(["findings", "sync"]).expect(0);
    assert_eq!(check(&soc, 0)[0]["verdict"], "complete");
    // Newer than the setup, whatever the clock says.
    let hours = |hours| (Timestamp::now() + SignedDuration::from_hours(hours)).to_string();
    let later = &hours(1);
    let newer = [
        finding("Config.1", "FAILED", later),
        finding("GuardDuty.1", "PASSED", later),
    ];
    import(&soc.cloud, MEMBER, HOME, &newer);
    soc.hubward(["findings", "sync"]).expect(0);
    let rows = check(&soc, 3);
    assert_eq!(rows[0]["verdict"], "drifted", "{rows}");
    assert_eq!(rows[0]["region"], HOME);
    assert_eq!(rows[0]["missing"], json!(["config"]));
    let hint = rows[0]["hint"].as_str().unwrap();
    assert!(hint.contains("Config.1"), "{hint}");
    assert_eq!(rows[1]["verdict"], "complete");
    // AWS reports it as fixed.
    import(
        &soc.cloud,
        MEMBER,
        HOME,
        &[finding("Config.1", "PASSED", &hours(2))],
    );
    soc.hubward(["findings", "sync"]).expect(0);
    assert_eq!(check(&soc, 0)[0]["verdict"], "complete");
}

/// Whether reminders are sent today, with Hubward's default calendar.
fn is_working_day() -> bool {
    let today = TimeZone::get("Asia/Tokyo")
        .unwrap()
        .to_datetime(Timestamp::now());
    !matches!(today.date().weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[test]
fn whoever_is_waited_for_is_reminded_by_mail_in_their_language_once_a_day() {
    let soc = Soc::new();
    soc.import(&[(MEMBER, "受注", "sato@example.com")]);
    soc.hubward(["invite"]).expect(0);
    let (mailbox, hook) = (Mailbox::start(), Receiver::start());
    listen(&soc, &hook, &["check"]);
    soc.configure(&format!(
        "[mail]\nsmtp_url = \"{}\"\nfrom = \"SOC <soc@example.com>\"\n[check]\nremind_after_days = 0\n",
        mailbox.url()
    ));
    // A check of another account does not reset this one's reminders.
    soc.hubward([
        "account",
        "add",
        "222222222222",
        "--project",
        "B",
        "--contact-email",
        "b@example.com",
        "--state",
        "left",
    ])
    .expect(0);
    for accounts in [None, Some("222222222222"), None] {
        let words = ["check"].into_iter().chain(accounts).chain(["--notify"]);
        let _ = soc.hubward(words);
        soc.hubward(["run", "deliver"]).expect(0);
    }
    assert_eq!(hook.asked().len(), 1, "{:?}", hook.bodies());
    let row = &hook.bodies()[0]["data"]["rows"][0];
    assert_eq!(row["verdict"], "invited");
    let mails = mailbox.mails();
    if !is_working_day() {
        assert!(mails.is_empty(), "{mails:?}");
        return;
    }
    let line = row["line"].as_str().unwrap();
    assert!(
        line.contains("/install.sh | sh -s -- --administrator 999999999999"),
        "{line}"
    );
    assert_eq!(row["contact_emails"], json!(["sato@example.com"]));
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0].to, ["sato@example.com"]);
    assert!(mails[0].text.contains("Auto-Submitted: auto-generated"));
}

#[test]
fn the_first_post_of_a_week_is_a_digest_with_the_audit_logs_head() {
    let soc = watched();
    let hook = Receiver::start();
    listen(&soc, &hook, &["check"]);
    // A check of one account is not the weekly one.
    soc.hubward(["check", MEMBER, "--notify"]).expect(0);
    soc.hubward(["run", "deliver"]).expect(0);
    assert!(hook.bodies()[0]["data"]["digest"].is_null());
    soc.hubward(["check", "--notify"]).expect(0);
    soc.hubward(["run", "deliver"]).expect(0);
    let digest = &hook.bodies()[1]["data"]["digest"];
    assert_eq!(digest["verdicts"], json!({ "complete": 2 }));
    let head = soc.hubward(["audit", "list", "--json"]).expect(0).json();
    let hashes: Vec<&Value> = head
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["hash"])
        .collect();
    assert!(hashes.contains(&&digest["audit_hash"]), "{digest}");
    soc.hubward(["check", "--notify"]).expect(0);
    soc.hubward(["run", "deliver"]).expect(0);
    assert_eq!(hook.asked().len(), 2, "the week has had its digest");
}

#[test]
fn only_mail_that_is_encrypted_or_stays_here_is_sent() {
    let soc = Soc::new();
    soc.configure(
        "[mail]\nfrom = \"soc@example.com\"\nsmtp_url = \"smtp://u:hunter2@192.0.2.1\"\n",
    );
    soc.configure("[[channels]]\nname = \"soc\"\nkind = \"mail\"\nto = [\"a@example.com\"]\n");
    let said = soc.hubward(["alert", "test", "soc"]).expect(1);
    assert!(said.stdout.contains("smtps://"), "{said:?}");
    assert!(!format!("{said:?}").contains("hunter2"), "{said:?}");
}
