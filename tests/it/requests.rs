//! Requests: from a form that anyone can fill in to a monitored account, by a person's decision.
//! Jira is a fake; its webhooks' content is never trusted.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::jira::Jira;
use crate::harness::mailbox::Mailbox;
use crate::harness::receiver::Receiver;
use crate::harness::release::{STAND_IN, file_name, key, signed};
use crate::harness::soc::{HOME, LINKED, Soc, path_str};

pub(super) const ORDERS: &str = "111111111111";
pub(super) const PAYMENTS: &str = "222222222222";

/// A SOC with a release, so that there is a line to paste.
pub(super) fn soc() -> Soc {
    let soc = Soc::new();
    let (secret, public) = key(7);
    soc.configure(&format!("[server]\nrelease_key = \"{public}\""));
    let archive = soc.write(
        &file_name("1.2.3"),
        signed("1.2.3", STAND_IN.as_bytes(), &secret),
    );
    soc.hubward(["release", "add", path_str(&archive)])
        .expect(0);
    soc
}

pub(super) fn requests(soc: &Soc) -> Vec<Value> {
    let list = soc.hubward(["request", "list", "--json"]).expect(0).json();
    list.as_array().unwrap().clone()
}

pub(super) fn request(soc: &Soc, id: &str) -> Value {
    soc.hubward(["request", "show", id, "--json"])
        .expect(0)
        .json()[0]
        .clone()
}

pub(super) fn accounts(soc: &Soc) -> Value {
    soc.hubward(["account", "list", "--json"]).expect(0).json()
}

pub(super) fn actions(soc: &Soc) -> Vec<String> {
    let events = soc.hubward(["audit", "list", "--json"]).expect(0).json();
    let actions = events.as_array().unwrap().iter();
    actions
        .map(|event| event["action"].as_str().unwrap().to_owned())
        .collect()
}

