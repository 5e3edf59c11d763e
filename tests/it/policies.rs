//! The IAM policies of both programs: every call they make is allowed, and nothing is allowed that
//! no call needs. The harness checks that each call of each test is in the tables.

use std::collections::BTreeSet;
use std::fs;

use aws_sdk_config::types::{ConfigurationRecorder, RecordingGroup, ResourceType};
use serde_json::{Value, json};

use crate::harness::aws::{block_on, config, guardduty};
use crate::harness::cloud::{Cloud, repository};
use crate::harness::lambda::{Function, Installed, RuntimeApi, STAY};
use crate::harness::member::{MEMBER, Member};
use crate::harness::policy::{actions_of_operations, operations_of};
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED};
use crate::set_up_growth::Asking;
use crate::stay::Stay;
use crate::tidy::rust_files;

const POLICIES: [&str; 4] = ["agent", "agent-stay", "aggregator", "hub-setup"];

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

/// Lets the member's recorder lack types in one Region, so that its controls are asked about.
fn narrow_the_recorder(cloud: &Cloud) {
    let narrow = RecordingGroup::builder().resource_types(ResourceType::Bucket);
    let recorder = ConfigurationRecorder::builder()
        .name("hubward")
        .role_arn(format!(
            "arn:aws:iam::{MEMBER}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
        ))
        .recording_group(narrow.build());
    let client = config(cloud, MEMBER, LINKED);
    let put = client.put_configuration_recorder();
    block_on(put.configuration_recorder(recorder.build()).send()).expect("a narrow recorder");
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
    narrow_the_recorder(&member.cloud);
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
fn the_policy_of_stay_allows_what_is_called_and_nothing_else() {
    let stay = Stay::new();
    stay.agent("stay --yes").expect(0);
    // Other settings, and another version.
    stay.agent("stay --yes --lang ja").expect(0);
    stay.as_another_version("stay --yes").expect(0);
    stay.agent("stay --remove --yes").expect(0);
    let called = operations_of("hubward-agent", &stay.soc.cloud.calls());
    let listed: BTreeSet<_> = actions_of_operations("agent-stay").into_keys().collect();
    assert_eq!(called, listed, "called (left), in the table (right)");
    let (needed, allowed) = needed_and_allowed("agent-stay");
    assert_eq!(needed, allowed, "needed (left), allowed (right)");
}

#[test]
fn the_role_of_the_function_allows_what_it_calls_and_nothing_else() {
    let stay = Stay::new();
    stay.agent("stay --yes").expect(0);
    let role = stay.soc.cloud.state(MEMBER)["policies"][STAY]["policies"][STAY].clone();
    let statements = role["Statement"].as_array().expect("statements");
    let (log, reads): (Vec<_>, Vec<_>) = statements
        .iter()
        .partition(|statement| statement["Sid"] == "WriteItsOwnLog");
    let allowed: BTreeSet<String> = reads.iter().flat_map(|read| actions(read)).collect();
    assert!(allowed.iter().all(|action| {
        let (_, name) = action.split_once(':').expect("an action");
        ["BatchGet", "Get", "List", "Describe"]
            .iter()
            .any(|verb| name.starts_with(verb))
    }));
    // Lambda itself writes the log with this role.
    assert_eq!(
        actions(log[0]),
        ["logs:CreateLogStream", "logs:PutLogEvents"]
    );
    let group = format!("arn:aws:logs:{HOME}:{MEMBER}:log-group:/aws/lambda/{STAY}:*");
    assert_eq!(log[0]["Resource"], group);

    // All that a look can read: a fresh account with an opt-in Region and a suspended detector, and the same
    // account when it is set up, but for a recorder that lacks types.
    let opt_in = json!({"regions": {"ap-east-1": "ENABLED"}});
    stay.soc.cloud.account(MEMBER, &opt_in);
    block_on(
        guardduty(&stay.soc.cloud, MEMBER, LINKED)
            .create_detector()
            .enable(false)
            .send(),
    )
    .expect("a suspended detector");
    stay.soc.cloud.forget_calls();
    let function = Installed::of(&stay.soc.cloud, MEMBER, HOME);
    let program = function
        .program(&stay.soc.cloud, MEMBER, stay.directory.path())
        .env("HUBWARD_REGIONS", format!("{HOME} {LINKED} ap-east-1"));
    let api = RuntimeApi::start();
    let _function = Function::start(program, &api);
    let limit = std::time::Duration::from_secs(300);
    api.invoke(limit).response();
    let mut called = operations_of("hubward-agent", &stay.soc.cloud.calls());
    stay.soc.set_up(MEMBER);
    narrow_the_recorder(&stay.soc.cloud);
    stay.soc.cloud.forget_calls();
    api.invoke(limit).response();
    called.extend(operations_of("hubward-agent", &stay.soc.cloud.calls()));

    let table = actions_of_operations("agent");
    let needed: BTreeSet<String> = called
        .iter()
        .flat_map(|operation| table[operation].clone())
        .collect();
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
            // A role of AWS Config to AWS Config, and a role of the function to Lambda.
            let service = &statement["Condition"]["StringEquals"]["iam:PassedToService"];
            let role = statement["Resource"].as_str().expect("one role");
            let own = match service.as_str() {
                Some("config.amazonaws.com") => "/AWSServiceRoleForConfig",
                Some("lambda.amazonaws.com") => "role/hubward-stay",
                other => panic!("{other:?}"),
            };
            assert!(role.ends_with(own), "{role}");
        }
        if actions(&statement).contains(&"iam:CreateServiceLinkedRole".to_owned()) {
            assert!(statement["Condition"]["StringEquals"]["iam:AWSServiceName"].is_array());
        }
    }
}
