//! One threat is one alert, however often and wherever it is observed. People are notified again
//! only if something changed, and a silenced alert is stored without a notification.

use serde_json::{Value, json};

use crate::harness::alerts::{AlertQueue, event, finding};
use crate::harness::receiver::Receiver;
use crate::harness::server::Server;
use crate::harness::soc::{HOME, LINKED, Soc};

const MEMBER: &str = "111111111111";
const STRANGER: &str = "333333333333";

/// A SOC whose alerts go to one webhook, and messages for operators to another.
struct Room<'a> {
    soc: &'a Soc,
    queue: AlertQueue<'a>,
    hook: Receiver,
    operations: Receiver,
    _server: Server,
}

fn soc() -> Soc {
    let soc = Soc::new();
    soc.import(&[(MEMBER, "受注", "sato@example.com")]);
    soc
}

impl<'a> Room<'a> {
    fn new(soc: &'a Soc, matchers: &str) -> Self {
        let queue = AlertQueue::new(soc);
        let (hook, operations) = (Receiver::start(), Receiver::start());
        for (name, receiver) in [("hook", &hook), ("operations", &operations)] {
            soc.configure(&format!(
                "[[channels]]\nname = \"{name}\"\nkind = \"webhook\"\nurl = \"{}\"\n\
                 allow_private = true\n",
                receiver.url()
            ));
        }
        soc.configure(&format!(
            "[[routes]]\nevent = \"alert\"\nchannel = \"hook\"\n{matchers}\n\
             [[routes]]\nevent = \"operations\"\nchannel = \"operations\"\n"
        ));
        let program = soc.program().env("HUBWARD_ALERTS__QUEUE_URL", &queue.url);
        let _server = Server::start(program);
        Self {
            soc,
            queue,
            hook,
            operations,
            _server,
        }
    }

