//! A threat reaches people: from GuardDuty through the queue into the store and out to the
//! channels, without losing any.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::alert_fixtures::{self, MEMBER, alerts, route, soc, wait_until, with_queue};
use crate::harness::alerts::{AlertQueue, event, finding};
use crate::harness::aws::{block_on, security_hub};
use crate::harness::findings::import;
use crate::harness::receiver::Receiver;
use crate::harness::server::Server;
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED};

/// Any Base64 is valid.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn channel(name: &str, kind: &str, url: &str) -> String {
    alert_fixtures::channel(name, kind, url, &format!("secret = \"{SECRET}\""))
}

#[test]
fn a_finding_of_a_member_becomes_a_message_with_all_useful_facts() {
    let soc = soc();
    soc.hubward(["invite"]).expect(0);
    soc.set_up(MEMBER).expect(0);
    let home = security_hub(&soc.cloud, ADMINISTRATOR, HOME);
    block_on(
        home.create_finding_aggregator()
            .region_linking_mode("ALL_REGIONS")
            .send(),
    )
    .unwrap();
    let queue = AlertQueue::new(&soc);
    queue.fill_by_rule();
    let (hook, slack) = (Receiver::start(), Receiver::start());
    soc.configure(&channel("hook", "webhook", &hook.url()));
    soc.configure(&channel("slack", "slack", &slack.url()));
    soc.configure(&route("alert", "hook"));
    soc.configure(&route("alert", "slack"));
    let _server = Server::start(with_queue(&soc, &queue));

    import(&soc.cloud, MEMBER, LINKED, &[finding(MEMBER, LINKED, 7)]);
    hook.wait_for("the webhook", |hook| !hook.asked().is_empty());
    slack.wait_for("the chat message", |slack| !slack.asked().is_empty());

    let body = &hook.bodies()[0];
    assert_eq!(body["type"], "alert.opened");
    for (key, value) in [
        ("account_id", json!(MEMBER)),
        ("project", json!("受注")),
        ("contact_emails", json!(["sato@example.com"])),
        ("region", json!(LINKED)),
        ("type", json!("UnauthorizedAccess:EC2-SSHBruteForce")),
        ("severity", json!("HIGH")),
        ("state", json!("open")),
    ] {
        assert_eq!(body["data"][key], value, "{key}");
    }
    let asked = &hook.asked()[0];
    assert!(asked.header("webhook-id").unwrap().starts_with("msg_"));
    assert!(
        asked
            .header("webhook-signature")
            .unwrap()
            .starts_with("v1,")
    );

    let message = slack.bodies()[0].to_string();
    for fact in [
        MEMBER,
        "受注",
        "sato@example.com",
        LINKED,
        "Password guessing",
        "2026-11-20 09:10 JST",
        "担当者",
    ] {
        assert!(message.contains(fact), "{fact} is not in {message}");
    }

    wait_until("the record of both deliveries", || {
        alerts(&soc)[0]["deliveries"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|delivery| delivery["state"] == "delivered" && delivery["attempts"] == 1)
            .count()
            == 2
    });
    wait_until("the empty queue", || queue.length() == 0);
    // The account's history shows the alert.
    let history = soc
        .hubward(["account", "history", MEMBER, "--json"])
        .expect(0)
        .stdout;
    assert!(history.contains("alert.opened"), "{history}");
    let id = alerts(&soc)[0]["id"].as_str().unwrap().to_owned();
    let shown = soc
        .hubward(["alert", "show", &id, "--lang", "ja"])
        .expect(0);
    assert!(shown.stdout.contains("送信済み"), "{shown:?}");
    soc.hubward(["alert", "show", "nothing"]).expect(1);
    soc.hubward(["audit", "verify"]).expect(0);
}

#[test]
fn a_repetition_notifies_no_one_and_a_higher_severity_does() {
    let soc = soc();
    let queue = AlertQueue::new(&soc);
    let hook = Receiver::start();
    soc.configure(&channel("hook", "webhook", &hook.url()));
    soc.configure(&route("alert", "hook"));
    let _server = Server::start(with_queue(&soc, &queue));
    let first = finding(MEMBER, HOME, 1);
    queue.put_all(&[event(&first), event(&first), event(&first)]);
    let mut worse = first.clone();
    worse["Severity"]["Label"] = json!("CRITICAL");
    worse["UpdatedAt"] = json!("2026-11-21T00:00:00Z");
    wait_until("the first alert", || alerts(&soc).len() == 1);
    queue.put(&event(&worse));
    hook.wait_for("both messages", |hook| hook.asked().len() >= 2);
    wait_until("the empty queue", || queue.length() == 0);
    let types: Vec<Value> = hook.bodies().iter().map(|b| b["type"].clone()).collect();
    assert_eq!(types, [json!("alert.opened"), json!("alert.updated")]);
    let listed = alerts(&soc);
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["severity"], "CRITICAL");
    assert_eq!(listed[0]["count"], 3);
}

