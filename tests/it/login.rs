//! Who gets into the dashboard and the API: tokens, sessions, forms of other sites, guesses.

use serde_json::Value;

use super::dashboard::{PAGES, alert, api, logged_in, shown, soc, token};
use crate::harness::alerts::AlertQueue;
use crate::harness::browser::{Browser, Page};
use crate::harness::server::Server;

#[test]
fn a_token_is_shown_once_and_only_its_hash_is_kept() {
    let soc = soc();
    let token = token(&soc, "wall", "viewer");
    let secret = token.rsplit('_').next().unwrap();
    assert_eq!(secret.len(), 64);
    let kept = soc.database.read(
        "SELECT name || id || hash || role || created_by FROM access_tokens \
         UNION ALL SELECT detail FROM audit_events",
    );
    assert!(kept.iter().all(|row| !row.contains(secret)), "{kept:?}");
    let listed = soc.hubward(["token", "list", "--json"]).expect(0);
    assert!(!listed.stdout.contains(secret) && !listed.stdout.contains("hash"));
    assert_eq!(listed.json()[0]["role"], "viewer");
    soc.hubward(["token", "list"]).expect(0);

    soc.hubward(["token", "add", "wall", "--role", "operator"])
        .expect(1);
    soc.hubward(["token", "add", "a b", "--role", "viewer"])
        .expect(1);
    soc.hubward(["token", "add", "x", "--role", "root"])
        .expect(2);
    soc.hubward(["token", "revoke", "absent"]).expect(1);
    soc.hubward(["token", "revoke", "wall", "--lang", "ja"])
        .expect(0);
    let actions = soc
        .database
        .read("SELECT action FROM audit_events WHERE subject = 'wall' ORDER BY sequence");
    assert_eq!(actions, ["token.added", "token.revoked"]);
    soc.hubward(["audit", "verify"]).expect(0);
}

#[test]
fn nobody_gets_in_without_a_good_token_and_no_address_carries_one() {
    let soc = soc();
    let good = token(&soc, "grafana", "viewer");
    let server = soc.serve();
    let browser = Browser::at(&server);
    let refused = |page: Page| {
        let page = page.expect(401);
        let problem: Value = serde_json::from_str(&page.body).unwrap();
        assert_eq!(problem["error"], "unauthorized");
        assert!(problem["hint"].as_str().unwrap().contains("token add"));
    };
    let mut other = good.clone();
    other.replace_range(
        good.len() - 1..,
        if good.ends_with('0') { "1" } else { "0" },
    );
    for wrong in ["", "hubward_", &other, &good[..good.len() - 1]] {
        refused(api(&browser, "/api/v1/accounts", wrong));
    }
    refused(browser.open(&format!("/api/v1/accounts?token={good}")));
    refused(browser.open(&format!("/api/v1/accounts?access_token={good}")));
    refused(browser.open_with("/api/v1/accounts", &[("authorization", &good)]));
    browser.open(&format!("/login?token={good}")).expect(200);
    browser.open("/").expect(303);
    api(&browser, "/api/v1/accounts", &good).expect(200);
    soc.hubward(["token", "revoke", "grafana"]).expect(0);
    refused(api(&browser, "/api/v1/accounts", &good));
}

#[test]
fn a_session_begins_after_the_proof_and_ends_for_good() {
    let soc = soc();
    let good = token(&soc, "wall", "viewer");
    let server = soc.serve();
    let browser = Browser::at(&server);
    // The guide is public.
    for path in PAGES.into_iter().filter(|path| *path != "/guide") {
        let page = browser.open(path).expect(303);
        assert!(page.header("location").unwrap().starts_with("/login"));
    }
    // A cookie that a neighboring host planted does not become a session.
    let planted = "a".repeat(64);
    browser.plant("hubward_session", &planted);
    let page = browser.log_in(&good).expect(303);
    let set: Vec<&str> = page.all("set-cookie").collect();
    assert_eq!(set.len(), 1, "{set:?}");
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"] {
        assert!(set[0].contains(flag), "{flag}: {set:?}");
    }
    // On loopback without TLS a browser would not send it back otherwise.
    assert!(!set[0].contains("Secure") && !set[0].contains("Domain"));
    let first = browser.cookie("hubward_session").unwrap();
    assert_ne!(first, planted);
    let thief = Browser::at(&server);
    thief.plant("hubward_session", &planted);
    thief.open("/").expect(303);

    let page = browser.open("/").expect(200);
    assert!(!page.body.contains(&first), "no page gives the cookie away");
    // Logging in again ends the session before.
    browser.log_in(&good).expect(303);
    thief.plant("hubward_session", &first);
    thief.open("/").expect(303);
    let second = browser.cookie("hubward_session").unwrap();
    let token = browser.open("/").form_token();
    browser.submit("/logout", &[("form", &token)]).expect(303);
    assert_eq!(browser.cookie("hubward_session"), None);
    thief.plant("hubward_session", &second);
    thief.open("/").expect(303);

    // Revoking a token ends its sessions.
    browser.log_in(&good).expect(303);
    browser.open("/").expect(200);
    soc.hubward(["token", "revoke", "wall"]).expect(0);
    browser.open("/").expect(303);
    // A session expires by itself: its start is moved an hour into the past.
    let again = crate::dashboard::token(&soc, "wall2", "viewer");
    browser.log_in(&again).expect(303);
    browser.open("/").expect(200);
    soc.database
        .rewrite("UPDATE sessions SET seen_at = '2026-01-01T00:00:00Z'");
    browser.open("/").expect(303);
    let kept = soc.database.read("SELECT session FROM sessions");
    assert!(!kept.contains(&first) && !kept.contains(&second));
}

