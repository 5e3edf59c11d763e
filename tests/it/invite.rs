//! The SOC invites: in batches, only what is missing, and every account that AWS did not process is
//! named.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::aws::{block_on, security_hub};
use crate::harness::receiver::Receiver;
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc};

fn sixty() -> Vec<String> {
    (0..60)
        .map(|n| format!("{:012}", 100_000_000_000_u64 + n))
        .collect()
}

fn import(soc: &Soc, ids: &[String]) {
    let rows: Vec<_> = ids
        .iter()
        .map(|id| (id.as_str(), "Project", "a@example.com"))
        .collect();
    soc.import(&rows);
}

fn outcomes(rows: &Value, outcome: &str) -> usize {
    rows.as_array()
        .unwrap()
        .iter()
        .filter(|row| row["outcome"] == outcome)
        .count()
}

#[test]
fn sixty_accounts_are_invited_in_batches_of_fifty_and_never_twice() {
    let soc = Soc::new();
    import(&soc, &sixty());
    let first = soc.hubward(["invite", "--json"]).expect(0).json();
    assert_eq!(outcomes(&first, "invited"), 120);

    let calls = soc.cloud.mutating_calls();
    let sizes = |operation: &str, list: &str| -> Vec<usize> {
        let mut sizes: Vec<usize> = calls
            .iter()
            .filter(|call| call["operation"] == operation)
            .map(|call| call["body"][list].as_array().unwrap().len())
            .collect();
        sizes.sort_unstable();
        sizes
    };
    assert_eq!(sizes("CreateMembers", "AccountDetails"), [10, 10, 50, 50]);
    assert_eq!(sizes("InviteMembers", "AccountIds"), [10, 10, 50, 50]);
    assert_eq!(calls.len(), 8, "{calls:#?}");

    soc.cloud.forget_calls();
    let second = soc.hubward(["invite", "--json"]).expect(0).json();
    assert_eq!(outcomes(&second, "already"), 120);
    assert_eq!(soc.cloud.mutating_calls(), Vec::<Value>::new());
}

#[test]
fn a_dry_run_reads_the_same_and_sends_nothing() {
    let soc = Soc::new();
    import(&soc, &sixty());
    soc.cloud.forget_calls();
    let rows = soc
        .hubward(["invite", "--dry-run", "--json"])
        .expect(0)
        .json();
    assert_eq!(outcomes(&rows, "planned"), 120);
    assert_eq!(soc.cloud.mutating_calls(), Vec::<Value>::new());
}

#[test]
fn an_account_that_aws_did_not_process_is_named_with_its_reason() {
    let soc = Soc::new();
    import(&soc, &sixty()[..3]);
    let left_out = &sixty()[1];
    soc.cloud.account(
        left_out,
        &json!({ "unprocessed": { "operation": "InviteMembers", "reason": "Account is not valid" } }),
    );
    let ran = soc.hubward(["invite"]).expect(3);
    assert!(ran.stdout.contains("Account is not valid"), "{ran:?}");
    let rows = soc.hubward(["invite", "--json"]).expect(3).json();
    for row in rows.as_array().unwrap() {
        let expected = if row["account_id"] == left_out.as_str() {
            "unprocessed"
        } else {
            "already"
        };
        assert_eq!(row["outcome"], expected, "{row}");
    }
}

#[test]
fn one_region_that_fails_does_not_stop_the_other() {
    let soc = Soc::new();
    import(&soc, &sixty()[..2]);
    soc.cloud.fault(&json!({
        "service": "securityhub", "operation": "CreateMembers", "region": LINKED,
        "error": { "code": "AccessDeniedException", "message": "explicit deny", "status": 403 },
    }));
    let ran = soc.hubward(["invite", "--json"]).expect(1);
    for row in ran.json().as_array().unwrap() {
        if row["region"] == HOME {
            assert_eq!(row["outcome"], "invited");
        } else {
            assert_eq!(row["outcome"], "failed");
            let detail = row["detail"].as_str().unwrap();
            for word in [
                "CreateMembers",
                LINKED,
                "AccessDeniedException",
                "explicit deny",
            ] {
                assert!(detail.contains(word), "{word} is not in {detail}");
            }
        }
    }
}

