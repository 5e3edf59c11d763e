//! Failures during ingestion and delivery of alerts: a locked database, a full disk, a failing
//! queue, a hanging channel, a killed server. No alert is lost, and operators are notified.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::alerts::{AlertQueue, event, finding};
use crate::harness::misbehaving_server::{Answer, OddServer};
use crate::harness::program::Program;
use crate::harness::receiver::Receiver;
use crate::harness::server::Server;
use crate::harness::soc::{HOME, Soc};

const MEMBER: &str = "111111111111";
const KEY: &str = "a-key-of-eventbridge";

fn channel(name: &str, url: &str, events: &[&str]) -> String {
    let mut text = format!(
        "[[channels]]\nname = \"{name}\"\nkind = \"webhook\"\nurl = \"{url}\"\nallow_private = true\n"
    );
    for event in events {
        text.push_str(&format!(
            "[[routes]]\nevent = \"{event}\"\nchannel = \"{name}\"\n"
        ));
    }
    text
}

/// A SOC whose alerts go to one channel and operations messages to another.
fn soc(chat: &Receiver, operations: &Receiver) -> Soc {
    let soc = Soc::new();
    soc.import(&[(MEMBER, "受注", "sato@example.com")]);
    soc.configure(&channel("chat", &chat.url(), &["alert"]));
    soc.configure(&channel("office", &operations.url(), &["operations"]));
    soc
}

fn pushed(soc: &Soc) -> Program {
    soc.program().env("HUBWARD_ALERTS__PUSH_SECRET", KEY)
}

fn troubles(receiver: &Receiver) -> Vec<String> {
    receiver
        .bodies()
        .iter()
        .filter_map(|body| body["data"]["trouble"].as_str().map(str::to_owned))
        .collect()
}

/// Like EventBridge: retries until it is accepted.
fn push_until_taken(server: &Server, body: &str) -> usize {
    let begun = Instant::now();
    for refused in 0.. {
        let answer = server.push(KEY, body);
        if answer.status == 202 {
            return refused;
        }
        assert_eq!(answer.status, 503, "{answer:?}");
        assert_eq!(answer.retry_after.as_deref(), Some("1"));
        assert!(begun.elapsed() < Duration::from_secs(120));
        std::thread::sleep(Duration::from_millis(200));
    }
    0
}

#[test]
fn a_database_that_is_locked_for_ten_seconds_loses_nothing_and_operations_are_notified() {
    let (chat, operations) = (Receiver::start(), Receiver::start());
    let soc = soc(&chat, &operations);
    let server = Server::start(pushed(&soc));
    let body = event(&finding(MEMBER, HOME, 1));
    soc.database.locked(|| {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(10) {
            let answer = server.push(KEY, body.as_str());
            assert_eq!(answer.status, 503, "{answer:?}");
        }
        // Not through the outbox, which is in the locked database.
        assert_eq!(troubles(&operations), ["store_failing"]);
        assert_eq!(chat.asked().len(), 0);
    });
    push_until_taken(&server, &body);
    chat.wait_for("the alert", |chat| chat.findings().len() == 1);
    operations.wait_for("the end of it", |office| {
        troubles(office).contains(&"store_works".to_owned())
    });
    assert_eq!(chat.asked().len(), 1);
}

#[test]
fn a_full_disk_loses_nothing_and_operations_are_notified() {
    let (chat, operations) = (Receiver::start(), Receiver::start());
    let soc = soc(&chat, &operations);
    if !soc.database.is_file() {
        return;
    }
    let queue = AlertQueue::new(&soc);
    let program = pushed(&soc).env("HUBWARD_ALERTS__QUEUE_URL", &queue.url);
    // Beyond the limit a write fails as on a full disk; otherwise the signal would end the process.
    let server = Server::start(program.without_signal("XFSZ"));
    let limit = |bytes: &str| {
        let status = Command::new("prlimit")
            .args(["--pid", &server.process().to_string()])
            .arg(format!("--fsize={bytes}:unlimited"))
            .status()
            .expect("prlimit");
        assert!(status.success());
    };
    limit("4096");
    queue.put(&event(&finding(MEMBER, HOME, 1)));
    let body = event(&finding(MEMBER, HOME, 2));
    operations.wait_for("the alarm", |office| {
        let answer = server.push(KEY, body.as_str());
        assert_eq!(answer.status, 503, "{answer:?}");
        troubles(office) == ["store_failing"]
    });
    assert_eq!(chat.asked().len(), 0);
    assert_eq!(queue.length(), 1, "it stays where it is");
    limit("unlimited");
    push_until_taken(&server, &body);
    chat.wait_for("both alerts", |chat| chat.findings().len() == 2);
    operations.wait_for("the end of it", |office| {
        troubles(office).contains(&"store_works".to_owned())
    });
    soc.hubward(["audit", "verify"]).expect(0);
}

