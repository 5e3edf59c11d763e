//! Unlinking an account: Region by Region, verified by observation, and continued by the next run
//! after an interruption.

use std::collections::BTreeSet;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::harness::aws::{block_on, security_hub};
use crate::harness::receiver::Receiver;
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc};
use crate::harness::terminal::at_terminal;

const ID: &str = "111111111111";

/// A SOC whose only account is associated in both Regions.
fn linked() -> Soc {
    let soc = Soc::new();
    soc.import(&[(ID, "受注", "a@example.com")]);
    soc.hubward(["invite"]).expect(0);
    soc.set_up(ID).expect(0);
    soc.hubward(["check"]).expect(3);
    soc.cloud.forget_calls();
    soc
}

/// `REGION outcome` of each row.
fn outcomes(rows: &Value) -> Vec<String> {
    let rows = rows.as_array().unwrap();
    assert!(rows.iter().all(|row| row["account_id"] == ID), "{rows:?}");
    rows.iter()
        .map(|row| format!("{} {}", row["region"], row["outcome"]).replace('"', ""))
        .collect()
}

/// `REGION Operation` of each call that changes something, in any order.
fn changes(soc: &Soc) -> BTreeSet<String> {
    let calls = soc.cloud.mutating_calls();
    let recorded: BTreeSet<String> = calls
        .iter()
        .map(|call| format!("{} {}", call["region"], call["operation"]).replace('"', ""))
        .collect();
    assert_eq!(
        recorded.len(),
        calls.len(),
        "a call was repeated: {calls:#?}"
    );
    recorded
}

fn state(soc: &Soc) -> String {
    let shown = soc.hubward(["account", "show", ID, "--json"]).expect(0);
    shown.json()[0]["state"].as_str().unwrap().to_owned()
}

/// The account's events since its last check, without times and hashes.
fn history(soc: &Soc) -> Vec<String> {
    let events = soc
        .hubward(["account", "history", ID, "--json"])
        .expect(0)
        .json();
    events
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            let actor = event["actor"].as_str().unwrap();
            assert!(actor.starts_with("operator:"), "{actor}");
            let detail = &event["detail"];
            let what = if event["action"] == "account.changed" {
                &detail["what"][0]["after"]
            } else {
                &detail["region"]
            };
            format!("{} {what}", event["action"]).replace('"', "")
        })
        .collect()
}

fn denied(operation: &str) -> Value {
    json!({
        "service": "securityhub", "operation": operation, "region": LINKED,
        "error": { "code": "AccessDeniedException", "message": "explicit deny", "status": 403 },
    })
}

#[test]
fn an_account_leaves_every_region_and_its_history_stays() {
    let soc = linked();
    let before = history(&soc).len();
    let ran = soc.hubward(["unlink", ID, "--yes", "--json"]).expect(0);
    assert_eq!(
        outcomes(&ran.json()),
        ["ap-northeast-1 deleted", "us-east-1 deleted"]
    );
    let all: BTreeSet<String> = [HOME, LINKED]
        .iter()
        .flat_map(|region| {
            ["DisassociateMembers", "DeleteMembers"].map(|call| format!("{region} {call}"))
        })
        .collect();
    assert_eq!(changes(&soc), all);
    let recorded = history(&soc);
    assert_eq!(recorded[before], "account.changed leaving");
    assert_eq!(recorded.last().unwrap(), "account.changed left");
    for region in [HOME, LINKED] {
        for action in ["disassociate_requested", "delete_requested", "observed"] {
            let event = format!("membership.{action} {region}");
            assert!(recorded[before..].contains(&event), "{event}: {recorded:?}");
        }
    }
    assert_eq!(state(&soc), "left");

    // There is no drift, no account is invited again, and a second run changes nothing at all.
    soc.cloud.forget_calls();
    let check = soc.hubward(["check", "--json"]).expect(0).json();
    assert_eq!(check, json!([]));
    let recorded = history(&soc);
    let invited = soc.hubward(["invite", "--json"]).expect(0).json();
    assert_eq!(
        outcomes(&invited),
        ["ap-northeast-1 skipped", "us-east-1 skipped"]
    );
    let again = soc.hubward(["unlink", ID, "--json"]).expect(0);
    assert_eq!(
        outcomes(&again.json()),
        ["ap-northeast-1 already", "us-east-1 already"]
    );
    assert!(again.stderr.contains("has already left"), "{again:?}");
    // A Region that cannot be read at the moment does not bring the account back.
    soc.cloud.fault(&denied("GetMembers"));
    let unseen = soc.hubward(["unlink", ID, "--yes", "--json"]).expect(1);
    assert_eq!(
        outcomes(&unseen.json()),
        ["ap-northeast-1 already", "us-east-1 failed"]
    );
    assert!(changes(&soc).is_empty());
    assert_eq!(history(&soc), recorded);
    assert_eq!(state(&soc), "left");
    soc.hubward(["audit", "verify"]).expect(0);
}

