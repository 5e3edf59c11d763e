//! The rules of AWS that a set-up keeps, each where breaking it would cost a member money, a SOC its
//! sight, or somebody else their set-up.

use aws_sdk_guardduty::types::FindingPublishingFrequency;
use serde_json::{Value, json};

use crate::harness::aws::{block_on, config, guardduty, s3, security_hub};
use crate::harness::member::{MEMBER, Member, STEPS, STRANGER, all_steps, step, words};
use crate::harness::odd_server::{Answer, OddServer};
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc};

const BUCKET: &str = "hubward-config-111111111111-ap-northeast-1-an";

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
fn a_suspended_detector_is_resumed_and_its_features_are_nobodys_business_here() {
    let member = Member::invited();
    member
        .cloud
        .account(MEMBER, &json!({"guardduty_policy": ["S3_DATA_EVENTS"]}));
    let client = guardduty(&member.cloud, MEMBER, LINKED);
    block_on(async {
        client
            .create_detector()
            .enable(false)
            .finding_publishing_frequency(FindingPublishingFrequency::SixHours)
            .send()
            .await
            .expect("a suspended detector");
    });
    let before = member.cloud.state(MEMBER)["regions"][LINKED]["detectors"][0]["Features"].clone();
    member.cloud.forget_calls();

    let report = member.set_up(0);
    assert_eq!(step(&report, LINKED, "guardduty")["state"], "changed");
    let after = member.cloud.state(MEMBER)["regions"][LINKED]["detectors"][0].clone();
    assert_eq!(after["Status"], "ENABLED");
    assert_eq!(after["Features"], before);
    assert_eq!(after["FindingPublishingFrequency"], "SIX_HOURS");
    let touched: Vec<_> = member
        .mutating_calls()
        .into_iter()
        .filter(|call| call["service"] == "guardduty" && call["region"] == LINKED)
        .collect();
    assert_eq!(touched.len(), 1, "{touched:?}");
    assert_eq!(touched[0]["body"], json!({"enable": true}));
}

#[test]
fn a_recorder_of_ours_is_started_again_and_not_overwritten() {
    let member = Member::invited();
    member.set_up(0);
    let before = member.cloud.state(MEMBER);
    block_on(
        config(&member.cloud, MEMBER, LINKED)
            .stop_configuration_recorder()
            .configuration_recorder_name("hubward")
            .send(),
    )
    .expect("stop the recorder");
    member.cloud.forget_calls();
    let report = member.set_up(0);
    assert_eq!(step(&report, LINKED, "config")["state"], "changed");
    let changes: Vec<_> = member
        .mutating_calls()
        .iter()
        .map(|call| call["operation"].clone())
        .collect();
    assert_eq!(changes, ["StartConfigurationRecorder"]);
    assert_eq!(member.cloud.state(MEMBER), before);
}

#[test]
fn a_recorder_with_our_name_that_we_did_not_make_is_left_alone() {
    for tag in [None, Some(("hubward:created-by", "somebody"))] {
        let member = Member::invited();
        member.put_recorder("hubward", tag);
        member.cloud.forget_calls();
        let report = member.set_up(3);
        let step = step(&report, LINKED, "config");
        assert_eq!(step["state"], "insufficient", "{step}");
        let touched = member
            .mutating_calls()
            .into_iter()
            .filter(|call| call["service"] == "config" && call["region"] == LINKED);
        assert_eq!(touched.count(), 0);
    }
}

#[test]
fn where_both_products_of_security_hub_run_no_recorder_is_built() {
    let member = Member::invited();
    // V2 is on in one Region; with the other product Security Hub makes a recorder of its own.
    let hub = security_hub(&member.cloud, MEMBER, LINKED);
    block_on(hub.enable_security_hub_v2().send()).expect("V2 on");
    member.cloud.forget_calls();
    let report = member.set_up(0);
    let here = step(&report, LINKED, "config");
    assert_eq!(here["state"], "managed_elsewhere", "{here}");
    assert_eq!(here["on"], true);
    let state = member.cloud.state(MEMBER);
    assert_eq!(state["regions"][LINKED]["recorders"], json!([]));
    assert_eq!(state["regions"][LINKED]["channels"], json!([]));
    assert_eq!(step(&report, HOME, "config")["state"], "changed");
    assert_eq!(member.set_up(0)["changes"], 0);
}

