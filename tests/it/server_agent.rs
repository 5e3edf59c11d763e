//! The agent and the SOC's server: the agent proves its account only to the right server, gets its
//! baseline from it, reports its progress, and completes its work whatever the server does.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::aws::{block_on, security_hub};
use crate::harness::cloud::Cloud;
use crate::harness::misbehaving_server::{Answer, Asked, OddServer};
use crate::harness::program::{Outcome, Program, agent};
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc};

const MEMBER: &str = "111111111111";
const STRANGER: &str = "666666666666";

/// A member's shell, with its account invited in both Regions.
struct Shell {
    cloud: Cloud,
    directory: TempDir,
}

impl Shell {
    fn new() -> Self {
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
    fn program(&self, words: &str, server: &str) -> Program {
        agent(self.directory.path())
            .at(&self.cloud, &self.cloud.credentials(MEMBER))
            .args(words.split(' '))
            .args(["--administrator", ADMINISTRATOR, "--server", server])
    }

    fn agent(&self, words: &str, server: &str) -> Outcome {
        self.program(words, server).run()
    }

    /// Sets up with the command line's Regions, which must work whatever the server does.
    fn set_up(&self, server: &str) -> Outcome {
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

fn challenge(server_id: &str) -> Answer {
    let body = json!({
        "challenge": "b3BhcXVl", "server_id": server_id, "expires_at": "2099-01-01T00:00:00Z",
    });
    Answer::json("200 OK", &body)
}

fn session(token: &str, baseline: &Value) -> Answer {
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

fn asked_for(server: &OddServer, line: &str) -> Vec<Asked> {
    let mut asked = server.asked();
    asked.retain(|asked| asked.line == line);
    asked
}

fn heartbeats(server: &OddServer) -> Vec<Value> {
    asked_for(server, "POST /v1/heartbeats")
        .iter()
        .map(|asked| serde_json::from_str(&asked.body).expect("JSON"))
        .collect()
}

/// Checks that the setup was completed, with one line about the server's error.
#[track_caller]
fn done_with_one_line(outcome: Outcome, server: &str) -> String {
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
fn step<'a>(report: &'a Value, region: &str, name: &str) -> &'a Value {
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
fn nothing_is_signed_for_a_server_that_goes_by_another_name() {
    let shell = Shell::new();
    let server = OddServer::start(|asked| match asked.line.as_str() {
        // Relayed from the real one.
        "POST /v1/challenges" => challenge("https://soc.example.com"),
        _ => trusting(asked, &baseline()),
    });
    let line = done_with_one_line(shell.set_up(server.url()), server.url());
    assert!(line.contains("https://soc.example.com"), "{line}");
    let lines: Vec<_> = server.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(lines, ["POST /v1/challenges"]);
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
fn a_baseline_of_another_administrator_is_not_used_and_its_server_gets_no_reports() {
    let shell = Shell::new();
    let mut foreign = baseline();
    foreign["administrator"] = json!(STRANGER);
    foreign["regions"] = json!(["eu-west-1"]);
    let server = OddServer::start(move |asked| trusting(asked, &foreign));
    let outcome = shell.set_up(server.url());
    assert_eq!(outcome.json()["regions"][0]["region"], HOME);
    let line = done_with_one_line(outcome, server.url());
    assert!(line.contains(STRANGER), "{line}");
    let lines: Vec<_> = server.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(lines, ["POST /v1/challenges", "POST /v1/sessions"]);
}

#[test]
fn a_server_that_mistakes_the_caller_for_another_gets_no_reports() {
    let shell = Shell::new();
    let server = OddServer::start(|asked| match asked.line.as_str() {
        "POST /v1/sessions" => Answer::json(
            "201 Created",
            &json!({
                "token": "t", "expires_at": "2099-01-01T00:00:00Z", "account": STRANGER,
                "baseline": baseline(),
            }),
        ),
        _ => trusting(asked, &baseline()),
    });
    done_with_one_line(shell.set_up(server.url()), server.url());
    assert_eq!(heartbeats(&server), Vec::<Value>::new());
}

#[test]
fn a_server_that_is_away_or_wrong_never_keeps_the_set_up_from_its_end() {
    let shell = Shell::new();
    let unused_address = "http://127.0.0.1:1";
    done_with_one_line(shell.set_up(unused_address), unused_address);

    type Oddity = (&'static str, fn(&Asked) -> Answer);
    let elsewhere = OddServer::start(|asked| trusting(asked, &baseline()));
    let there = elsewhere.url().to_owned();
    let redirecting = OddServer::start(move |asked| {
        let path = asked.line.split(' ').nth(1).unwrap_or("/");
        let location = format!("location: {there}{path}");
        Answer::http("307 Temporary Redirect", &[&location], "")
    });
    done_with_one_line(shell.set_up(redirecting.url()), redirecting.url());
    assert!(elsewhere.asked().is_empty(), "a redirect was followed");

    let oddities: [Oddity; 5] = [
        ("hangs", |_| Answer::Hang),
        ("is broken", |_| {
            Answer::http("500 Internal Server Error", &[], "<h1>oh</h1>")
        }),
        ("has too much to say", |_| {
            Answer::http("200 OK", &[], &"x".repeat(1 << 20))
        }),
        ("talks nonsense", |_| {
            Answer::http("200 OK", &[], "\u{1b}[31m{")
        }),
        ("speaks no HTTP", |_| {
            Answer::Bytes(b"220 smtp\r\n".to_vec())
        }),
    ];
    for (name, answer) in oddities {
        let server = OddServer::start(answer);
        let begun = Instant::now();
        let line = done_with_one_line(shell.set_up(server.url()), server.url());
        assert!(begun.elapsed() < Duration::from_secs(25), "{name}");
        assert!(!line.contains('\u{1b}'), "{name}: {line:?}");
        assert_eq!(server.asked().len(), 1, "{name}");
    }
}

#[test]
fn a_server_that_breaks_later_is_said_once() {
    type Oddity = fn(&Asked) -> Answer;
    let oddities: [Oddity; 3] = [
        |_| Answer::Hang,
        |_| Answer::http("503 Service Unavailable", &[], ""),
        |_| Answer::http("200 OK", &[], &"x".repeat(1 << 20)),
    ];
    for odd in oddities {
        let shell = Shell::new();
        let server = OddServer::start(move |asked| match asked.line.as_str() {
            "POST /v1/heartbeats" | "POST /v1/invitations" => odd(asked),
            _ => trusting(asked, &baseline()),
        });
        done_with_one_line(
            shell.agent("setup --yes --json", server.url()),
            server.url(),
        );
    }
}

#[test]
fn a_server_that_is_busy_is_left_alone_without_a_word() {
    let shell = Shell::new();
    let server = OddServer::start(|asked| match asked.line.as_str() {
        "POST /v1/heartbeats" => Answer::http("429 Too Many Requests", &[], ""),
        _ => trusting(asked, &baseline()),
    });
    let outcome = shell.agent("setup --yes --json", server.url()).expect(0);
    assert!(!outcome.stderr.contains(server.url()), "{}", outcome.stderr);
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
fn a_session_that_expires_is_proved_again_once() {
    let shell = Shell::new();
    let sessions = AtomicUsize::new(0);
    let server = OddServer::start(move |asked| match asked.line.as_str() {
        "POST /v1/sessions" => {
            let number = sessions.fetch_add(1, Ordering::SeqCst);
            session(&format!("token-{number}"), &baseline())
        }
        // The first session expires at once.
        "POST /v1/heartbeats" if asked.header("authorization") == Some("Bearer token-0") => {
            Answer::http("401 Unauthorized", &[], "")
        }
        _ => trusting(asked, &baseline()),
    });
    let outcome = shell
        .agent("heartbeat --once --json", server.url())
        .expect(3);
    assert!(!outcome.stderr.contains(server.url()), "{}", outcome.stderr);
    let beats = heartbeats(&server);
    assert_eq!(beats.len(), 2);
    assert_eq!(beats[0], beats[1], "the same heartbeat again");
    assert_eq!(asked_for(&server, "POST /v1/sessions").len(), 2);

    // A server that never accepts its own tokens is not asked forever.
    let server = OddServer::start(|asked| match asked.line.as_str() {
        "POST /v1/heartbeats" => Answer::http("401 Unauthorized", &[], ""),
        _ => trusting(asked, &baseline()),
    });
    shell.agent("status --json", server.url()).expect(3);
    assert_eq!(heartbeats(&server).len(), 2);
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
fn a_server_that_cannot_invite_just_now_is_asked_again() {
    let soc = Soc::new();
    let asked = AtomicUsize::new(0);
    let server = OddServer::start(move |request| {
        let invites = request.line == "POST /v1/invitations";
        if invites && asked.fetch_add(1, Ordering::SeqCst) == 0 {
            return Answer::http("502 Bad Gateway", &[], "");
        }
        trusting(request, &baseline())
    });
    let mut child = soc
        .member(MEMBER)
        .args(["setup", "--yes", "--administrator", ADMINISTRATOR])
        .args(["--server", server.url()])
        .command()
        .spawn()
        .expect("start the agent");
    let deadline = Instant::now() + Duration::from_secs(40);
    while asked_for(&server, "POST /v1/invitations").len() < 2 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(200));
    }
    let _ = child.kill();
    let _ = child.wait();
    assert_eq!(asked_for(&server, "POST /v1/invitations").len(), 2);
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
fn a_server_without_tls_is_refused_and_never_called() {
    let shell = Shell::new();
    for words in ["setup --yes", "plan", "status", "heartbeat --once"] {
        for server in [
            "http://soc.example.com",
            "soc.example.com",
            "ftp://127.0.0.1",
        ] {
            let refused = shell.agent(words, server).expect(2);
            assert!(refused.stderr.contains("hint:"), "{}", refused.stderr);
        }
    }
    let without = agent(shell.directory.path())
        .at(&shell.cloud, &shell.cloud.credentials(MEMBER))
        .args(["heartbeat", "--once", "--administrator", ADMINISTRATOR])
        .run()
        .expect(2);
    assert!(without.stderr.contains("--server"), "{}", without.stderr);
    assert_eq!(shell.cloud.calls(), Vec::<Value>::new());
}

#[test]
fn the_administrator_is_pinned_by_the_line_and_by_nothing_else() {
    let shell = Shell::new();
    let server = OddServer::start(|asked| trusting(asked, &baseline()));
    agent(shell.directory.path())
        .at(&shell.cloud, &shell.cloud.credentials(MEMBER))
        .args(["setup", "--yes", "--server", server.url()])
        .run()
        .expect(2);
    assert!(server.asked().is_empty());
}

#[test]
fn the_baseline_of_the_server_is_what_is_built() {
    let shell = Shell::new();
    let mut said = baseline();
    said["recording_frequency"] = json!("daily");
    said["guardduty_features"] = json!(["S3_DATA_EVENTS"]);
    said["finding_publishing_frequency"] = json!("ONE_HOUR");
    let server = OddServer::start(move |asked| trusting(asked, &said));
    shell.agent("setup --yes --json", server.url()).expect(0);
    let state = shell.cloud.state(MEMBER);
    for region in [HOME, LINKED] {
        let region_state = &state["regions"][region];
        let group = &region_state["recorders"][0]["recordingGroup"];
        let types = group["resourceTypes"].as_array().expect("types");
        assert!(types.contains(&json!("AWS::S3::Bucket")));
        let has_roles = types.contains(&json!("AWS::IAM::Role"));
        assert_eq!(has_roles, region == HOME, "global types at home only");
        let features = region_state["detectors"][0]["Features"]
            .as_array()
            .expect("features");
        let on: Vec<_> = features
            .iter()
            .filter(|feature| feature["Status"] == "ENABLED")
            .map(|feature| feature["Name"].as_str().expect("a name"))
            .filter(|name| !["CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS"].contains(name))
            .collect();
        assert_eq!(on, ["S3_DATA_EVENTS"]);
    }
    let bodies: Vec<_> = shell
        .cloud
        .mutating_calls()
        .iter()
        .map(|call| (call["operation"].to_string(), call["body"].to_string()))
        .collect();
    for (operation, word) in [
        ("PutConfigurationRecorder", "DAILY"),
        ("CreateDetector", "ONE_HOUR"),
    ] {
        let said = bodies
            .iter()
            .filter(|(name, body)| name.contains(operation) && body.contains(word));
        assert_eq!(said.count(), 2, "{operation} {word}: {bodies:?}");
    }
}

#[test]
fn where_the_soc_adopts_recorders_none_is_made() {
    let shell = Shell::new();
    let mut said = baseline();
    said["config"] = json!("adopt");
    let server = OddServer::start(move |asked| trusting(asked, &said));
    let report = shell
        .agent("setup --yes --json", server.url())
        .expect(3)
        .json();
    for region in [HOME, LINKED] {
        let config = step(&report, region, "config");
        assert_eq!(config["state"], "insufficient", "{config}");
        assert!(config["hint"].is_string());
        // AWS says why a standard finds nothing, and so does the agent.
        let standards = step(&report, region, "standards");
        assert_eq!(standards["state"], "insufficient", "{standards}");
        let detail = standards["detail"].as_str().expect("a detail");
        assert!(detail.contains("NO_AVAILABLE_CONFIGURATION_RECORDER"));
        assert_eq!(step(&report, region, "invitation")["state"], "changed");
    }
    let made = shell
        .cloud
        .mutating_calls()
        .into_iter()
        .filter(|call| call["service"] == "config")
        .count();
    assert_eq!(made, 0);
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
