//! The agent and the SOC's server: the agent proves its account only to the right server, gets its
//! baseline from it, reports its progress, and completes its work whatever the server does.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::aws::{block_on, security_hub};
use crate::harness::cloud::Cloud;
use crate::harness::misbehaving_server::{Answer, Asked, OddServer};
use crate::harness::program::{Outcome, Program, agent};
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc};

pub(super) const MEMBER: &str = "111111111111";
pub(super) const STRANGER: &str = "666666666666";

/// A member's shell, with its account invited in both Regions.
pub(super) struct Shell {
    pub(super) cloud: Cloud,
    pub(super) directory: TempDir,
}

impl Shell {
    pub(super) fn new() -> Self {
        let shell = Self {
            cloud: Cloud::start(),
            directory: TempDir::new().expect("a directory"),
        };
        for region in [HOME, LINKED] {
            let hub = security_hub(&shell.cloud, ADMINISTRATOR, region);
            let member = aws_sdk_securityhub::types::AccountDetails::builder()
                .account_id(MEMBER)
                .build();
            block_on(async {
                hub.enable_security_hub()
                    .enable_default_standards(false)
                    .send()
                    .await
                    .expect("enable the SOC's Security Hub");
                hub.create_members()
                    .account_details(member)
                    .send()
                    .await
                    .expect("create the member");
                hub.invite_members()
                    .account_ids(MEMBER)
                    .send()
                    .await
                    .expect("invite the member");
            });
        }
        shell.cloud.forget_calls();
        shell
    }

    /// The agent with a server, not started yet.
    pub(super) fn program(&self, words: &str, server: &str) -> Program {
        agent(self.directory.path())
            .at(&self.cloud, &self.cloud.credentials(MEMBER))
            .args(words.split(' '))
            .args(["--administrator", ADMINISTRATOR, "--server", server])
    }

    pub(super) fn agent(&self, words: &str, server: &str) -> Outcome {
        self.program(words, server).run()
    }

    /// Sets up with the command line's Regions, which must work whatever the server does.
    pub(super) fn set_up(&self, server: &str) -> Outcome {
        self.program("setup --yes --json", server)
            .args(["--region", HOME, "--region", LINKED])
            .run()
    }
}

pub(crate) fn baseline() -> Value {
    json!({
        "administrator": ADMINISTRATOR,
        "regions": [HOME, LINKED],
        "home_region": HOME,
        "standards": ["aws-foundational-security-best-practices/v/1.0.0"],
        "config": "customer-recorder",
        "recording": "security-hub-types",
        "recording_frequency": "continuous",
        "guardduty_features": [],
        "finding_publishing_frequency": "FIFTEEN_MINUTES",
    })
}

fn origin_of(asked: &Asked) -> String {
    format!("http://{}", asked.header("host").expect("a host"))
}

pub(super) fn challenge(server_id: &str) -> Answer {
    let body = json!({
        "challenge": "b3BhcXVl", "server_id": server_id, "expires_at": "2099-01-01T00:00:00Z",
    });
    Answer::json("200 OK", &body)
}

pub(super) fn session(token: &str, baseline: &Value) -> Answer {
    let body = json!({
        "token": token, "expires_at": "2099-01-01T00:00:00Z", "account": MEMBER, "baseline": baseline,
    });
    Answer::json("201 Created", &body)
}

/// A server that accepts everything.
pub(crate) fn trusting(asked: &Asked, baseline: &Value) -> Answer {
    match asked.line.as_str() {
        "POST /v1/challenges" => challenge(&origin_of(asked)),
        "POST /v1/sessions" => session("token", baseline),
        "POST /v1/heartbeats" => Answer::json("202 Accepted", &json!({"next_heartbeat_s": 10})),
        "POST /v1/invitations" => Answer::http("202 Accepted", &[], ""),
        other => panic!("{other}"),
    }
}

pub(super) fn asked_for(server: &OddServer, line: &str) -> Vec<Asked> {
    let mut asked = server.asked();
    asked.retain(|asked| asked.line == line);
    asked
}

pub(super) fn heartbeats(server: &OddServer) -> Vec<Value> {
    asked_for(server, "POST /v1/heartbeats")
        .iter()
        .map(|asked| serde_json::from_str(&asked.body).expect("JSON"))
        .collect()
}

