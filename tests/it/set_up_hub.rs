//! Security Hub in a setup: its standards, and the administrator that the account joins.

use serde_json::{Value, json};

use crate::harness::aws::{block_on, security_hub};
use crate::harness::member::{MEMBER, Member, STRANGER, step, words};
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc};

#[test]
fn standards_are_enabled_by_the_arn_that_each_region_offers() {
    let member = Member::invited();
    member
        .program("setup --yes --json")
        .args(["--standard", "pci-dss/v/4.0.1"])
        .args(["--standard", "cis-aws-foundations-benchmark/v/1.2.0"])
        .run()
        .expect(0);
    let calls = member.calls_of("BatchEnableStandards");
    assert_eq!(calls.len(), 2);
    for call in calls {
        let region = words(&call, "region");
        let asked = call["body"]["StandardsSubscriptionRequests"]
            .as_array()
            .expect("requests");
        let arns: Vec<_> = asked.iter().map(|one| words(one, "StandardsArn")).collect();
        let of_the_region = format!("arn:aws:securityhub:{region}::standards/pci-dss/v/4.0.1");
        // The one without a Region.
        let cis = "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0";
        assert_eq!(arns, [of_the_region.as_str(), cis]);
    }
}

#[test]
fn a_standard_for_another_cloud_is_none() {
    let member = Member::invited();
    let report = member
        .program("setup --yes --json")
        .args(["--standard", "cis-azure-foundations-benchmark/v/4.0.0"])
        .run()
        .expect(1)
        .json();
    assert_eq!(step(&report, HOME, "standards")["state"], "failed");
    assert_eq!(member.mutating_calls(), Vec::<Value>::new());
}

#[test]
fn standards_that_aws_is_still_enabling_are_waited_for() {
    let member = Member::invited();
    member
        .cloud
        .account(MEMBER, &json!({"standards_pending_seconds": 4}));
    let outcome = member.agent("setup --yes --json").expect(0);
    assert!(
        outcome.stderr.contains("waiting for AWS"),
        "{}",
        outcome.stderr
    );
    assert_eq!(step(&outcome.json(), HOME, "standards")["state"], "changed");
}

#[test]
fn security_hub_is_on_without_defaults_and_with_one_finding_per_control() {
    let member = Member::invited();
    member.set_up(0);
    let state = member.cloud.state(MEMBER);
    for region in [HOME, LINKED] {
        let region = &state["regions"][region];
        assert_eq!(
            region["hub"]["control_finding_generator"],
            "SECURITY_CONTROL"
        );
        assert_eq!(region["hub"]["tags"]["hubward:created-by"], "hubward-agent");
        assert_eq!(region["standards"].as_object().expect("standards").len(), 1);
        let recorder = &region["recorders"][0];
        assert_eq!(recorder["tags"]["hubward:created-by"], "hubward-agent");
        assert_eq!(
            region["detectors"][0]["FindingPublishingFrequency"],
            "FIFTEEN_MINUTES"
        );
    }
}

#[test]
fn a_member_by_its_organization_is_complete_without_an_invitation() {
    let member = Member::new();
    member
        .cloud
        .account(MEMBER, &json!({"organization_member_of": ADMINISTRATOR}));
    member.invite_as(ADMINISTRATOR, MEMBER);
    member.cloud.forget_calls();
    let outcome = member.agent("setup --yes --json").expect(0);
    assert!(
        !outcome.stderr.contains("waiting up to"),
        "{}",
        outcome.stderr
    );
    let report = outcome.json();
    for region in [HOME, LINKED] {
        assert_eq!(step(&report, region, "invitation")["state"], "already");
    }
    assert_eq!(
        member.calls_of("AcceptAdministratorInvitation"),
        Vec::<Value>::new()
    );
}

#[test]
fn a_member_of_another_administrator_is_left_where_it_is() {
    let member = Member::new();
    member.invite_as(STRANGER, MEMBER);
    member
        .shell_of(MEMBER)
        .args(["setup", "--yes", "--administrator", STRANGER])
        .args(["--region", HOME, "--region", LINKED])
        .run()
        .expect(0);
    member.invite_as(ADMINISTRATOR, MEMBER);
    member.cloud.forget_calls();
    let report = member.set_up(3);
    for region in [HOME, LINKED] {
        let invitation = step(&report, region, "invitation");
        assert_eq!(invitation["state"], "managed_elsewhere");
        assert_eq!(invitation["on"], false);
        assert!(words(invitation, "detail").contains(STRANGER));
        assert!(words(invitation, "hint").contains(STRANGER));
    }
    assert_eq!(member.mutating_calls(), Vec::<Value>::new());
}

#[test]
fn of_two_invitations_only_the_pinned_administrators_is_accepted() {
    let member = Member::new();
    member.invite_as(STRANGER, MEMBER);
    member.invite_as(ADMINISTRATOR, MEMBER);
    member.cloud.forget_calls();
    member.set_up(0);
    let accepted = member.calls_of("AcceptAdministratorInvitation");
    assert_eq!(accepted.len(), 2);
    for call in accepted {
        assert_eq!(call["body"]["AdministratorId"], ADMINISTRATOR);
    }
    let state = member.cloud.state(MEMBER);
    for region in [HOME, LINKED] {
        assert_eq!(state["regions"][region]["administrator"], ADMINISTRATOR);
        assert_eq!(state["regions"][region]["invitations"], json!([STRANGER]));
    }
}

#[test]
fn an_account_whose_membership_ended_learns_who_decides() {
    for resigned in [false, true] {
        let soc = Soc::new();
        soc.import(&[(MEMBER, "A", "a@example.com")]);
        let server = soc.serve();
        let set_up = || {
            soc.member(MEMBER)
                .args(["setup", "--yes", "--json", "--administrator", ADMINISTRATOR])
                .args(["--server", server.url()])
                .run()
        };
        set_up().expect(0);
        for region in [HOME, LINKED] {
            let hub = |account| security_hub(&soc.cloud, account, region);
            block_on(async {
                if resigned {
                    hub(MEMBER)
                        .disassociate_from_administrator_account()
                        .send()
                        .await
                        .map(|_| ())
                        .expect("leave");
                } else {
                    hub(ADMINISTRATOR)
                        .disassociate_members()
                        .account_ids(MEMBER)
                        .send()
                        .await
                        .map(|_| ())
                        .expect("let it go");
                }
            });
        }
        let report = set_up().expect(3).json();
        for region in [HOME, LINKED] {
            let invitation = step(&report, region, "invitation");
            assert_eq!(invitation["state"], "blocked", "{invitation}");
            assert!(words(invitation, "hint").contains(ADMINISTRATOR));
        }
    }
}