#[test]
fn a_dry_run_takes_the_same_path_and_changes_nothing() {
    let soc = linked();
    let before = history(&soc);
    let ran = soc.hubward(["unlink", ID, "--dry-run", "--json"]).expect(0);
    assert_eq!(
        outcomes(&ran.json()),
        ["ap-northeast-1 planned", "us-east-1 planned"]
    );
    soc.cloud.fault(&denied("GetMembers"));
    let ran = soc.hubward(["unlink", ID, "--dry-run", "--json"]).expect(1);
    assert_eq!(
        outcomes(&ran.json()),
        ["ap-northeast-1 planned", "us-east-1 failed"]
    );
    assert!(changes(&soc).is_empty());
    assert_eq!(history(&soc), before);
    assert_eq!(state(&soc), "active");
}

#[test]
fn without_a_persons_yes_or_for_a_stranger_nothing_happens() {
    let soc = linked();
    let refused = soc.hubward(["unlink", ID]).expect(1);
    assert!(refused.stderr.contains("--yes"), "{refused:?}");
    let unknown = soc.hubward(["unlink", "222222222222", "--yes"]).expect(1);
    assert!(unknown.stderr.contains("222222222222"), "{unknown:?}");
    soc.hubward(["unlink", "22", "--yes"]).expect(2);
    soc.hubward(["unlink", "--yes"]).expect(2);
    let other = soc
        .program()
        .at(&soc.cloud, &soc.cloud.credentials(ID))
        .args(["unlink", ID, "--yes"])
        .run()
        .expect(1);
    assert!(other.stderr.contains(ADMINISTRATOR), "{other:?}");
    assert!(changes(&soc).is_empty());
    assert_eq!(state(&soc), "active");
}

#[test]
fn a_run_that_is_killed_in_the_middle_is_gone_on_with() {
    let soc = linked();
    soc.cloud.fault(&json!({
        "service": "securityhub", "operation": "DeleteMembers", "region": LINKED,
        "latency_ms": 60_000, "error": { "code": "InternalException", "status": 500 },
    }));
    let mut running = soc
        .program()
        .args(["unlink", ID, "--yes", "--json"])
        .command()
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The hanging Region is not listed yet; its audit event is, and so is everything done before
    // it.
    let asked = format!("membership.delete_requested {LINKED}");
    let deleted = format!("{HOME} DeleteMembers");
    while !(history(&soc).contains(&asked) && changes(&soc).contains(&deleted)) {
        assert_eq!(running.try_wait().unwrap(), None, "it ended by itself");
    }
    running.kill().unwrap();
    running.wait().unwrap();
    assert_eq!(state(&soc), "leaving");
    // An account that is leaving is no drift, and is not invited.
    soc.hubward(["check"]).expect(0);
    soc.cloud.clear_faults();
    soc.cloud.forget_calls();
    soc.hubward(["invite"]).expect(0);

    let ran = soc.hubward(["unlink", ID, "--yes", "--json"]).expect(0);
    assert_eq!(
        outcomes(&ran.json()),
        ["ap-northeast-1 already", "us-east-1 deleted"]
    );
    assert_eq!(changes(&soc), [format!("{LINKED} DeleteMembers")].into());
    assert_eq!(state(&soc), "left");
    soc.hubward(["check"]).expect(0);
    soc.hubward(["audit", "verify"]).expect(0);
}

#[test]
fn one_region_that_fails_keeps_the_account_leaving_and_is_named() {
    let soc = linked();
    for operation in ["DisassociateMembers", "DeleteMembers", "GetMembers"] {
        soc.cloud.fault(&denied(operation));
        let ran = soc.hubward(["unlink", ID, "--yes", "--json"]).expect(1);
        let rows = ran.json();
        assert_eq!(rows[1]["outcome"], "failed", "{rows}");
        let detail = rows[1]["detail"].as_str().unwrap();
        for word in [operation, LINKED, "AccessDeniedException", "explicit deny"] {
            assert!(detail.contains(word), "{word} is not in {detail}");
        }
        assert_ne!(rows[0]["outcome"], "failed", "{rows}");
        let next = format!("hubward unlink {ID}");
        assert!(ran.stderr.contains(&next), "{ran:?}");
        assert_eq!(state(&soc), "leaving");
        soc.cloud.clear_faults();
    }
    soc.hubward(["unlink", ID, "--yes"]).expect(0);
    assert_eq!(state(&soc), "left");
}

