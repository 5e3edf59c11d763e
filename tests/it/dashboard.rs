//! The dashboard and the API: who gets in, who may do what, and what an attacker gets. The
//! appearance is tested in tests/browser.

use serde_json::{Value, json};

use crate::harness::alerts::{AlertQueue, event, finding};
use crate::harness::browser::{Browser, Page};
use crate::harness::receiver::Receiver;
use crate::harness::server::Server;
use crate::harness::soc::{HOME, LINKED, Soc};

const MEMBER: &str = "111111111111";
pub(super) const PAGES: [&str; 9] = [
    "/",
    "/accounts",
    "/alerts",
    "/silences",
    "/requests",
    "/agents",
    "/deliveries",
    "/guide",
    "/audit",
];
const ARRAYS: [(&str, &[&str]); 6] = [
    ("accounts", &["account", "list"]),
    ("alerts", &["alert", "list"]),
    ("agents", &["agent", "list"]),
    ("requests", &["request", "list"]),
    ("audit", &["audit", "list"]),
    ("check", &["check"]),
];

pub(crate) fn soc() -> Soc {
    let soc = Soc::new();
    soc.import(&[(MEMBER, "受注", "sato@example.com")]);
    soc
}

pub(super) fn token(soc: &Soc, name: &str, role: &str) -> String {
    let made = soc
        .hubward(["token", "add", name, "--role", role])
        .expect(0);
    made.stdout.trim().to_owned()
}

pub(crate) fn logged_in(soc: &Soc, server: &Server, role: &str) -> Browser {
    let browser = Browser::at(server);
    browser.log_in(&token(soc, role, role)).expect(303);
    browser
}

pub(super) fn api(browser: &Browser, path: &str, token: &str) -> Page {
    let bearer = format!("Bearer {token}");
    browser.open_with(path, &[("authorization", &bearer)])
}

