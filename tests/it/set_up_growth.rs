//! What AWS or the SOC asks for later, and what a Region does not have: the agent's own recorder and detector
//! grow, those of others are judged as AWS judges them, and a refusal never leaves a Region without either.

use std::sync::{Arc, Mutex};

use aws_sdk_config::types::{
    ConfigurationRecorder, DeliveryChannel, RecordingFrequency, RecordingGroup, RecordingMode,
    ResourceType,
};
use aws_sdk_guardduty::types::{DetectorFeature, DetectorFeatureConfiguration, FeatureStatus};
use serde_json::{Value, json};

use crate::harness::aws::{block_on, config, guardduty, iam, s3};
use crate::harness::member::{MEMBER, Member, step, words};
use crate::harness::misbehaving_server::OddServer;
use crate::harness::program::Outcome;
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED};
use crate::server_agent::{baseline, trusting};

const SERVICE_LINKED_ROLE: &str =
    "arn:aws:iam::111111111111:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig";

/// The types that the Foundational Security Best Practices need and an older release left out.
const ADDED: [&str; 12] = [
    "AWS::ApiGateway::DomainName",
    "AWS::Bedrock::DataSource",
    "AWS::BedrockAgentCore::CodeInterpreterCustom",
    "AWS::BedrockAgentCore::Gateway",
    "AWS::DMS::ReplicationInstance",
    "AWS::DMS::ReplicationTask",
    "AWS::EKS::Nodegroup",
    "AWS::RDS::DBProxy",
    "AWS::RedshiftServerless::Workgroup",
    "AWS::SageMaker::MonitoringSchedule",
    "AWS::SageMaker::NotebookInstance",
    "AWS::WorkSpaces::WorkSpace",
];

fn only(types: impl IntoIterator<Item = String>) -> RecordingGroup {
    let types = types
        .into_iter()
        .map(|name| ResourceType::from(name.as_str()));
    RecordingGroup::builder()
        .set_resource_types(Some(types.collect()))
        .build()
}

/// The types that the recorder of a Region records.
fn recorded(member: &Member, region: &str) -> Vec<String> {
    let state = member.cloud.state(MEMBER);
    let types = &state["regions"][region]["recorders"][0]["recordingGroup"]["resourceTypes"];
    let types = types.as_array().expect("types");
    let names = types
        .iter()
        .map(|name| name.as_str().expect("a name").to_owned());
    names.collect()
}

/// Changes our recorder of a Region to what an older release recorded, once a day.
fn as_of_an_older_release(member: &Member, region: &str) {
    let older = recorded(member, region);
    let older = older
        .into_iter()
        .filter(|name| !ADDED.contains(&name.as_str()));
    let recorder = ConfigurationRecorder::builder()
        .name("hubward")
        .role_arn(SERVICE_LINKED_ROLE)
        .recording_group(only(older))
        .recording_mode(
            RecordingMode::builder()
                .recording_frequency(RecordingFrequency::Daily)
                .build()
                .expect("a mode"),
        );
    let client = config(&member.cloud, MEMBER, region);
    let request = client
        .put_configuration_recorder()
        .configuration_recorder(recorder.build());
    block_on(request.send()).expect("an older recorder");
    member.cloud.forget_calls();
}

/// A recorder in the linked Region that somebody else made and started.
fn foreign_recorder(member: &Member, role: &str, group: RecordingGroup) {
    let bucket = "their-bucket";
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "config.amazonaws.com"},
        "Action": ["s3:GetBucketAcl", "s3:ListBucket", "s3:PutObject"],
        "Resource": [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")],
    }]});
    let recorder = ConfigurationRecorder::builder()
        .name("default")
        .role_arn(role)
        .recording_group(group)
        .build();
    let channel = DeliveryChannel::builder()
        .name("default")
        .s3_bucket_name(bucket);
    block_on(async {
        let roles = iam(&member.cloud, MEMBER);
        let role = roles.create_service_linked_role();
        let role = role.aws_service_name("config.amazonaws.com");
        role.send().await.expect("the role");
        let buckets = s3(&member.cloud, MEMBER, "us-east-1");
        buckets
            .create_bucket()
            .bucket(bucket)
            .send()
            .await
            .expect("their bucket");
        let put = buckets.put_bucket_policy().bucket(bucket);
        put.policy(policy.to_string())
            .send()
            .await
            .expect("its policy");
        let client = config(&member.cloud, MEMBER, LINKED);
        let put = client.put_configuration_recorder();
        put.configuration_recorder(recorder)
            .send()
            .await
            .expect("their recorder");
        let put = client.put_delivery_channel();
        put.delivery_channel(channel.build())
            .send()
            .await
            .expect("their channel");
        let start = client.start_configuration_recorder();
        start
            .configuration_recorder_name("default")
            .send()
            .await
            .expect("start it");
    });
    member.cloud.forget_calls();
}

