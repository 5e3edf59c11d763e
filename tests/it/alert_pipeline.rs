//! Tests of alert delivery itself: a test event, a drill with GuardDuty's samples, a daily canary,
//! and metrics of the latency of each stage.

use serde_json::{Value, json};

use crate::harness::alerts::{event, finding};
use crate::harness::aws::{block_on, guardduty, sqs};
use crate::harness::program::Program;
use crate::harness::receiver::Receiver;
use crate::harness::server::Server;
use crate::harness::soc::{ADMINISTRATOR, HOME, Soc};

const MEMBER: &str = "111111111111";

/// A SOC with its queue and rules set up, and one channel for everything.
fn soc(hook: &Receiver) -> Soc {
    let soc = Soc::new();
    soc.import(&[(MEMBER, "受注", "sato@example.com")]);
    soc.hubward(["hub", "setup", "--yes"]).expect(0);
    let url = hook.url();
    soc.configure(&format!(
        "[[channels]]\nname = \"hook\"\nkind = \"webhook\"\nurl = \"{url}\"\nallow_private = true\n\
         [[routes]]\nevent = \"alert\"\nchannel = \"hook\"\nseverity = [\"HIGH\", \"CRITICAL\"]\n\
         [[routes]]\nevent = \"operations\"\nchannel = \"hook\"\n"
    ));
    soc
}

fn with_queue(soc: &Soc) -> Program {
    let queue = block_on(
        sqs(&soc.cloud, ADMINISTRATOR, HOME)
            .get_queue_url()
            .queue_name("hubward-alerts")
            .send(),
    );
    let url = queue.expect("the queue").queue_url.expect("its address");
    soc.program().env("HUBWARD_ALERTS__QUEUE_URL", url)
}

fn steps(way: &Value) -> Vec<String> {
    let step = |moment: &Value| moment["step"].as_str().unwrap().to_owned();
    way.as_array().unwrap().iter().map(step).collect()
}

#[test]
fn a_test_event_takes_the_whole_way_with_a_server_or_without() {
    let hook = Receiver::start();
    let soc = soc(&hook);
    let expected = ["created", "event", "received", "stored", "delivered"];
    let test = || {
        let program = with_queue(&soc).args(["alert", "test", "--json"]);
        program.run()
    };
    assert_eq!(steps(&test().expect(0).json()), expected);
    assert_eq!(hook.bodies()[0]["type"], "test");
    let server = Server::start(with_queue(&soc));
    assert_eq!(steps(&test().expect(0).json()), expected);
    assert_eq!(hook.asked().len(), 2);
    // A channel that rejects the message, and a broken pipeline, are reported.
    hook.set_open(false);
    let way = test().expect(1).json();
    assert_eq!(steps(&way)[..4], expected[..4]);
    assert!(steps(&way).contains(&"refused".to_owned()), "{way}");
    drop(server);
    // A forged event does not count as arrived.
    let listed = soc.hubward(["alert", "list", "--json"]).expect(0).json();
    assert_eq!(listed, json!([]));
    soc.hubward(["audit", "verify"]).expect(0);
}

