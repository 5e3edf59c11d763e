//! Requests from Jira: tickets, webhooks that are not believed, polling, and a Jira that fails.

use std::time::Duration;

use serde_json::json;

use super::requests::{ORDERS, PAYMENTS, accounts, actions, request, requests, soc, wait_for};
use crate::harness::jira::{Jira, SECRET, Wrong, created, hook, signature};
use crate::harness::soc::Soc;

#[test]
fn a_ticket_becomes_a_monitored_account_and_is_answered_in_its_reporters_language() {
    let soc = soc();
    let jira = Jira::start();
    jira.configure(&soc, "");
    let server = soc.serve();
    jira.file_add("SOC-1", "user-ja", ORDERS, "受注システム");
    let body = created("SOC-1");
    let signed = signature(&body, SECRET);
    assert_eq!(
        hook(server.url(), &body, &[("x-hub-signature", &signed)]),
        202
    );

    // It is listed with its changes; nothing is changed yet.
    wait_for("the request", || !requests(&soc).is_empty());
    let shown = request(&soc, "SOC-1");
    assert_eq!(
        (
            &shown["kind"],
            &shown["state"],
            &shown["account_id"],
            &shown["origin"]
        ),
        (
            &json!("add"),
            &json!("waiting"),
            &json!(ORDERS),
            &json!("jira")
        )
    );
    assert_eq!(shown["reporter"], "Ken Sato <ken@example.com>");
    assert_eq!(accounts(&soc), json!([]));
    assert!(soc.cloud.mutating_calls().is_empty());
    wait_for("the first answer", || jira.comments("SOC-1").len() == 1);
    server.kill();

    // Approved: the ledger, the invitations, and the line to paste.
    let approved = soc
        .hubward(["request", "approve", "SOC-1", "--yes", "--json"])
        .expect(0)
        .json();
    let invited = approved[0]["invitations"].as_array().unwrap();
    assert_eq!(invited.len(), 2, "{approved}");
    assert!(invited.iter().all(|row| row["outcome"] == "invited"));
    let row = &accounts(&soc)[0];
    assert_eq!(
        (&row["account_id"], &row["project"], &row["request"]),
        (&json!(ORDERS), &json!("受注システム"), &json!("SOC-1"))
    );
    let comments = jira.comments("SOC-1");
    assert_eq!(comments.len(), 2);
    assert!(
        comments[1].contains("承認") && comments[1].contains("{noformat}\ncurl -fsSL"),
        "{}",
        comments[1]
    );
    assert!(comments[1].contains("--administrator 999999999999"));
    assert!(
        comments[1].contains("sha256sum -c"),
        "or checked first: {}",
        comments[1]
    );
    let history = soc
        .hubward(["account", "history", ORDERS, "--json"])
        .expect(0)
        .json();
    assert_eq!(history[0]["detail"]["request"], "SOC-1");
    assert!(
        history[0]["actor"]
            .as_str()
            .unwrap()
            .starts_with("operator:")
    );

    // Not complete until AWS's findings say so.
    soc.hubward(["run", "requests"]).expect(0);
    assert_eq!(request(&soc, "SOC-1")["state"], "approved");
    soc.set_up(ORDERS).expect(0);
    soc.prove();
    soc.hubward(["check"]).expect(0);
    soc.hubward(["run", "requests"]).expect(0);
    assert_eq!(request(&soc, "SOC-1")["state"], "complete");
    assert_eq!(jira.status("SOC-1"), "done");
    assert!(jira.comments("SOC-1")[2].contains("完了"));

    // Everything that was done is done once.
    let before = (actions(&soc), jira.comments("SOC-1"));
    soc.hubward(["run", "requests"]).expect(0);
    soc.hubward(["run", "requests"]).expect(0);
    assert_eq!(before, (actions(&soc), jira.comments("SOC-1")));
    soc.hubward(["request", "approve", "SOC-1", "--yes"])
        .expect(1);
}