#[test]
fn global_types_are_recorded_where_they_can_be_and_the_bucket_is_there() {
    let member = Member::new();
    let opt_in = "ap-east-1";
    for account in [MEMBER, ADMINISTRATOR] {
        let enabled = json!({"regions": {opt_in: "ENABLED"}});
        member.cloud.account(account, &enabled);
    }
    member.invite_in(&[opt_in, "us-east-1"], ADMINISTRATOR, MEMBER);
    let report = member
        .shell_of(MEMBER)
        .args(["setup", "--yes", "--json", "--administrator", ADMINISTRATOR])
        .args(["--region", opt_in, "--region", "us-east-1"])
        .run()
        .expect(0)
        .json();
    assert_eq!(step(&report, opt_in, "config")["state"], "changed");
    let state = member.cloud.state(MEMBER);
    for (region, recorded) in [(opt_in, false), ("us-east-1", true)] {
        let types = &state["regions"][region]["recorders"][0]["recordingGroup"]["resourceTypes"];
        let types = types.as_array().expect("types");
        assert_eq!(
            types.contains(&json!("AWS::IAM::User")),
            recorded,
            "{region}"
        );
    }
    // us-east-1 must not be named as the place of a bucket.
    let bucket = "hubward-config-111111111111-us-east-1-an";
    assert_eq!(state["buckets"][bucket]["region"], "us-east-1");
}

#[test]
fn the_bucket_is_private_for_this_account_and_over_tls_only() {
    let member = Member::invited();
    member.set_up(0);
    let state = member.cloud.state(MEMBER);
    let buckets = state["buckets"].as_object().expect("buckets");
    assert_eq!(buckets.keys().collect::<Vec<_>>(), [BUCKET]);
    let bucket = &buckets[BUCKET];
    assert_eq!(bucket["region"], HOME);
    assert_eq!(bucket["tags"]["hubward:created-by"], "hubward-agent");
    let block = bucket["public_access_block"].as_object().expect("a block");
    assert_eq!(block.len(), 4);
    assert!(block.values().all(|on| on == true), "{block:?}");
    let statements = bucket["policy"]["Statement"]
        .as_array()
        .expect("statements");
    let (allows, denies): (Vec<_>, Vec<_>) = statements
        .iter()
        .partition(|statement| statement["Effect"] == "Allow");
    for allow in &allows {
        assert_eq!(
            allow["Principal"],
            json!({"Service": "config.amazonaws.com"})
        );
        assert_eq!(
            allow["Condition"]["StringEquals"]["AWS:SourceAccount"],
            MEMBER
        );
    }
    assert_eq!(denies.len(), 1);
    assert_eq!(
        denies[0]["Condition"]["Bool"]["aws:SecureTransport"],
        "false"
    );
}

#[test]
fn a_bucket_that_a_lost_answer_made_is_our_own() {
    let member = Member::invited();
    member.cloud.fault(&json!({
        "service": "s3", "operation": "CreateBucket", "ending": "drop", "times": 1, "after": true,
    }));
    member.set_up(0);
    let codes: Vec<_> = member
        .calls_of("CreateBucket")
        .iter()
        .map(|call| call["error"].clone())
        .collect();
    assert_eq!(codes, ["drop", "BucketAlreadyOwnedByYou"]);
}

#[test]
fn nothing_is_ever_delivered_into_a_strangers_bucket() {
    let member = Member::invited();
    // AWS keeps such names to their account; this cloud, as AWS did for long, does not.
    block_on(
        s3(&member.cloud, STRANGER, "us-east-1")
            .create_bucket()
            .bucket(BUCKET)
            .send(),
    )
    .expect("squat on the name");
    let report = member.set_up(3);
    for region in [HOME, LINKED] {
        assert_eq!(step(&report, region, "config")["state"], "blocked");
        assert_eq!(step(&report, region, "invitation")["state"], "changed");
    }
    for operation in [
        "PutBucketPolicy",
        "PutPublicAccessBlock",
        "PutDeliveryChannel",
    ] {
        assert_eq!(
            member.calls_of(operation),
            Vec::<Value>::new(),
            "{operation}"
        );
    }
}

