//! The agent API under honest use and attack: no one can act for an account of others.

use serde_json::{Value, json};

use crate::harness::cloud::Credentials;
use crate::harness::misbehaving_server::{Answer, OddServer};
use crate::harness::proof::{Proof, date};
use crate::harness::server::{Answered, Server};
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc};

pub(super) const MEMBER: &str = "111111111111";
pub(super) const OTHER: &str = "222222222222";

pub(super) fn soc() -> Soc {
    let soc = Soc::new();
    soc.import(&[
        (MEMBER, "A", "a@example.com"),
        (OTHER, "B", "b@example.com"),
    ]);
    soc
}

pub(super) fn challenge(server: &Server) -> Value {
    let answer = server.post("/v1/challenges", None, "");
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

pub(super) fn prove(server: &Server, proof: &Proof) -> Answered {
    server.post("/v1/sessions", None, proof.request().to_string())
}

pub(super) fn session(server: &Server, credentials: &Credentials) -> Value {
    let answer = prove(server, &Proof::new(credentials, &challenge(server)));
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.body
}

pub(super) fn token(server: &Server, credentials: &Credentials) -> String {
    session(server, credentials)["token"]
        .as_str()
        .unwrap()
        .to_owned()
}

pub(super) fn heartbeat(sequence: u32, state: &str) -> Value {
    json!({
        "run": "run-1", "sequence": sequence, "agent_version": "0.1.0", "complete": state == "already",
        "regions": [{ "region": HOME, "steps": [
            { "step": "config", "state": state, "detail": "d", "hint": null },
            { "step": "invitation", "state": "already", "detail": "d", "hint": null },
        ] }],
    })
}

#[test]
fn an_account_proves_itself_reports_and_is_invited_on_the_spot() {
    let soc = soc();
    let server = soc.serve();
    let credentials = soc.cloud.credentials(MEMBER);
    let session = session(&server, &credentials);
    assert_eq!(session["account"], MEMBER);
    assert_eq!(session["baseline"]["administrator"], ADMINISTRATOR);
    assert_eq!(session["baseline"]["regions"], json!([HOME, LINKED]));
    let token = session["token"].as_str().unwrap();

    let invited = server.post("/v1/invitations", Some(token), "");
    assert_eq!(invited.status, 202, "{invited:?}");
    let rows = soc.hubward(["check", MEMBER, "--json"]).expect(3).json();
    assert_eq!(rows[0]["verdict"], "invited");
    assert_eq!(rows[1]["verdict"], "invited");
    let others = soc.hubward(["check", OTHER, "--json"]).expect(3).json();
    assert_eq!(others[0]["verdict"], "not_invited", "only its own account");

    let beat = server.post(
        "/v1/heartbeats",
        Some(token),
        heartbeat(1, "blocked").to_string(),
    );
    assert_eq!(
        (beat.status, &beat.body["next_heartbeat_s"]),
        (202, &json!(10))
    );
    let rows = soc.hubward(["check", MEMBER, "--json"]).expect(3).json();
    assert_eq!(rows[0]["verdict"], "invited");
    assert!(rows[0]["reported_at"].is_string(), "{rows}");
    let others = |step: &str| rows[0]["missing"].to_string().contains(step);
    assert!(others("invitation"), "{rows}");
    let agents = soc.hubward(["agent", "list", "--json"]).expect(0).json();
    assert_eq!(agents[0]["account_id"], MEMBER);
    assert_eq!(agents[0]["run"], "run-1");
    assert!(agents[0]["caller"].as_str().unwrap().contains(MEMBER));
    assert_eq!(agents[0]["complete"], false);
}

#[test]
fn heartbeats_are_idempotent_and_may_come_out_of_order() {
    let soc = soc();
    let server = soc.serve();
    let token = token(&server, &soc.cloud.credentials(MEMBER));
    for (sequence, state) in [(1, "planned"), (3, "already"), (2, "failed"), (3, "failed")] {
        let body = heartbeat(sequence, state).to_string();
        assert_eq!(
            server.post("/v1/heartbeats", Some(&token), body).status,
            202
        );
    }
    let agents = soc.hubward(["agent", "list", "--json"]).expect(0).json();
    assert_eq!(agents.as_array().unwrap().len(), 1);
    assert_eq!(agents[0]["complete"], true, "the newest is the third");
}

#[test]
fn reasons_with_codes_and_facts_are_taken_of_any_size_and_age() {
    let soc = soc();
    let server = soc.serve();
    let token = token(&server, &soc.cloud.credentials(MEMBER));
    let mut beat = heartbeat(1, "insufficient");
    let step = &mut beat["regions"][0]["steps"][0];
    step["code"] = json!("config_recorder_missing_required_resource_types");
    step["facts"] = json!({
        "count": 12, "types": vec!["AWS::EKS::Nodegroup"; 12], "of a later version": {"a": [null]},
    });
    let mut wordy = beat.clone();
    wordy["sequence"] = json!(2);
    wordy["regions"][0]["steps"][0]["code"] = json!("not a word\u{0}");
    wordy["regions"][0]["steps"][0]["facts"] = json!({"types": vec!["n".repeat(900); 200]});
    for beat in [beat, wordy, heartbeat(3, "insufficient")] {
        let taken = server.post("/v1/heartbeats", Some(&token), beat.to_string());
        assert_eq!(taken.status, 202, "{taken:?}");
        let rows = soc.hubward(["check", MEMBER, "--json"]).expect(3).json();
        assert!(rows[0]["reported_at"].is_string(), "{rows}");
    }
}

#[test]
fn a_null_in_what_an_agent_calls_itself_is_left_out() {
    let soc = soc();
    let server = soc.serve();
    let token = token(&server, &soc.cloud.credentials(MEMBER));
    let mut beat = heartbeat(1, "failed");
    beat["agent_version"] = json!("0.1.0\u{0}\u{1b}[31m");
    beat["regions"][0]["steps"][0]["detail"] = json!("a\u{0}b");
    let taken = server.post("/v1/heartbeats", Some(&token), beat.to_string());
    assert_eq!(taken.status, 202, "{taken:?}");
    let agents = soc.hubward(["agent", "list", "--json"]).expect(0).json();
    assert_eq!(agents[0]["agent_version"], "0.1.0[31m");
}

#[test]
fn a_signature_that_does_not_fit_is_refused() {
    let soc = soc();
    let server = soc.serve();
    let credentials = soc.cloud.credentials(MEMBER);
    type Lie = (&'static str, fn(&mut Proof));
    let lies: [Lie; 7] = [
        ("another host", |p| {
            p.host = "sts.us-east-1.amazonaws.com".to_owned();
        }),
        ("a host of an attacker", |p| {
            p.host = "sts.evil.example".to_owned();
        }),
        ("another Region in the scope", |p| {
            p.scope_region = LINKED.to_owned();
        }),
        ("another service in the scope", |p| {
            p.scope_service = "iam".to_owned();
        }),
        ("another operation", |p| {
            p.body = "Action=GetSessionToken&Version=2011-06-15".to_owned();
        }),
        ("an unsigned challenge", |p| {
            p.unsigned = vec!["x-hubward-challenge"];
        }),
        ("an unsigned server id", |p| {
            p.unsigned = vec!["x-hubward-server-id"];
        }),
    ];
    for (what, lie) in lies {
        let mut proof = Proof::new(&credentials, &challenge(&server));
        lie(&mut proof);
        let answer = prove(&server, &proof);
        assert_eq!(
            answer.body["error"], "signature_refused",
            "{what}: {answer:?}"
        );
    }
    let mut tampered = Proof::new(&credentials, &challenge(&server)).request();
    let authorization = tampered["headers"]["authorization"].as_str().unwrap();
    let last = if authorization.ends_with('0') {
        "1"
    } else {
        "0"
    };
    let changed = format!("{}{last}", &authorization[..authorization.len() - 1]);
    tampered["headers"]["authorization"] = json!(changed);
    server
        .post("/v1/sessions", None, tampered.to_string())
        .refused(401, "signature_refused");
}

#[test]
fn the_key_of_one_account_never_speaks_for_another() {
    let soc = soc();
    let server = soc.serve();
    let (member, other) = (soc.cloud.credentials(MEMBER), soc.cloud.credentials(OTHER));
    let mixed = Credentials {
        session_token: other.session_token.clone(),
        ..member.clone()
    };
    prove(&server, &Proof::new(&mixed, &challenge(&server))).refused(401, "signature_refused");
    let stolen_id = Credentials {
        access_key_id: other.access_key_id.clone(),
        ..member.clone()
    };
    prove(&server, &Proof::new(&stolen_id, &challenge(&server))).refused(401, "signature_refused");
    // A report that names another account is rejected before it is parsed.
    let token = token(&server, &member);
    let mut beat = heartbeat(1, "already");
    beat["account"] = json!(OTHER);
    server
        .post("/v1/heartbeats", Some(&token), beat.to_string())
        .refused(400, "malformed");
    for wrong in ["", "x", &format!("{token}0"), &token[2..]] {
        server
            .post(
                "/v1/heartbeats",
                Some(wrong),
                heartbeat(1, "already").to_string(),
            )
            .refused(401, "unauthorized");
    }
    server
        .post("/v1/invitations", None, "")
        .refused(401, "unauthorized");
}

#[test]
fn a_challenge_is_good_once_here_and_now() {
    let soc = soc();
    let server = soc.serve();
    let credentials = soc.cloud.credentials(MEMBER);
    let proof = Proof::new(&credentials, &challenge(&server));
    assert_eq!(prove(&server, &proof).status, 201);
    prove(&server, &proof).refused(401, "challenge_refused");
    // Also after a restart: spent challenges are stored.
    server.kill();
    let server = soc.serve();
    let mut again = proof.clone();
    again.server_id = server.url().to_owned();
    prove(&server, &again).refused(401, "challenge_refused");
    // A relayed challenge and proof of another SOC.
    let elsewhere = self::soc();
    let other_server = elsewhere.serve();
    let relayed = Proof::new(&credentials, &challenge(&other_server));
    prove(&server, &relayed).refused(401, "challenge_refused");
    let mut relayed = Proof::new(&credentials, &challenge(&server));
    relayed.server_id = "https://soc.example.com".to_owned();
    prove(&server, &relayed).refused(401, "challenge_refused");
    // One proof in two requests at once.
    let proof = Proof::new(&credentials, &challenge(&server));
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| prove(&server, &proof).status))
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 401, 401, 401, 401, 401, 401, 401]);
}

