//! The function that `stay` makes, run as Lambda runs it: each invocation looks at the account and reports to the
//! real server, whatever happened in between.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::stay::{MEMBER, Stay};
use crate::harness::lambda::{Function, Installed, RuntimeApi};
use crate::harness::program::agent;
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED};

/// The time limit of the function.
const LIMIT: Duration = Duration::from_secs(300);

/// The function of an account whose `stay` is installed, running.
fn installed(stay: &Stay) -> (RuntimeApi, Function) {
    let function = Installed::of(&stay.soc.cloud, MEMBER, HOME);
    let program = function.program(&stay.soc.cloud, MEMBER, stay.directory.path());
    let api = RuntimeApi::start();
    let function = Function::start(program, &api);
    (api, function)
}

fn runs(stay: &Stay) -> Vec<Value> {
    let agents = stay.soc.hubward(["agent", "list", "--json"]).expect(0);
    agents.json().as_array().expect("agents").clone()
}

#[test]
fn each_invocation_is_a_heartbeat_and_changes_nothing() {
    let stay = Stay::new();
    stay.agent("stay --yes").expect(0);
    let state = stay.soc.cloud.state(MEMBER);
    stay.soc.cloud.forget_calls();
    let (api, mut function) = installed(&stay);

    let result = api.invoke(LIMIT).response();
    assert_eq!(result["account"], MEMBER);
    // Nothing is set up yet, and the function does not do it.
    assert_eq!(result["complete"], false, "{result}");
    assert_eq!(result["regions"], 2);
    assert_eq!(stay.soc.cloud.state(MEMBER), state);
    let listed = runs(&stay);
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!(listed[0]["account_id"], MEMBER);
    assert_eq!(listed[0]["complete"], false);
    let caller = listed[0]["caller"].as_str().expect("a caller");
    assert!(caller.contains(":assumed-role/hubward-stay/"), "{caller}");

    // The member sets the account up; the next look says so.
    stay.soc
        .member(MEMBER)
        .args(["setup", "--yes", "--administrator", ADMINISTRATOR])
        .args(["--server", stay.server.url()])
        .run()
        .expect(0);
    stay.soc.cloud.forget_calls();
    let result = api.invoke(LIMIT).response();
    assert_eq!(result["complete"], true, "{result}");
    assert_eq!(result["open"], 0);
    let listed = runs(&stay);
    assert!(listed.iter().any(|run| run["complete"] == true));
    let changes = stay.soc.cloud.mutating_calls();
    let changes = changes.iter().filter(|call| call["account"] == MEMBER);
    assert_eq!(changes.count(), 0);
    assert!(function.is_running());
}

#[test]
fn two_versions_work_side_by_side() {
    let stay = Stay::new();
    stay.agent("stay --yes --lang ja").expect(0);
    // Lambda lets the old environment end its work while the new one has begun.
    let (old, mut old_function) = installed(&stay);
    old.invoke(LIMIT).response();
    stay.agent("stay --yes --lang en").expect(0);
    let directory = tempfile::TempDir::new().expect("a directory");
    let function = Installed::of(&stay.soc.cloud, MEMBER, HOME);
    assert_eq!(function.environment["HUBWARD_LANG"], "en");
    let new = RuntimeApi::start();
    let program = function.program(&stay.soc.cloud, MEMBER, directory.path());
    let mut new_function = Function::start(program, &new);
    std::thread::scope(|scope| {
        for api in [&old, &new] {
            scope.spawn(|| {
                for _ in 0..2 {
                    api.invoke(LIMIT).response();
                }
            });
        }
    });
    assert!(old_function.is_running() && new_function.is_running());
    let names: BTreeSet<_> = runs(&stay)
        .iter()
        .map(|run| run["run"].to_string())
        .collect();
    // Each look is a run of its own.
    assert_eq!(names.len(), 5);
}