#[test]
fn a_policy_that_has_not_arrived_everywhere_is_given_time() {
    let member = Member::invited();
    member.cloud.fault(&json!({
        "service": "config", "operation": "PutDeliveryChannel", "region": HOME, "times": 3,
        "error": { "code": "InsufficientDeliveryPolicyException", "message": "unable to write" },
    }));
    let report = member.set_up(0);
    assert_eq!(step(&report, HOME, "config")["state"], "changed");
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
fn whom_the_soc_let_go_or_who_left_is_told_who_decides() {
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

#[test]
fn the_credentials_of_cloudshell_are_found_where_it_has_them() {
    let member = Member::invited();
    let keys = member.cloud.credentials(MEMBER);
    let cloudshell = OddServer::start(move |asked| {
        if asked.header("authorization") != Some("of-this-shell") {
            return Answer::http("401 Unauthorized", &[], "");
        }
        let credentials = json!({
            "Code": "Success", "Type": "", "Expiration": "2099-01-01T00:00:00Z",
            "AccessKeyId": keys.access_key_id, "SecretAccessKey": keys.secret_access_key,
            "Token": keys.session_token,
        });
        Answer::json("200 OK", &credentials)
    });
    let place = cloudshell.url().replace("127.0.0.1", "localhost");
    let shell = |token: &str| {
        let place = format!("{place}/latest/meta-data/container/security-credentials");
        member
            .bare_shell()
            .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", place)
            .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", token)
            .env("AWS_DEFAULT_REGION", HOME)
            .args(["setup", "--yes", "--json", "--administrator", ADMINISTRATOR])
            .run()
    };
    let report = shell("of-this-shell").expect(0).json();
    assert_eq!(report["account"], MEMBER);
    // The shell's Region, where neither a server nor the line names any.
    assert_eq!(report["regions"][0]["region"], HOME);
    let refused = shell("of-another-shell").expect(1);
    assert!(refused.stderr.contains("CloudShell"), "{}", refused.stderr);
}

#[test]
fn a_region_that_does_not_know_the_caller_is_told_from_one_that_is_off() {
    let member = Member::invited();
    member.cloud.fault(&json!({
        "account": MEMBER, "region": LINKED,
        "error": { "code": "UnrecognizedClientException", "status": 403, "message": "The security token included in the request is invalid." },
    }));
    let report = member.set_up(3);
    let unknown = step(&report, LINKED, "guardduty");
    assert_eq!(unknown["state"], "blocked");
    let hint = words(unknown, "hint");
    assert!(
        hint.contains(LINKED) && hint.contains("sign in again"),
        "{hint}"
    );
    assert_eq!(step(&report, HOME, "guardduty")["state"], "changed");
}

#[test]
fn control_towers_recorder_is_its_own_matter() {
    let member = Member::invited();
    member.put_recorder("aws-controltower-BaselineConfigRecorder", None);
    member.cloud.forget_calls();
    let report = member.set_up(3);
    let stopped = step(&report, LINKED, "config");
    assert_eq!(stopped["state"], "managed_elsewhere");
    assert_eq!(stopped["on"], false);
    assert!(words(stopped, "hint").contains("Control Tower"));
    // Where it has none yet, its policy keeps others from making one.
    let scp = "User: arn:aws:sts::111111111111:assumed-role/dev/me is not authorized to perform: \
               config:PutConfigurationRecorder on resource: * with an explicit deny in a service control policy";
    let member = Member::invited();
    member.cloud.fault(&json!({
        "service": "config", "operation": "PutConfigurationRecorder",
        "error": { "code": "AccessDeniedException", "status": 403, "message": scp },
    }));
    let denied = member.set_up(3);
    let denied = step(&denied, HOME, "config");
    assert_eq!(denied["state"], "blocked");
    assert!(words(denied, "hint").contains("Control Tower"), "{denied}");
}

#[test]
fn a_centrally_configured_account_is_told_whom_to_ask() {
    let central = "This account is currently associated with a central configuration policy, so only \
                   the administrator can access this operation";
    for operation in ["EnableSecurityHub", "BatchEnableStandards"] {
        let member = Member::invited();
        member.cloud.fault(&json!({
            "service": "securityhub", "operation": operation, "account": MEMBER,
            "error": { "code": "AccessDeniedException", "status": 403, "message": central },
        }));
        let report = member.set_up(3);
        let name = match operation {
            "EnableSecurityHub" => "security_hub",
            _ => "standards",
        };
        let kept = step(&report, HOME, name);
        assert_eq!(kept["state"], "managed_elsewhere", "{kept}");
        assert!(words(kept, "hint").contains("central"), "{kept}");
        assert_eq!(step(&report, HOME, "config")["state"], "changed");
    }
}

#[test]
fn a_limit_met_on_creating_is_said_at_once_and_one_met_on_reading_passes() {
    let limit = json!({ "code": "LimitExceededException", "status": 429, "message": "limit" });
    let member = Member::invited();
    member.cloud.fault(&json!({
        "service": "securityhub", "operation": "EnableSecurityHub", "region": HOME, "account": MEMBER,
        "error": limit,
    }));
    let report = member.set_up(3);
    let full = step(&report, HOME, "security_hub");
    assert_eq!(full["state"], "blocked");
    assert!(words(full, "hint").contains("quota"), "{full}");
    let tries = member.calls_of("EnableSecurityHub");
    let in_home = tries.iter().filter(|call| call["region"] == HOME).count();
    assert_eq!(in_home, 1);

    member.cloud.clear_faults();
    member.cloud.fault(&json!({
        "service": "securityhub", "operation": "GetEnabledStandards", "times": 3, "error": limit,
    }));
    member.set_up(0);
}

#[test]
fn a_power_user_hears_what_is_missing_and_who_can_help() {
    let member = Member::invited();
    let pass_role = "User: arn:aws:sts::111111111111:assumed-role/PowerUser/me is not authorized to \
                     perform: iam:PassRole on resource: role because no identity-based policy allows it";
    for (service, operation, message) in [
        ("iam", "GetRole", "not authorized"),
        ("config", "PutConfigurationRecorder", pass_role),
    ] {
        member.cloud.fault(&json!({
            "service": service, "operation": operation, "account": MEMBER,
            "error": { "code": "AccessDenied", "status": 403, "message": message },
        }));
    }
    let report = member.set_up(3);
    for region in [HOME, LINKED] {
        let denied = step(&report, region, "config");
        assert_eq!(denied["state"], "blocked");
        let hint = words(denied, "hint");
        assert!(
            hint.contains("iam:PassRole") && hint.contains("PowerUserAccess"),
            "{hint}"
        );
        for name in &STEPS[1..3] {
            assert_eq!(step(&report, region, name)["state"], "changed");
        }
    }
}

#[test]
fn a_detector_that_a_lost_answer_made_is_not_made_twice() {
    let member = Member::invited();
    for (service, operation) in [
        ("guardduty", "CreateDetector"),
        ("securityhub", "EnableSecurityHub"),
        ("securityhub", "BatchEnableStandards"),
        ("securityhub", "AcceptAdministratorInvitation"),
        ("iam", "CreateServiceLinkedRole"),
    ] {
        member.cloud.fault(&json!({
            "service": service, "operation": operation, "account": MEMBER, "region": if service == "iam" { Value::Null } else { json!(HOME) },
            "ending": "drop", "times": 1, "after": true,
        }));
    }
    let report = member.set_up(0);
    assert!(
        all_steps(&report)
            .iter()
            .all(|step| ["changed", "already"].contains(&words(step, "state"))),
        "{report}"
    );
}

#[test]
fn a_second_run_changes_nothing_and_reads_little() {
    let member = Member::invited();
    member.set_up(0);
    member.cloud.forget_calls();
    member.set_up(0);
    let calls = member.cloud.calls();
    assert_eq!(member.mutating_calls(), Vec::<Value>::new());
    for region in [HOME, LINKED] {
        let reads: Vec<_> = calls
            .iter()
            .filter(|call| call["region"] == region)
            .map(|call| words(call, "operation"))
            .collect();
        // What is asked once for the account is counted in the Region where it is asked.
        assert!(reads.len() <= 12, "{} in {region}: {reads:?}", reads.len());
    }
}