#[test]
fn old_and_future_dates_are_refused() {
    let soc = soc();
    let server = soc.serve();
    let credentials = soc.cloud.credentials(MEMBER);
    for minutes in [-6, 6, -60 * 24 * 365] {
        let mut proof = Proof::new(&credentials, &challenge(&server));
        proof.date = date(minutes);
        prove(&server, &proof).refused(401, "date_refused");
    }
}

#[test]
fn only_the_closed_set_of_headers_is_taken() {
    let soc = soc();
    let server = soc.serve();
    let honest = || Proof::new(&soc.cloud.credentials(MEMBER), &challenge(&server)).request();
    for name in [
        "Authorization",
        "host",
        "x-amz-target",
        "AUTHORIZATION",
        "accept",
    ] {
        let mut request = honest();
        request["headers"][name] = json!("x");
        server
            .post("/v1/sessions", None, request.to_string())
            .refused(400, "malformed");
    }
    let twice = honest().to_string().replacen(
        "\"x-amz-date\":",
        "\"x-amz-date\":\"20200101T000000Z\",\"x-amz-date\":",
        1,
    );
    server
        .post("/v1/sessions", None, twice)
        .refused(400, "malformed");
    let mut request = honest();
    request["region"] = json!("eu-west-9.evil.example");
    server
        .post("/v1/sessions", None, request.to_string())
        .refused(400, "region_unknown");
    let mut request = honest();
    request["headers"]["x-amz-security-token"] = json!("a\r\nhost: evil");
    let answer = server.post("/v1/sessions", None, request.to_string());
    assert_eq!(answer.status, 400, "{answer:?}");
}

