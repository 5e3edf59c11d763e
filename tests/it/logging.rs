//! The server's log, as `packaging/docs/logging.md` describes it: JSON lines, a request id in each, the cause of
//! every failure, and no secret.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::browser::{Browser, Page};
use crate::harness::proof::Proof;
use crate::harness::server::Server;
use crate::harness::soc::Soc;

const MEMBER: &str = "111111111111";

/// A SOC with one account, and the token of an operator of its.
fn soc() -> (Soc, String) {
    let soc = Soc::new();
    soc.import(&[(MEMBER, "受注", "sato@example.com")]);
    let made = soc.hubward(["--json", "token", "add", "dashboard", "--role", "operator"]);
    let token = made.expect(0).json()[0]["token"]
        .as_str()
        .unwrap()
        .to_owned();
    (soc, token)
}

/// The log's lines, once one of them is as expected.
#[track_caller]
fn lines_with(server: &Server, is_expected: impl Fn(&Value) -> bool) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let said = server.said();
        // The last line may be on its way.
        let whole = said.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let lines: Vec<Value> = whole
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect();
        if lines.iter().any(&is_expected) {
            return lines;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{said}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn id_of(page: &Page) -> String {
    let id = page.header("x-request-id").expect("a request id");
    assert_eq!(id.len(), 36, "{id}");
    id.to_owned()
}

/// Whether a line is that of a request with this id.
fn answered(line: &Value, id: &str) -> bool {
    line["message"] == "request answered" && line["request_id"] == id
}

#[test]
fn a_damaged_row_is_one_line_with_its_request_its_place_and_its_cause() {
    let (soc, token) = soc();
    let server = soc.serve();
    let browser = Browser::at(&server);
    browser.log_in(&token).expect(303);
    soc.database
        .rewrite("UPDATE accounts SET regions = '{rubbish'");

    let authorization = format!("Bearer {token}");
    let headers = [
        ("authorization", authorization.as_str()),
        ("x-request-id", "made-up-by-a-caller"),
    ];
    let api = browser.open_with("/api/v1/accounts", &headers).expect(500);
    let problem: Value = serde_json::from_str(&api.body).expect("a problem");
    assert_eq!(problem["error"], "internal");
    assert_eq!(problem["request_id"], id_of(&api));
    let page = browser.open(&format!("/accounts/{MEMBER}")).expect(500);
    assert!(page.body.contains(&id_of(&page)), "{}", page.body);
    assert!(!page.body.contains("rubbish"), "{}", page.body);

    for (page, route) in [(&api, "/api/v1/accounts"), (&page, "/accounts/{id}")] {
        let id = id_of(page);
        let lines = lines_with(&server, |line| answered(line, &id));
        let errors: Vec<&Value> = lines
            .iter()
            .filter(|line| line["request_id"] == id.as_str() && line["level"] == "error")
            .collect();
        assert_eq!(errors.len(), 1, "{lines:#?}");
        let error = errors[0];
        assert_eq!(error["message"], "request failed");
        assert_eq!(error["route"], route);
        assert_eq!(error["method"], "GET");
        assert_eq!(error["table"], "accounts");
        assert_eq!(error["row"], MEMBER);
        assert_eq!(error["column"], "regions");
        let causes = error["causes"].as_str().expect("the causes");
        assert!(causes.contains("line 1 column"), "{error}");
        let end = lines.iter().find(|line| answered(line, &id)).unwrap();
        assert_eq!(end["status"], 500);
        assert_eq!(end["client"], "127.0.0.1");
        assert!(end["duration_ms"].is_u64(), "{end}");
    }
    let said = server.said();
    assert!(
        !said.contains("made-up-by-a-caller") && !said.contains(&token),
        "{said}"
    );
}

#[test]
fn the_log_says_who_came_and_what_ran_and_shows_nothing_that_opens_a_door() {
    let (soc, token) = soc();
    let server = soc.serve();
    let browser = Browser::at(&server);
    browser.log_in("hubward_0000_not-the-token").expect(401);
    browser.log_in(&token).expect(303);
    let session = browser.cookie("hubward_session").expect("a session");
    browser.open("/").expect(200);
    let authorization = format!("Bearer {token}");
    let bearer = [("authorization", authorization.as_str())];
    browser
        .open_with("/api/v1/accounts?limit=1", &bearer)
        .expect(200);
    let link = "5ec2e7b6c1d94f0a8e3b7c6d5f4a3b2c1d0e9f8a";
    browser.open(&format!("/reports/{link}")).expect(404);
    browser.open("/nowhere/with-a-secret-word").expect(404);

    // An agent proves its account, and reports.
    let challenge = server.post("/v1/challenges", None, "").body;
    let credentials = soc.cloud.credentials(MEMBER);
    let proof = Proof::new(&credentials, &challenge).request();
    let opened = server.post("/v1/sessions", None, proof.to_string());
    assert_eq!(opened.status, 201, "{opened:?}");
    let agent_token = opened.body["token"].as_str().unwrap().to_owned();
    let heartbeat = |sequence: u32, complete: bool| {
        let body = serde_json::json!({
            "run": "a-run", "sequence": sequence, "agent_version": "0.1.0",
            "regions": [], "complete": complete,
        });
        let beat = server.post("/v1/heartbeats", Some(&agent_token), body.to_string());
        assert_eq!(beat.status, 202, "{beat:?}");
    };
    heartbeat(1, false);
    heartbeat(2, true);
    let form_token = browser.open("/").expect(200).form_token();
    browser
        .submit("/logout", &[("form", form_token.as_str())])
        .expect(303);

    let lines = lines_with(&server, |line| line["message"] == "logged out");
    let one = |message: &str| {
        let found: Vec<&Value> = lines
            .iter()
            .filter(|line| line["message"] == message)
            .collect();
        assert_eq!(found.len(), 1, "{message}: {lines:#?}");
        found[0].clone()
    };
    assert_eq!(one("login refused")["by"], "token");
    assert_eq!(one("logged in")["user"], "dashboard");
    assert_eq!(one("logged in")["role"], "operator");
    assert_eq!(one("agent session opened")["account"], MEMBER);
    assert_eq!(one("agent run incomplete")["run"], "a-run");
    assert_eq!(one("agent run complete")["account"], MEMBER);
    let routes: Vec<&Value> = lines
        .iter()
        .filter(|line| line["message"] == "request answered")
        .map(|line| &line["route"])
        .collect();
    for route in [
        "/reports/{link}",
        "/api/v1/accounts",
        "/v1/heartbeats",
        "none",
    ] {
        assert!(routes.contains(&&Value::from(route)), "{route}: {routes:?}");
    }
    // Jobs are due at the start.
    let lines = lines_with(&server, |line| line["message"] == "job ended");
    let job = lines
        .iter()
        .find(|line| line["message"] == "job ended")
        .unwrap();
    assert!(
        job["job"].is_string() && job["duration_ms"].is_u64(),
        "{job}"
    );
    assert!(
        ["done", "failed"].contains(&job["outcome"].as_str().unwrap()),
        "{job}"
    );

    let said = server.said();
    for (secret, name) in [
        (token.as_str(), "the access token"),
        ("not-the-token", "a wrong token"),
        (session.as_str(), "the session's cookie"),
        (agent_token.as_str(), "the agent's token"),
        (form_token.as_str(), "the form's token"),
        (link, "a report's link"),
        ("with-a-secret-word", "a path"),
        ("sato@example.com", "a contact's address"),
        (credentials.session_token.as_str(), "the agent's session"),
        ("GetCallerIdentity", "the proof"),
    ] {
        assert!(!said.contains(secret), "{name} is in the log: {said}");
    }
}

#[test]
fn the_level_of_the_log_is_chosen_by_the_environment() {
    let (soc, token) = soc();
    let quiet = Server::start(soc.program().env("HUBWARD_LOG", "error"));
    let browser = Browser::at(&quiet);
    browser.log_in(&token).expect(303);
    soc.database
        .rewrite("UPDATE accounts SET regions = '{rubbish'");
    let page = browser.open(&format!("/accounts/{MEMBER}")).expect(500);
    let lines = lines_with(&quiet, |line| line["request_id"] == id_of(&page).as_str());
    assert!(
        lines.iter().all(|line| line["level"] == "error"),
        "{lines:#?}"
    );
}