/// Checks that the setup was completed, with one line about the server's error.
#[track_caller]
pub(super) fn done_with_one_line(outcome: Outcome, server: &str) -> String {
    let outcome = outcome.expect(0);
    assert_eq!(outcome.json()["complete"], true);
    let lines: Vec<_> = outcome
        .stderr
        .lines()
        .filter(|line| line.contains(server))
        .collect();
    assert_eq!(lines.len(), 1, "{}", outcome.stderr);
    lines[0].to_owned()
}

#[track_caller]
pub(super) fn step<'a>(report: &'a Value, region: &str, name: &str) -> &'a Value {
    report["regions"]
        .as_array()
        .and_then(|regions| regions.iter().find(|found| found["region"] == region))
        .and_then(|region| region["steps"].as_array())
        .and_then(|steps| steps.iter().find(|step| step["step"] == name))
        .unwrap_or_else(|| panic!("no {name} in {region}: {report}"))
}

#[test]
fn an_invitation_that_comes_while_standards_are_being_enabled_is_accepted() {
    let soc = Soc::new();
    soc.import(&[(MEMBER, "A", "a@example.com")]);
    let server = soc.serve();
    soc.cloud.fault(&json!({
        "service": "securityhub", "operation": "BatchEnableStandards", "account": MEMBER,
        "latency_ms": 3000,
    }));
    let report = soc
        .member(MEMBER)
        .args(["setup", "--yes", "--json", "--administrator", ADMINISTRATOR])
        .args(["--server", server.url()])
        .run()
        .expect(0)
        .json();
    assert_eq!(report["complete"], true, "{report}");
}

#[test]
fn one_line_and_the_real_server_knows_that_it_is_complete() {
    let soc = Soc::new();
    soc.import(&[(MEMBER, "A", "a@example.com")]);
    let server = soc.serve();
    let report = soc
        .member(MEMBER)
        .args(["setup", "--yes", "--json", "--administrator", ADMINISTRATOR])
        .args(["--server", server.url()])
        .run()
        .expect(0);
    assert!(!report.stderr.contains(server.url()), "{}", report.stderr);
    let report = report.json();
    assert_eq!(report["complete"], true, "{report}");
    // The Regions came from the server, and so did the invitations, at that moment.
    let regions = report["regions"].as_array().expect("regions");
    let names: Vec<_> = regions.iter().map(|region| &region["region"]).collect();
    assert_eq!(names, [HOME, LINKED]);
    let state = soc.cloud.state(MEMBER);
    for region in [HOME, LINKED] {
        let group = &state["regions"][region]["recorders"][0]["recordingGroup"];
        assert_eq!(group["allSupported"], false, "{group}");
    }
    let agents = soc.hubward(["agent", "list", "--json"]).expect(0).json();
    assert_eq!(agents.as_array().expect("agents").len(), 1);
    assert_eq!(agents[0]["account_id"], MEMBER);
    assert_eq!(agents[0]["complete"], true);
    soc.hubward(["check", MEMBER]).expect(0);

    let status = soc
        .member(MEMBER)
        .args(["heartbeat", "--once", "--administrator", ADMINISTRATOR])
        .env("HUBWARD_SERVER", server.url())
        .run()
        .expect(0);
    assert!(!status.stderr.contains(server.url()), "{}", status.stderr);
    let agents = soc.hubward(["agent", "list", "--json"]).expect(0).json();
    let runs: BTreeSet<_> = agents
        .as_array()
        .expect("agents")
        .iter()
        .map(|agent| agent["run"].to_string())
        .collect();
    assert_eq!(runs.len(), 2, "{agents}");
}