#[test]
fn a_webhook_wakes_only_when_it_proves_itself_and_nothing_in_it_is_believed() {
    let soc = Soc::new();
    let jira = Jira::start();
    jira.configure(&soc, "");
    let server = soc.serve();
    // It polls for missed issues at its start; from now on, only a webhook can notify it.
    wait_for("the first poll", || !jira.asked().is_empty());
    jira.file_add("SOC-1", "user-en", ORDERS, "Orders");
    jira.file_add("HR-1", "user-en", PAYMENTS, "Not ours");
    let hook = |body: &str, headers: &[(&str, &str)]| hook(server.url(), body, headers);
    let body = created("SOC-1");
    let right = signature(&body, SECRET);
    for headers in [
        &[][..],
        &[("x-hub-signature", "")],
        &[("x-hub-signature", "sha256=00")],
        &[("x-hub-signature", &signature(&body, "another secret"))],
        &[("x-hub-signature", &signature("{}", SECRET))],
        &[("x-hub-signature", right.trim_start_matches("sha256="))],
        &[("x-hub-signature-256", &right)],
        &[("x-hubward-secret", "wrong")],
    ] {
        assert_eq!(hook(&body, headers), 401, "{headers:?}");
    }
    let large = format!("{{\"key\":\"SOC-1\",\"x\":\"{}\"}}", "x".repeat(2 << 20));
    assert_eq!(hook(&large, &[("x-hubward-secret", SECRET)]), 413);
    // Authenticated, but of another project, of none, or not JSON; paths are not keys.
    for strange in [
        created("HR-1"),
        created("SOC-1/../../user"),
        created("SOC-"),
        "{}".to_owned(),
        "not JSON".to_owned(),
    ] {
        let signed = signature(&strange, SECRET);
        assert_eq!(hook(&strange, &[("x-hub-signature", &signed)]), 202);
    }
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(jira.asked().len(), 1, "{:?}", jira.asked());

    // The same webhook three times, once as an automation sends it: one request, with the content
    // of Jira.
    for _ in 0..2 {
        assert_eq!(hook(&body, &[("x-hub-signature", &right)]), 202);
    }
    assert_eq!(
        hook("{\"key\":\"SOC-1\"}", &[("x-hubward-secret", SECRET)]),
        202
    );
    wait_for("the request", || !requests(&soc).is_empty());
    wait_for("its answer", || !jira.comments("SOC-1").is_empty());
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(requests(&soc).len(), 1);
    assert_eq!(requests(&soc)[0]["account_id"], ORDERS);
    assert_eq!(jira.comments("SOC-1").len(), 1);
    let taken = |soc: &Soc| {
        actions(soc)
            .iter()
            .filter(|action| *action == "request.taken")
            .count()
    };
    assert_eq!(taken(&soc), 1);
    server.kill();

    // A server without Jira has no such endpoint.
    let none = Soc::new();
    let server = none.serve();
    assert_eq!(
        crate::harness::jira::hook(server.url(), &body, &[("x-hub-signature", &right)]),
        404
    );
}

#[test]
fn polling_finds_what_no_webhook_announced() {
    let soc = Soc::new();
    let jira = Jira::start();
    jira.configure(&soc, "");
    let keys: Vec<String> = (1..=5).map(|number| format!("SOC-{number}")).collect();
    for (key, digit) in keys.iter().zip(1..) {
        jira.file_add(key, "user-en", &digit.to_string().repeat(12), "P");
    }
    jira.file_add("HR-7", "user-en", "777777777777", "Not ours");
    soc.hubward(["run", "requests"]).expect(0);
    assert_eq!(requests(&soc).len(), 5);
    assert!(keys.iter().all(|key| jira.comments(key).len() == 1));
    assert!(jira.comments("HR-7").is_empty());
    // Our own answers changed the issues, but not their content.
    soc.hubward(["run", "requests"]).expect(0);
    soc.hubward(["run", "requests"]).expect(0);
    assert!(keys.iter().all(|key| jira.comments(key).len() == 1));
    let asked = jira.asked().len();
    soc.hubward(["run", "requests"]).expect(0);
    // Nothing changed: three pages, and no issue.
    assert_eq!(
        jira.asked().len() - asked,
        3,
        "{:?}",
        &jira.asked()[asked..]
    );

    // Closing a ticket withdraws the request; changed content is another revision.
    jira.close("SOC-1");
    jira.file("SOC-2", "user-en", &[("project", json!("Other"))]);
    soc.hubward(["run", "requests"]).expect(0);
    assert_eq!(request(&soc, "SOC-1")["state"], "withdrawn");
    let revised = request(&soc, "SOC-2");
    assert_eq!(
        (&revised["revision"], &revised["project"]),
        (&json!(2), &json!("Other"))
    );
    // The revision that was read is not the present one.
    let late = soc
        .hubward(["request", "approve", "SOC-2", "--yes", "--revision", "1"])
        .expect(1);
    assert!(late.stderr.contains("request show SOC-2"), "{late:?}");
    assert_eq!(accounts(&soc), json!([]));
}

