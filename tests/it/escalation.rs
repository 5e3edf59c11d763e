//! People are notified again until an alert is acknowledged, get a list of open alerts every
//! morning, and Security Hub is updated.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::alerts::{AlertQueue, event, finding};
use crate::harness::aws::{block_on, security_hub};
use crate::harness::findings::import;
use crate::harness::program::Program;
use crate::harness::receiver::Receiver;
use crate::harness::server::Server;
use crate::harness::soc::{ADMINISTRATOR, HOME, Soc};

const MEMBER: &str = "111111111111";
const KEY: &str = "a-key-of-eventbridge";

fn channel(name: &str, url: &str, event: &str) -> String {
    format!(
        "[[channels]]\nname = \"{name}\"\nkind = \"webhook\"\nurl = \"{url}\"\nallow_private = true\n\
         [[routes]]\nevent = \"{event}\"\nchannel = \"{name}\"\n"
    )
}

fn soc(chat: &Receiver, operations: &Receiver) -> Soc {
    let soc = Soc::new();
    soc.import(&[(MEMBER, "受注", "sato@example.com")]);
    soc.configure(&channel("chat", &chat.url(), "alert"));
    soc.configure(&channel("office", &operations.url(), "operations"));
    soc
}

fn pushed(soc: &Soc) -> Program {
    soc.program().env("HUBWARD_ALERTS__PUSH_SECRET", KEY)
}

fn of_type(receiver: &Receiver, kind: &str) -> Vec<Value> {
    let mut bodies = receiver.bodies();
    bodies.retain(|body| body["type"] == kind);
    bodies
}

fn id_of(soc: &Soc, number: usize) -> String {
    let id = finding(MEMBER, HOME, number)["Id"].clone();
    let listed = soc.hubward(["alert", "list", "--json"]).expect(0).json();
    let found = listed.as_array().unwrap().iter();
    let found = found.clone().find(|alert| alert["finding_id"] == id);
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

#[test]
fn people_are_notified_again_until_it_is_acknowledged() {
    let (chat, operations) = (Receiver::start(), Receiver::start());
    let soc = soc(&chat, &operations);
    let server = Server::start(pushed(&soc).env("HUBWARD_ALERTS__ESCALATE_AFTER", "3s"));
    let mut critical = finding(MEMBER, HOME, 1);
    critical["Severity"]["Label"] = json!("CRITICAL");
    for body in [
        event(&critical),
        event(&finding(MEMBER, HOME, 2)),
        event(&finding(MEMBER, HOME, 3)),
    ] {
        assert_eq!(server.push(KEY, body).status, 202);
    }
    // This one is acknowledged in time.
    soc.hubward(["alert", "ack", &id_of(&soc, 3), "--note", "looking"])
        .expect(0);
    chat.wait_for("both calls and the second for the critical one", |chat| {
        of_type(chat, "alert.escalated").len() >= 3
    });
    let messages = of_type(&chat, "alert.escalated");
    let levels = |number: usize| -> Vec<i64> {
        let id = finding(MEMBER, HOME, number)["Id"].clone();
        let of_it = messages
            .iter()
            .filter(|body| body["data"]["finding_id"] == id);
        of_it
            .map(|body| body["data"]["level"].as_i64().unwrap())
            .collect()
    };
    assert_eq!(levels(1)[..2], [1, 2]);
    assert_eq!(levels(2), [1]);
    assert_eq!(levels(3), [0_i64; 0]);
    operations.wait_for("the same at operations", |office| {
        of_type(office, "alert.escalated").len() >= 3
    });
    // An acknowledged alert is not escalated.
    let critical = id_of(&soc, 1);
    soc.hubward(["alert", "assign", &critical, "mika"])
        .expect(0);
    let before = of_type(&chat, "alert.escalated").len();
    let later = soc.hubward(["run", "escalate"]).expect(0);
    assert!(later.stderr.contains('0'), "{later:?}");
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(of_type(&chat, "alert.escalated").len(), before);
    let shown = soc
        .hubward(["alert", "show", &critical, "--json"])
        .expect(0);
    let steps: Vec<String> = shown.json()[0]["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|moment| moment["step"].as_str().unwrap().to_owned())
        .collect();
    for step in [
        "created",
        "event",
        "received",
        "stored",
        "delivered",
        "escalated",
        "handled",
    ] {
        assert!(
            steps.contains(&step.to_owned()),
            "{step} is not in {steps:?}"
        );
    }
    assert_eq!(steps[..4], ["created", "event", "received", "stored"]);
    soc.hubward(["audit", "verify"]).expect(0);
}

#[test]
fn a_hundred_unacknowledged_alerts_are_not_a_hundred_messages() {
    let (chat, operations) = (Receiver::start(), Receiver::start());
    let soc = soc(&chat, &operations);
    let queue = AlertQueue::new(&soc);
    let bodies: Vec<String> = (0..100)
        .map(|number| event(&finding(MEMBER, HOME, number)))
        .collect();
    queue.put_all(&bodies);
    let server = Server::start(soc.program().env("HUBWARD_ALERTS__QUEUE_URL", &queue.url));
    while soc
        .hubward(["alert", "list", "--json"])
        .json()
        .as_array()
        .map(Vec::len)
        != Some(100)
    {
        std::thread::sleep(Duration::from_millis(200));
    }
    drop(server);
    std::thread::sleep(Duration::from_secs(2));
    let escalate = || {
        let program = soc.program().env("HUBWARD_ALERTS__ESCALATE_AFTER", "1s");
        program.args(["run", "escalate"]).run().expect(0).stderr
    };
    let said = escalate();
    assert!(said.contains("100"), "{said}");
    let said = escalate();
    assert!(!said.contains("100"), "once per alert: {said}");
    soc.hubward(["run", "deliver"]).expect(0);
    assert_eq!(of_type(&chat, "alert.escalated").len(), 10);
    let rest = of_type(&chat, "alert.still_open");
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0]["data"]["count"], 90);
    assert_eq!(rest[0]["data"]["alerts"].as_array().unwrap().len(), 20);
}