#[test]
fn an_unknown_account_gets_nothing_and_leaves_one_trace() {
    let soc = soc();
    let server = soc.serve();
    let stranger = soc.cloud.credentials("333333333333");
    for _ in 0..3 {
        prove(&server, &Proof::new(&stranger, &challenge(&server)))
            .refused(403, "account_not_in_ledger");
    }
    let events = soc.hubward(["audit", "list", "--json"]).expect(0).json();
    let refusals: Vec<_> = events
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["action"] == "proof.refused")
        .collect();
    assert_eq!(refusals.len(), 1);
    assert_eq!(refusals[0]["subject"], "333333333333");
}

#[test]
fn who_leaves_is_not_invited() {
    let soc = soc();
    let file = soc.write(
        "l.csv",
        format!("Account ID,Project,Contact email,State\n{MEMBER},A,a@example.com,leaving\n"),
    );
    soc.hubward([
        "ledger",
        "import",
        file.to_str().unwrap(),
        "--yes",
        "--force",
    ])
    .expect(0);
    let server = soc.serve();
    let token = token(&server, &soc.cloud.credentials(MEMBER));
    server
        .post("/v1/invitations", Some(&token), "")
        .refused(409, "not_invitable");
}

#[test]
fn an_sts_that_does_not_answer_like_sts_authenticates_no_one() {
    let soc = soc();
    let identity = |account: &str, arn: &str| {
        json!({ "GetCallerIdentityResponse": {
            "GetCallerIdentityResult": { "Account": account, "Arn": arn, "UserId": "U" },
            "ResponseMetadata": { "RequestId": "R" },
        } })
    };
    let good = identity(MEMBER, &format!("arn:aws:sts::{MEMBER}:assumed-role/r/s"));
    let other = identity(OTHER, &format!("arn:aws:sts::{MEMBER}:assumed-role/r/s"));
    type Odd = Box<dyn Fn() -> Answer + Send + Sync>;
    // This one would answer everything, and must not be asked.
    let elsewhere = {
        let body = good.clone();
        OddServer::start(move |_| Answer::json("200 OK", &body))
    };
    let answers: Vec<(&str, Odd)> = vec![
        ("xml", {
            let body = format!("<GetCallerIdentityResponse>{good}</GetCallerIdentityResponse>");
            Box::new(move || Answer::http("200 OK", &["content-type: text/xml"], &body))
        }),
        ("a reflecting operation", {
            let body =
                json!({ "AssumeRoleWithWebIdentityResponse": { "Provider": good.to_string() } });
            Box::new(move || Answer::json("200 OK", &body))
        }),
        ("junk before the JSON", {
            let body = format!("junk {good}");
            Box::new(move || Answer::http("200 OK", &["content-type: application/json"], &body))
        }),
        ("an oversized answer", {
            let body = format!("{good}{}", " ".repeat(1 << 20));
            Box::new(move || Answer::http("200 OK", &["content-type: application/json"], &body))
        }),
        ("a redirect", {
            let there = format!("location: {}", elsewhere.url());
            Box::new(move || Answer::http("307 Temporary Redirect", &[&there], ""))
        }),
        ("another success", {
            let body = good.clone();
            Box::new(move || Answer::json("201 Created", &body))
        }),
        (
            "an ARN of another account",
            Box::new(move || Answer::json("200 OK", &other)),
        ),
        ("silence", Box::new(|| Answer::Hang)),
    ];
    for (what, answer) in answers {
        let sts = OddServer::start(move |_| answer());
        let server = Server::start(soc.program().env("AWS_ENDPOINT_URL_STS", sts.url()));
        let proof = Proof::new(&soc.cloud.credentials(MEMBER), &challenge(&server));
        let refused = prove(&server, &proof);
        assert_eq!(
            refused.body["error"], "sts_unavailable",
            "{what}: {refused:?}"
        );
        let mut asked = sts.asked();
        // The server also asks STS for its own identity.
        asked.retain(|asked| asked.header("x-hubward-challenge").is_some());
        assert_eq!(asked.len(), 1, "{what}: asked once");
        assert_eq!(asked[0].line, "POST /");
        assert_eq!(
            asked[0].header("host"),
            Some("sts.ap-northeast-1.amazonaws.com")
        );
        assert_eq!(asked[0].body, "Action=GetCallerIdentity&Version=2011-06-15");
    }
    assert!(elsewhere.asked().is_empty(), "a redirect was followed");
}
