//! `hubward hub setup`: it shows what exists, asks for a confirmation, and finds nothing left to
//! do; resources of others stay as they are.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};

use crate::harness::alerts::{AlertQueue, direct, finding};
use crate::harness::aws::{block_on, events, security_hub, sqs};
use crate::harness::findings::import;
use crate::harness::receiver::Receiver;
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc};
use crate::harness::terminal::at_terminal;

const ID: &str = "111111111111";

/// A SOC in whose account nothing exists yet.
fn bare() -> Soc {
    let soc = Soc::new();
    for region in [HOME, LINKED] {
        let hub = security_hub(&soc.cloud, ADMINISTRATOR, region);
        block_on(hub.disable_security_hub().send()).unwrap();
    }
    soc.cloud.forget_calls();
    soc
}

/// `part REGION state` of each row.
fn states(rows: &Value) -> Vec<String> {
    let rows = rows.as_array().unwrap();
    let detail = rows
        .iter()
        .map(|row| format!("{} {} {}", row["part"], row["region"], row["state"]));
    detail.map(|row| row.replace('"', "")).collect()
}

/// All rows in one state.
fn all(state: &str) -> Vec<String> {
    let home = [
        "finding_aggregation",
        "dead_letter_queue",
        "alert_queue",
        "threat_rule",
        "guardduty_rule",
        "test_rule",
    ];
    let home = home.map(|part| format!("{part} {HOME} {state}"));
    let hubs = [HOME, LINKED].map(|region| format!("security_hub {region} {state}"));
    hubs.into_iter().chain(home).collect()
}

fn queue_url(rows: &Value) -> String {
    let mut rows = rows.as_array().unwrap().iter();
    let queue = rows.find(|row| row["part"] == "alert_queue").unwrap();
    queue["queue_url"].as_str().unwrap().to_owned()
}

/// All attributes of a queue.
fn attributes(soc: &Soc, name: &str) -> BTreeMap<String, String> {
    let queue = sqs(&soc.cloud, ADMINISTRATOR, HOME);
    block_on(async {
        let url = queue.get_queue_url().queue_name(name).send().await.unwrap();
        let asked = queue
            .get_queue_attributes()
            .set_queue_url(url.queue_url)
            .attribute_names(QueueAttributeName::All);
        let answer = asked.send().await.unwrap().attributes.unwrap();
        let named = answer.into_iter();
        named
            .map(|(name, value)| (name.as_str().to_owned(), value))
            .collect()
    })
}

fn put_event(soc: &Soc, source: &str, detail: &Value) {
    put_event_of(soc, source, "Hubward Test", detail);
}

fn put_event_of(soc: &Soc, source: &str, detail_type: &str, detail: &Value) {
    use aws_sdk_eventbridge::types::PutEventsRequestEntry;
    let entry = PutEventsRequestEntry::builder()
        .source(source)
        .detail_type(detail_type)
        .detail(detail.to_string())
        .build();
    let bus = events(&soc.cloud, ADMINISTRATOR, HOME);
    block_on(bus.put_events().entries(entry).send()).unwrap();
}

#[test]
fn what_is_missing_is_shown_made_after_a_yes_and_not_made_again() {
    let soc = bare();
    let planned = soc.hubward(["hub", "plan", "--json"]).expect(3);
    assert_eq!(states(&planned.json()), all("planned"));
    // Without a terminal to confirm, it is a plan.
    let asked = soc.hubward(["hub", "setup"]).expect(3);
    assert!(asked.stderr.contains("--yes"), "{asked:?}");
    let (code, shown) = at_terminal(soc.program().args(["hub", "setup"]), "n");
    assert_eq!(code, 1, "{shown}");
    assert!(shown.contains("hubward-threats"), "{shown}");
    assert_eq!(soc.cloud.mutating_calls(), Vec::<Value>::new());

    let made = soc.hubward(["hub", "setup", "--yes", "--json"]).expect(0);
    assert_eq!(states(&made.json()), all("changed"));
    let state = soc.cloud.state(ADMINISTRATOR);
    for region in [HOME, LINKED] {
        let region = &state["regions"][region];
        assert_eq!(region["standards"], json!({}));
        assert_eq!(region["hub"]["tags"]["hubward:created-by"], "hubward");
    }
    let aggregator = &state["regions"][HOME]["aggregator"];
    assert_eq!(aggregator["mode"], "SPECIFIED_REGIONS");
    assert_eq!(aggregator["regions"], json!([LINKED]));

    soc.cloud.forget_calls();
    for verb in ["plan", "setup"] {
        let again = soc.hubward(["hub", verb, "--json"]).expect(0);
        assert_eq!(states(&again.json()), all("already"));
        assert_eq!(queue_url(&again.json()), queue_url(&made.json()));
    }
    assert_eq!(soc.cloud.mutating_calls(), Vec::<Value>::new());
    // Each change was recorded with its actor before it was made.
    let audit = soc.hubward(["audit", "list", "--json"]).expect(0).json();
    let asked = audit.as_array().unwrap().iter();
    let asked = asked.filter(|event| event["action"] == "hub.change_requested");
    let actors: Vec<String> = asked.map(|event| event["actor"].to_string()).collect();
    assert_eq!(actors.len(), 11);
    assert!(actors.iter().all(|actor| actor.contains("operator:")));
    let doctor = soc.hubward(["doctor", "--json"]).expect(0).json();
    for row in doctor.as_array().unwrap() {
        let part = row["check"].as_str().unwrap();
        let of_hub = all("ok").iter().any(|it| it.starts_with(part));
        assert!(!of_hub || row["state"] == "ok", "{row}");
    }
}

