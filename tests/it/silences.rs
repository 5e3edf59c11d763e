//! Silences in the dashboard: operators make and end them, everyone sees them, and they cannot be
//! made by accident, without permission or unnoticed.

use serde_json::{Value, json};

use crate::dashboard::{alert, logged_in, soc};
use crate::harness::alerts::{AlertQueue, event, finding};
use crate::harness::browser::{Browser, Page};
use crate::harness::server::Server;
use crate::harness::soc::{HOME, Soc};

const MEMBER: &str = "111111111111";
const KEY: &str = "a-key-of-eventbridge";
const SSH: &str = "UnauthorizedAccess:EC2/SSHBruteForce";
const EVIL: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";

fn silences(soc: &Soc) -> Vec<Value> {
    let listed = soc.hubward(["alert", "silence", "--list", "--json"]);
    listed.expect(0).json().as_array().unwrap().clone()
}

fn submit(browser: &Browser, form: &str, fields: &[(&str, &str)]) -> Page {
    let all: Vec<(&str, &str)> = [("form", form), ("act", "add")]
        .iter()
        .chain(fields)
        .copied()
        .collect();
    browser.submit("/silences", &all)
}

#[test]
fn an_operator_silences_and_ends_it_and_a_viewer_sees_both() {
    let soc = soc();
    let queue = AlertQueue::new(&soc);
    let id = alert(&soc, &queue, "Brute force");
    let server = Server::start(soc.program().env("HUBWARD_ALERTS__PUSH_SECRET", KEY));
    let operator = logged_in(&soc, &server, "operator");
    let viewer = logged_in(&soc, &server, "viewer");
    let list = operator.open("/alerts").expect(200);
    assert!(list.body.contains("href=\"/silences\""));
    // The alert's page links to a form that is filled in for such alerts.
    let link =
        format!("/silences?type=UnauthorizedAccess%3AEC2-SSHBruteForce&amp;account={MEMBER}");
    let page = operator.open(&format!("/alerts/{id}")).expect(200);
    assert!(page.body.contains(&link), "{}", page.body);
    let page = operator.open(&link.replace("&amp;", "&")).expect(200);
    assert!(page.body.contains(&format!("name=\"account\" maxlength=\"12\" inputmode=\"numeric\" pattern=\"[0-9]{{12}}\" value=\"{MEMBER}\"")));
    assert_eq!(silences(&soc), [json!(null); 0], "a link is no form");

    let form = page.form_token();
    let made = submit(
        &operator,
        &form,
        &[
            ("type", SSH),
            ("account", MEMBER),
            ("region", HOME),
            ("reason", "penetration test"),
            ("until", "4h"),
        ],
    )
    .expect(303);
    // The next page shows what it covers now.
    let there = made.header("location").unwrap().to_owned();
    let page = operator.open(&there).expect(200);
    assert!(page.body.contains(&format!("href=\"/alerts/{id}\"")));
    let kept = silences(&soc);
    assert_eq!(kept.len(), 1);
    for (key, value) in [
        ("type", json!(SSH)),
        ("account", json!(MEMBER)),
        ("region", json!(HOME)),
        ("project", json!(null)),
        ("critical", json!(false)),
        ("active", json!(true)),
        ("reason", json!("penetration test")),
        ("created_by", json!("token:operator")),
    ] {
        assert_eq!(kept[0][key], value, "{key}");
    }
    let body = event(&finding(MEMBER, HOME, 2));
    assert_eq!(server.push(KEY, body).status, 202);
    let listed = soc.hubward(["alert", "list", "--state", "silenced", "--json"]);
    assert_eq!(listed.expect(0).json().as_array().map(Vec::len), Some(1));

    let silence = kept[0]["id"].as_str().unwrap();
    let viewed = viewer
        .open_with("/silences", &[("accept-language", "ja")])
        .expect(200);
    for word in [
        "通知停止",
        "有効な通知停止",
        "penetration test",
        "token:operator",
        SSH,
        MEMBER,
    ] {
        assert!(viewed.body.contains(word), "{word}");
    }
    assert!(
        viewed.body.contains("<td class=\"number\">1</td>"),
        "it kept one silent"
    );
    for word in ["name=\"act\"", "name=\"reason\"", silence].iter().take(2) {
        assert!(!viewed.body.contains(word), "no button that would not work");
    }
    let viewers = viewed.form_token();
    let wide = [("type", "Recon:*"), ("reason", "x"), ("until", "4h")];
    submit(&viewer, &viewers, &wide).expect(403);
    let end = [("form", viewers.as_str()), ("act", "end"), ("id", silence)];
    viewer.submit("/silences", &end).expect(403);
    assert_eq!(silences(&soc), silences(&soc));
    assert_eq!(silences(&soc)[0]["active"], true);

    let end = [("form", form.as_str()), ("act", "end"), ("id", silence)];
    operator.submit("/silences", &end).expect(303);
    operator.submit("/silences", &end).expect(409);
    assert_eq!(silences(&soc)[0]["active"], false);
    let page = viewer
        .open_with("/silences", &[("accept-language", "en")])
        .expect(200);
    let over = page.body.split("id=\"h-over\"").nth(1).unwrap();
    assert!(over.contains("penetration test"));
    assert!(page.body.contains("No alert is silenced."));
    let traced = soc.database.read(
        "SELECT action || ' ' || actor FROM audit_events WHERE action LIKE 'silence.%' ORDER BY sequence",
    );
    assert_eq!(
        traced,
        [
            "silence.added token:operator",
            "silence.ended token:operator"
        ]
    );
    soc.hubward(["audit", "verify"]).expect(0);
}