#[test]
fn an_answer_that_gets_lost_is_made_up_for_by_the_listing() {
    let soc = linked();
    soc.cloud.fault(&json!({
        "service": "securityhub", "operation": "DeleteMembers", "region": HOME, "times": 1,
        "after": true, "error": { "code": "InternalException", "status": 500 },
    }));
    let ran = soc.hubward(["unlink", ID, "--yes", "--json"]).expect(0);
    assert_eq!(
        outcomes(&ran.json()),
        ["ap-northeast-1 deleted", "us-east-1 deleted"]
    );
    assert_eq!(state(&soc), "left");
}

#[test]
fn what_aws_does_not_process_or_still_lists_is_reported_and_keeps_the_account_leaving() {
    let soc = linked();
    soc.cloud.account(
        ID,
        &json!({ "unprocessed": { "operation": "DeleteMembers", "reason": "only invitation accounts" } }),
    );
    let ran = soc.hubward(["unlink", ID, "--yes", "--json"]).expect(3);
    assert_eq!(
        outcomes(&ran.json()),
        ["ap-northeast-1 unprocessed", "us-east-1 unprocessed"]
    );
    let detail = ran.json()[0]["detail"].to_string();
    assert!(detail.contains("only invitation accounts"), "{detail}");
    assert_eq!(state(&soc), "leaving");

    soc.cloud.account(
        ID,
        &json!({ "unprocessed": null, "member_status": "Enabled" }),
    );
    let ran = soc.hubward(["unlink", ID, "--yes", "--json"]).expect(3);
    let detail = ran.json()[0]["detail"].to_string();
    assert!(detail.contains("still lists"), "{detail}");
    assert_eq!(state(&soc), "leaving");

    // An unknown status is not acted on.
    soc.cloud
        .account(ID, &json!({ "member_status": "Hibernating" }));
    soc.cloud.forget_calls();
    let ran = soc.hubward(["unlink", ID, "--yes", "--json"]).expect(3);
    assert_eq!(
        outcomes(&ran.json()),
        ["ap-northeast-1 skipped", "us-east-1 skipped"]
    );
    assert!(changes(&soc).is_empty());
    soc.cloud.account(ID, &json!({ "member_status": null }));
    soc.hubward(["unlink", ID, "--yes"]).expect(0);
}

#[test]
fn an_account_that_aws_could_not_look_up_is_not_taken_for_one_that_is_gone() {
    let soc = linked();
    let unclear = json!({
        "unprocessed": { "operation": "GetMembers", "reason": "Internal error, try again" },
    });
    soc.cloud.account(ID, &unclear);
    soc.cloud.forget_calls();
    // The listing decides in its place.
    let ran = soc.hubward(["unlink", ID, "--yes", "--json"]).expect(0);
    assert_eq!(
        outcomes(&ran.json()),
        ["ap-northeast-1 deleted", "us-east-1 deleted"]
    );
    assert!(
        changes(&soc)
            .iter()
            .any(|call| call.contains("DeleteMembers"))
    );

    // Not even that: nothing is claimed, and nothing is changed.
    let soc = linked();
    soc.cloud.account(ID, &unclear);
    soc.cloud.fault(&denied("ListMembers"));
    let ran = soc.hubward(["unlink", ID, "--yes", "--json"]).expect(1);
    assert_eq!(
        outcomes(&ran.json()),
        ["ap-northeast-1 deleted", "us-east-1 failed"]
    );
    assert_eq!(state(&soc), "leaving");
}

#[test]
fn an_account_of_the_own_organisation_is_disassociated_and_says_why_it_stays_listed() {
    let soc = Soc::new();
    soc.cloud
        .account(ID, &json!({ "organization_member_of": ADMINISTRATOR }));
    soc.import(&[(ID, "A", "a@example.com")]);
    soc.hubward(["invite"]).expect(0);
    let ran = soc.hubward(["unlink", ID, "--yes", "--json"]).expect(3);
    assert_eq!(
        outcomes(&ran.json()),
        ["ap-northeast-1 unprocessed", "us-east-1 unprocessed"]
    );
    let detail = ran.json()[0]["detail"].to_string();
    assert!(detail.contains("organization"), "{detail}");
    assert_eq!(state(&soc), "leaving");
    let hub = security_hub(&soc.cloud, ADMINISTRATOR, HOME);
    let listed = block_on(hub.list_members().only_associated(false).send()).unwrap();
    assert_eq!(listed.members()[0].member_status(), Some("Removed"));
}