/// Every regional type that a new recorder of ours records, without these.
fn all_but(left_out: &[&str]) -> Vec<String> {
    let scratch = Member::invited();
    scratch.set_up(0);
    let all = recorded(&scratch, LINKED).into_iter();
    all.filter(|name| !left_out.contains(&name.as_str()))
        .collect()
}

/// The member's calls of one Region.
fn calls_in(member: &Member, region: &str) -> Vec<Value> {
    let mut calls = member.cloud.calls_from(MEMBER);
    calls.retain(|call| call["region"] == region && call["app"] == "hubward-agent");
    calls
}

fn of_service<'a>(calls: &'a [Value], service: &str) -> Vec<&'a str> {
    let calls = calls.iter().filter(|call| call["service"] == service);
    calls.map(|call| words(call, "operation")).collect()
}

#[track_caller]
fn nothing_is_left_to_do(member: &Member, report: &Value) {
    assert_eq!(report["changes"], 0, "{report}");
    assert_eq!(member.mutating_calls(), Vec::<Value>::new());
    for region in [HOME, LINKED] {
        let calls = calls_in(member, region);
        // Whose credentials these are is asked once, and not for a Region.
        let of_region = calls.iter().filter(|call| call["service"] != "sts");
        assert!(of_region.count() <= 12, "{calls:?}");
    }
}

#[test]
fn a_recorder_of_ours_gains_what_aws_added() {
    let member = Member::invited();
    member.set_up(0);
    let complete = recorded(&member, LINKED);
    assert!(
        ADDED
            .iter()
            .all(|name| complete.contains(&(*name).to_owned()))
    );
    as_of_an_older_release(&member, LINKED);

    let planned = member.agent("plan --json").expect(3).json();
    let change = step(&planned, LINKED, "config");
    assert_eq!(change["state"], "planned");
    assert_eq!(change["code"], "would_change");
    assert_eq!(change["facts"]["changes"], json!(["extend-recorder"]));
    assert!(
        words(change, "detail").contains("12 more resource types"),
        "{change}"
    );
    assert_eq!(step(&planned, HOME, "config")["state"], "already");
    let shown = member.agent("plan").expect(3).stdout;
    assert!(shown.contains("extend-recorder"), "{shown}");

    let report = member.set_up(0);
    assert_eq!(step(&report, LINKED, "config")["state"], "changed");
    assert_eq!(report["changes"], 1);
    let mut grown = recorded(&member, LINKED);
    grown.sort();
    assert_eq!(grown, complete);
    let state = member.cloud.state(MEMBER);
    let recorder = &state["regions"][LINKED]["recorders"][0];
    assert_eq!(
        recorder["recordingMode"]["recordingFrequency"], "DAILY",
        "{recorder}"
    );
    assert_eq!(recorder["recording"], true);

    member.cloud.forget_calls();
    nothing_is_left_to_do(&member, &member.set_up(0));
}

#[test]
fn a_foreign_recorder_is_judged_by_its_types_as_aws_does() {
    let member = Member::invited();
    foreign_recorder(&member, SERVICE_LINKED_ROLE, only(all_but(&ADDED)));
    let report = member.set_up(3);
    let judged = step(&report, LINKED, "config");
    assert_eq!(judged["state"], "insufficient");
    assert_eq!(
        judged["code"],
        "config_recorder_missing_required_resource_types"
    );
    assert_eq!(judged["facts"]["count"], 12);
    assert_eq!(judged["facts"]["types"], json!(ADDED));
    assert_eq!(judged["facts"]["recorder"], "default");
    let detail = words(judged, "detail");
    assert!(
        detail.contains("records 12 types too few: AWS::ApiGateway::DomainName"),
        "{detail}"
    );
    assert!(words(judged, "hint").contains("Config.1"));
    let touched = member.mutating_calls();
    let touched = touched.iter().filter(|call| call["region"] == LINKED);
    assert!(touched.into_iter().all(|call| call["service"] != "config"));
    let japanese = member.agent("status --lang ja").expect(3).stdout;
    assert!(japanese.contains("12 種類"), "{japanese}");

    // Where their controls are off, AWS needs none of them.
    let off = [
        "APIGateway.11",
        "Bedrock.1",
        "BedrockAgentCore.2",
        "BedrockAgentCore.4",
        "BedrockAgentCore.7",
        "DMS.4",
        "DMS.6",
        "DMS.7",
        "DMS.8",
        "DMS.13",
        "EKS.9",
        "RDS.43",
        "RedshiftServerless.1",
        "RedshiftServerless.2",
        "RedshiftServerless.3",
        "SageMaker.2",
        "SageMaker.3",
        "SageMaker.21",
        "SageMaker.22",
        "WorkSpaces.1",
        "WorkSpaces.2",
    ];
    member
        .cloud
        .account(MEMBER, &json!({"disabled_controls": off}));
    member.cloud.forget_calls();
    let report = member.set_up(0);
    assert_eq!(step(&report, LINKED, "config")["state"], "already");
    assert_eq!(member.calls_of("BatchGetSecurityControls").len(), 1);
    nothing_is_left_to_do(&member, &report);
}

