//! Tests: what Hubward changes in the SOC's account, and what it leaves alone.

use serde_json::{Value, json};

use super::pattern::{matches, pattern, samples};
use super::*;

fn wanted() -> WantedHub {
    WantedHub::of(
        "999999999999".parse().unwrap(),
        "ap-northeast-1".parse().unwrap(),
        vec!["us-east-1".parse().unwrap(), "eu-west-1".parse().unwrap()],
        None,
    )
}

fn nothing() -> ObservedHub<()> {
    ObservedHub {
        hubs: wanted()
            .regions()
            .map(|region| (region, Ok(false)))
            .collect(),
        aggregator: Ok(None),
        dead_letter_queue: Ok(None),
        queue: Ok(None),
        rules: Ok(Vec::new()),
    }
}

fn state(observed: &ObservedHub<()>, part: HubPart) -> HubState<()> {
    let items = plan(observed, &wanted());
    let item = items.into_iter().find(|item| item.part == part);
    item.unwrap().state
}

fn queue(ours: bool) -> AlertQueue {
    AlertQueue {
        url: "https://sqs.ap-northeast-1.amazonaws.com/999999999999/hubward-alerts".to_owned(),
        ours,
        policy: None,
        redrive: None,
        kms_key: None,
        sqs_encrypted: true,
    }
}

