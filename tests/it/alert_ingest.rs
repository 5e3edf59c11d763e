//! The sources of alerts: pushed by EventBridge, from the queue, and from the dead-letter queue.
//! One threat is one alert from any source, and a message that may be an alert is never lost.

use serde_json::{Value, json};

use crate::harness::alert_fixtures::{self, MEMBER, alerts, channel, route};
use crate::harness::alerts::{AlertQueue, direct, event, finding};
use crate::harness::program::Program;
use crate::harness::receiver::Receiver;
use crate::harness::server::Server;
use crate::harness::soc::{HOME, Soc};

const KEY: &str = "a-key-of-eventbridge";

/// A SOC with one project and one channel for all events.
fn soc(hook: &Receiver) -> Soc {
    let soc = alert_fixtures::soc();
    soc.configure(&channel("hook", "webhook", &hook.url(), ""));
    soc.configure(&(route("alert", "hook") + &route("operations", "hook")));
    soc
}

fn pushed(soc: &Soc) -> Program {
    soc.program().env("HUBWARD_ALERTS__PUSH_SECRET", KEY)
}

#[test]
fn the_push_endpoint_is_off_without_a_key_and_accepts_only_the_right_one() {
    let hook = Receiver::start();
    let soc = soc(&hook);
    let body = event(&finding(MEMBER, HOME, 1));
    let shut = soc.serve();
    shut.push(KEY, body.as_str()).refused(404, "not_found");
    drop(shut);
    let server = Server::start(pushed(&soc));
    for key in ["", "a", "a-key-of-eventbridgE", "a-key-of-eventbridge "] {
        // EventBridge retries after 401.
        let answer = server.push(key, body.as_str());
        if key.trim() == KEY {
            // A client removes the white space.
            assert_eq!(answer.status, 202);
        } else {
            answer.refused(401, "key_refused");
            assert_eq!(alerts(&soc).len(), 0);
        }
    }
    assert_eq!(server.push(KEY, body.as_str()).status, 202);
    hook.wait_for("the alert", |hook| !hook.asked().is_empty());
    assert_eq!(hook.findings().len(), 1);
    assert_eq!(alerts(&soc).len(), 1);
}