#[test]
fn a_foreign_recorders_own_role_counts_unless_the_control_ignores_it() {
    let member = Member::invited();
    let own = "arn:aws:iam::111111111111:role/ConfigRecorderRole";
    let everything = RecordingGroup::builder().all_supported(true).build();
    foreign_recorder(&member, own, everything);
    let report = member.set_up(3);
    let judged = step(&report, LINKED, "config");
    assert_eq!(judged["state"], "insufficient");
    assert_eq!(judged["code"], "config_recorder_custom_role");
    assert_eq!(judged["facts"], json!({"recorder": "default", "role": own}));
    assert!(words(judged, "hint").contains("AWSServiceRoleForConfig"));

    // Without permission to ask, AWS's default is assumed, and the run goes on.
    member.cloud.fault(&json!({
        "service": "securityhub", "operation": "BatchGetSecurityControls",
        "error": { "code": "AccessDeniedException", "status": 403, "message": "no" },
    }));
    member
        .cloud
        .account(MEMBER, &json!({"config_role_check": false}));
    let report = member.set_up(3);
    assert_eq!(
        step(&report, LINKED, "config")["code"],
        "config_recorder_custom_role"
    );
    member.cloud.clear_faults();
    let report = member.set_up(0);
    assert_eq!(step(&report, LINKED, "config")["state"], "already");
}

#[test]
fn a_stopped_recorder_has_awss_reason_code() {
    let member = Member::invited();
    member.put_recorder("default", None);
    let report = member.set_up(3);
    let judged = step(&report, LINKED, "config");
    assert_eq!(judged["code"], "config_recorder_disabled");
    assert_eq!(judged["facts"], json!({"recorder": "default"}));
}

#[test]
fn a_type_that_config_refuses_is_left_out_and_said() {
    let refused = ["AWS::Bedrock::DataSource", "AWS::EKS::Nodegroup"];
    // AWS documents the codes of such a refusal and not its words.
    for form in ["named", "enum", "silent"] {
        let member = Member::invited();
        let knobs = json!({"config_refuses": {LINKED: refused}, "config_refusal": form});
        member.cloud.account(MEMBER, &knobs);
        let report = member.set_up(0);
        let said = step(&report, LINKED, "config");
        assert_eq!(said["state"], "changed", "{form}: {said}");
        assert_eq!(said["facts"]["not_offered"], json!(refused), "{form}");
        assert!(
            words(said, "detail").contains("AWS::EKS::Nodegroup"),
            "{form}: {said}"
        );
        let here = recorded(&member, LINKED);
        assert!(here.len() > 200, "{form}: {}", here.len());
        assert!(
            !refused
                .iter()
                .any(|name| here.contains(&(*name).to_owned()))
        );
        assert!(recorded(&member, HOME).contains(&refused[0].to_owned()));

        member.cloud.forget_calls();
        let report = member.set_up(0);
        assert_eq!(
            step(&report, LINKED, "config")["facts"]["not_offered"],
            json!(refused)
        );
        nothing_is_left_to_do(&member, &report);
    }
}

#[test]
fn a_recorder_grows_as_far_as_the_region_lets_it() {
    for form in ["named", "enum", "silent"] {
        let member = Member::invited();
        member.set_up(0);
        as_of_an_older_release(&member, LINKED);
        let knobs = json!({"config_refuses": {LINKED: ADDED[..11]}, "config_refusal": form});
        member.cloud.account(MEMBER, &knobs);
        let report = member.set_up(0);
        let said = step(&report, LINKED, "config");
        assert_eq!(said["state"], "changed", "{form}: {said}");
        assert_eq!(said["facts"]["not_offered"], json!(ADDED[..11]), "{form}");
        assert!(
            recorded(&member, LINKED).contains(&ADDED[11].to_owned()),
            "{form}"
        );
        member.cloud.forget_calls();
        nothing_is_left_to_do(&member, &member.set_up(0));
    }
}