#[test]
fn whoever_is_not_associated_is_only_deleted() {
    let soc = linked();
    // Resigned in one Region, only invited in the other.
    let hub = security_hub(&soc.cloud, ID, HOME);
    block_on(hub.disassociate_from_administrator_account().send()).unwrap();
    let hub = security_hub(&soc.cloud, ADMINISTRATOR, LINKED);
    block_on(hub.disassociate_members().account_ids(ID).send()).unwrap();
    block_on(hub.invite_members().account_ids(ID).send()).unwrap();
    soc.cloud.forget_calls();
    let ran = soc.hubward(["unlink", ID, "--yes", "--json"]).expect(0);
    assert_eq!(
        outcomes(&ran.json()),
        ["ap-northeast-1 deleted", "us-east-1 deleted"]
    );
    let deleted = [HOME, LINKED].map(|region| format!("{region} DeleteMembers"));
    assert_eq!(changes(&soc), deleted.into());
}

#[test]
fn a_suspended_account_can_be_unlinked() {
    let soc = linked();
    soc.cloud.account(ID, &json!({ "suspended": true }));
    soc.hubward(["unlink", ID, "--yes"]).expect(0);
    assert_eq!(state(&soc), "left");
    let hub = security_hub(&soc.cloud, ADMINISTRATOR, LINKED);
    let listed = block_on(hub.list_members().only_associated(false).send()).unwrap();
    assert!(listed.members().is_empty());
}

#[test]
fn a_region_that_the_row_does_not_name_is_left_too() {
    let soc = linked();
    let file = soc.write(
        "l.csv",
        format!("Account ID,Project,Contact email,Regions\n{ID},A,a@example.com,{HOME}\n"),
    );
    soc.hubward(["ledger", "import", file.to_str().unwrap()])
        .expect(0);
    let ran = soc.hubward(["unlink", ID, "--yes", "--json"]).expect(0);
    assert_eq!(
        outcomes(&ran.json()),
        ["ap-northeast-1 deleted", "us-east-1 deleted"]
    );
}

#[test]
fn unlinking_is_reported_in_japanese_too() {
    let soc = linked();
    let ran = soc
        .hubward(["unlink", ID, "--yes", "--lang", "ja"])
        .expect(0);
    assert!(ran.stdout.contains("メンバーから削除しました"), "{ran:?}");
    assert!(ran.stderr.contains("解除が完了しました"), "{ran:?}");
}

#[test]
fn at_a_terminal_the_plan_is_shown_and_only_the_typed_account_id_continues() {
    let soc = linked();
    let unlink = |typed: &str| at_terminal(soc.program().args(["unlink", ID]), typed);
    for hasty in ["y", "yes", "", "111111111112"] {
        let (code, shown) = unlink(hasty);
        assert_eq!(code, 1, "{shown}");
        for word in [HOME, LINKED, "Enabled", ID, "受注"] {
            assert!(shown.contains(word), "{word} is not in {shown}");
        }
    }
    assert!(changes(&soc).is_empty());
    assert_eq!(state(&soc), "active");
    let (code, shown) = unlink(ID);
    assert_eq!(code, 0, "{shown}");
    assert_eq!(state(&soc), "left");
}

#[test]
fn the_project_is_notified_once_in_its_language_what_it_may_turn_off() {
    let soc = Soc::new();
    let (theirs, others) = (Receiver::start(), Receiver::start());
    for (name, room, project) in [("a", &theirs, "受注"), ("b", &others, "別")] {
        soc.configure(&format!(
            "[[channels]]\nname = \"{name}\"\nkind = \"slack\"\nurl = \"{}\"\nallow_private = true\n\
             [[routes]]\nevent = \"check\"\nchannel = \"{name}\"\nproject = [\"{project}\"]",
            room.url()
        ));
    }
    soc.import(&[(ID, "受注", "a@example.com")]);
    soc.hubward(["invite"]).expect(0);
    soc.set_up(ID).expect(0);
    // Interrupted in one Region, it has not left yet, and no one is notified.
    soc.cloud.fault(&denied("DeleteMembers"));
    let ran = soc.hubward(["unlink", ID, "--yes"]).expect(1);
    assert!(!ran.stderr.contains("hubward-agent undo"), "{ran:?}");
    soc.cloud.clear_faults();
    let ran = soc.hubward(["unlink", ID, "--yes"]).expect(0);
    for word in [
        "a@example.com",
        "hubward-agent undo",
        "監視を終了しました",
        HOME,
        LINKED,
    ] {
        assert!(ran.stderr.contains(word), "{word} is not in {ran:?}");
    }
    let again = soc.hubward(["unlink", ID, "--yes"]).expect(0);
    assert!(!again.stderr.contains("hubward-agent undo"), "{again:?}");
    soc.hubward(["run", "deliver"]).expect(0);
    let recorded = theirs.bodies();
    assert_eq!(recorded.len(), 1, "{recorded:#?}");
    let recorded = recorded[0].to_string();
    for word in [
        ID,
        "受注",
        "監視を終了しました",
        "hubward-agent undo",
        "AWS Config",
    ] {
        assert!(recorded.contains(word), "{word} is not in {recorded}");
    }
    assert!(others.bodies().is_empty());
}
