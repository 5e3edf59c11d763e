//! The policy that the SOC hands to those whose role is too small: every call that the agent makes is
//! covered by it, and nothing is allowed that no call needs.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use crate::harness::aws::{block_on, guardduty};
use crate::harness::cloud::repository;
use crate::harness::member::{MEMBER, Member};
use crate::harness::policy::{actions_of_operations, operations_of_the_agent};
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED};

fn statements() -> Vec<Value> {
    let file = repository().join("packaging/policies/agent.json");
    let text = fs::read_to_string(file).expect("the policy");
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

#[test]
fn the_policy_allows_what_is_called_and_nothing_else() {
    // Every road of the agent: a fresh account with an opt-in Region and a suspended detector, the
    // same account again, and what can be taken back.
    let member = Member::invited();
    let opt_in = json!({"regions": {"ap-east-1": "ENABLED"}});
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
    let undo = member.shell_of(MEMBER).args(["undo", "--region", HOME]);
    undo.run().expect(0);
    let called = operations_of_the_agent(&member.cloud.calls());

    let table = actions_of_operations();
    let listed: BTreeSet<_> = table.keys().cloned().collect();
    assert_eq!(called, listed, "called (left), in the table (right)");
    let needed: BTreeSet<_> = table.into_values().flatten().collect();
    let allowed: BTreeSet<_> = statements().iter().flat_map(actions).collect();
    assert_eq!(needed, allowed, "needed (left), allowed (right)");
}

#[test]
fn the_policy_is_no_wider_than_it_must_be() {
    for statement in statements() {
        assert_eq!(statement["Effect"], "Allow");
        for action in actions(&statement) {
            assert!(!action.contains('*'), "{action}");
            let writes_anywhere = statement["Resource"] == "*";
            let service = action.split(':').next().expect("a service");
            // What has names of ours is allowed by these names only.
            assert!(
                !writes_anywhere || !["s3", "iam"].contains(&service),
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