#[test]
fn a_member_that_resigned_is_invited_again_only_by_force() {
    let soc = Soc::new();
    let id = "111111111111";
    soc.import(&[(id, "Project", "a@example.com")]);
    soc.hubward(["invite"]).expect(0);
    soc.set_up(id).expect(0);
    for region in [HOME, LINKED] {
        let hub = security_hub(&soc.cloud, id, region);
        block_on(hub.disassociate_from_administrator_account().send()).unwrap();
    }
    soc.cloud.forget_calls();
    let rows = soc.hubward(["invite", "--json"]).expect(0).json();
    assert_eq!(outcomes(&rows, "skipped"), 2);
    assert_eq!(soc.cloud.mutating_calls().len(), 0);
    let check = soc.hubward(["check", "--json"]).expect(3).json();
    assert_eq!(check[0]["verdict"], "resigned");
    let rows = soc
        .hubward(["invite", id, "--force", "--json"])
        .expect(0)
        .json();
    assert_eq!(outcomes(&rows, "invited"), 2);
}

#[test]
fn who_leaves_is_not_invited_and_an_unknown_account_is_refused() {
    let soc = Soc::new();
    let file = soc.write(
        "l.csv",
        "Account ID,Project,Contact email,State,Regions\n\
         111111111111,A,a@example.com,leaving,\n\
         222222222222,B,b@example.com,,us-east-1\n",
    );
    soc.hubward(["ledger", "import", file.to_str().unwrap()])
        .expect(0);
    let rows = soc.hubward(["invite", "--json"]).expect(0).json();
    let reported: BTreeSet<_> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            format!("{} {} {}", row["account_id"], row["region"], row["outcome"]).replace('"', "")
        })
        .collect();
    assert_eq!(
        reported.into_iter().collect::<Vec<_>>(),
        [
            "111111111111 ap-northeast-1 skipped",
            "111111111111 us-east-1 skipped",
            "222222222222 us-east-1 invited",
        ]
    );
    let refused = soc.hubward(["invite", "333333333333"]).expect(1);
    assert!(refused.stderr.contains("333333333333"));
    soc.hubward(["invite", "33"]).expect(2);
}

#[test]
fn the_accounts_own_address_is_sent_and_a_contacts_never() {
    let soc = Soc::new();
    let file = soc.write(
        "l.csv",
        "Account ID,Project,Contact email,Account email\n\
         111111111111,A,contact@example.com,root@example.com\n\
         222222222222,B,contact@example.com,\n",
    );
    soc.hubward(["ledger", "import", file.to_str().unwrap()])
        .expect(0);
    soc.hubward(["invite"]).expect(0);
    let bodies: Vec<String> = soc
        .cloud
        .mutating_calls()
        .iter()
        .map(|call| call["body"].to_string())
        .collect();
    let sent = bodies.join("\n");
    assert!(sent.contains("root@example.com"));
    assert!(!sent.contains("contact@example.com"), "{sent}");
}

#[test]
fn without_the_hub_the_hint_says_where_to_turn_it_on() {
    let soc = Soc::new();
    soc.import(&[("111111111111", "Project", "a@example.com")]);
    let hub = security_hub(&soc.cloud, ADMINISTRATOR, LINKED);
    block_on(hub.disable_security_hub().send()).unwrap();
    let rows = soc.hubward(["invite", "--json"]).expect(1).json();
    let detail = rows[1]["detail"].as_str().unwrap();
    assert!(detail.contains("Security Hub is not enabled"), "{detail}");
}

#[test]
fn an_account_of_the_administrators_own_organisation_joins_at_once_and_leaves_its_trace() {
    let soc = Soc::new();
    let id = "111111111111";
    soc.import(&[(id, "Project", "a@example.com")]);
    soc.cloud
        .account(id, &json!({ "organization_member_of": ADMINISTRATOR }));
    let rows = soc.hubward(["invite", "--json"]).expect(0).json();
    assert_eq!(outcomes(&rows, "invited"), 2, "{rows}");
    let detail = rows[0]["detail"].as_str().unwrap();
    assert!(detail.contains("own organization"), "{detail}");
    let history = soc
        .hubward(["account", "history", id, "--json"])
        .expect(0)
        .json();
    let created = history
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["action"] == "membership.create_requested")
        .count();
    assert_eq!(created, 2);
    let rows = soc.hubward(["check", "--json"]).expect(3).json();
    for row in rows.as_array().unwrap() {
        assert_eq!(
            row["verdict"], "unproven",
            "a member, and nothing more is known"
        );
    }
}