/// A SOC whose baseline asks for GuardDuty features, and can ask for others later.
pub(crate) struct Asking {
    features: Arc<Mutex<Vec<&'static str>>>,
    server: OddServer,
}

impl Asking {
    pub(crate) fn for_features(features: &[&'static str]) -> Self {
        let features = Arc::new(Mutex::new(features.to_vec()));
        let asked_for = Arc::clone(&features);
        let server = OddServer::start(move |asked| {
            let mut wanted = baseline();
            wanted["guardduty_features"] = json!(*asked_for.lock().expect("features"));
            trusting(asked, &wanted)
        });
        Self { features, server }
    }

    fn now_for(&self, features: &[&'static str]) {
        *self.features.lock().expect("features") = features.to_vec();
    }

    fn agent(&self, member: &Member, words: &str) -> Outcome {
        member
            .shell_of(MEMBER)
            .args(words.split(' '))
            .args([
                "--administrator",
                ADMINISTRATOR,
                "--server",
                self.server.url(),
            ])
            .run()
    }

    #[track_caller]
    pub(crate) fn set_up(&self, member: &Member, code: i32) -> Value {
        self.agent(member, "setup --yes --json").expect(code).json()
    }
}

/// The paid plans that are on in a Region.
fn plans_on(member: &Member, region: &str) -> Vec<String> {
    let state = member.cloud.state(MEMBER);
    let features = &state["regions"][region]["detectors"][0]["Features"];
    let features = features.as_array().expect("features").iter();
    let on = features.filter(|feature| feature["Status"] == "ENABLED");
    on.map(|feature| words(feature, "Name").to_owned())
        .filter(|name| !["CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS"].contains(&name.as_str()))
        .collect()
}

#[test]
fn a_plan_that_the_soc_wants_later_reaches_our_detector() {
    let member = Member::invited();
    let soc = Asking::for_features(&["EKS_AUDIT_LOGS"]);
    soc.set_up(&member, 0);
    assert_eq!(plans_on(&member, LINKED), ["EKS_AUDIT_LOGS"]);

    // What is no longer wanted stays on: somebody may need it by now.
    soc.now_for(&["S3_DATA_EVENTS"]);
    let planned = soc.agent(&member, "plan --json").expect(3).json();
    let change = step(&planned, HOME, "guardduty");
    assert_eq!(change["state"], "planned");
    assert_eq!(
        change["facts"]["changes"],
        json!(["enable-detector-features"])
    );
    let shown = soc.agent(&member, "plan").expect(3).stdout;
    assert!(shown.contains("enable-detector-features"), "{shown}");
    member.cloud.forget_calls();
    let report = soc.set_up(&member, 0);
    assert_eq!(report["changes"], 2);
    for region in [HOME, LINKED] {
        assert_eq!(step(&report, region, "guardduty")["state"], "changed");
        assert_eq!(
            plans_on(&member, region),
            ["S3_DATA_EVENTS", "EKS_AUDIT_LOGS"]
        );
    }
    for call in member.calls_of("UpdateDetector") {
        let only = json!({"features": [{"name": "S3_DATA_EVENTS", "status": "ENABLED"}]});
        assert_eq!(call["body"], only);
    }
    member.cloud.forget_calls();
    nothing_is_left_to_do(&member, &soc.set_up(&member, 0));
}

/// A detector in the linked Region that somebody else made, with one plan off.
fn foreign_detector(member: &Member, off: DetectorFeature) {
    let off = DetectorFeatureConfiguration::builder()
        .name(off)
        .status(FeatureStatus::Disabled)
        .build();
    let client = guardduty(&member.cloud, MEMBER, LINKED);
    let create = client.create_detector().enable(true).features(off);
    block_on(create.send()).expect("their detector");
    member.cloud.forget_calls();
}

#[test]
fn a_plan_that_a_foreign_detector_lacks_is_said_and_not_changed() {
    let member = Member::invited();
    foreign_detector(&member, DetectorFeature::S3DataEvents);
    let soc = Asking::for_features(&["S3_DATA_EVENTS", "EKS_AUDIT_LOGS"]);
    let report = soc.set_up(&member, 3);
    let judged = step(&report, LINKED, "guardduty");
    assert_eq!(judged["state"], "insufficient");
    assert_eq!(judged["code"], "guardduty_features_missing");
    assert_eq!(judged["facts"]["features"], json!(["S3_DATA_EVENTS"]));
    assert!(words(judged, "hint").contains("Protection plans"));
    assert_eq!(
        of_service(&calls_in(&member, LINKED), "guardduty")
            .iter()
            .filter(|name| **name == "UpdateDetector")
            .count(),
        0
    );
    assert_eq!(step(&report, HOME, "guardduty")["state"], "changed");
}

#[test]
fn a_plan_that_a_policy_manages_is_left_to_the_policy() {
    let member = Member::invited();
    let soc = Asking::for_features(&[]);
    soc.set_up(&member, 0);
    member
        .cloud
        .account(MEMBER, &json!({"guardduty_policy": ["S3_DATA_EVENTS"]}));
    soc.now_for(&["S3_DATA_EVENTS"]);
    member.cloud.forget_calls();
    let report = soc.set_up(&member, 3);
    let judged = step(&report, HOME, "guardduty");
    assert_eq!(judged["code"], "guardduty_features_missing");
    assert!(
        words(judged, "hint").contains("GuardDuty policy"),
        "{judged}"
    );
    assert_eq!(member.mutating_calls(), Vec::<Value>::new());
}

#[test]
fn a_region_without_a_plan_gets_its_detector_all_the_same() {
    let member = Member::invited();
    member.cloud.account(
        MEMBER,
        &json!({"guardduty_lacks": {LINKED: ["AI_ANALYST"]}}),
    );
    let soc = Asking::for_features(&[]);
    let report = soc.set_up(&member, 0);
    assert_eq!(step(&report, LINKED, "guardduty")["state"], "changed");
    // Plans that AWS turns on by itself, and that nobody asked for, are off again.
    for region in [HOME, LINKED] {
        assert_eq!(plans_on(&member, region), Vec::<String>::new());
    }
    member.cloud.forget_calls();
    nothing_is_left_to_do(&member, &soc.set_up(&member, 0));

    // Wanted later, it is tried once, and then it is only said.
    soc.now_for(&["AI_ANALYST", "S3_DATA_EVENTS"]);
    let report = soc.set_up(&member, 0);
    assert_eq!(plans_on(&member, HOME), ["S3_DATA_EVENTS", "AI_ANALYST"]);
    assert_eq!(plans_on(&member, LINKED), ["S3_DATA_EVENTS"]);
    for report in [report, soc.set_up(&member, 0)] {
        let said = step(&report, LINKED, "guardduty");
        assert_eq!(
            said["facts"]["not_offered"],
            json!(["AI_ANALYST"]),
            "{said}"
        );
        assert!(words(said, "detail").contains("AI_ANALYST"));
    }
    member.cloud.forget_calls();
    nothing_is_left_to_do(&member, &soc.set_up(&member, 0));
}

#[test]
fn a_wanted_plan_that_the_region_lacks_does_not_cost_the_others() {
    let member = Member::invited();
    member.cloud.account(
        MEMBER,
        &json!({"guardduty_lacks": {LINKED: ["AI_ANALYST"]}}),
    );
    let soc = Asking::for_features(&["AI_ANALYST", "RDS_LOGIN_EVENTS"]);
    let report = soc.set_up(&member, 0);
    assert_eq!(plans_on(&member, LINKED), ["RDS_LOGIN_EVENTS"]);
    let said = step(&report, LINKED, "guardduty");
    assert_eq!(
        said["facts"]["not_offered"],
        json!(["AI_ANALYST"]),
        "{said}"
    );
    member.cloud.forget_calls();
    nothing_is_left_to_do(&member, &soc.set_up(&member, 0));
}

#[test]
fn the_changes_are_explained_and_what_they_change_is_in_undo() {
    let member = Member::invited();
    for (change, price) in [
        ("extend-recorder", "https://aws.amazon.com/config/pricing/"),
        (
            "enable-detector-features",
            "https://aws.amazon.com/guardduty/pricing/",
        ),
    ] {
        let explained = member
            .bare_shell()
            .args(["explain", change])
            .run()
            .expect(0);
        assert!(explained.stdout.contains(price), "{}", explained.stdout);
    }
    // Nothing is made that undo does not already name: the recorder and the detector go as a whole.
    member.set_up(0);
    as_of_an_older_release(&member, LINKED);
    member.set_up(0);
    let undo = member
        .shell_of(MEMBER)
        .args(["undo", "--region", LINKED])
        .run();
    let undo = undo.expect(0).stdout;
    assert!(undo.contains("delete-configuration-recorder"), "{undo}");
    assert!(undo.contains("delete-detector"), "{undo}");
}