#[test]
fn a_throttled_look_succeeds_and_a_failing_one_is_said_and_survived() {
    let stay = Stay::new();
    stay.agent("stay --yes").expect(0);
    let (api, mut function) = installed(&stay);
    for service in ["sts", "config", "guardduty", "securityhub"] {
        stay.soc.cloud.fault(&json!({
            "service": service, "account": MEMBER, "times": 2,
            "error": { "code": "ThrottlingException", "status": 400 },
        }));
    }
    let result = api.invoke(LIMIT).response();
    assert_eq!(result["regions"], 2, "{result}");

    // STS itself fails: there is nothing to report, and no one to report it to.
    stay.soc.cloud.clear_faults();
    stay.soc.cloud.fault(&json!({
        "service": "sts", "account": MEMBER,
        "error": { "code": "AccessDenied", "status": 403, "message": "no" },
    }));
    let message = api.invoke(LIMIT).error("Hubward.AwsError");
    assert!(message.contains("sts:GetCallerIdentity"), "{message}");

    // A call that never ends: the function ends by itself before Lambda would end it.
    stay.soc.cloud.clear_faults();
    stay.soc
        .cloud
        .fault(&json!({ "service": "guardduty", "ending": "hang" }));
    let message = api
        .invoke(Duration::from_secs(9))
        .error("Hubward.OutOfTime");
    assert!(message.contains("time limit"), "{message}");

    stay.soc.cloud.clear_faults();
    api.invoke(LIMIT).response();
    assert!(function.is_running());
}

#[test]
fn an_account_that_left_is_said_in_the_result_and_may_come_back() {
    let stay = Stay::new();
    stay.agent("stay --yes").expect(0);
    let (api, mut function) = installed(&stay);
    api.invoke(LIMIT).response();
    let set_state = |state: &str| {
        let csv =
            format!("Account ID,Project,Contact email,State\n{MEMBER},A,a@example.com,{state}\n");
        let file = stay.soc.write("state.csv", csv);
        let file = file.to_str().expect("a path of this test");
        let import = ["ledger", "import", file, "--yes", "--force"];
        stay.soc.hubward(import).expect(0);
    };
    // While it leaves, the SOC still wants to know.
    set_state("leaving");
    api.invoke(LIMIT).response();
    set_state("left");
    let message = api.invoke(LIMIT).error("Hubward.ServerRefused");
    assert!(
        message.contains("account_left") && message.contains("stay --remove"),
        "{message}"
    );
    // No secret is in what Lambda shows.
    for asked in api.asked() {
        for secret in ["Bearer", "AWS4-HMAC", "x-amz-security-token"] {
            assert!(!asked.body.contains(secret), "{}", asked.body);
        }
    }
    set_state("active");
    api.invoke(LIMIT).response();
    assert!(function.is_running());
}

#[test]
fn a_server_that_is_away_is_said_and_tried_again_by_the_next_invocation() {
    let stay = Stay::new();
    stay.agent("stay --yes").expect(0);
    let (api, mut function) = installed(&stay);
    let Stay { soc, server, .. } = stay;
    server.kill();
    api.invoke(LIMIT).error("Hubward.ServerUnreachable");
    assert!(function.is_running());
    drop(soc);
}

#[test]
fn wrong_settings_are_an_error_of_the_initialization() {
    let stay = Stay::new();
    let api = RuntimeApi::start();
    let with = |name: &str, value: &str| {
        agent(stay.directory.path())
            .at(&stay.soc.cloud, &stay.soc.cloud.credentials(MEMBER))
            .env("HUBWARD_ADMINISTRATOR", ADMINISTRATOR)
            .env("HUBWARD_SERVER", stay.server.url())
            .env(name, value)
    };
    let function = Function::start(with("HUBWARD_REGIONS", "nowhere"), &api);
    let error = api.init_error();
    assert_eq!(error["errorType"], "Hubward.Configuration");
    let message = error["errorMessage"].as_str().expect("a message");
    assert!(message.contains("HUBWARD_REGIONS"), "{message}");
    assert_eq!(function.ended(), Some(2));

    // The settings are Regions and standards too.
    let api = RuntimeApi::start();
    let program = with("HUBWARD_REGIONS", LINKED);
    let mut function = Function::start(program, &api);
    let result = api.invoke(LIMIT).response();
    assert_eq!(result["regions"], 1, "{result}");
    assert!(function.is_running());

    // By hand, it is of no use.
    let by_hand = agent(stay.directory.path()).args(["lambda"]).run();
    assert_eq!(by_hand.code, 2);
    assert!(by_hand.stderr.contains("heartbeat"), "{}", by_hand.stderr);
}