#[test]
fn a_member_that_was_removed_in_the_console_waits_for_force() {
    let soc = Soc::new();
    let id = "111111111111";
    soc.import(&[(id, "Project", "a@example.com")]);
    soc.hubward(["invite"]).expect(0);
    soc.set_up(id).expect(0);
    let hub = security_hub(&soc.cloud, ADMINISTRATOR, HOME);
    block_on(hub.disassociate_members().account_ids(id).send()).unwrap();
    soc.cloud.forget_calls();
    let rows = soc.hubward(["invite", "--json"]).expect(0).json();
    assert_eq!(rows[0]["outcome"], "skipped", "{rows}");
    assert!(rows[0]["detail"].to_string().contains("Removed"), "{rows}");
    assert_eq!(rows[1]["outcome"], "already", "{rows}");
    assert_eq!(soc.cloud.mutating_calls(), Vec::<Value>::new());
    let rows = soc.hubward(["invite", id, "--force", "--json"]).expect(0);
    assert_eq!(rows.json()[0]["outcome"], "invited");
    // A removed membership is invited again, not created again.
    let calls = soc.cloud.mutating_calls();
    assert_eq!(calls.len(), 1, "{calls:#?}");
    assert_eq!(calls[0]["operation"], "InviteMembers");
}

#[test]
fn operators_are_notified_once_when_aws_limits_are_near() {
    let soc = Soc::new();
    let chat = Receiver::start();
    soc.configure(&format!(
        "[pacing]\nother = 0\n[[channels]]\nname = \"chat\"\nkind = \"webhook\"\nurl = \"{}\"\nallow_private = true\n\
         [[routes]]\nevent = \"operations\"\nchannel = \"chat\"",
        chat.url()
    ));
    let many: Vec<String> = (0..901_u64)
        .map(|n| format!("{:012}", 100_000_000_000 + n))
        .collect();
    let reported = |soc: &Soc| {
        soc.hubward(["run", "deliver"]).expect(0);
        let of = |body: &Value| {
            format!(
                "{} {} {}",
                body["data"]["region"], body["data"]["quota"], body["data"]["count"]
            )
            .replace('"', "")
        };
        chat.bodies().iter().map(of).collect::<Vec<_>>()
    };
    import(&soc, &many[..899]);
    soc.hubward(["invite"]).expect(0);
    assert_eq!(reported(&soc), [] as [&str; 0]);
    import(&soc, &many);
    soc.hubward(["invite", "--dry-run"]).expect(0);
    assert_eq!(reported(&soc), [] as [&str; 0]);
    soc.hubward(["invite"]).expect(0);
    let first = reported(&soc);
    let all: BTreeSet<&str> = first.iter().map(String::as_str).collect();
    let near = [HOME, LINKED]
        .map(|region| ["members", "invitations"].map(|quota| format!("{region} {quota} 901")));
    assert_eq!(
        all,
        near.as_flattened().iter().map(String::as_str).collect()
    );
    soc.hubward(["invite"]).expect(0);
    soc.hubward(["check"]).expect(3);
    assert_eq!(reported(&soc), first);
}

#[test]
fn one_account_costs_the_same_calls_however_many_members_there_are() {
    let soc = Soc::new();
    let id = "111111111111";
    let mut all = sixty();
    import(&soc, &all);
    soc.hubward(["invite"]).expect(0);
    all.push(id.to_owned());
    import(&soc, &all);
    let made = |operation: &str| {
        let calls = soc.cloud.calls();
        let of = |call: &&Value| call["service"] == "securityhub" && call["operation"] == operation;
        calls.iter().filter(of).count()
    };

    soc.cloud.forget_calls();
    let rows = soc.hubward(["invite", id, "--json"]).expect(0).json();
    assert_eq!(outcomes(&rows, "invited"), 2);
    // In each of two Regions once to see what there is, and once to see what came of it.
    assert_eq!((made("ListMembers"), made("GetMembers")), (0, 4));

    soc.cloud.forget_calls();
    let rows = soc.hubward(["invite", id, "--json"]).expect(0).json();
    assert_eq!(outcomes(&rows, "already"), 2);
    assert_eq!((made("ListMembers"), made("GetMembers")), (0, 2));

    // Looked at for the plan, before the deletion and after it.
    soc.cloud.forget_calls();
    soc.hubward(["unlink", id, "--yes"]).expect(0);
    assert_eq!((made("ListMembers"), made("GetMembers")), (0, 6));
}
