//! AWS Config and GuardDuty in a setup: resources of others are left alone; new ones are private,
//! in the right place and created once.

use aws_sdk_guardduty::types::FindingPublishingFrequency;
use serde_json::{Value, json};

use crate::harness::aws::{block_on, config, guardduty, s3, security_hub};
use crate::harness::member::{MEMBER, Member, STRANGER, all_steps, step, words};
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED};

const BUCKET: &str = "hubward-config-111111111111-ap-northeast-1-an";

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
    for tag in [None, Some(("hubward:created-by", "another"))] {
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
    // For us-east-1, a bucket's location must be omitted.
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
    // AWS reserves such names for their account; this cloud does not, as AWS did not for a long
    // time.
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
fn control_towers_recorder_is_its_own_matter() {
    let member = Member::invited();
    member.put_recorder("aws-controltower-BaselineConfigRecorder", None);
    member.cloud.forget_calls();
    let report = member.set_up(3);
    let stopped = step(&report, LINKED, "config");
    assert_eq!(stopped["state"], "managed_elsewhere");
    assert_eq!(stopped["on"], false);
    assert!(words(stopped, "hint").contains("Control Tower"));
    // Where it has none yet, its policy prevents others from creating one.
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