/// The attributes that would be set on the queue.
fn changed_attributes(queue: AlertQueue) -> BTreeMap<&'static str, String> {
    let observed = ObservedHub {
        queue: Ok(Some(queue)),
        ..nothing()
    };
    match state(&observed, HubPart::Queue) {
        HubState::Planned(changes) => match changes.into_iter().next() {
            Some(HubChange::SetQueueAttributes { attributes, .. }) => attributes,
            other => panic!("{other:?}"),
        },
        HubState::Already => BTreeMap::new(),
        other => panic!("{other:?}"),
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn where_nothing_is_everything_is_made_and_what_cannot_be_seen_is_left_alone() {
    let items = plan(&nothing(), &wanted());
    assert_eq!(items.len(), 9);
    for item in items {
        assert!(matches!(item.state, HubState::Planned(_)), "{item:?}");
    }
    let unseen = ObservedHub {
        queue: Err(()),
        rules: Err(()),
        ..nothing()
    };
    for part in [
        HubPart::Queue,
        HubPart::ThreatRule,
        HubPart::GuardDutyRule,
        HubPart::TestRule,
    ] {
        assert_eq!(state(&unseen, part), HubState::Unseen(()));
    }
}

#[test]
fn regions_are_only_ever_added_to_an_aggregator() {
    let judge = |mode: &str, regions: &[&str], home: &str| {
        let aggregator = Aggregator {
            arn: "arn".to_owned(),
            home: home.to_owned(),
            mode: mode.to_owned(),
            regions: regions.iter().map(ToString::to_string).collect(),
        };
        let observed = ObservedHub {
            aggregator: Ok(Some(aggregator)),
            ..nothing()
        };
        state(&observed, HubPart::Aggregation)
    };
    let updated = |mode, regions: &[&str]| {
        HubState::Planned(vec![HubChange::UpdateAggregator {
            arn: "arn".to_owned(),
            mode,
            regions: regions.iter().map(ToString::to_string).collect(),
        }])
    };
    let home = "ap-northeast-1";
    assert_eq!(judge("ALL_REGIONS", &[], home), HubState::Already);
    let both = ["us-east-1", "eu-west-1"];
    assert_eq!(judge("SPECIFIED_REGIONS", &both, home), HubState::Already);
    let others = ["us-west-2", "us-east-1"];
    assert_eq!(
        judge("SPECIFIED_REGIONS", &others, home),
        updated(
            "SPECIFIED_REGIONS",
            &["us-west-2", "us-east-1", "eu-west-1"]
        )
    );
    assert_eq!(
        judge("NO_REGIONS", &[], home),
        updated("SPECIFIED_REGIONS", &both)
    );
    let except = "ALL_REGIONS_EXCEPT_SPECIFIED";
    assert_eq!(judge(except, &["us-west-2"], home), HubState::Already);
    assert_eq!(
        judge(except, &others, home),
        updated(except, &["us-west-2"])
    );
    assert_eq!(judge(except, &both, home), updated("ALL_REGIONS", &[]));
    assert_eq!(
        judge("ALL_REGIONS", &[], "us-east-1"),
        HubState::Insufficient(Why::AggregatedIn("us-east-1".to_owned()))
    );
}

#[test]
fn a_foreign_queues_statements_stay_and_nothing_is_forbidden_on_it() {
    let theirs = json!({ "Sid": "Theirs", "Effect": "Allow", "Principal": "*", "Action": "sqs:*" });
    for statement in [json!([theirs]), theirs.clone()] {
        let attributes = changed_attributes(AlertQueue {
            policy: Some(json!({ "Id": "p", "Statement": statement }).to_string()),
            sqs_encrypted: false,
            ..queue(false)
        });
        let names: Vec<_> = attributes.keys().copied().collect();
        assert_eq!(names, ["Policy", "RedrivePolicy"]);
        let policy = json(&attributes["Policy"]);
        assert_eq!(policy["Id"], "p");
        let statements = policy["Statement"].as_array().unwrap();
        assert_eq!(statements.len(), 2);
        assert_eq!(statements[0], theirs);
        assert_eq!(statements[1]["Sid"], "HubwardEventBridge");
    }
}

#[test]
fn a_redrive_policy_that_is_there_stays_and_needs_no_queue_of_ours() {
    let theirs = AlertQueue {
        redrive: Some(json!({ "deadLetterTargetArn": "arn:x", "maxReceiveCount": 3 }).to_string()),
        ..queue(false)
    };
    assert!(!changed_attributes(theirs.clone()).contains_key("RedrivePolicy"));
    let observed = ObservedHub {
        queue: Ok(Some(theirs)),
        ..nothing()
    };
    assert_eq!(
        state(&observed, HubPart::DeadLetterQueue),
        HubState::Already
    );
}

#[test]
fn what_was_set_once_is_not_set_again_and_what_was_taken_out_is_put_back() {
    let set = changed_attributes(queue(true));
    let whole = AlertQueue {
        policy: Some(set["Policy"].clone()),
        redrive: Some(set["RedrivePolicy"].clone()),
        ..queue(true)
    };
    assert_eq!(changed_attributes(whole.clone()), BTreeMap::new());
    let mut policy = json(&set["Policy"]);
    policy["Statement"][0]["Condition"] = json!({});
    let weakened = AlertQueue {
        policy: Some(policy.to_string()),
        sqs_encrypted: false,
        ..whole
    };
    let again = changed_attributes(weakened);
    let sorted = |text: &str| {
        let mut statements = json(text)["Statement"].as_array().unwrap().clone();
        statements.sort_by_key(|statement| statement["Sid"].to_string());
        statements
    };
    assert_eq!(sorted(&again["Policy"]), sorted(&set["Policy"]));
    assert_eq!(again["SqsManagedSseEnabled"], "true");
}

#[test]
fn a_queue_that_cannot_be_added_to_is_for_a_person() {
    for policy in ["no json", "[]", r#"{"Statement": 1}"#] {
        let observed = ObservedHub {
            queue: Ok(Some(AlertQueue {
                policy: Some(policy.to_owned()),
                ..queue(true)
            })),
            ..nothing()
        };
        let judged = state(&observed, HubPart::Queue);
        assert_eq!(judged, HubState::Insufficient(Why::PolicyUnreadable));
    }
    let observed = ObservedHub {
        queue: Ok(Some(AlertQueue {
            kms_key: Some("alias/aws/sqs".to_owned()),
            ..queue(true)
        })),
        ..nothing()
    };
    assert_eq!(
        state(&observed, HubPart::Queue),
        HubState::Insufficient(Why::KeyOfAws)
    );
}

fn rule(name: &str, ours: bool, feeds_queue: bool, pattern: Value) -> Rule {
    Rule {
        name: name.to_owned(),
        ours,
        enabled: true,
        pattern: Some(pattern),
        feeds_queue,
    }
}

fn judge_threats(rules: Vec<Rule>) -> HubState<()> {
    let observed = ObservedHub {
        rules: Ok(rules),
        ..nothing()
    };
    state(&observed, HubPart::ThreatRule)
}

#[test]
fn a_rule_that_does_is_adopted_and_another_is_never_overwritten() {
    let good = pattern(HubPart::ThreatRule);
    let narrow = json!({ "source": ["aws.guardduty"] });
    let name = "hubward-threats";
    let judged = judge_threats(vec![rule("soc", false, true, good.clone())]);
    assert_eq!(judged, HubState::Already);
    let judged = judge_threats(vec![rule(name, false, true, narrow.clone())]);
    let why = Why::ForeignRule(name.to_owned());
    assert_eq!(judged, HubState::Insufficient(why));
    let count = |rules| match judge_threats(rules) {
        HubState::Planned(changes) => changes.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(count(vec![rule("soc", false, false, good.clone())]), 2);
    assert_eq!(count(vec![rule(name, false, false, good.clone())]), 1);
    assert_eq!(count(vec![rule(name, true, true, narrow)]), 1);
    let disabled = Rule {
        enabled: false,
        ..rule(name, true, true, good)
    };
    assert_eq!(count(vec![disabled]), 1);
}

#[test]
fn our_pattern_lets_threats_through_and_nothing_else() {
    let ours = pattern(HubPart::ThreatRule);
    assert!(ours.to_string().len() < 2_048);
    let events = samples(HubPart::ThreatRule, &wanted());
    assert_eq!(events.len(), 6);
    for event in &events {
        assert!(matches(&ours, event), "{event}");
        for (at, value) in [
            ("/source", json!("aws.guardduty")),
            ("/detail-type", json!("Findings Imported V2")),
            (
                "/detail/findings/0/ProductArn",
                json!("arn:aws:securityhub:us-east-1:111111111111:product/111111111111/default"),
            ),
            ("/detail/findings/0/Severity/Label", json!("MEDIUM")),
            ("/detail/findings/0/RecordState", json!("ARCHIVED")),
            ("/detail/findings/0/Workflow/Status", json!("SUPPRESSED")),
        ] {
            let mut other = event.clone();
            *other.pointer_mut(at).unwrap() = value;
            assert!(!matches(&ours, &other), "{at}");
        }
    }
    let test = &samples(HubPart::TestRule, &wanted())[0];
    assert!(matches(&pattern(HubPart::TestRule), test) && !matches(&ours, test));
}

#[test]
fn guardduty_itself_is_heard_of_what_is_high_or_critical() {
    let ours = pattern(HubPart::GuardDutyRule);
    for event in samples(HubPart::GuardDutyRule, &wanted()) {
        assert!(matches(&ours, &event), "{event}");
        for (at, value) in [
            ("/source", json!("aws.securityhub")),
            (
                "/detail-type",
                json!("GuardDuty Malware Protection Object Scan Result"),
            ),
            ("/detail/severity", json!(6.9)),
            ("/detail/severity", json!("HIGH")),
        ] {
            let mut other = event.clone();
            *other.pointer_mut(at).unwrap() = value;
            assert!(!matches(&ours, &other), "{at}");
        }
    }
    // The rule of others does not match all the events.
    let event = json!({ "detail": { "severity": 9.5 } });
    for (bounds, expected) in [
        (json!([">", 4]), true),
        (json!([">=", 7, "<", 9]), false),
        (json!(["<=", 9.5, ">", 9]), true),
        (json!(["=", 9.5]), false),
        (json!([">="]), false),
        (json!([7, ">="]), false),
        (json!([]), false),
        (json!(7), false),
    ] {
        let pattern = json!({ "detail": { "severity": [{ "numeric": bounds }] } });
        assert_eq!(matches(&pattern, &event), expected, "{pattern}");
    }
}

#[test]
fn what_a_strangers_pattern_says_beyond_our_words_lets_nothing_through() {
    let event = &samples(HubPart::ThreatRule, &wanted())[0];
    let label =
        |choice: Value| json!({ "detail": { "findings": { "Severity": { "Label": [choice] } } } });
    for (choice, expected) in [
        (json!({ "prefix": "HI" }), true),
        (json!({ "exists": true }), true),
        (json!({ "exists": false }), false),
        (json!({ "anything-but": "LOW" }), true),
        (json!({ "anything-but": ["HIGH"] }), false),
        (json!({ "wildcard": "*" }), false),
        (json!({}), false),
        (json!(70), false),
    ] {
        assert_eq!(matches(&label(choice.clone()), event), expected, "{choice}");
    }
    assert!(!matches(&json!({ "$or": [{ "source": ["x"] }] }), event));
    assert!(!matches(&json!("source"), event));
}

#[test]
fn the_queues_name_comes_from_the_configured_address() {
    let name = |url: Option<&str>| {
        let wanted = wanted();
        WantedHub::of(wanted.administrator, wanted.home, wanted.linked, url).queue
    };
    assert_eq!(name(None), "hubward-alerts");
    assert_eq!(
        name(Some(
            "https://sqs.ap-northeast-1.amazonaws.com/999999999999/soc/"
        )),
        "soc"
    );
}