#[test]
fn the_queue_is_closed_to_all_but_the_rules_and_keeps_what_cannot_be_taken_in() {
    let soc = bare();
    soc.hubward(["hub", "setup", "--yes"]).expect(0);
    let queue = attributes(&soc, "hubward-alerts");
    let dead = attributes(&soc, "hubward-alerts-dead");
    let redrive: Value = serde_json::from_str(&queue["RedrivePolicy"]).unwrap();
    assert_eq!(redrive["deadLetterTargetArn"], dead["QueueArn"].as_str());
    for queue in [&queue, &dead] {
        assert_eq!(queue["SqsManagedSseEnabled"], "true");
        assert_eq!(queue["MessageRetentionPeriod"], "1209600");
        let policy: Value = serde_json::from_str(&queue["Policy"]).unwrap();
        let statements = policy["Statement"].as_array().unwrap();
        let tls = statements.last().unwrap();
        assert_eq!(tls["Effect"], "Deny");
        assert_eq!(tls["Condition"]["Bool"]["aws:SecureTransport"], "false");
        for allowed in statements.iter().filter(|it| it["Effect"] == "Allow") {
            assert_eq!(allowed["Principal"]["Service"], "events.amazonaws.com");
            let condition = &allowed["Condition"];
            assert_eq!(
                condition["StringEquals"]["aws:SourceAccount"],
                ADMINISTRATOR
            );
            let rules = ["hubward-threats", "hubward-guardduty", "hubward-test"]
                .map(|rule| format!("arn:aws:events:{HOME}:{ADMINISTRATOR}:rule/{rule}"));
            assert_eq!(condition["ArnEquals"]["aws:SourceArn"], json!(rules));
        }
    }
}

#[test]
fn the_address_that_is_printed_brings_threats_to_the_chat() {
    let soc = bare();
    let chat = Receiver::start();
    let (code, shown) = at_terminal(soc.program().args(["hub", "setup"]), "y");
    assert_eq!(code, 0, "{shown}");
    // As a person would: copied from the screen into the file.
    let (_, paste) = shown.rsplit_once("[alerts]").unwrap();
    let paste = paste.replace('\r', "");
    soc.configure(&format!(
        "[alerts]{paste}\n[[channels]]\nname = \"chat\"\nkind = \"webhook\"\nurl = \"{}\"\nallow_private = true\n\
         [[routes]]\nevent = \"alert\"\nchannel = \"chat\"\n[[routes]]\nevent = \"operations\"\nchannel = \"chat\"",
        chat.url()
    ));
    let again = soc.hubward(["hub", "plan"]).expect(0);
    assert!(!again.stdout.contains("queue_url"), "{again:?}");
    soc.import(&[(ID, "A", "a@example.com")]);
    soc.hubward(["invite"]).expect(0);
    soc.set_up(ID).expect(0);
    let server = soc.serve();
    // A test event arrives, and is neither an alert nor a problem.
    put_event(&soc, "hubward.test", &json!({ "id": "1" }));
    import(&soc.cloud, ID, LINKED, &[finding(ID, LINKED, 1)]);
    chat.wait_for("the threat", |chat| !chat.bodies().is_empty());
    let queue = attributes(&soc, "hubward-alerts");
    let left = queue["ApproximateNumberOfMessages"].clone();
    drop(server);
    assert_eq!(left, "0");
    let bodies = chat.bodies();
    assert_eq!(bodies.len(), 1, "{bodies:#?}");
    assert_eq!(bodies[0]["type"], "alert.opened");
    assert_eq!(bodies[0]["data"]["region"], LINKED);
}