#[test]
fn killed_ten_times_under_three_hundred_alerts_it_loses_none() {
    let soc = soc();
    let queue = AlertQueue::new(&soc);
    let hook = Receiver::start();
    soc.configure(&channel("hook", "webhook", &hook.url()));
    soc.configure(&route("alert", "hook"));
    let wanted: BTreeSet<String> = (0..300)
        .map(|number| {
            finding(MEMBER, HOME, number)["Id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let bodies: Vec<String> = (0..300)
        .map(|number| event(&finding(MEMBER, HOME, number)))
        .collect();
    let mut chance = 88_172_645_463_325_252_u64;
    for part in bodies.chunks(30) {
        queue.put_all(part);
        let server = Server::start(with_queue(&soc, &queue));
        // Xorshift: a different moment each time, the same in each run.
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        std::thread::sleep(Duration::from_millis(chance % 700));
        server.kill();
    }
    let _server = Server::start(with_queue(&soc, &queue));
    hook.wait_for("every alert", |hook| hook.findings().len() >= 300);
    assert_eq!(hook.findings(), wanted);
    wait_until("the empty queue", || queue.length() == 0);
    assert_eq!(alerts(&soc).len(), 300);
    // A message that is sent again after a kill has the same id and content.
    let mut said = std::collections::BTreeMap::new();
    for asked in hook.asked() {
        let id = asked.header("webhook-id").unwrap().to_owned();
        let before = said.insert(id, asked.body.clone());
        assert!(before.is_none_or(|before| before == asked.body));
    }
    assert_eq!(said.len(), 300);
    soc.hubward(["audit", "verify"]).expect(0);
}

#[test]
fn a_channel_that_refuses_is_tried_again_and_holds_up_no_other() {
    let soc = soc();
    let queue = AlertQueue::new(&soc);
    let (broken, sound) = (Receiver::start(), Receiver::start());
    broken.set_open(false);
    soc.configure(&channel("broken", "webhook", &broken.url()));
    soc.configure(&channel("sound", "webhook", &sound.url()));
    soc.configure(&route("alert", "broken"));
    soc.configure(&route("alert", "sound"));
    let _server = Server::start(with_queue(&soc, &queue));
    queue.put(&event(&finding(MEMBER, HOME, 1)));
    sound.wait_for("the message", |sound| sound.asked().len() == 1);
    broken.wait_for("three attempts", |broken| broken.asked().len() >= 3);
    let listed = alerts(&soc);
    let waiting = listed[0]["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .find(|delivery| delivery["channel"] == "broken")
        .unwrap()
        .clone();
    assert_eq!(waiting["state"], "pending");
    assert!(
        waiting["last_error"].as_str().unwrap().contains("503"),
        "{waiting}"
    );
    broken.set_open(true);
    wait_until("the delivery", || {
        alerts(&soc)[0]["deliveries"]
            .as_array()
            .unwrap()
            .iter()
            .all(|delivery| delivery["state"] == "delivered")
    });
    let ids: BTreeSet<String> = broken
        .asked()
        .iter()
        .map(|asked| asked.header("webhook-id").unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 1, "one id at every attempt");
}

#[test]
fn an_unreadable_message_is_kept_and_announced_and_never_loops() {
    let soc = soc();
    let queue = AlertQueue::new(&soc);
    let hook = Receiver::start();
    soc.configure(&channel("hook", "webhook", &hook.url()));
    soc.configure(&route("alert", "hook"));
    soc.configure(&route("operations", "hook"));
    let _server = Server::start(with_queue(&soc, &queue));
    let mut forged = finding(MEMBER, HOME, 1);
    forged["ProductArn"] = json!(format!(
        "arn:aws:securityhub:{HOME}:{MEMBER}:product/{MEMBER}/default"
    ));
    let mut of_another_account = finding(MEMBER, HOME, 2);
    of_another_account["AwsAccountId"] = json!("222222222222");
    queue.put("not json \u{1f4a3}");
    queue.put(&"[".repeat(100_000));
    queue.put(&event(&forged));
    queue.put(&event(&of_another_account));
    hook.wait_for("four notices", |hook| hook.asked().len() >= 4);
    wait_until("the empty queue", || queue.length() == 0);
    let troubles: Vec<String> = hook
        .bodies()
        .iter()
        .map(|body| {
            assert_eq!(body["type"], "operations.notice");
            body["data"]["trouble"].as_str().unwrap().to_owned()
        })
        .collect();
    let count = |word: &str| troubles.iter().filter(|trouble| *trouble == word).count();
    assert_eq!(
        (count("message_refused"), count("suspicious_finding")),
        (2, 2),
        "{troubles:?}"
    );
    assert_eq!(alerts(&soc).len(), 0);
    // The remaining alerts still arrive.
    queue.put(&event(&finding(MEMBER, HOME, 3)));
    hook.wait_for("the alert", |hook| hook.findings().len() == 1);
}

#[test]
fn a_queue_that_cannot_be_read_for_a_while_loses_nothing() {
    let soc = soc();
    let queue = AlertQueue::new(&soc);
    let hook = Receiver::start();
    soc.configure(&channel("hook", "webhook", &hook.url()));
    soc.configure(&route("alert", "hook"));
    soc.cloud.fault(&json!({
        "service": "sqs", "operation": "ReceiveMessage",
        "error": { "code": "AccessDenied", "message": "no", "status": 403 }, "times": 1,
    }));
    let _server = Server::start(with_queue(&soc, &queue));
    queue.put(&event(&finding(MEMBER, HOME, 1)));
    hook.wait_for("the alert", |hook| hook.findings().len() == 1);
    // A message that was stored but not deleted is received again, and changes nothing.
    soc.cloud.fault(&json!({
        "service": "sqs", "operation": "DeleteMessageBatch",
        "error": { "code": "AccessDenied", "message": "no", "status": 403 }, "times": 1,
    }));
    queue.put(&event(&finding(MEMBER, HOME, 2)));
    hook.wait_for("the second alert", |hook| hook.findings().len() == 2);
    wait_until("the empty queue", || queue.length() == 0);
    assert_eq!(hook.asked().len(), 2);
}

#[test]
fn a_test_message_says_of_each_channel_whether_it_arrives() {
    let soc = soc();
    soc.hubward(["alert", "test"]).expect(1);
    let (open, shut) = (Receiver::start(), Receiver::start());
    shut.set_open(false);
    soc.configure(&channel("open", "slack", &open.url()));
    soc.configure(&channel("shut", "webhook", &shut.url()));
    soc.configure("[[channels]]\nname = \"private\"\nkind = \"slack\"\nurl = \"env:SLACK\"\n");
    soc.hubward(["alert", "test", "open"]).expect(0);
    soc.hubward(["alert", "test", "absent"]).expect(1);
    let ran = soc
        .program()
        .env("SLACK", "https://169.254.169.254/latest/meta-data")
        .args(["alert", "test", "--json"])
        .run()
        .expect(1);
    let rows = ran.json();
    let row = |name: &str| {
        rows.as_array()
            .unwrap()
            .iter()
            .find(|row| row["channel"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(row("open")["state"], "delivered");
    assert!(row("shut")["last_error"].as_str().unwrap().contains("503"));
    let refused = row("private")["last_error"].as_str().unwrap().to_owned();
    // In the SOC's language, which is Japanese unless [locale] says otherwise.
    assert!(refused.contains("プライベート"), "{refused}");
    assert!(
        !ran.stdout.contains("169.254"),
        "an address is a secret: {}",
        ran.stdout
    );
}

#[test]
fn a_check_posts_what_changed_and_is_silent_otherwise() {
    let soc = soc();
    let hook = Receiver::start();
    let said = soc.hubward(["check", "--notify"]).expect(3);
    assert!(said.stderr.contains("[[routes]]"), "{said:?}");
    soc.configure(&channel("hook", "webhook", &hook.url()));
    soc.configure(&route("check", "hook"));
    soc.hubward(["check", "--notify"]).expect(3);
    soc.hubward(["run", "deliver"]).expect(0);
    let body = &hook.bodies()[0];
    assert_eq!(body["type"], "check.changed");
    assert_eq!(body["data"]["rows"][0]["verdict"], "not_invited");
    assert_eq!(body["data"]["rows"].as_array().unwrap().len(), 2);

    soc.hubward(["run", "check"]).expect(3);
    soc.hubward(["run", "deliver"]).expect(0);
    assert_eq!(hook.asked().len(), 1, "nothing changed, nothing is said");

    soc.hubward(["run", "invite"]).expect(0);
    soc.set_up(MEMBER).expect(0);
    soc.prove();
    soc.hubward(["check", "--notify"]).expect(0);
    soc.hubward(["run", "deliver"]).expect(0);
    let body = &hook.bodies()[1];
    assert_eq!(body["data"]["complete"], 2);
    assert_eq!(body["data"]["rows"][1]["verdict"], "complete");
}