#[test]
fn a_queue_that_answers_with_errors_loses_nothing_and_operations_are_notified() {
    let (chat, operations) = (Receiver::start(), Receiver::start());
    let soc = soc(&chat, &operations);
    let queue = AlertQueue::new(&soc);
    let server = Server::start(soc.program().env("HUBWARD_ALERTS__QUEUE_URL", &queue.url));
    for operation in ["ReceiveMessage", "DeleteMessageBatch"] {
        soc.cloud.fault(&json!({
            "service": "sqs", "operation": operation,
            "error": { "code": "InternalError", "message": "no", "status": 500 },
        }));
    }
    let bodies: Vec<String> = (0..20)
        .map(|number| event(&finding(MEMBER, HOME, number)))
        .collect();
    queue.put_all(&bodies);
    operations.wait_for("the notice", |office| troubles(office) == ["queue_failing"]);
    soc.cloud.clear_faults();
    chat.wait_for("every alert", |chat| chat.findings().len() == 20);
    while queue.length() > 0 {
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(chat.asked().len(), 20);
    assert!(server.said().contains("alert queue can be read again"));
}

#[test]
fn a_channel_that_hangs_blocks_no_other_and_operations_are_notified() {
    let (chat, operations) = (Receiver::start(), Receiver::start());
    let soc = soc(&chat, &operations);
    let hangs = Arc::new(AtomicBool::new(true));
    let hanging = Arc::clone(&hangs);
    let slow = OddServer::start(move |_| {
        if hanging.load(Ordering::SeqCst) {
            Answer::Hang
        } else {
            Answer::http("200 OK", &[], "ok")
        }
    });
    soc.configure(&channel("slow", &format!("{}/x", slow.url()), &["alert"]));
    let server = Server::start(pushed(&soc));
    for number in 0..4 {
        let answer = server.push(KEY, event(&finding(MEMBER, HOME, number)));
        assert_eq!(answer.status, 202);
    }
    chat.wait_for("every alert", |chat| chat.findings().len() == 4);
    operations.wait_for("the notice", |office| !troubles(office).is_empty());
    assert!(
        troubles(&operations)[0].starts_with("channel_"),
        "{:?}",
        operations.bodies()
    );
    hangs.store(false, Ordering::SeqCst);
    let begun = Instant::now();
    let taken = || -> BTreeSet<String> {
        let said = slow.asked();
        said.iter()
            .filter_map(|asked| {
                let body: Value = serde_json::from_str(&asked.body).ok()?;
                Some(body["data"]["finding_id"].as_str()?.to_owned())
            })
            .collect()
    };
    while taken().len() < 4 {
        assert!(begun.elapsed() < Duration::from_secs(150));
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn killed_five_times_under_two_hundred_alerts_each_comes_under_its_first_key() {
    const KILLS: usize = 5;
    const ALERTS: usize = 200;
    let operations = Receiver::start();
    let (count, taken) = (
        AtomicUsize::new(0),
        Arc::<Mutex<Vec<(String, String)>>>::default(),
    );
    let log = Arc::clone(&taken);
    let chat = OddServer::start(move |asked| {
        // It rejects a third of the messages.
        if count.fetch_add(1, Ordering::SeqCst) % 3 == 2 {
            return Answer::http("503 Service Unavailable", &[], "busy");
        }
        let body: Value = serde_json::from_str(&asked.body).expect("a JSON body");
        let finding = body["data"]["finding_id"].as_str().expect("an alert");
        let key = asked.header("webhook-id").expect("a key");
        log.lock()
            .expect("the log")
            .push((finding.to_owned(), key.to_owned()));
        Answer::http("200 OK", &[], "ok")
    });
    let soc = Soc::new();
    soc.import(&[(MEMBER, "受注", "sato@example.com")]);
    soc.configure(&channel("chat", &format!("{}/x", chat.url()), &["alert"]));
    soc.configure(&channel("office", &operations.url(), &["operations"]));
    let bodies: Vec<String> = (0..ALERTS)
        .map(|number| event(&finding(MEMBER, HOME, number)))
        .collect();
    let mut chance = 88_172_645_463_325_252_u64;
    let mut next = bodies.iter();
    for _ in 0..KILLS {
        let server = Server::start(pushed(&soc));
        for body in next.by_ref().take(ALERTS / KILLS) {
            assert_eq!(server.push(KEY, body.as_str()).status, 202);
        }
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        std::thread::sleep(Duration::from_millis(chance % 300));
        server.kill();
    }
    let _server = Server::start(pushed(&soc));
    let begun = Instant::now();
    let received = || {
        let taken = taken.lock().expect("the log");
        let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (finding, key) in taken.iter() {
            keys.entry(finding.clone()).or_default().push(key.clone());
        }
        keys
    };
    while received().len() < ALERTS {
        assert!(
            begun.elapsed() < Duration::from_secs(150),
            "{}",
            received().len()
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    let received = received();
    let repeats: usize = received.values().map(|keys| keys.len() - 1).sum();
    assert!(repeats <= 4 * KILLS, "{repeats} repeats");
    for (finding, keys) in &received {
        let distinct: BTreeSet<&String> = keys.iter().collect();
        assert_eq!(distinct.len(), 1, "{finding} came under {distinct:?}");
    }
    soc.hubward(["audit", "verify"]).expect(0);
}
