//! A project member pastes one line: the account is set up in all its Regions, whatever existed
//! before.

use serde_json::{Value, json};

use crate::harness::member::{MEMBER, Member, STEPS, STRANGER, all_steps, step};
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED};

const SCP: &str = "User: arn:aws:sts::111111111111:assumed-role/dev/me is not authorized to perform: \
                   guardduty:CreateDetector on resource: * with an explicit deny in a service control policy";

#[test]
fn a_fresh_account_is_complete_after_one_line_and_unchanged_by_the_next() {
    let shell = Member::new();
    shell.invite_as(ADMINISTRATOR, MEMBER);

    let first = shell.agent("setup --yes --json").expect(0).json();
    assert_eq!(first["complete"], true);
    assert_eq!(first["account"], MEMBER);
    assert!(
        all_steps(&first)
            .iter()
            .all(|step| step["state"] == "changed"),
        "{first}"
    );
    assert_eq!(first["changes"], shell.mutating_calls().len());

    let state = shell.cloud.state(MEMBER);
    for (region, global_types) in [(HOME, true), (LINKED, false)] {
        let region = &state["regions"][region];
        assert_eq!(region["recorders"][0]["recording"], true);
        let recorded = region["recorders"][0]["recordingGroup"]["resourceTypes"]
            .as_array()
            .expect("the types that Security Hub needs");
        assert!(recorded.contains(&json!("AWS::S3::Bucket")));
        assert_eq!(recorded.contains(&json!("AWS::IAM::User")), global_types);
        let features = region["detectors"][0]["Features"]
            .as_array()
            .expect("features");
        let paid_and_on = features.iter().filter(|feature| {
            let foundational = ["CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS"];
            !foundational.iter().any(|name| feature["Name"] == *name)
                && feature["Status"] == "ENABLED"
        });
        assert_eq!(paid_and_on.count(), 0, "{features:?}");
        assert_eq!(region["standards"].as_object().expect("standards").len(), 1);
    }
    assert_eq!(state["buckets"].as_object().expect("buckets").len(), 1);

    shell.cloud.forget_calls();
    let second = shell.agent("setup --yes --json").expect(0).json();
    assert_eq!(second["changes"], 0);
    assert!(
        all_steps(&second)
            .iter()
            .all(|step| step["state"] == "already"),
        "{second}"
    );
    assert_eq!(shell.mutating_calls(), Vec::<Value>::new());
    shell.agent("status").expect(0);
}

#[test]
fn looking_changes_nothing() {
    let shell = Member::new();
    shell.invite_as(ADMINISTRATOR, MEMBER);
    // Without a terminal and without --yes, setup only shows.
    for words in [
        "plan --json",
        "setup --dry-run --json",
        "setup --json",
        "status --json",
    ] {
        let report = shell.agent(words).expect(3).json();
        assert!(
            all_steps(&report)
                .iter()
                .all(|step| step["state"] == "planned"),
            "{report}"
        );
        assert_eq!(report["complete"], false);
    }
    let observe = ["observe", "--region", HOME, "--region", LINKED];
    shell.shell_of(MEMBER).args(observe).run().expect(0);
    assert_eq!(shell.mutating_calls(), Vec::<Value>::new());
}

#[test]
fn a_denial_in_one_region_leaves_the_other_done_and_says_who_can_help() {
    let shell = Member::new();
    shell.invite_as(ADMINISTRATOR, MEMBER);
    shell.cloud.fault(&json!({
        "service": "guardduty", "operation": "CreateDetector", "account": MEMBER, "region": LINKED,
        "error": { "code": "AccessDeniedException", "status": 403, "message": SCP },
    }));

    let report = shell.agent("setup --yes --json").expect(3).json();
    for name in STEPS {
        assert_eq!(step(&report, HOME, name)["state"], "changed");
    }
    for name in ["config", "security_hub", "standards", "invitation"] {
        assert_eq!(step(&report, LINKED, name)["state"], "changed");
    }
    let denied = step(&report, LINKED, "guardduty");
    assert_eq!(denied["state"], "blocked");
    let detail = denied["detail"].as_str().expect("a detail");
    assert!(
        detail.contains("AccessDeniedException") && detail.contains(LINKED),
        "{detail}"
    );
    assert!(detail.contains("guardduty:CreateDetector"), "{detail}");
    assert!(
        denied["hint"].as_str().expect("a hint").contains("SCP"),
        "{denied}"
    );
}