/// Creates an alert in the store, and returns its id.
pub(crate) fn alert(soc: &Soc, queue: &AlertQueue<'_>, title: &str) -> String {
    let mut found = finding(MEMBER, HOME, 1);
    found["Title"] = json!(title);
    queue.put(&event(&found));
    let server = Server::start(soc.program().env("HUBWARD_ALERTS__QUEUE_URL", &queue.url));
    for _ in 0..600 {
        let listed = soc.hubward(["alert", "list", "--json"]).expect(0).json();
        if let Some(row) = listed.as_array().unwrap().first() {
            drop(server);
            return row["id"].as_str().unwrap().to_owned();
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("no alert came");
}

pub(super) fn shown(soc: &Soc, alert: &str) -> Value {
    soc.hubward(["alert", "show", alert, "--json"])
        .expect(0)
        .json()[0]
        .clone()
}

#[test]
fn programs_get_the_arrays_of_the_command_line() {
    let soc = soc();
    soc.hubward(["check"]).expect(3);
    let token = token(&soc, "grafana", "viewer");
    let server = soc.serve();
    let browser = Browser::at(&server);
    for (name, words) in ARRAYS {
        let page = api(&browser, &format!("/api/v1/{name}"), &token).expect(200);
        let got: Value = serde_json::from_str(&page.body).unwrap();
        let words = words.iter().copied().chain(["--json"]);
        let printed: Value = serde_json::from_str(&soc.hubward(words).stdout).unwrap();
        if name == "audit" {
            // The server's own first check may have added to it.
            assert_eq!(got[0], printed[0]);
        } else if name == "check" {
            for key in ["account_id", "project", "region", "verdict", "missing"] {
                assert_eq!(got[0][key], printed[0][key], "{key}");
            }
        } else {
            assert_eq!(got, printed, "{name}");
        }
    }
    let deliveries = api(&browser, "/api/v1/deliveries", &token).expect(200);
    assert_eq!(deliveries.body, "[]");
    let first = api(&browser, "/api/v1/audit?limit=1", &token).expect(200);
    let next = first.header("link").unwrap();
    assert!(
        next.starts_with("</api/v1/audit?after=1&limit=1>"),
        "{next}"
    );
    let page = api(&browser, "/api/v1/accounts?limit=1&offset=1", &token).expect(200);
    assert_eq!(
        (page.body.as_str(), page.header("x-total-count")),
        ("[]", Some("1"))
    );
    api(&browser, "/api/v1/alerts?state=bogus", &token).expect(400);
}

#[test]
fn a_viewer_looks_and_does_not_act() {
    let soc = soc();
    let queue = AlertQueue::new(&soc);
    let id = alert(&soc, &queue, "Brute force");
    soc.configure("[requests]\nform = true");
    let server = soc.serve();
    let viewer = logged_in(&soc, &server, "viewer");
    let page = viewer.open(&format!("/alerts/{id}")).expect(200);
    assert!(
        !page.body.contains("name=\"act\""),
        "no button that would not work"
    );
    let form = page.form_token();
    for act in ["acknowledge", "assign", "resolve", "reopen"] {
        viewer
            .submit(&format!("/alerts/{id}"), &[("act", act), ("form", &form)])
            .expect(403);
    }
    viewer.submit("/deliveries", &[("form", &form)]).expect(403);
    assert_eq!(shown(&soc, &id)["state"], "open");

    // Submitting a request is not an act that needs a role; deciding is.
    let fields = [
        ("form", form.as_str()),
        ("kind", "add"),
        ("account_id", "222222222222"),
        ("project", "在庫"),
        ("contact_emails", "suzuki@example.com"),
        ("state", "left"),
    ];
    let page = viewer.submit("/requests/new", &fields).expect(303);
    let request = page.header("location").unwrap().to_owned();
    viewer
        .submit(
            &request,
            &[("act", "approve"), ("revision", "1"), ("form", &form)],
        )
        .expect(403);
    let listed = soc.hubward(["request", "list", "--json"]).expect(0).json();
    assert_eq!(listed[0]["state"], "waiting");
    assert_eq!(listed[0]["reporter"], "viewer");
    assert!(listed[0]["asked"].get("state").is_none());

    let operator = logged_in(&soc, &server, "operator");
    let page = operator.open(&request).expect(200);
    assert!(page.body.contains("suzuki@example.com"));
    let form = page.form_token();
    let outdated = [
        ("act", "approve"),
        ("revision", "7"),
        ("form", form.as_str()),
    ];
    operator.submit(&request, &outdated).expect(409);
    let decision = [
        ("act", "approve"),
        ("revision", "1"),
        ("form", form.as_str()),
    ];
    operator.submit(&request, &decision).expect(303);
    let accounts = soc.hubward(["account", "list", "--json"]).expect(0).json();
    assert_eq!(accounts[1]["project"], "在庫");
    assert_eq!(accounts[1]["state"], "active");
}

#[test]
fn the_request_form_is_off_unless_the_soc_wants_it() {
    let soc = soc();
    let server = soc.serve();
    let operator = logged_in(&soc, &server, "operator");
    operator.open("/requests/new").expect(404);
    let form = operator.open("/requests").expect(200).form_token();
    operator
        .submit("/requests/new", &[("form", &form), ("kind", "add")])
        .expect(404);
    let listed = soc.hubward(["request", "list", "--json"]).expect(0).json();
    assert_eq!(listed, json!([]));
}

#[test]
fn nothing_that_a_stranger_named_is_code() {
    let soc = Soc::new();
    let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    soc.import(&[(
        MEMBER,
        &format!("\"{}\"", evil.replace('"', "\"\"")),
        "sato@example.com",
    )]);
    soc.hubward(["check"]).expect(3);
    let queue = AlertQueue::new(&soc);
    let id = alert(&soc, &queue, evil);
    soc.hubward(["alert", "ack", &id, "--note", evil]).expect(0);
    let server = soc.serve();
    let operator = logged_in(&soc, &server, "operator");
    let mut pages: Vec<String> = PAGES.map(str::to_owned).into();
    pages.push(format!("/accounts/{MEMBER}"));
    pages.push(format!("/alerts/{id}"));
    pages.push("/accounts?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E".to_owned());
    pages.push("/alerts?q=%3Cscript%3E&state=%22onload%3D1&lang=ja".to_owned());
    for path in pages {
        let page = operator.open(&path).expect(200);
        assert!(!page.body.contains("<script"), "{path}");
        assert!(!page.body.contains("<img src=x"), "{path}");
        assert!(!page.body.contains(" style="), "{path}");
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(page.header(name), Some(value), "{path}");
        }
        // No assets from other hosts.
        for attribute in ["src=\"", "rel=\"stylesheet\" href=\""] {
            for asset in page.body.split(attribute).skip(1) {
                assert!(
                    asset.starts_with('/') && !asset.starts_with("//"),
                    "{asset}"
                );
            }
        }
    }
    // Responses to programs and strangers have a content type, and are not cached.
    for (path, status) in [
        ("/api/v1/alerts", 401),
        ("/nothing", 404),
        ("/openapi.json", 200),
    ] {
        let answer = operator.open(path).expect(status);
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(
            answer.header("strict-transport-security"),
            None,
            "there is no TLS here"
        );
    }
    let page = operator.open(&format!("/accounts/{MEMBER}"));
    assert!(
        page.body.contains("&#60;script&#62;"),
        "it is shown, as text"
    );
}

#[test]
fn the_way_of_an_alert_is_shown_moment_by_moment() {
    let soc = soc();
    let hook = Receiver::start();
    hook.set_answer("503 Service Unavailable", &["x: <b>y</b>"]);
    soc.configure(&format!(
        "[[channels]]\nname = \"hook\"\nkind = \"webhook\"\nurl = \"{}\"\nallow_private = true\n\
         [[routes]]\nevent = \"alert\"\nchannel = \"hook\"\n",
        hook.url()
    ));
    let queue = AlertQueue::new(&soc);
    let id = alert(&soc, &queue, "Brute force");
    let server = soc.serve();
    hook.wait_for("an attempt", |hook| !hook.asked().is_empty());
    hook.set_open(true);
    let way = || shown(&soc, &id)["timeline"].as_array().unwrap().clone();
    while way().last().unwrap()["step"] != "delivered" {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let viewer = logged_in(&soc, &server, "viewer");
    let page = viewer
        .open_with(&format!("/alerts/{id}"), &[("accept-language", "ja")])
        .expect(200);
    let section = page.body.split("id=\"h-timeline\"").nth(1).unwrap();
    let section = section.split("</section>").next().unwrap();
    let way = way();
    assert!(way.len() >= 6, "{way:?}");
    assert_eq!(section.matches("<th scope=\"row\">").count(), way.len());
    for moment in &way {
        let at = moment["at"].as_str().unwrap();
        assert!(section.contains(&format!("datetime=\"{at}\"")), "{at}");
    }
    assert!(
        section.contains("hook #1") && section.contains("503"),
        "{section}"
    );
}

#[test]
fn what_a_person_wrote_outlives_a_repetition() {
    let soc = soc();
    let queue = AlertQueue::new(&soc);
    let id = alert(&soc, &queue, "Brute force");
    soc.hubward(["alert", "ack", &id, "--note", "the key is being changed"])
        .expect(0);
    soc.hubward(["alert", "assign", &id, "佐藤"]).expect(0);
    let mut worse = finding(MEMBER, HOME, 1);
    worse["Severity"]["Label"] = json!("CRITICAL");
    worse["UpdatedAt"] = json!("2026-11-21T00:00:00Z");
    queue.put(&event(&worse));
    let _server = Server::start(soc.program().env("HUBWARD_ALERTS__QUEUE_URL", &queue.url));
    for _ in 0..600 {
        if shown(&soc, &id)["severity"] == "CRITICAL" {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let now = shown(&soc, &id);
    assert_eq!(now["severity"], "CRITICAL");
    assert_eq!(now["state"], "acknowledged");
    assert_eq!(now["assignee"], "佐藤");
    assert_eq!(now["note"], "the key is being changed");

    soc.hubward(["alert", "resolve", &id]).expect(0);
    soc.hubward(["alert", "ack", &id]).expect(1);
    soc.hubward(["alert", "ack", "nothing"]).expect(1);
    let long = "x".repeat(2001);
    soc.hubward(["alert", "resolve", &id, "--note", &long])
        .expect(1);
    assert_eq!(shown(&soc, &id)["note"], "the key is being changed");
    let history = soc
        .hubward(["account", "history", MEMBER, "--json"])
        .expect(0);
    assert!(history.stdout.contains("alert.handled"));
    soc.hubward(["audit", "verify"]).expect(0);
}

#[test]
fn a_message_that_was_given_up_is_tried_again() {
    let soc = soc();
    soc.configure(
        "[[channels]]\nname = \"hook\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:9/\"\nallow_private = true\n[[routes]]\nevent = \"check\"\nchannel = \"hook\"\n",
    );
    soc.hubward(["check", "--notify"]).expect(3);
    soc.database
        .rewrite("UPDATE deliveries SET state = 'given_up', attempts = 9");
    let state = || soc.database.read("SELECT state FROM deliveries").join(",");
    let id = soc.database.read("SELECT id FROM deliveries").remove(0);
    soc.hubward(["alert", "replay", "msg_absent"]).expect(1);
    assert_eq!(state(), "given_up");
    soc.hubward(["alert", "replay", &id]).expect(0);
    assert_eq!(state(), "pending");
    soc.hubward(["alert", "replay", &id]).expect(1);

    soc.database
        .rewrite("UPDATE deliveries SET state = 'given_up'");
    let server = soc.serve();
    let operator = logged_in(&soc, &server, "operator");
    let page = operator.open("/deliveries?state=given_up").expect(200);
    assert!(page.body.contains(&id));
    let form = page.form_token();
    operator
        .submit("/deliveries", &[("form", &form), ("id", &id)])
        .expect(303);
    assert_eq!(state(), "pending");
    let traced = soc
        .database
        .read("SELECT actor FROM audit_events WHERE action = 'delivery.replayed'");
    assert!(traced[0].starts_with("operator:"), "{traced:?}");
    assert_eq!(traced[1..], ["token:operator"]);
}

#[test]
fn the_audit_log_is_read_newest_first_and_narrowed() {
    let soc = soc();
    soc.hubward([
        "account",
        "edit",
        MEMBER,
        "--project",
        "<b>受注</b>",
        "--yes",
    ])
    .expect(0);
    let server = soc.serve();
    let viewer = logged_in(&soc, &server, "viewer");
    let page = viewer
        .open_with("/audit", &[("accept-language", "ja")])
        .expect(200);
    // The last occurrence: the list of filters is above the table.
    let at = |word: &str| page.body.rfind(word).expect(word);
    assert!(at("ログイン") < at("アカウント変更") && at("アカウント変更") < at("アカウント追加"));
    assert!(page.body.contains(&format!("href=\"/accounts/{MEMBER}\"")));
    assert!(!page.body.contains("<b>受注</b>"), "escaped");
    let head = soc
        .database
        .read("SELECT hash FROM audit_events ORDER BY sequence DESC LIMIT 1")
        .remove(0);
    assert!(page.body.contains(&head));
    soc.hubward(["audit", "verify", "--head", &head]).expect(0);

    let narrowed = viewer
        .open(&format!("/audit?subject={MEMBER}&action=account.added"))
        .expect(200);
    assert_eq!(narrowed.body.matches("<th scope=\"row\">").count(), 1);
    let hostile = viewer
        .open("/audit?subject=%27%20OR%201%3D1&action=%3Cscript%3E&page=-5")
        .expect(200);
    assert_eq!(hostile.body.matches("<th scope=\"row\">").count(), 0);
    assert!(!hostile.body.contains("<script>"));
}

#[test]
fn pages_read_the_store_and_never_aws() {
    let soc = soc();
    soc.hubward(["check"]).expect(3);
    let server = Server::start(soc.program().env("AWS_ENDPOINT_URL", "http://127.0.0.1:9"));
    let viewer = logged_in(&soc, &server, "viewer");
    for path in PAGES {
        viewer.open(path).expect(200);
    }
    let page = viewer.open(&format!("/accounts/{MEMBER}")).expect(200);
    assert!(page.body.contains("受注") && page.body.contains("sato%40example.com"));
    viewer.open("/accounts/222222222222").expect(404);
    viewer.open("/accounts/nonsense").expect(404);
    viewer.open("/alerts/nonsense").expect(404);
    viewer.open("/requests/nonsense").expect(404);
    viewer.open("/?page=99999999999999999999").expect(200);
    viewer
        .open("/accounts?page=-1&state=x&region=y&q=%00%ff")
        .expect(200);
    // The trend began with the check.
    assert_eq!(soc.database.read("SELECT verdict FROM trend").len(), 1);
    // Languages: first the browser's preference, then the person's choice.
    let japanese = viewer.open_with("/", &[("accept-language", "ja,en;q=0.5")]);
    assert!(japanese.body.contains("<html lang=\"ja\">"));
    let english = viewer.open_with("/", &[("accept-language", "fr, en;q=0.9")]);
    assert!(english.body.contains("<html lang=\"en\">"));
    viewer.open("/?lang=ja").expect(200);
    let chosen = viewer.open_with("/", &[("accept-language", "en")]);
    assert!(chosen.body.contains("<html lang=\"ja\">"));
}

#[test]
fn a_report_is_served_by_its_period_alone() {
    let soc = soc();
    soc.configure("[reports]\ndirectory = \"reports\"");
    soc.join(MEMBER, &[HOME, LINKED]);
    soc.hubward([
        "report",
        "build",
        "--out",
        soc.path("reports").to_str().unwrap(),
        "--period",
        "2026-W47",
    ])
    .expect(0);
    let server = soc.serve();
    let viewer = logged_in(&soc, &server, "viewer");
    let page = viewer.open(&format!("/accounts/{MEMBER}")).expect(200);
    let path = format!("/accounts/{MEMBER}/reports/2026-W47");
    assert!(page.body.contains(&path));
    let client = Browser::at(&server);
    client.open(&path).expect(303);
    for outside in ["..%2f..%2fhubward.toml", "2026-W48", "x", "%2e%2e"] {
        viewer
            .open(&format!("/accounts/{MEMBER}/reports/{outside}"))
            .expect(404);
    }
}