#[test]
fn a_drill_measures_the_time_from_guardduty_to_chat() {
    let hook = Receiver::start();
    let soc = soc(&hook);
    let _server = Server::start(with_queue(&soc));
    let drill = || {
        let program = with_queue(&soc).args(["alert", "drill", "--wait", "60", "--json"]);
        program.run()
    };
    let said = drill().expect(1).stderr;
    assert!(said.contains("GuardDuty is not enabled"), "{said}");
    block_on(
        guardduty(&soc.cloud, ADMINISTRATOR, HOME)
            .create_detector()
            .enable(true)
            .send(),
    )
    .expect("GuardDuty on");
    let drilled = drill().expect(0);
    let way = steps(&drilled.json());
    assert_eq!(way[0], "created");
    assert_eq!(way.last().map(String::as_str), Some("delivered"));
    assert!(drilled.stderr.contains("first channel"), "{drilled:?}");
    let title = hook.bodies()[0]["data"]["title"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(title.starts_with("[SAMPLE]"), "{title}");
}

#[test]
fn a_canary_that_does_not_arrive_is_news_and_one_that_does_is_none() {
    let hook = Receiver::start();
    let soc = soc(&hook);
    with_queue(&soc).args(["run", "canary"]).run().expect(0);
    let server = Server::start(with_queue(&soc));
    let metric = "hubward_trial_last_arrival_timestamp_seconds";
    while !server.text("/metrics").1.contains(metric) {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert_eq!(hook.asked().len(), 0, "what works is silent");
    soc.database.rewrite(
        "INSERT INTO trials (id, kind, actor, sent_at) \
         VALUES ('lost', 'canary', 'job:canary', '2026-01-01T00:00:00Z')",
    );
    hook.wait_for("the notice", |hook| !hook.asked().is_empty());
    assert_eq!(hook.bodies()[0]["data"]["trouble"], "canary_missing");
    assert_eq!(hook.bodies()[0]["data"]["trial"], "lost");
}

#[test]
fn what_is_long_over_is_forgotten_and_what_open_alerts_need_is_not() {
    let hook = Receiver::start();
    let soc = soc(&hook);
    let server = Server::start(soc.program().env("HUBWARD_ALERTS__PUSH_SECRET", "key"));
    for number in 1..=3 {
        let body = event(&finding(MEMBER, HOME, number));
        assert_eq!(server.push("key", body).status, 202);
    }
    hook.wait_for("the alerts", |hook| hook.findings().len() == 3);
    while soc
        .database
        .read("SELECT delivery_id FROM delivery_attempts")
        .len()
        < 3
    {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    drop(server);
    let id_of = |number: usize| {
        let id = finding(MEMBER, HOME, number)["Id"]
            .as_str()
            .unwrap()
            .to_owned();
        let shown = soc
            .hubward(["alert", "show", &id, "--json"])
            .expect(0)
            .json();
        shown[0]["id"].as_str().unwrap().to_owned()
    };
    let (over, open, in_digest) = (id_of(1), id_of(2), id_of(3));
    soc.hubward(["alert", "resolve", &over]).expect(0);
    let old = "2025-01-01T00:00:00Z";
    for sql in [
        // One alert was sent in a digest.
        format!(
            "INSERT INTO deliveries (id, position, channel, subject, notice, state, attempts, due_at, leased_until, created_at) \
             VALUES ('digest', 90, 'hook', 'digest', '{{}}', 'delivered', 1, '{old}', '{old}', '{old}')"
        ),
        format!(
            "INSERT INTO delivery_attempts (delivery_id, attempt, at, outcome) VALUES ('digest', 1, '{old}', 'delivered')"
        ),
        format!("UPDATE deliveries SET digest = 'digest' WHERE subject = 'alert:{in_digest}'"),
        format!("UPDATE deliveries SET created_at = '{old}'"),
        format!(
            "INSERT INTO trials (id, kind, actor, sent_at, stored_at, missed_at) VALUES \
             ('older', 'canary', 'a', '2024-01-01T00:00:00Z', '{old}', NULL), ('last', 'canary', 'a', '{old}', '{old}', NULL), \
             ('lost', 'canary', 'a', '{old}', NULL, '{old}'), ('unmissed', 'canary', 'a', '{old}', NULL, NULL), \
             ('test', 'test', 'a', '{old}', NULL, NULL), ('new', 'test', 'a', '2999-01-01T00:00:00Z', NULL, NULL)"
        ),
    ] {
        soc.database.rewrite(&sql);
    }
    for forgotten in [(1, 3), (0, 0)] {
        let said = soc.hubward(["run", "prune"]).expect(0).stderr;
        let (messages, tests) = forgotten;
        assert!(
            said.contains(&format!(
                "delivered messages {messages}, test events {tests},"
            )),
            "{said}"
        );
        let mut subjects = soc.database.read("SELECT subject FROM deliveries");
        subjects.sort();
        let mut wanted = vec![
            format!("alert:{open}"),
            format!("alert:{in_digest}"),
            "digest".to_owned(),
        ];
        wanted.sort();
        assert_eq!(subjects, wanted);
        assert_eq!(
            soc.database
                .read("SELECT outcome FROM delivery_attempts")
                .len(),
            3
        );
        let trials = soc.database.read("SELECT id FROM trials ORDER BY id");
        assert_eq!(trials, ["last", "new", "unmissed"]);
    }
    // After pruning, only the alert itself is left.
    for id in [&open, &in_digest] {
        soc.hubward(["alert", "resolve", id]).expect(0);
    }
    soc.hubward(["run", "prune"]).expect(0);
    assert_eq!(soc.database.read("SELECT id FROM deliveries"), [""; 0]);
    assert_eq!(
        soc.database.read("SELECT outcome FROM delivery_attempts"),
        [""; 0]
    );
    let shown = soc
        .hubward(["alert", "show", &open, "--json"])
        .expect(0)
        .json();
    assert_eq!(
        steps(&shown[0]["timeline"])[..4],
        ["created", "event", "received", "stored"]
    );
    soc.hubward(["audit", "verify"]).expect(0);
}

#[test]
fn how_long_alerts_take_is_counted() {
    let hook = Receiver::start();
    let soc = soc(&hook);
    let server = Server::start(soc.program().env("HUBWARD_ALERTS__PUSH_SECRET", "key"));
    assert_eq!(
        server.push("key", event(&finding(MEMBER, HOME, 1))).status,
        202
    );
    hook.wait_for("the alert", |hook| hook.findings().len() == 1);
    for part in [
        "received_to_stored",
        "stored_to_delivered",
        "created_to_delivered",
    ] {
        let line = format!("hubward_alert_seconds_count{{part=\"{part}\"}} 1");
        while !server.text("/metrics").1.contains(&line) {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
}