#[test]
fn an_account_that_is_not_in_the_ledger_is_warned_and_still_set_up() {
    let soc = Soc::new();
    let server = soc.serve();
    let outcome = soc
        .member(MEMBER)
        .args(["plan", "--json", "--administrator", ADMINISTRATOR])
        .args(["--region", HOME, "--server", server.url()])
        .run()
        .expect(3);
    assert!(
        outcome.stderr.contains("account_not_in_ledger"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn the_servers_hints_come_in_the_members_language() {
    let soc = Soc::new();
    let server = soc.serve();
    for (lang, hint) in [
        ("ja", "SOCにアカウントの追加を依頼"),
        ("en", "ask your SOC to add the account"),
    ] {
        let outcome = soc
            .member(MEMBER)
            .args(["plan", "--lang", lang, "--administrator", ADMINISTRATOR])
            .args(["--region", HOME, "--server", server.url()])
            .run()
            .expect(3);
        assert!(outcome.stderr.contains(hint), "{}", outcome.stderr);
    }
}

#[test]
fn a_setup_without_named_regions_is_never_complete() {
    let shell = Shell::new();
    let unused_address = "http://127.0.0.1:1";
    let run = |words: &str| {
        shell
            .program(words, unused_address)
            .env("AWS_REGION", HOME)
            .run()
    };
    let set_up = run("setup --yes --json").expect(3);
    let report = set_up.json();
    assert_eq!(report["complete"], false);
    let regions = report["regions"].as_array().expect("regions");
    assert_eq!(regions.len(), 1);
    let steps = regions[0]["steps"].as_array().expect("steps");
    assert!(steps.iter().all(|step| step["state"] == "changed"));
    let line = set_up
        .stderr
        .lines()
        .find(|line| line.contains("--region"))
        .expect("a line about Regions");
    assert!(line.contains(HOME), "{line}");
    for words in ["plan --json", "status --json", "heartbeat --once --json"] {
        assert_eq!(run(words).expect(3).json()["complete"], false, "{words}");
    }
    let reported = run("setup --yes").expect(3);
    assert!(
        reported.stdout.contains("did not list the Regions"),
        "{}",
        reported.stdout
    );
    assert!(reported.stdout.contains("hubward-agent setup"));
    // Named Regions are all of them; without a server, the shell's Region is the only one.
    shell
        .program("setup --yes --json", unused_address)
        .args(["--region", HOME])
        .run()
        .expect(0);
    agent(shell.directory.path())
        .at(&shell.cloud, &shell.cloud.credentials(MEMBER))
        .env("AWS_REGION", HOME)
        .args(["status", "--administrator", ADMINISTRATOR])
        .run()
        .expect(0);
}

#[test]
fn what_is_sent_is_a_proof_and_no_secret() {
    let shell = Shell::new();
    let server = OddServer::start(|asked| trusting(asked, &baseline()));
    shell.agent("plan --json", server.url()).expect(3);
    let proofs = asked_for(&server, "POST /v1/sessions");
    assert_eq!(proofs.len(), 1);
    let proof: Value = serde_json::from_str(&proofs[0].body).expect("JSON");
    assert_eq!(proof["region"], HOME);
    assert_eq!(proof["headers"]["x-hubward-server-id"], server.url());
    assert_eq!(proof["headers"]["x-hubward-challenge"], "b3BhcXVl");
    let signed = "SignedHeaders=accept;content-type;host;x-amz-date;x-amz-security-token;\
                  x-hubward-challenge;x-hubward-server-id,";
    let authorization = proof["headers"]["authorization"].as_str().expect("text");
    assert!(authorization.contains(signed), "{authorization}");
    let keys = shell.cloud.credentials(MEMBER);
    assert!(!proofs[0].body.contains(&keys.secret_access_key));
    // `plan` reports nothing.
    assert_eq!(heartbeats(&server), Vec::<Value>::new());
}

#[test]
fn heartbeats_come_at_every_change_and_at_least_every_ten_seconds() {
    let shell = Shell::new();
    // Two calls of one step, slow enough that nothing changes for more than ten seconds.
    for operation in ["PutConfigurationRecorder", "StartConfigurationRecorder"] {
        shell.cloud.fault(&json!({
            "service": "config", "operation": operation, "account": MEMBER, "latency_ms": 8000,
        }));
    }
    let times = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&times);
    let server = OddServer::start(move |asked| {
        if asked.line == "POST /v1/heartbeats" {
            log.lock().expect("the log").push(Instant::now());
        }
        trusting(asked, &baseline())
    });
    shell.agent("setup --yes --json", server.url()).expect(0);

    let beats = heartbeats(&server);
    let runs: BTreeSet<_> = beats.iter().map(|beat| beat["run"].to_string()).collect();
    assert_eq!(runs.len(), 1);
    let sequences: Vec<_> = beats.iter().map(|beat| beat["sequence"].as_u64()).collect();
    let expected: Vec<_> = (1..=beats.len() as u64).map(Some).collect();
    assert_eq!(sequences, expected);
    // First nothing is known, then it is planned, and only at the end it is complete.
    assert_eq!(beats[0]["regions"], json!([]));
    let complete: Vec<_> = beats.iter().map(|beat| &beat["complete"]).collect();
    assert_eq!(complete.last(), Some(&&json!(true)), "{beats:?}");
    assert!(
        complete[..complete.len() - 2]
            .iter()
            .all(|&is| is == &json!(false))
    );
    let states: BTreeSet<_> = beats
        .iter()
        .flat_map(|beat| beat["regions"].as_array().cloned().expect("regions"))
        .filter(|region| region["region"] == HOME)
        .map(|region| {
            let steps = region["steps"].as_array().expect("steps");
            let changed = steps.iter().filter(|step| step["state"] == "changed");
            changed.count()
        })
        .collect();
    assert!(
        states.len() >= 3,
        "no change was reported in between: {states:?}"
    );

    let times = times.lock().expect("the log").clone();
    let widest = times.windows(2).map(|pair| pair[1] - pair[0]).max();
    let widest = widest.expect("several heartbeats");
    assert!(widest < Duration::from_secs(11), "{widest:?}");
    assert!(
        widest > Duration::from_secs(8),
        "the ten seconds were not put to the test"
    );
    let token = asked_for(&server, "POST /v1/heartbeats")[0]
        .header("authorization")
        .map(str::to_owned);
    assert_eq!(token.as_deref(), Some("Bearer token"));
}

#[test]
fn only_a_set_up_asks_for_invitations_and_only_for_missing_ones() {
    let asks = |shell: &Shell, words: &str| {
        let server = OddServer::start(|asked| trusting(asked, &baseline()));
        shell.agent(words, server.url());
        asked_for(&server, "POST /v1/invitations").len()
    };
    let shell = Shell::new();
    // Without a terminal and without --yes, setup only shows.
    for words in ["status", "plan", "setup", "heartbeat --once"] {
        assert_eq!(asks(&shell, words), 0, "{words}");
    }
    // Before Security Hub is on, invitations cannot be listed.
    assert_eq!(asks(&shell, "setup --yes"), 1);
    assert_eq!(asks(&shell, "setup --yes"), 0);
}

#[test]
fn the_way_to_the_server_may_lead_through_a_proxy() {
    let shell = Shell::new();
    let proxy = OddServer::start(|_| Answer::http("502 Bad Gateway", &[], ""));
    let server = "https://soc.example.com";
    let outcome = shell
        .program("setup --yes --json --region us-east-1", server)
        .env("https_proxy", proxy.url())
        .run();
    done_with_one_line(outcome, server);
    let asked = proxy.asked();
    assert!(
        asked
            .iter()
            .all(|asked| asked.line == "CONNECT soc.example.com:443"),
        "{asked:?}"
    );
    assert!(!asked.is_empty());
}

#[test]
fn status_and_heartbeat_report_to_the_server_and_heartbeat_continues() {
    let shell = Shell::new();
    let server = OddServer::start(|asked| trusting(asked, &baseline()));
    for words in ["status --json", "heartbeat --once --json"] {
        let report = shell.agent(words, server.url()).expect(3).json();
        let reported = heartbeats(&server).pop().expect("a heartbeat");
        assert_eq!(reported["regions"], report["regions"]);
        assert_eq!(reported["sequence"], 1);
    }
    let mut child = shell
        .program("heartbeat --every 1s", server.url())
        .command()
        .spawn()
        .expect("start the agent");
    let deadline = Instant::now() + Duration::from_secs(30);
    while heartbeats(&server).len() < 4 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(100));
    }
    let _ = child.kill();
    let _ = child.wait();
    let beats = heartbeats(&server);
    assert!(beats.len() >= 4, "{}", beats.len());
    assert_eq!(beats[2]["run"], beats[3]["run"]);
    assert_eq!(beats[3]["sequence"], 2);
}

#[test]
fn the_next_command_can_be_pasted() {
    let shell = Shell::new();
    let server = OddServer::start(|asked| trusting(asked, &baseline()));
    let shown = shell.agent("plan --lang en", server.url()).expect(3).stdout;
    let next = format!(
        "Next: hubward-agent setup --administrator {ADMINISTRATOR} --server {}",
        server.url()
    );
    assert_eq!(shown.trim_end().lines().last(), Some(next.as_str()));
}