#[test]
fn what_guardduty_tells_itself_is_the_threat_that_security_hub_tells_later() {
    let soc = bare();
    let chat = Receiver::start();
    let made = soc.hubward(["hub", "setup", "--yes", "--json"]).expect(0);
    soc.configure(&format!(
        "[alerts]\nqueue_url = \"{}\"\n[[channels]]\nname = \"chat\"\nkind = \"webhook\"\nurl = \"{}\"\nallow_private = true\n\
         [[routes]]\nevent = \"alert\"\nchannel = \"chat\"\n[[routes]]\nevent = \"operations\"\nchannel = \"chat\"",
        queue_url(&made.json()),
        chat.url()
    ));
    soc.import(&[(ID, "A", "a@example.com")]);
    soc.hubward(["invite"]).expect(0);
    soc.set_up(ID).expect(0);
    // The cloud for tests allows events that only GuardDuty can send.
    let tell = |number: usize, severity: f64| {
        let event: Value = serde_json::from_str(&direct(ID, HOME, number)).unwrap();
        let mut detail = event["detail"].clone();
        detail["severity"] = json!(severity);
        put_event_of(&soc, "aws.guardduty", "GuardDuty Finding", &detail);
    };
    let waiting = || attributes(&soc, "hubward-alerts")["ApproximateNumberOfMessages"].clone();
    tell(1, 6.9);
    assert_eq!(waiting(), "0");
    tell(1, 7.0);
    import(&soc.cloud, ID, HOME, &[finding(ID, HOME, 1)]);
    assert_eq!(waiting(), "2");
    // A finding that was suppressed in Security Hub stays so, although GuardDuty's own event does
    // not say it.
    let mut suppressed = finding(ID, HOME, 2);
    suppressed["Workflow"]["Status"] = json!("SUPPRESSED");
    import(&soc.cloud, ID, HOME, &[suppressed]);
    soc.hubward(["findings", "sync"]).expect(0);
    tell(2, 9.5);
    tell(3, 9.5);
    assert_eq!(waiting(), "4");
    let _server = soc.serve();
    chat.wait_for("both threats", |chat| chat.findings().len() == 2);
    while waiting() != "0" {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let listed = soc.hubward(["alert", "list", "--json"]).expect(0).json();
    let mut listed_operations: Vec<String> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|alert| format!("{} {}", alert["severity"], alert["title"]).replace('"', ""))
        .collect();
    listed_operations.sort();
    assert_eq!(
        listed_operations,
        [
            "CRITICAL Password guessing number 3",
            "HIGH Password guessing number 1"
        ]
    );
    assert_eq!(chat.asked().len(), 2, "{:#?}", chat.bodies());
}

#[test]
fn events_that_are_no_threat_do_not_reach_the_queue() {
    let soc = bare();
    soc.hubward(["hub", "setup", "--yes"]).expect(0);
    soc.import(&[(ID, "A", "a@example.com")]);
    soc.hubward(["invite"]).expect(0);
    soc.set_up(ID).expect(0);
    let messages =
        |soc: &Soc| attributes(soc, "hubward-alerts")["ApproximateNumberOfMessages"].clone();
    let claims = json!({ "findings": [{ "ProductName": "GuardDuty", "Severity": { "Label": "CRITICAL" } }] });
    put_event(&soc, "another.source", &claims);
    let mut low = finding(ID, HOME, 1);
    low["Severity"] = json!({ "Label": "LOW" });
    import(&soc.cloud, ID, HOME, &[low]);
    assert_eq!(messages(&soc), "0");
    put_event(&soc, "hubward.test", &json!({}));
    import(&soc.cloud, ID, HOME, &[finding(ID, HOME, 2)]);
    assert_eq!(messages(&soc), "2");
}