#[test]
fn a_foreign_recorder_is_adopted_untouched() {
    let shell = Member::new();
    shell.invite_as(ADMINISTRATOR, MEMBER);
    shell.put_recorder("default", None);
    shell.cloud.forget_calls();

    let report = shell.agent("setup --yes --json").expect(3).json();
    // It is stopped, and the agent does not start it.
    let config = step(&report, LINKED, "config");
    assert_eq!(config["state"], "insufficient", "{config}");
    assert!(
        config["hint"]
            .as_str()
            .expect("a hint")
            .contains("start-configuration-recorder")
    );
    let touched = shell
        .mutating_calls()
        .into_iter()
        .filter(|call| call["service"] == "config" && call["region"] == LINKED)
        .count();
    assert_eq!(touched, 0);
    assert_eq!(step(&report, HOME, "config")["state"], "changed");
    assert_eq!(step(&report, LINKED, "invitation")["state"], "changed");
}

#[test]
fn a_strangers_invitation_is_never_accepted() {
    let shell = Member::new();
    shell.invite_as(STRANGER, MEMBER);
    let report = shell.agent("setup --yes --json").expect(3).json();
    for region in [HOME, LINKED] {
        let invitation = step(&report, region, "invitation");
        assert_eq!(invitation["state"], "waiting");
        assert!(
            invitation["detail"]
                .as_str()
                .expect("a detail")
                .contains(STRANGER)
        );
    }
    let accepted = shell.mutating_calls().into_iter().filter(|call| {
        call["operation"]
            .as_str()
            .is_some_and(|name| name.starts_with("Accept"))
    });
    assert_eq!(accepted.count(), 0);
}

#[test]
fn an_unknown_standard_is_refused_before_any_change() {
    let shell = Member::new();
    let report = shell
        .agent("setup --yes --json --standard no-such-standard/v/1.0.0")
        .expect(1)
        .json();
    for region in [HOME, LINKED] {
        assert_eq!(step(&report, region, "standards")["state"], "failed");
    }
    assert_eq!(report["changes"], 0);
    assert_eq!(shell.mutating_calls(), Vec::<Value>::new());
}

#[test]
fn it_speaks_japanese() {
    let shell = Member::new();
    let shown = shell.agent("plan --lang ja").expect(3);
    assert!(shown.stdout.contains("変更予定"), "{}", shown.stdout);
    assert!(shown.stdout.contains("未完了"), "{}", shown.stdout);
    let report = shell.agent("plan --lang ja --json").expect(3).json();
    let detail = step(&report, HOME, "guardduty")["detail"]
        .as_str()
        .expect("a detail");
    assert!(detail.contains("有効化"), "{detail}");
}

#[test]
fn a_region_that_the_account_has_not_enabled_is_not_asked() {
    let shell = Member::new();
    let opt_in = "ap-east-1";
    let report = shell
        .shell_of(MEMBER)
        .args(["plan", "--json", "--administrator", ADMINISTRATOR])
        .args(["--region", opt_in, "--region", LINKED])
        .run()
        .expect(3)
        .json();
    assert_eq!(step(&report, opt_in, "config")["state"], "blocked");
    assert_eq!(step(&report, LINKED, "config")["state"], "planned");
    let asked = shell.cloud.calls();
    assert!(
        !asked.iter().any(|call| call["region"] == opt_in),
        "{asked:?}"
    );
}

#[test]
fn the_administrator_cannot_be_its_own_member() {
    let shell = Member::new();
    let refused = shell
        .shell_of(ADMINISTRATOR)
        .args([
            "setup",
            "--yes",
            "--administrator",
            ADMINISTRATOR,
            "--region",
            HOME,
        ])
        .run()
        .expect(1);
    assert!(refused.stderr.contains("hint:"), "{}", refused.stderr);
    assert!(refused.stdout.is_empty());
}