    /// Makes GuardDuty report a finding, and waits until it is stored.
    #[track_caller]
    fn see(&self, finding: &Value) {
        self.queue.put(&event(finding));
        for _ in 0..600 {
            if self.queue.length() == 0 {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("it was not taken");
    }

    fn alerts(&self) -> Vec<Value> {
        let listed = self.soc.hubward(["alert", "list", "--json"]).expect(0);
        listed.json().as_array().unwrap().clone()
    }

    /// The types of the first `count` messages to the webhook.
    #[track_caller]
    fn messages(&self, count: usize) -> Vec<String> {
        self.hook
            .wait_for("the messages", |hook| hook.asked().len() >= count);
        let types = |body: &Value| body["type"].as_str().unwrap().to_owned();
        self.hook.bodies().iter().map(types).collect()
    }
}

/// A finding whose actor is known.
fn acted(region: &str, number: usize, count: &str) -> Value {
    let mut finding = finding(MEMBER, region, number);
    finding["ProductFields"] = json!({
        "aws/guardduty/service/count": count,
        "aws/guardduty/service/action/awsApiCallAction/remoteIpDetails/ipAddressV4": "198.51.100.7",
    });
    finding
}

fn at(finding: &Value, updated: &str, count: &str) -> Value {
    let mut later = finding.clone();
    later["UpdatedAt"] = json!(updated);
    later["ProductFields"]["aws/guardduty/service/count"] = json!(count);
    later
}

#[test]
fn one_actor_in_several_regions_is_one_alert_that_lists_them() {
    let soc = soc();
    let room = Room::new(&soc, "");
    room.see(&acted(HOME, 1, "3"));
    room.see(&acted(LINKED, 2, "4"));
    // In the same Region it is about another resource.
    room.see(&acted(LINKED, 3, "5"));
    let alerts = room.alerts();
    assert_eq!(alerts.len(), 2, "{alerts:#?}");
    let folded = alerts
        .iter()
        .find(|alert| alert["finding_ids"].as_array().unwrap().len() == 2)
        .unwrap();
    assert_eq!(folded["count"], 7);
    assert_eq!(folded["region"], HOME);
    assert_eq!(folded["regions"], json!([HOME, LINKED]));
    assert_eq!(room.messages(2), ["alert.opened", "alert.opened"]);
    // Any of its findings leads to the alert.
    let id = folded["finding_ids"][1].as_str().unwrap();
    let shown = soc
        .hubward(["alert", "show", id, "--json"])
        .expect(0)
        .json();
    assert_eq!(shown[0]["id"], folded["id"]);
    // A higher severity in the second Region is reported for the alert, with all of its findings.
    let mut worse = at(&acted(LINKED, 2, "9"), "2026-11-20T01:00:00Z", "9");
    worse["Severity"]["Label"] = json!("CRITICAL");
    room.see(&worse);
    assert_eq!(room.messages(3)[2], "alert.updated");
    let messages = &room.hook.bodies()[2]["data"];
    assert_eq!(messages["finding_ids"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&messages["count"], &messages["news"]),
        (&json!(12), &json!("worse"))
    );
}

#[test]
fn a_note_and_an_acknowledgement_survive_and_a_resolved_alert_reopens_with_new_activity() {
    let soc = soc();
    let room = Room::new(&soc, "");
    let first = finding(MEMBER, HOME, 1);
    room.see(&first);
    room.messages(1);
    let id = room.alerts()[0]["id"].as_str().unwrap().to_owned();
    soc.hubward(["alert", "ack", &id, "--note", "looking into it"])
        .expect(0);
    room.see(&at(&first, "2026-11-20T06:00:00Z", "9"));
    let alert = room.alerts().remove(0);
    assert_eq!(alert["state"], "acknowledged");
    assert_eq!(
        (&alert["note"], &alert["count"]),
        (&json!("looking into it"), &json!(9))
    );
    // After a quiet day people are notified again, and the assignee stays.
    room.see(&at(&first, "2026-11-21T06:00:00Z", "10"));
    room.messages(2);
    assert_eq!(room.hook.bodies()[1]["data"]["news"], "again");
    assert_eq!(room.alerts()[0]["state"], "acknowledged");
    soc.hubward(["alert", "resolve", &id]).expect(0);
    // The same event again changes nothing; new activity does.
    room.see(&at(&first, "2026-11-21T06:00:00Z", "10"));
    assert_eq!(room.alerts()[0]["state"], "resolved");
    room.see(&at(&first, "2026-11-21T07:00:00Z", "11"));
    room.messages(3);
    assert_eq!(room.hook.bodies()[2]["data"]["news"], "reopened");
    let alert = room.alerts().remove(0);
    assert_eq!(
        (&alert["state"], &alert["note"]),
        (&json!("open"), &json!("looking into it"))
    );
    assert_eq!(room.hook.asked().len(), 3);
}

#[test]
fn routes_match_by_type_and_operations_get_alerts_of_unknown_accounts() {
    let soc = soc();
    let room = Room::new(&soc, "type = [\"UnauthorizedAccess:EC2/*\"]");
    let mut other = finding(MEMBER, HOME, 1);
    other["Types"] = json!(["TTPs/Discovery/Recon:EC2-PortProbeUnprotectedPort"]);
    room.see(&other);
    room.see(&finding(MEMBER, HOME, 2));
    assert_eq!(room.messages(1), ["alert.opened"]);
    let messages = room.hook.bodies();
    assert_eq!(
        messages[0]["data"]["type"],
        "UnauthorizedAccess:EC2-SSHBruteForce"
    );
    let mut strange = other.clone();
    strange["AwsAccountId"] = json!(STRANGER);
    strange["Id"] = json!(other["Id"].as_str().unwrap().replace(MEMBER, STRANGER));
    room.see(&strange);
    room.operations
        .wait_for("the alert", |operations| operations.asked().len() == 1);
    let messages = &room.operations.bodies()[0];
    assert_eq!(messages["type"], "alert.opened");
    assert_eq!(messages["data"]["account_id"], STRANGER);
    assert_eq!(room.alerts().len(), 3);
}

#[test]
fn what_is_silenced_is_kept_and_counted_and_never_more_than_was_said() {
    let soc = soc();
    let room = Room::new(&soc, "");
    let silence = |more: &[&str]| {
        let mut args = vec!["alert", "silence"];
        args.extend(more);
        soc.hubward(args)
    };
    room.see(&finding(MEMBER, HOME, 1));
    room.messages(1);
    // A silence that would cover everything, has no reason, no end, or an end in the past is
    // rejected.
    silence(&["--reason", "x", "--until", "4h"]).expect(1);
    silence(&["--type", "*", "--reason", "x", "--until", "4h"]).expect(1);
    silence(&["--type", "UnauthorizedAccess:*", "--until", "4h"]).expect(2);
    silence(&["--type", "UnauthorizedAccess:*", "--reason", "x"]).expect(2);
    silence(&[
        "--type",
        "UnauthorizedAccess:*",
        "--reason",
        " ",
        "--until",
        "4h",
    ])
    .expect(1);
    silence(&[
        "--type",
        "UnauthorizedAccess:*",
        "--reason",
        "x",
        "--until",
        "2020-01-01",
    ])
    .expect(1);
    silence(&["--type", "a b", "--reason", "x", "--until", "4h"]).expect(1);
    assert_eq!(silence(&["--list", "--json"]).expect(0).json(), json!([]));
    let made = silence(&[
        "--type",
        "UnauthorizedAccess:EC2/*",
        "--project",
        "受注",
        "--region",
        HOME,
        "--reason",
        "penetration test",
        "--until",
        "4h",
        "--json",
    ])
    .expect(0);
    // It lists what it would silence now.
    let row = &made.json()[0];
    assert_eq!(row["covers"].as_array().unwrap().len(), 1);
    assert!(made.stderr.contains("CRITICAL"), "{made:?}");
    let id = row["id"].as_str().unwrap().to_owned();

    let quiet = finding(MEMBER, HOME, 2);
    room.see(&quiet);
    room.see(&at(&quiet, "2026-11-20T06:00:00Z", "9"));
    let listed = soc
        .hubward(["alert", "list", "--state", "silenced", "--json"])
        .expect(0)
        .json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(
        (&listed[0]["count"], &listed[0]["deliveries"]),
        (&json!(9), &json!([]))
    );
    let silences = silence(&["--list", "--json"]).expect(0).json();
    assert_eq!(silences[0]["count"], 1);
    assert_eq!(
        (&silences[0]["reason"], &silences[0]["active"]),
        (&json!("penetration test"), &json!(true))
    );
    silence(&["--list", "--lang", "ja"]).expect(0);
    // Another Region, a critical one, and an account outside the ledger still notify.
    room.see(&finding(MEMBER, LINKED, 3));
    let mut critical = finding(MEMBER, HOME, 4);
    critical["Severity"]["Label"] = json!("CRITICAL");
    room.see(&critical);
    room.see(&finding(STRANGER, HOME, 5));
    assert_eq!(room.messages(4).len(), 4);
    // After the silence, new activity notifies.
    silence(&["--end", &id]).expect(0);
    silence(&["--end", &id]).expect(1);
    room.see(&at(&quiet, "2026-11-20T07:00:00Z", "10"));
    room.messages(5);
    let messages = &room.hook.bodies()[4];
    assert_eq!(
        (&messages["type"], &messages["data"]["news"]),
        (&json!("alert.updated"), &json!("reopened"))
    );
    let history = soc.hubward(["audit", "list", "--json"]).expect(0).stdout;
    assert!(history.contains("silence.added") && history.contains("silence.ended"));
    soc.hubward(["audit", "verify"]).expect(0);
}