#[test]
fn behind_tls_the_browser_holds_the_cookie_to_this_host() {
    let soc = soc();
    let good = token(&soc, "wall", "viewer");
    let origin = "https://soc.example.com";
    let server = Server::start(soc.program().env("HUBWARD_SERVER__PUBLIC_URL", origin));
    let browser = Browser::at(&server);
    let page = browser
        .submit_with("/login", &[("token", &good)], &[("origin", origin)])
        .expect(303);
    let set = page.header("set-cookie").unwrap();
    assert!(set.starts_with("__Host-hubward_session="), "{set}");
    assert!(set.contains("Secure") && set.contains("HttpOnly"), "{set}");
    browser.open("/").expect(200);
}

#[test]
fn a_form_of_another_site_changes_nothing() {
    let soc = soc();
    let queue = AlertQueue::new(&soc);
    let id = alert(&soc, &queue, "Brute force");
    let server = soc.serve();
    let operator = logged_in(&soc, &server, "operator");
    let path = format!("/alerts/{id}");
    let form = operator.open(&path).expect(200).form_token();
    let act = ("act", "acknowledge");
    operator.submit(&path, &[act]).expect(403);
    operator.submit(&path, &[act, ("form", "")]).expect(403);
    let other = Browser::at(&server);
    other.log_in(&token(&soc, "second", "operator")).expect(303);
    let others = other.open("/").form_token();
    assert_ne!(form, others);
    operator
        .submit(&path, &[act, ("form", &others)])
        .expect(403);
    for foreign in ["https://evil.test", "null", "http://127.0.0.1:1"] {
        operator
            .submit_with(&path, &[act, ("form", &form)], &[("origin", foreign)])
            .expect(403);
        operator
            .submit_with("/deliveries", &[("form", &form)], &[("origin", foreign)])
            .expect(403);
        operator
            .submit_with("/logout", &[("form", &form)], &[("origin", foreign)])
            .expect(403);
        other
            .submit_with("/login", &[("token", "x")], &[("origin", foreign)])
            .expect(403);
    }
    operator
        .submit_with(
            &path,
            &[act, ("form", &form)],
            &[("sec-fetch-site", "cross-site")],
        )
        .expect(403);
    assert_eq!(shown(&soc, &id)["state"], "open");
    // A link is not a form.
    operator
        .open(&format!("{path}?act=acknowledge&form={form}"))
        .expect(200);
    assert_eq!(shown(&soc, &id)["state"], "open");

    operator.submit(&path, &[act, ("form", &form)]).expect(303);
    assert_eq!(shown(&soc, &id)["state"], "acknowledged");
    soc.hubward(["audit", "verify"]).expect(0);
}

#[test]
fn a_login_leads_to_this_dashboard_only() {
    let soc = soc();
    let good = token(&soc, "wall", "viewer");
    let server = soc.serve();
    let browser = Browser::at(&server);
    let page = browser.open("/alerts?state=open").expect(303);
    assert_eq!(
        page.header("location"),
        Some("/login?next=%2Falerts%3Fstate%3Dopen")
    );
    for (next, leads_to) in [
        ("/alerts?state=open", "/alerts?state=open"),
        ("//evil.test/", "/"),
        ("https://evil.test/", "/"),
        ("/\\evil.test", "/"),
        ("/\r\nset-cookie: a=b", "/"),
        ("javascript:alert(1)", "/"),
    ] {
        let fields = [("token", good.as_str()), ("next", next)];
        let page = browser.submit("/login", &fields).expect(303);
        assert_eq!(page.header("location"), Some(leads_to), "{next}");
    }
    // Whatever host the request names, the server uses its own URL.
    let page = Browser::at(&server).open_with("/", &[("host", "evil.test")]);
    assert_eq!(page.expect(303).header("location"), Some("/login"));
    let page = Browser::at(&server).open_with("/login", &[("host", "evil.test")]);
    assert!(!page.expect(200).body.contains("evil.test"));
}

#[test]
fn who_guesses_is_slowed_down() {
    let soc = soc();
    let good = token(&soc, "wall", "viewer");
    let server = soc.serve();
    let browser = Browser::at(&server);
    let mut refused = 0;
    let waits = loop {
        let page = browser.log_in("hubward_guess");
        match page.status {
            401 => refused += 1,
            429 => break page,
            other => panic!("{other}"),
        }
        assert!(refused < 100, "guessing is not slowed down");
    };
    assert!(refused >= 5, "a person may mistype");
    assert!(waits.body.contains("role=\"alert\""));
    // Even the right token is rejected now: otherwise guessing could continue.
    browser.log_in(&good).expect(429);
}

#[test]
fn a_login_at_an_issuer_that_is_not_there_fails_alone() {
    let soc = soc();
    soc.configure("[login]\nissuer = \"http://127.0.0.1:9\"\nclient_id = \"hubward\"");
    let server = soc.serve();
    let browser = Browser::at(&server);
    assert!(
        browser
            .open("/login")
            .expect(200)
            .body
            .contains("/login/oidc")
    );
    browser.open("/login/oidc").expect(502);
    browser.open("/login/callback?code=x&state=y").expect(400);
    browser.log_in(&token(&soc, "wall", "viewer")).expect(303);
}
