//! A burst of pushed alerts: more than a channel gets individually. Critical ones are sent first,
//! many become digests, and every single one is named.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::alert_fixtures::{MEMBER, channel, route, soc};
use crate::harness::alerts::{event, finding};
use crate::harness::misbehaving_server::{Answer, OddServer};
use crate::harness::server::Server;
use crate::harness::soc::HOME;

const KEY: &str = "a-key-of-eventbridge";
/// A webhook gets 3,000 a minute individually; this many still wait when the last one is pushed,
/// however slow the machine is.
const ALERTS: usize = 3_600;
/// How many of them one event has: AWS sends one, its format allows many.
const TOGETHER: usize = 10;
/// How many messages to a webhook are sent concurrently.
const WORKERS: usize = 4;

fn critical(number: usize) -> Value {
    let mut finding = finding(MEMBER, HOME, number);
    finding["Severity"]["Label"] = json!("CRITICAL");
    finding
}

fn events(findings: &[Value]) -> String {
    let mut together: Value = serde_json::from_str(&event(&findings[0])).expect("an event");
    together["detail"]["findings"] = json!(findings);
    together.to_string()
}

/// The findings in a message.
fn findings_in(body: &Value) -> Vec<String> {
    let data = &body["data"];
    let ids = data["finding_ids"].as_array().expect("findings");
    let ids = ids.iter().map(|id| id.as_str().expect("an id").to_owned());
    ids.collect()
}

fn bodies(chat: &OddServer) -> Vec<Value> {
    let asked = chat.asked().into_iter();
    asked
        .map(|asked| serde_json::from_str(&asked.body).expect("a JSON body"))
        .collect()
}

#[test]
fn thousands_at_once_become_digests_in_which_none_is_missing_and_the_worst_come_first() {
    let slow = Arc::new(AtomicBool::new(true));
    let is_slow = Arc::clone(&slow);
    let chat = OddServer::start(move |_| {
        if is_slow.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_secs(2));
        }
        Answer::http("200 OK", &[], "ok")
    });
    let soc = soc();
    soc.configure(&channel(
        "chat",
        "webhook",
        &format!("{}/x", chat.url()),
        "",
    ));
    soc.configure(&route("alert", "chat"));
    let server = Server::start(soc.program().env("HUBWARD_ALERTS__PUSH_SECRET", KEY));
    let many: Vec<Value> = (0..ALERTS).map(|n| finding(MEMBER, HOME, n)).collect();
    let many: Vec<String> = many.chunks(TOGETHER).map(events).collect();
    server.push_all(KEY, &many, 16);
    // A critical alert waits only for the messages that are already being sent.
    let worst: Vec<Value> = (ALERTS..ALERTS + 3).map(critical).collect();
    let worst_bodies: Vec<String> = worst.iter().map(event).collect();
    server.push_all(KEY, &worst_bodies, 3);
    let before = chat.asked().len();
    while chat.asked().len() < before + 3 * WORKERS {
        std::thread::sleep(Duration::from_millis(50));
    }
    let first: Vec<String> = bodies(&chat)[..before + 3 * WORKERS]
        .iter()
        .flat_map(findings_in)
        .collect();
    for finding in &worst {
        let id = finding["Id"].as_str().expect("an id").to_owned();
        assert!(first.contains(&id), "{id} waits");
    }
    slow.store(false, Ordering::SeqCst);

    // Each alert is in one message, and each message lists as many as it counts.
    let mut named: BTreeMap<String, usize> = BTreeMap::new();
    let mut read = 0;
    while named.len() < ALERTS + 3 {
        std::thread::sleep(Duration::from_millis(500));
        let asked = chat.asked();
        for asked in &asked[read..] {
            let body: Value = serde_json::from_str(&asked.body).expect("a JSON body");
            for id in findings_in(&body) {
                *named.entry(id).or_default() += 1;
            }
        }
        read = asked.len();
    }
    assert!(named.values().all(|times| *times == 1), "sent twice");
    let said = bodies(&chat);
    let digests: Vec<&Value> = said
        .iter()
        .filter(|b| b["type"] == "alert.digest")
        .collect();
    assert!(!digests.is_empty() && said.len() < ALERTS, "{}", said.len());
    for digest in &digests {
        let data = &digest["data"];
        let count = findings_in(digest).len();
        assert_eq!(data["count"], count);
        let severities = data["severities"].as_object().expect("severities");
        let sum: u64 = severities.values().filter_map(Value::as_u64).sum();
        assert_eq!(sum, count as u64);
        let named = data["alerts"].as_array().expect("alerts");
        assert_eq!(named.len(), count.min(20));
        let worst = named
            .iter()
            .take_while(|alert| alert["severity"] == "CRITICAL");
        assert_eq!(
            worst.count() as u64,
            severities
                .get("CRITICAL")
                .map_or(0, |n| n.as_u64().expect("a number"))
        );
    }
    // An alert of a digest shows that, when and how it was sent.
    let id = findings_in(digests[0]).remove(0);
    let shown = || {
        soc.hubward(["alert", "show", &id, "--json"])
            .expect(0)
            .json()
    };
    while shown()[0]["deliveries"][0]["state"] != "delivered" {
        std::thread::sleep(Duration::from_millis(100));
    }
    let steps: Vec<Value> = shown()[0]["timeline"]
        .as_array()
        .expect("a timeline")
        .clone();
    let last = steps.last().expect("a step");
    assert_eq!(
        (&last["step"], &last["detail"]),
        (&json!("delivered"), &json!("chat #1"))
    );
    soc.hubward(["audit", "verify"]).expect(0);
}
