//! The API against its OpenAPI description: the server answers strangers and bad requests as
//! described. Requests with tokens are tested in `tests/api`.

use serde_json::{Value, json};

use crate::harness::alerts::{event, finding};
use crate::harness::browser::{Browser, Page};
use crate::harness::server::Server;
use crate::harness::soc::{HOME, Soc};

const MEMBER: &str = "111111111111";

fn soc() -> Soc {
    let soc = Soc::new();
    soc.import(&[(MEMBER, "受注", "sato@example.com")]);
    soc
}

/// Checks that a refusal is a problem with a code and text, and the status of its body.
#[track_caller]
fn refused(page: &Page, status: u16, error: &str) -> Value {
    assert_eq!(
        page.header("content-type"),
        Some("application/problem+json")
    );
    let problem: Value = serde_json::from_str(&page.body).expect("a problem");
    assert_eq!(page.status, status, "{problem}");
    assert_eq!(problem["status"], json!(status), "{problem}");
    assert_eq!(problem["error"], error, "{problem}");
    for words in ["title", "hint"] {
        assert!(!problem[words].as_str().unwrap().is_empty(), "{problem}");
    }
    problem
}

#[test]
fn a_stranger_is_answered_as_the_description_says() {
    let soc = soc();
    let server = soc.serve();
    let stranger = Browser::at(&server);
    let page = stranger.open("/openapi.json").expect(200);
    assert_eq!(page.header("content-type"), Some("application/json"));
    let described: Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(described["openapi"], "3.1.0");
    assert_eq!(described["info"]["title"], "Hubward");
    let paths = described["paths"].as_object().unwrap();
    assert!(paths.len() > 15, "{}", paths.len());
    for (path, methods) in paths {
        let address = path.replace("{file}", "hubward-agent-9.9.9-nowhere.tar.gz");
        let methods = methods.as_object().unwrap();
        for (method, operation) in methods {
            let page = stranger.ask(method, &address);
            let response = &operation["responses"][page.status.to_string()];
            assert!(response.is_object(), "{method} {path}: {page:?}");
            let form = page.header("content-type").unwrap_or_default();
            let form = form.split(';').next().unwrap_or_default();
            if let Some(forms) = response["content"].as_object() {
                assert!(forms.contains_key(form), "{method} {path}: {form}");
            }
            let needs_proof = operation.get("security").is_some();
            assert!(
                !needs_proof || matches!(page.status, 401 | 404),
                "{path}: {page:?}"
            );
        }
        for method in ["get", "post", "put", "patch", "delete"] {
            if methods.contains_key(method) {
                continue;
            }
            let page = stranger.ask(method, &address);
            refused(&page, 405, "method_not_allowed");
            let allowed = page.header("allow").unwrap_or_default().to_lowercase();
            for known in methods.keys() {
                assert!(allowed.contains(known), "{method} {path}: {allowed}");
            }
        }
    }
}

#[test]
fn what_makes_no_sense_is_refused_in_one_form_and_by_its_name() {
    let soc = soc();
    let words = ["token", "add", "grafana", "--role", "viewer", "--json"];
    let made = soc.hubward(words).expect(0).json();
    let proof = format!("Bearer {}", made[0]["token"].as_str().unwrap());
    let server = soc.serve();
    let browser = Browser::at(&server);
    let bad = [
        ("accounts?limit=x", "limit"),
        ("accounts?limit=0", "limit"),
        ("agents?limit=5001", "limit"),
        ("check?limit=99999999999999999999", "limit"),
        ("requests?offset=-1", "offset"),
        ("deliveries?offset=9007199254740992", "offset"),
        ("audit?after=-1", "after"),
        ("audit?after=%00", "after"),
        ("alerts?state=bogus", "state"),
        ("alerts?state=", "state"),
        ("deliveries?state=open", "state"),
        ("accounts?limit=1&limit=2", ""),
    ];
    for (asked, named) in bad {
        let page = browser.open_with(&format!("/api/v1/{asked}"), &[("authorization", &proof)]);
        let problem = refused(&page, 400, "bad_query");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.starts_with(named), "{asked}: {detail}");
        assert!(!detail.contains("bogus"), "{detail}");
        // A caller without access does not learn whether it exists.
        refused(
            &browser.open(&format!("/api/v1/{asked}")),
            401,
            "unauthorized",
        );
    }
    for strange in [
        "/releases/%ff",
        "/releases/%00",
        "/releases/..%2f..%2fetc",
        "/api/v1/",
        "/%ff",
    ] {
        refused(&browser.open(strange), 404, "not_found");
    }
}

#[test]
fn an_event_with_nulls_in_it_is_stored_like_any_other() {
    let soc = soc();
    let server = Server::start(soc.program().env("HUBWARD_ALERTS__PUSH_SECRET", "a-key"));
    let mut threat = finding(MEMBER, HOME, 1);
    threat["Title"] = json!("a\u{0}b");
    threat["Description"] = json!("c\u{0}d");
    let bodies = [
        "\u{0}".to_owned(),
        "{\"detail\":\u{0}}".to_owned(),
        event(&threat),
    ];
    for body in bodies {
        let taken = server.push("a-key", body.as_str());
        assert_eq!(taken.status, 202, "{body:?}: {taken:?}");
    }
    let alerts = soc.hubward(["alert", "list", "--json"]).expect(0).json();
    let titles: Vec<&Value> = alerts
        .as_array()
        .unwrap()
        .iter()
        .map(|alert| &alert["title"])
        .collect();
    assert_eq!(titles.len(), 1, "{titles:?}");
}