#[test]
fn a_jira_that_is_busy_broken_or_silent_loses_nothing_and_is_answered_once() {
    let soc = Soc::new();
    let jira = Jira::start();
    jira.configure(&soc, "");
    jira.file_add("SOC-1", "user-en", ORDERS, "Orders");
    // Busy for a second, as it says; then a temporary error.
    let busy = Wrong::Answers(
        "429 Too Many Requests",
        &["retry-after: 1", "ratelimit-reason: jira-burst-based"],
        "{}",
    );
    jira.fault("POST /rest/api/3/search/jql", 2, busy.clone());
    jira.fault("GET /rest/api/3/issue/SOC-1?", 1, busy.clone());
    jira.fault(
        "GET /rest/api/3/issue/SOC-1?",
        1,
        Wrong::Answers("503 Service Unavailable", &[], "<html>"),
    );
    jira.fault(
        "GET /rest/api/3/user",
        9,
        Wrong::Answers("500 Internal Server Error", &[], ""),
    );
    jira.fault("POST /rest/servicedeskapi", 1, busy);
    soc.hubward(["run", "requests"]).expect(0);
    assert_eq!(requests(&soc).len(), 1);
    assert_eq!(jira.comments("SOC-1").len(), 1);

    // Busy for too long, garbage, a redirect, and an endless answer: reported, and later done.
    let long = Wrong::Answers("429 Too Many Requests", &["retry-after: 3600"], "{}");
    for (wrong, expected) in [
        (long, "3600"),
        (
            Wrong::Answers(
                "200 OK",
                &["content-type: application/json"],
                "{\"issues\": [{\"key\":",
            ),
            "not understood",
        ),
        (Wrong::Answers("200 OK", &[], "[]"), "not understood"),
        (
            Wrong::Answers("302 Found", &["location: http://127.0.0.1:1/"], ""),
            "302",
        ),
        (
            Wrong::Answers("401 Unauthorized", &[], "Client must be authenticated"),
            "401",
        ),
    ] {
        jira.fault("POST /rest/api/3/search/jql", 1, wrong);
        let failed = soc.hubward(["run", "requests"]).expect(1);
        assert!(
            failed.stderr.contains(expected),
            "{expected}: {}",
            failed.stderr
        );
        assert!(!failed.stderr.contains("a-token"));
        soc.hubward(["run", "requests"]).expect(0);
    }

    // A comment that was added, though Jira's response was lost or never came, is not added twice.
    for wrong in [Wrong::LosesTheAnswer, Wrong::Hangs] {
        let before = jira.comments("SOC-1").len();
        let project = format!("Orders {before}");
        jira.file("SOC-1", "user-en", &[("project", json!(project))]);
        jira.fault("POST /rest/servicedeskapi/request/SOC-1/comment", 1, wrong);
        let failed = soc.hubward(["run", "requests"]).expect(1);
        assert!(failed.stderr.contains("SOC-1"), "{failed:?}");
        // Retried after a moment.
        wait_for("the answer", || {
            soc.hubward(["run", "requests"]);
            let answers = request(&soc, "SOC-1")["answers"].clone();
            answers
                .as_array()
                .unwrap()
                .iter()
                .all(|answer| answer["state"] == "delivered")
        });
        let comments = jira.comments("SOC-1");
        assert_eq!(comments.len(), before + 1, "{comments:#?}");
    }
}

#[test]
fn the_configuration_and_the_doctor_say_what_keeps_requests_from_coming() {
    let soc = Soc::new();
    let verdict = |soc: &Soc| {
        let rows = soc.hubward(["doctor", "--json"]).json();
        let rows = rows.as_array().unwrap().clone();
        rows.into_iter().find(|row| row["check"] == "requests")
    };
    assert_eq!(verdict(&soc), None, "requests need no Jira");
    let jira = Jira::start();
    jira.configure(&soc, "");
    assert_eq!(verdict(&soc).unwrap()["state"], "ok");
    jira.fault(
        "GET /rest/api/3/project",
        1,
        Wrong::Answers("401 Unauthorized", &[], "no"),
    );
    let fails = verdict(&soc).unwrap();
    assert_eq!(fails["state"], "fail", "{fails}");
    assert!(!fails.to_string().contains("a-token"));
    // Values that a form must not set, an account that is not in the ledger, and a URL to which a
    // token must not be sent.
    let other = Soc::new();
    other.configure(
        "[requests.jira]\nsite = \"http://jira.example.com\"\nproject = \"so c\"\nemail = \"a\"\ntoken = \"t\"\n\
         fields = { account_id = \"customfield_1\", state = \"customfield_2\", projct = \"customfield_3\" }\n\
         auto_approve = [\"add\"]",
    );
    let wrong = other.hubward(["config", "check"]).expect(1);
    for key in [
        "requests.jira.site",
        "requests.jira.project",
        "fields.state",
        "project",
    ] {
        assert!(wrong.stderr.contains(key), "{key}: {wrong:?}");
    }
    for more in ["[\"change\"]", "[\"remove\"]"] {
        let never = Soc::new();
        never.configure(&format!(
            "[requests.jira]\nsite = \"https://example.atlassian.net\"\nproject = \"SOC\"\nemail = \"a\"\ntoken = \"t\"\n\
             auto_approve = {more}"
        ));
        let wrong = never.hubward(["config", "check"]).expect(1);
        assert!(
            wrong.stderr.contains("requests.jira.auto_approve"),
            "{wrong:?}"
        );
    }
}