#[test]
fn every_morning_people_get_the_open_alerts_and_nothing_if_there_are_none() {
    let (chat, operations) = (Receiver::start(), Receiver::start());
    let soc = soc(&chat, &operations);
    soc.hubward(["run", "open-alerts"]).expect(0);
    soc.hubward(["run", "deliver"]).expect(0);
    assert_eq!(chat.asked().len(), 0);
    {
        let server = Server::start(pushed(&soc));
        for number in 0..3 {
            let body = event(&finding(MEMBER, HOME, number));
            assert_eq!(server.push(KEY, body).status, 202);
        }
        chat.wait_for("the alerts", |chat| chat.findings().len() == 3);
    }
    soc.hubward(["alert", "ack", &id_of(&soc, 1)]).expect(0);
    soc.hubward(["alert", "resolve", &id_of(&soc, 2)]).expect(0);
    soc.hubward(["run", "open-alerts"]).expect(0);
    soc.hubward(["run", "deliver"]).expect(0);
    let messages = of_type(&chat, "alert.still_open");
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["data"]["count"], 2);
    assert_eq!(messages[0]["data"]["untaken"], 1);
    assert_eq!(of_type(&operations, "alert.still_open").len(), 0);
}

#[test]
fn security_hub_gets_the_outcome_and_that_is_no_new_alert() {
    let (chat, operations) = (Receiver::start(), Receiver::start());
    let soc = soc(&chat, &operations);
    soc.hubward(["invite"]).expect(0);
    soc.set_up(MEMBER).expect(0);
    let queue = AlertQueue::new(&soc);
    queue.fill_by_rule();
    let program = soc.program().env("HUBWARD_ALERTS__QUEUE_URL", &queue.url);
    let _server = Server::start(program.env("HUBWARD_ALERTS__WRITE_BACK", "true"));
    // At first Security Hub rejects the update.
    soc.cloud.fault(&json!({
        "service": "securityhub", "operation": "BatchUpdateFindings",
        "error": { "code": "AccessDeniedException", "message": "no", "status": 403 }, "times": 1,
    }));
    import(&soc.cloud, MEMBER, HOME, &[finding(MEMBER, HOME, 7)]);
    let status = || {
        let hub = security_hub(&soc.cloud, ADMINISTRATOR, HOME);
        let found = block_on(hub.get_findings().send()).unwrap();
        let first = found.findings().first().cloned().unwrap();
        let workflow = first.workflow().cloned().unwrap();
        workflow.status().unwrap().as_str().to_owned()
    };
    let wait = |wanted: &str| {
        for _ in 0..1_500 {
            if status() == wanted {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("it is {}, not {wanted}", status());
    };
    chat.wait_for("the alert", |chat| chat.findings().len() == 1);
    wait("NOTIFIED");
    // Our own update comes back as an event.
    let mut updated = finding(MEMBER, HOME, 7);
    updated["Workflow"]["Status"] = json!("NOTIFIED");
    queue.put(&event(&updated));
    let id = id_of(&soc, 7);
    let write = |words: [&str; 3]| {
        let program = soc.program().env("HUBWARD_ALERTS__WRITE_BACK", "true");
        program.args(words).run().expect(0);
    };
    write(["alert", "ack", &id]);
    write(["alert", "resolve", &id]);
    wait("RESOLVED");
    updated["Workflow"]["Status"] = json!("RESOLVED");
    queue.put(&event(&updated));
    while queue.length() > 0 {
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(chat.asked().len(), 1, "{:#?}", chat.bodies());
    let listed = soc.hubward(["alert", "list", "--json"]).expect(0).json();
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    assert_eq!(listed[0]["state"], "resolved");
}