#[test]
fn resources_of_others_are_used_or_left_alone_and_reported() {
    let soc = Soc::new();
    let by_hand = AlertQueue::new(&soc);
    by_hand.fill_by_rule();
    let hub = security_hub(&soc.cloud, ADMINISTRATOR, HOME);
    let aggregate = hub.create_finding_aggregator();
    let aggregate = aggregate.region_linking_mode("SPECIFIED_REGIONS");
    block_on(aggregate.regions("eu-west-1").send()).unwrap();
    let before = attributes(&soc, "hubward-alerts");

    let made = soc.hubward(["hub", "setup", "--yes", "--json"]).expect(0);
    assert_eq!(
        states(&made.json()),
        [
            "security_hub ap-northeast-1 already",
            "security_hub us-east-1 already",
            "finding_aggregation ap-northeast-1 changed",
            "dead_letter_queue ap-northeast-1 changed",
            "alert_queue ap-northeast-1 changed",
            "threat_rule ap-northeast-1 already",
            "guardduty_rule ap-northeast-1 changed",
            "test_rule ap-northeast-1 changed",
        ]
    );
    let state = soc.cloud.state(ADMINISTRATOR);
    assert_eq!(
        state["regions"][HOME]["aggregator"]["regions"],
        json!(["eu-west-1", LINKED])
    );
    let after = attributes(&soc, "hubward-alerts");
    let statements = |attributes: &BTreeMap<String, String>| {
        let policy: Value = serde_json::from_str(&attributes["Policy"]).unwrap();
        policy["Statement"].as_array().unwrap().clone()
    };
    assert_eq!(statements(&after)[..1], statements(&before)[..]);
    assert_eq!(statements(&after).len(), 2);
    assert_eq!(after["VisibilityTimeout"], before["VisibilityTimeout"]);
    soc.cloud.forget_calls();
    soc.hubward(["hub", "setup", "--yes"]).expect(0);
    assert_eq!(soc.cloud.mutating_calls(), Vec::<Value>::new());
}

#[test]
fn a_strangers_rule_with_our_name_and_an_aggregator_elsewhere_are_for_a_person() {
    let soc = Soc::new();
    let bus = events(&soc.cloud, ADMINISTRATOR, HOME);
    let theirs = json!({ "source": ["aws.health"] }).to_string();
    let rule = bus
        .put_rule()
        .name("hubward-threats")
        .event_pattern(&theirs);
    block_on(rule.send()).unwrap();
    let hub = security_hub(&soc.cloud, ADMINISTRATOR, LINKED);
    let aggregate = hub.create_finding_aggregator();
    block_on(aggregate.region_linking_mode("ALL_REGIONS").send()).unwrap();

    let made = soc.hubward(["hub", "setup", "--yes", "--json"]).expect(3);
    let rows = made.json();
    for (row, word) in [(2, LINKED), (5, "hubward-threats")] {
        assert_eq!(rows[row]["state"], "insufficient", "{rows}");
        let detail = format!("{} {}", rows[row]["detail"], rows[row]["hint"]);
        assert!(detail.contains(word), "{detail}");
    }
    let rule = block_on(bus.describe_rule().name("hubward-threats").send()).unwrap();
    assert_eq!(rule.event_pattern, Some(theirs));
    let doctor = soc.hubward(["doctor", "--json"]).expect(0).json();
    let rule = doctor.as_array().unwrap().iter();
    let rule = rule.filter(|row| row["check"] == "threat_rule");
    assert_eq!(
        rule.map(|row| row["state"].clone()).collect::<Vec<_>>(),
        ["warn"]
    );
}

#[test]
fn what_fails_is_named_and_the_next_run_continues() {
    let soc = bare();
    for (service, operation) in [
        ("securityhub", "CreateFindingAggregator"),
        ("sqs", "CreateQueue"),
        ("events", "PutTargets"),
    ] {
        soc.cloud.fault(&json!({
            "service": service, "operation": operation,
            "error": { "code": "AccessDeniedException", "message": "explicit deny", "status": 403 },
        }));
    }
    let ran = soc.hubward(["hub", "setup", "--yes", "--json"]).expect(1);
    let failed = ran.json();
    let failed: Vec<_> = failed
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["state"] == "failed")
        .collect();
    assert_eq!(failed.len(), 6, "{failed:#?}");
    for row in failed {
        let detail = row["detail"].as_str().unwrap();
        assert!(
            detail.contains("explicit deny") && detail.contains(HOME),
            "{detail}"
        );
    }
    // What cannot be read is neither planned nor changed.
    soc.cloud.clear_faults();
    soc.cloud.fault(&json!({
        "service": "sqs", "operation": "GetQueueUrl",
        "error": { "code": "AccessDenied", "message": "explicit deny", "status": 403 },
    }));
    let ran = soc.hubward(["hub", "plan", "--json"]).expect(1);
    assert!(ran.stdout.contains("sqs:GetQueueUrl"), "{ran:?}");
    soc.cloud.clear_faults();
    soc.hubward(["hub", "setup", "--yes"]).expect(0);
    let again = soc.hubward(["hub", "plan", "--lang", "ja"]).expect(0);
    assert!(again.stderr.contains("準備が完了しました"), "{again:?}");
}