/// Waits for what a running server does by itself; the test runner ends a test that waits too long.
#[track_caller]
pub(super) fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(
            begun.elapsed() < Duration::from_secs(100),
            "{what} did not come"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn only_a_new_account_is_approved_without_a_person_and_no_one_changes_anothers() {
    let soc = Soc::new();
    let chat = Receiver::start();
    let jira = Jira::start();
    soc.import(&[(ORDERS, "Orders", "mika@example.com")]);
    jira.configure(&soc, "auto_approve = [\"add\"]");
    soc.configure(&format!(
        "[[channels]]\nname = \"soc\"\nkind = \"webhook\"\nurl = \"{}\"\nallow_private = true\n\
         [[routes]]\nevent = \"request\"\nchannel = \"soc\"",
        chat.url()
    ));
    jira.file_add("SOC-1", "user-en", PAYMENTS, "Payments");
    // Another person's account, in every way that a form offers.
    jira.file_add("SOC-2", "user-en", ORDERS, "Mine now");
    let eve = [
        ("account_id", json!(ORDERS)),
        ("contact_emails", json!("eve@example.com")),
    ];
    let kinds = [
        ("SOC-3", "変更"),
        ("SOC-4", "解除"),
        ("SOC-5", "追加と解除"),
    ];
    for (key, kind) in kinds {
        let mut values = eve.to_vec();
        values.push(("kind", json!({ "value": kind })));
        jira.file(key, "user-en", &values);
    }
    let before = accounts(&soc);
    soc.hubward(["run", "requests"]).expect(0);
    let state = |id: &str| request(&soc, id)["state"].as_str().unwrap().to_owned();
    assert_eq!(
        ["SOC-1", "SOC-2", "SOC-3", "SOC-4", "SOC-5"].map(state),
        ["approved", "stuck", "waiting", "waiting", "stuck"]
    );
    let after = accounts(&soc);
    assert_eq!(after[0], before[0], "it was not decided");
    assert_eq!(after[1]["account_id"], PAYMENTS);
    let calls = soc.cloud.mutating_calls();
    assert!(!calls.iter().any(|call| call.to_string().contains(ORDERS)));

    // Channels get the contacts' names; the owner is notified before anyone can approve.
    soc.hubward(["run", "deliver"]).expect(0);
    let change = chat
        .bodies()
        .into_iter()
        .find(|body| body["data"]["id"] == "SOC-3")
        .unwrap();
    assert_eq!(change["type"], "request.changed");
    assert_eq!(change["data"]["contacts"], json!(["mika@example.com"]));
    for id in ["SOC-3", "SOC-4"] {
        let refused = soc.hubward(["request", "approve", id, "--yes"]).expect(1);
        assert!(refused.stderr.contains("mika@example.com"), "{refused:?}");
    }
    assert_eq!(accounts(&soc), after);
    // The owner rejects one, and agrees to the other.
    soc.hubward([
        "request",
        "reject",
        "SOC-3",
        "--yes",
        "--reason",
        "[~accountid:1] not yours",
    ])
    .expect(0);
    assert_eq!(jira.status("SOC-3"), "declined");
    assert!(jira.comments("SOC-3")[1].contains("\\[\\~accountid:1\\] not yours"));
    soc.hubward(["request", "approve", "SOC-4", "--yes", "--contacts-told"])
        .expect(0);
    let row = &accounts(&soc)[0];
    assert_eq!(
        (&row["state"], &row["contact_emails"]),
        (&json!("leaving"), &json!(["mika@example.com"]))
    );
    assert!(actions(&soc).contains(&"request.contacts_told".to_owned()));
    // Complete only when the account has left.
    soc.hubward(["run", "requests"]).expect(0);
    assert_eq!(state("SOC-4"), "approved");
    soc.hubward(["unlink", ORDERS, "--yes"]).expect(0);
    soc.hubward(["run", "requests"]).expect(0);
    assert_eq!(
        (&state("SOC-4")[..], jira.status("SOC-4")),
        ("complete", "done")
    );
}

#[test]
fn what_cannot_be_carried_out_is_reported_until_it_is_corrected() {
    let soc = Soc::new();
    let jira = Jira::start();
    jira.configure(&soc, "");
    jira.file(
        "SOC-1",
        "user-en",
        &[
            ("kind", json!("add")),
            ("account_id", json!(1.234_57e11)),
            (
                "project",
                json!("=cmd|' /C calc'!A0 [~accountid:5b10] @here {color:red}\u{1b}[2J\u{202e}"),
            ),
            ("contact_emails", json!("team＠example.com; not a mail")),
            ("contact", json!("line\nbreak")),
            ("notes", json!("x".repeat(100_000))),
        ],
    );
    soc.hubward(["run", "requests"]).expect(0);
    let shown = request(&soc, "SOC-1");
    assert_eq!(shown["state"], "stuck");
    // The control character, two addresses, the line break, the length; the account is a number
    // that lost nothing, since Jira keeps all its digits.
    assert_eq!(
        shown["problems"].as_array().unwrap().len(),
        5,
        "{}",
        shown["problems"]
    );
    let refused = soc
        .hubward(["request", "approve", "SOC-1", "--yes"])
        .expect(1);
    assert!(refused.stderr.contains("Contact email"), "{refused:?}");
    let screen = soc.hubward(["request", "show", "SOC-1"]).expect(0);
    assert!(!screen.stdout.contains('\u{1b}') && !screen.stdout.contains('\u{202e}'));
    let comments = &jira.comments("SOC-1")[0];
    assert!(
        comments.contains("not a mail") && comments.contains("Project"),
        "{comments}"
    );
    assert!(
        !comments.contains("[~") && !comments.contains('\u{1b}'),
        "{comments}"
    );
    assert_eq!(jira.comments("SOC-1").len(), 1);

    // Corrected by its reporter: read again, and waiting. A formula is a text like any other.
    jira.file(
        "SOC-1",
        "user-en",
        &[
            ("account_id", json!("１１１１１１１１１１１１ ")),
            ("project", json!("=cmd|' /C calc'!A0")),
            (
                "contact_emails",
                json!({ "type": "doc", "version": 1, "content": [
                { "type": "paragraph", "content": [
                    { "type": "text", "text": "team@example.com", "marks": [{ "type": "link" }] },
                ] },
            ] }),
            ),
            ("contact", json!(null)),
            ("notes", json!(null)),
        ],
    );
    soc.hubward(["run", "requests"]).expect(0);
    assert_eq!(request(&soc, "SOC-1")["state"], "waiting");
    soc.hubward(["request", "approve", "SOC-1", "--yes"])
        .expect(0);
    let row = &accounts(&soc)[0];
    assert_eq!(
        (&row["account_id"], &row["project"], &row["contact_emails"]),
        (
            &json!(ORDERS),
            &json!("=cmd|' /C calc'!A0"),
            &json!(["team@example.com"])
        )
    );
    // Changed after the decision: answered once, and without an effect.
    jira.file("SOC-1", "user-en", &[("project", json!("Other"))]);
    soc.hubward(["run", "requests"]).expect(0);
    soc.hubward(["run", "requests"]).expect(0);
    let comments = jira.comments("SOC-1");
    assert_eq!(comments.len(), 4, "{comments:#?}");
    assert!(comments[3].contains("new request"));
    assert_eq!(accounts(&soc)[0]["project"], "=cmd|' /C calc'!A0");
}

#[test]
fn without_jira_requests_are_taken_and_decided_on_the_command_line() {
    let soc = Soc::new();
    let taken = soc
        .hubward([
            "request",
            "add",
            ORDERS,
            "--project",
            "Orders",
            "--contact-email",
            "mika@example.com",
            "--reporter",
            "Mika",
            "--json",
        ])
        .expect(0)
        .json();
    let id = taken[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(taken[0]["state"], "waiting");
    let after: Vec<&str> = taken[0]["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["field"].as_str().unwrap())
        .collect();
    assert!(
        after.contains(&"project") && after.contains(&"contact_emails"),
        "{after:?}"
    );
    // There is no terminal to confirm.
    soc.hubward(["request", "approve", &id]).expect(1);
    assert_eq!(accounts(&soc), json!([]));
    soc.hubward(["request", "approve", &id, "--yes"]).expect(0);
    for region in [HOME, LINKED] {
        let state = soc.cloud.state("999999999999").to_string();
        assert!(state.contains(region) && state.contains(ORDERS), "{state}");
    }
    soc.hubward(["request", "approve", &id, "--yes"]).expect(1);
    soc.hubward(["request", "reject", &id, "--yes", "--reason", "x"])
        .expect(1);
    soc.hubward(["request", "show", "R-unknown"]).expect(1);

    // A change needs its contacts, a rejected one changes nothing, a bad one is stuck.
    let change = soc
        .hubward([
            "request",
            "add",
            ORDERS,
            "--kind",
            "change",
            "--contact",
            "Ken",
            "--json",
        ])
        .expect(0)
        .json();
    let change = change[0]["id"].as_str().unwrap().to_owned();
    soc.hubward(["request", "approve", &change, "--yes"])
        .expect(1);
    soc.hubward(["request", "approve", &change, "--yes", "--contacts-told"])
        .expect(0);
    assert_eq!(accounts(&soc)[0]["contact"], "Ken");
    let bad = soc
        .hubward(["request", "add", PAYMENTS, "--kind", "remove", "--json"])
        .expect(0)
        .json();
    assert_eq!(bad[0]["state"], "stuck");
    let bad = bad[0]["id"].as_str().unwrap().to_owned();
    soc.hubward(["request", "approve", &bad, "--yes", "--contacts-told"])
        .expect(1);
    soc.hubward([
        "request",
        "reject",
        &bad,
        "--yes",
        "--reason",
        "no such account",
    ])
    .expect(0);
    soc.hubward(["request", "add", PAYMENTS, "--state", "left"])
        .expect(1);
    let states: Vec<String> = requests(&soc)
        .iter()
        .map(|request| request["state"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(states, ["rejected", "approved", "approved"]);
    let waiting = soc
        .hubward(["request", "list", "--state", "approved", "--json"])
        .expect(0)
        .json();
    assert_eq!(waiting.as_array().unwrap().len(), 2);
    for lang in ["ja", "en"] {
        soc.hubward(["request", "list", "--lang", lang]).expect(0);
        soc.hubward(["request", "show", &id, "--lang", lang])
            .expect(0);
    }
    soc.hubward(["audit", "verify"]).expect(0);
}

#[test]
fn an_approved_request_that_does_not_get_on_is_said_once() {
    let soc = Soc::new();
    let jira = Jira::start();
    jira.configure(&soc, "");
    soc.configure("[check]\nremind_after_days = 0");
    jira.file_add("SOC-1", "user-ja", ORDERS, "Orders");
    soc.hubward(["run", "requests"]).expect(0);
    // AWS rejects invitations at the moment: the approval stays, and the invitation is sent later.
    soc.cloud.fault(&json!({
        "service": "securityhub",
        "operation": "GetMembers",
        "error": { "code": "AccessDeniedException", "status": 403 },
    }));
    soc.hubward(["request", "approve", "SOC-1", "--yes"])
        .expect(0);
    assert_eq!(accounts(&soc)[0]["account_id"], ORDERS);
    let comments = |what: &str| {
        let comments = jira.comments("SOC-1");
        comments
            .iter()
            .filter(|comment| comment.contains(what))
            .count()
    };
    std::thread::sleep(Duration::from_secs(2));
    for _ in 0..2 {
        let failed = soc.hubward(["run", "requests"]).expect(1);
        assert!(failed.stderr.contains("AccessDenied"), "{failed:?}");
    }
    assert_eq!(comments("招待がまだ送信されていません"), 1);
    soc.cloud.clear_faults();
    soc.hubward(["run", "requests"]).expect(0);
    assert_eq!(soc.cloud.mutating_calls().len(), 4);
    // Invited, but not set up: its reporter is notified once.
    soc.hubward(["check"]).expect(3);
    for _ in 0..3 {
        soc.hubward(["run", "requests"]).expect(0);
    }
    assert_eq!(
        comments("招待がまだ承諾されていません"),
        1,
        "{:#?}",
        jira.comments("SOC-1")
    );
    assert_eq!(comments("まだ監視できていません"), 2);
    assert_eq!(request(&soc, "SOC-1")["state"], "approved");
    // After a disassociation a person has to decide, and that is reported.
    soc.cloud
        .account(ORDERS, &json!({ "member_status": "Resigned" }));
    soc.hubward(["check"]).expect(3);
    soc.hubward(["run", "requests"]).expect(0);
    assert_eq!(comments("SOCで判断します"), 1);
}

#[test]
fn the_contacts_on_record_are_notified_by_mail_before_a_decision() {
    let soc = Soc::new();
    let post = Mailbox::start();
    soc.import(&[(ORDERS, "受注", "mika@example.com;ops@example.com")]);
    soc.configure(&format!(
        "[mail]\nsmtp_url = \"{}\"\nfrom = \"SOC <soc@example.com>\"",
        post.url()
    ));
    let taken = soc
        .hubward([
            "request",
            "add",
            ORDERS,
            "--kind",
            "change",
            "--contact-email",
            "eve@example.com",
            "--reporter",
            "Eve https://evil.example\r\nBcc: all@example.com",
            "--json",
        ])
        .expect(0)
        .json();
    let id = taken[0]["id"].as_str().unwrap().to_owned();
    // A mail in the outbox does not count as notified.
    let refused = soc.hubward(["request", "approve", &id, "--yes"]).expect(1);
    assert!(refused.stderr.contains("mika@example.com"), "{refused:?}");
    soc.hubward(["run", "deliver"]).expect(0);
    let mails = post.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ["mika@example.com", "ops@example.com"]);
    let (head, _) = mails[0].text.split_once("\n\n").unwrap();
    assert!(!head.to_lowercase().contains("bcc:"), "{head}");
    assert!(request(&soc, &id)["contacts_told_at"].is_string());
    assert!(actions(&soc).contains(&"request.contacts_told".to_owned()));
    soc.hubward(["request", "approve", &id, "--yes"]).expect(0);
    assert_eq!(
        accounts(&soc)[0]["contact_emails"],
        json!(["eve@example.com"])
    );
    // A request for a new account concerns no existing contacts.
    soc.hubward([
        "request",
        "add",
        PAYMENTS,
        "--project",
        "P",
        "--contact-email",
        "p@example.com",
    ])
    .expect(0);
    soc.hubward(["run", "deliver"]).expect(0);
    assert_eq!(post.mails().len(), 1);
}