#[test]
fn what_would_silence_too_much_or_says_too_little_silences_nothing() {
    let soc = soc();
    let server = soc.serve();
    let operator = logged_in(&soc, &server, "operator");
    let form = operator.open("/silences").expect(200).form_token();
    let long = "x".repeat(501);
    let name = "x".repeat(201);
    let good = [("type", "Recon:*"), ("reason", "noise"), ("until", "4h")];
    for (wrong, value) in [
        ("type", ""),
        ("type", "*"),
        ("type", "**"),
        ("type", "*:*"),
        ("type", "*e*"),
        ("type", "Recon:*' OR 1=1"),
        ("type", EVIL),
        ("reason", ""),
        ("reason", " \u{1b}\t "),
        ("reason", &long),
        ("until", ""),
        ("until", "soon"),
        ("until", "0h"),
        ("until", "-4h"),
        ("until", "400d"),
        ("until", "2020-01-01"),
        ("until", "9999-12-31"),
        // A value that cannot be parsed must not count as empty.
        ("account", "11111111111"),
        ("account", "*"),
        ("account", EVIL),
        ("region", "nowhere"),
        ("region", "*"),
        ("project", &name),
        ("environment", &name),
    ] {
        let mut fields: Vec<(&str, &str)> = good.to_vec();
        fields.retain(|(known, _)| *known != wrong);
        fields.push((wrong, value));
        let page = submit(&operator, &form, &fields).expect(422);
        assert!(page.body.contains("role=\"alert\""), "{wrong} {value}");
        assert!(!page.body.contains("<script") && !page.body.contains("<img src=x"));
        // The other values are still in the form.
        let rest = if wrong == "reason" {
            "Recon:*"
        } else {
            "noise"
        };
        assert!(
            page.body.contains(&format!("value=\"{rest}\"")),
            "{wrong} {value}"
        );
    }
    // Larger than any form.
    let huge = "x".repeat(70_000);
    let mut fields = good.to_vec();
    fields.push(("project", &huge));
    submit(&operator, &form, &fields).expect(403);
    let unknown = [("form", form.as_str()), ("act", "forget"), ("id", "x")];
    operator.submit("/silences", &unknown).expect(404);
    assert_eq!(silences(&soc), [json!(null); 0]);
    let traced = "SELECT action FROM audit_events WHERE action LIKE 'silence.%'";
    assert_eq!(soc.database.read(traced), [""; 0]);
    submit(&operator, &form, &good).expect(303);
    assert_eq!(silences(&soc).len(), 1);
}

#[test]
fn no_other_site_silences_anything_and_no_text_is_code() {
    let soc = soc();
    let server = soc.serve();
    let operator = logged_in(&soc, &server, "operator");
    let viewer = logged_in(&soc, &server, "viewer");
    let stranger = Browser::at(&server);
    let form = operator.open("/silences").expect(200).form_token();
    let viewers = viewer.open("/silences").expect(200).form_token();
    let good = [("type", "Recon:*"), ("reason", EVIL), ("until", "4h")];
    let with = |form: &str| -> Vec<(String, String)> {
        let all = [("form", form), ("act", "add")].into_iter().chain(good);
        all.map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
    };
    let send = |browser: &Browser, form: &str, headers: &[(&str, &str)]| {
        let fields = with(form);
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        browser.submit_with("/silences", &fields, headers)
    };
    let own = server.url().to_owned();
    for token in ["", "x", &viewers] {
        send(&operator, token, &[("origin", &own)]).expect(403);
    }
    for foreign in ["https://evil.test", "null", "http://127.0.0.1:1"] {
        send(&operator, &form, &[("origin", foreign)]).expect(403);
    }
    send(&operator, &form, &[("sec-fetch-site", "cross-site")]).expect(403);
    // An operator's form token in a viewer's session, and without a session.
    send(&viewer, &form, &[("origin", &own)]).expect(403);
    send(&viewer, &viewers, &[("origin", &own)]).expect(403);
    send(&stranger, &form, &[("origin", &own)]).expect(303);
    let link =
        format!("/silences?act=add&form={form}&type=Recon:*&reason=trap&until=365d&critical=yes");
    let page = operator.open(&link).expect(200).body;
    // A link fills in the conditions; the reason, the end and whether critical alerts are covered
    // are left to the person.
    assert!(page.contains("value=\"Recon:*\""));
    assert!(!page.contains("value=\"trap\"") && !page.contains("value=\"365d\""));
    assert!(!page.contains(" checked"));
    assert_eq!(silences(&soc), [json!(null); 0]);

    send(&operator, &form, &[("origin", &own)]).expect(303);
    let id = silences(&soc)[0]["id"].as_str().unwrap().to_owned();
    let evil = "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    for path in [
        "/silences".to_owned(),
        format!("/silences?shown={id}"),
        format!("/silences?shown={evil}&type={evil}&project={evil}&region={evil}&page=-1"),
        "/audit".to_owned(),
    ] {
        for browser in [&operator, &viewer] {
            let page = browser.open(&path).expect(200);
            assert!(!page.body.contains("<script"), "{path}");
            assert!(!page.body.contains("<img src=x"), "{path}");
        }
    }
    let page = viewer.open("/silences").expect(200);
    assert!(
        page.body.contains("&#60;script&#62;"),
        "it is shown, as text"
    );
    soc.hubward(["audit", "verify"]).expect(0);
}
