//! The IAM policies of both programs: every call they make is allowed, and nothing is allowed that
//! no call needs. The harness checks that each call of each test is in the tables.

use std::collections::BTreeSet;
use std::fs;

use aws_sdk_config::types::{ConfigurationRecorder, RecordingGroup, ResourceType};
use serde_json::{Value, json};

use crate::harness::aws::{block_on, config, guardduty};
use crate::harness::cloud::repository;
use crate::harness::member::{MEMBER, Member};
use crate::harness::policy::{actions_of_operations, operations_of};
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED};
use crate::set_up_growth::Asking;
use crate::tidy::rust_files;

const POLICIES: [&str; 3] = ["agent", "aggregator", "hub-setup"];

fn statements(policy: &str) -> Vec<Value> {
    let file = format!("packaging/policies/{policy}.json");
    let text = fs::read_to_string(repository().join(file)).expect("the policy");
    let policy: Value = serde_json::from_str(&text).expect("JSON");
    policy["Statement"].as_array().expect("statements").clone()
}

fn actions(statement: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().expect("an action").to_owned();
    match &statement["Action"] {
        Value::Array(actions) => actions.iter().map(text).collect(),
        action => vec![text(action)],
    }
}

/// The actions that a table needs, and those that the policy next to it allows.
fn needed_and_allowed(policy: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let needed = actions_of_operations(policy).into_values().flatten();
    let allowed = statements(policy).iter().flat_map(actions).collect();
    (needed.collect(), allowed)
}

/// The SDK client's method for an operation: `sqs:GetQueueUrl` is `.get_queue_url(`.
fn method(operation: &str) -> String {
    let (_, name) = operation.split_once(':').expect("service:Operation");
    let words = name.chars().flat_map(|char| {
        let between = char.is_uppercase().then_some('_');
        between.into_iter().chain(char.to_lowercase())
    });
    let words: String = words.collect();
    format!(".{}(", words.trim_start_matches('_'))
}

#[test]
fn the_aggregators_policies_allow_what_its_code_calls_and_nothing_else() {
    let src = repository().join("aggregator/src");
    let mut files = rust_files(&src.join("aws"));
    files.push(src.join("aws.rs"));
    let read = |file| fs::read_to_string(file).expect("a source");
    let sources: String = files.into_iter().map(read).collect();
    for policy in ["aggregator", "hub-setup"] {
        let (needed, allowed) = needed_and_allowed(policy);
        assert_eq!(needed, allowed, "{policy}: needed (left), allowed (right)");
        for operation in actions_of_operations(policy).into_keys() {
            let method = method(&operation);
            assert!(sources.contains(&method), "nothing calls {operation}");
        }
    }
}

#[test]
fn the_policy_allows_what_is_called_and_nothing_else() {
    // All paths of the agent: a fresh account with an opt-in Region, a suspended detector and a Region
    // that refuses some types and plans, the same account again with a recorder that lacks types, and
    // the list of what can be undone.
    let member = Member::invited();
    let opt_in = json!({
        "regions": {"ap-east-1": "ENABLED"},
        "config_refuses": {HOME: ["AWS::EKS::Nodegroup"]},
        "guardduty_lacks": {HOME: ["AI_ANALYST"]},
    });
    for account in [MEMBER, ADMINISTRATOR] {
        member.cloud.account(account, &opt_in);
    }
    member.invite_in(&["ap-east-1"], ADMINISTRATOR, MEMBER);
    block_on(
        guardduty(&member.cloud, MEMBER, LINKED)
            .create_detector()
            .enable(false)
            .send(),
    )
    .expect("a suspended detector");
    for words in ["plan", "setup --yes", "status"] {
        member.program(words).args(["--region", "ap-east-1"]).run();
    }
    member.agent("status").expect(0);
    Asking::for_features(&["AI_ANALYST"]).set_up(&member, 0);
    let narrow = RecordingGroup::builder().resource_types(ResourceType::Bucket);
    let recorder = ConfigurationRecorder::builder()
        .name("hubward")
        .role_arn(format!(
            "arn:aws:iam::{MEMBER}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
        ))
        .recording_group(narrow.build());
    let client = config(&member.cloud, MEMBER, LINKED);
    let put = client.put_configuration_recorder();
    block_on(put.configuration_recorder(recorder.build()).send()).expect("a narrow recorder");
    member.agent("status").expect(3);
    let undo = member.shell_of(MEMBER).args(["undo", "--region", HOME]);
    undo.run().expect(0);
    let called = operations_of("hubward-agent", &member.cloud.calls());

    let listed: BTreeSet<_> = actions_of_operations("agent").into_keys().collect();
    assert_eq!(called, listed, "called (left), in the table (right)");
    let (needed, allowed) = needed_and_allowed("agent");
    assert_eq!(needed, allowed, "needed (left), allowed (right)");
}

#[test]
fn no_policy_is_wider_than_it_must_be() {
    for statement in POLICIES.into_iter().flat_map(statements) {
        assert_eq!(statement["Effect"], "Allow");
        for action in actions(&statement) {
            assert!(!action.contains('*'), "{action}");
            let writes_anywhere = statement["Resource"] == "*";
            let service = action.split(':').next().expect("a service");
            // Resources with our names are allowed by these names only.
            assert!(
                !writes_anywhere || !["s3", "sqs", "iam"].contains(&service),
                "{action}"
            );
        }
        if actions(&statement).contains(&"iam:PassRole".to_owned()) {
            let service = &statement["Condition"]["StringEquals"]["iam:PassedToService"];
            assert_eq!(service, "config.amazonaws.com");
        }
        if actions(&statement).contains(&"iam:CreateServiceLinkedRole".to_owned()) {
            assert!(statement["Condition"]["StringEquals"]["iam:AWSServiceName"].is_array());
        }
    }
}