#[test]
fn both_forms_of_a_threat_are_one_alert_from_whichever_source_they_come() {
    let hook = Receiver::start();
    let soc = soc(&hook);
    let queue = AlertQueue::new(&soc);
    let server = Server::start(pushed(&soc).env("HUBWARD_ALERTS__QUEUE_URL", &queue.url));
    assert_eq!(server.push(KEY, direct(MEMBER, HOME, 1)).status, 202);
    assert_eq!(
        server.push(KEY, event(&finding(MEMBER, HOME, 1))).status,
        202
    );
    queue.put(&event(&finding(MEMBER, HOME, 1)));
    queue.put(&direct(MEMBER, HOME, 1));
    queue.put(&direct(MEMBER, HOME, 2));
    hook.wait_for("the second alert", |hook| hook.findings().len() == 2);
    while queue.length() > 0 {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert_eq!(hook.asked().len(), 2, "{:#?}", hook.bodies());
    let listed = alerts(&soc);
    assert_eq!(listed.len(), 2);
    for alert in &listed {
        assert_eq!(alert["type"], "UnauthorizedAccess:EC2-SSHBruteForce");
        assert_eq!(alert["severity"], "HIGH");
    }
}

#[test]
fn what_is_pushed_and_not_understood_is_kept_and_taken_and_announced_once() {
    let hook = Receiver::start();
    let soc = soc(&hook);
    let server = Server::start(pushed(&soc));
    let mut forged = finding(MEMBER, HOME, 1);
    forged["AwsAccountId"] = json!("222222222222");
    let long = format!("{{\"x\":\"{}\"}}", "a".repeat(3 << 20));
    for body in [
        "not json \u{1f4a3}".to_owned(),
        "[".repeat(100_000),
        event(&forged),
    ] {
        for _ in 0..2 {
            // Not 4xx: EventBridge does not retry those.
            assert_eq!(server.push(KEY, body.as_str()).status, 202);
        }
    }
    hook.wait_for("three notices", |hook| hook.asked().len() >= 3);
    assert_eq!(server.push(KEY, long).status, 202);
    hook.wait_for("the fourth", |hook| hook.asked().len() >= 4);
    let troubles: Vec<Value> = hook
        .bodies()
        .iter()
        .map(|body| body["data"]["trouble"].clone())
        .collect();
    let refused = troubles.iter().filter(|one| **one == "message_refused");
    assert_eq!((troubles.len(), refused.count()), (4, 3), "{troubles:?}");
    let kept = soc.database.read("SELECT body FROM refused_messages");
    assert_eq!(kept.len(), 4);
    // Of many messages, only the first ones notify individually.
    for number in 0..60 {
        assert_eq!(server.push(KEY, format!("flood {number}")).status, 202);
    }
    assert_eq!(
        server.push(KEY, event(&finding(MEMBER, HOME, 3))).status,
        202
    );
    hook.wait_for("the alert behind the flood", |hook| {
        hook.findings().len() == 1
    });
    let kept = soc.database.read("SELECT message_id FROM refused_messages");
    assert_eq!(kept.len(), 64);
    assert!(hook.asked().len() <= 25, "{}", hook.asked().len());
    let (_, metrics) = server.text("/metrics");
    assert!(metrics.contains("hubward_refused_messages 64"), "{metrics}");
}

#[test]
fn a_message_that_takes_longer_than_its_visibility_is_received_once() {
    let hook = Receiver::start();
    let soc = soc(&hook);
    // Hidden for 2 seconds, and moved to the dead-letter queue at the second receive.
    let queue = AlertQueue::new(&soc);
    let dead = queue.lets_go_after(1);
    let _server = Server::start(soc.program().env("HUBWARD_ALERTS__QUEUE_URL", &queue.url));
    let while_locked = |number: usize| {
        soc.database.locked(|| {
            queue.put(&event(&finding(MEMBER, HOME, number)));
            std::thread::sleep(std::time::Duration::from_secs(7));
            assert_eq!(hook.findings().len(), number - 1);
        });
        hook.wait_for("the alert", |hook| hook.findings().len() == number);
        while queue.length() > 0 {
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        queue.lengths(&dead)
    };
    assert_eq!(while_locked(1), [0, 0], "it was received again");
    let held = soc.cloud.calls().into_iter();
    let held = held.filter(|call| call["operation"] == "ChangeMessageVisibilityBatch");
    let longest = held.map(|call| call["body"]["Entries"][0]["VisibilityTimeout"].clone());
    assert_eq!(longest.collect::<Vec<_>>(), [30]);
    // The same if SQS does not allow it: the messages then expire there.
    soc.cloud.fault(&json!({
        "service": "sqs", "operation": "ChangeMessageVisibilityBatch",
        "error": { "code": "AccessDenied", "message": "no", "status": 403 },
    }));
    assert_eq!(while_locked(2), [1, 0]);
    let program = soc
        .program()
        .env("HUBWARD_ALERTS__QUEUE_URL", &queue.url)
        .args(["alert", "replay", "--dead-letter"]);
    let said = program.run().expect(0).stderr;
    assert!(
        said.contains("messages processed: 1, new alerts: 0"),
        "{said}"
    );
    let notified = hook.bodies().into_iter();
    let notified = notified.filter(|body| body["type"] == "alert.opened");
    assert_eq!((alerts(&soc).len(), notified.count()), (2, 2));
}

#[test]
fn what_lies_in_the_dead_letter_queue_is_taken_in_by_hand() {
    let hook = Receiver::start();
    let soc = soc(&hook);
    soc.hubward(["alert", "replay", "--dead-letter"]).expect(1);
    let queue = AlertQueue::new(&soc);
    let replay = || {
        soc.program()
            .env("HUBWARD_ALERTS__QUEUE_URL", &queue.url)
            .args(["alert", "replay", "--dead-letter"])
            .run()
    };
    let said = replay().expect(1).stderr;
    assert!(said.contains("dead-letter"), "{said}");
    let lost: Vec<String> = (1..=12)
        .map(|number| event(&finding(MEMBER, HOME, number)))
        .chain(["rubbish".to_owned()])
        .collect();
    queue.lose(&lost);
    let said = replay().expect(0).stderr;
    assert!(said.contains("13") && said.contains("12"), "{said}");
    assert_eq!(alerts(&soc).len(), 12);
    let said = replay().expect(0).stderr;
    assert!(said.contains("messages processed: 0"), "{said}");
    soc.hubward(["run", "deliver"]).expect(0);
    assert_eq!(hook.findings().len(), 12);
    soc.hubward(["audit", "verify"]).expect(0);
}
