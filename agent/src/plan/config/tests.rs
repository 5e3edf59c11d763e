//! All decisions about AWS Config.

use super::*;
use crate::change::NAME;
use hubward_protocol::api::{Recording, RecordingFrequency};

use crate::baseline::{Baseline, GLOBAL_TYPES, RequestedBaseline, security_hub_types};
use crate::observed::{AwsError, Coverage, ObservedAccount, ObservedChannel, Operation, OptStatus};
use crate::plan::{self, StepStatus};

const COMPLETE: ObservedBucket = ObservedBucket::Present {
    public_access_blocked: true,
    has_policy: true,
};

fn home() -> Region {
    "ap-northeast-1".parse().unwrap()
}

fn linked() -> Region {
    "us-east-1".parse().unwrap()
}

fn account_id() -> AccountId {
    "111111111111".parse().unwrap()
}

fn bucket() -> Bucket {
    Bucket::of(&account_id(), home())
}

fn baseline() -> Baseline {
    let requested = RequestedBaseline {
        administrator: "999999999999".parse().unwrap(),
        regions: vec![home(), linked()],
        standards: Vec::new(),
    };
    Baseline::from_request(account_id(), requested)
}

fn put(global_types: bool) -> Change {
    Change::PutRecorder {
        recording: Recording::SecurityHubTypes,
        global_types,
        frequency: RecordingFrequency::Continuous,
    }
}

fn decide_with(
    region: Region,
    observed: &ObservedConfig,
    bucket_seen: ObservedBucket,
    role: bool,
) -> Decision {
    decide_for(&baseline(), region, observed, bucket_seen, role)
}

fn decide_for(
    baseline: &Baseline,
    region: Region,
    observed: &ObservedConfig,
    bucket_seen: ObservedBucket,
    role: bool,
) -> Decision {
    let account = ObservedAccount {
        role: Ok(role),
        bucket: Ok(bucket_seen),
    };
    let bucket = bucket();
    let context = plan::PlanContext {
        baseline,
        account: &account,
        bucket: &bucket,
    };
    decide(&in_region(region, observed), observed, &context)
}

/// A Region whose other services could not be read.
fn in_region(region: Region, config: &ObservedConfig) -> ObservedRegion {
    let error = AwsError::from_response(Operation::new("x:Y"), region, "X", "");
    ObservedRegion {
        region,
        enabled: OptStatus::Enabled,
        config: Ok(config.clone()),
        guardduty: Err(error.clone()),
        security_hub: Err(error),
        controls: None,
    }
}

fn recorder(name: &str, recording: bool, coverage: Coverage) -> ObservedRecorder {
    ObservedRecorder {
        name: name.to_owned(),
        ours: Ok(name == NAME),
        recording,
        failure: None,
        coverage,
        frequency: RecordingFrequency::Continuous,
        role: None,
        not_offered: Vec::new(),
    }
}

fn everything() -> Coverage {
    Coverage::All { global_types: true }
}

fn observed(recorder: Option<ObservedRecorder>, channel: Option<&str>) -> ObservedConfig {
    ObservedConfig {
        recorder,
        service_linked: None,
        security_hub_v2: false,
        channel: channel.map(|bucket| ObservedChannel {
            name: "default".to_owned(),
            bucket: bucket.to_owned(),
        }),
    }
}

fn status(decision: Decision) -> StepStatus {
    match decision {
        Decision::Is(status) => status,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_region_is_set_up_in_the_order_that_aws_requires() {
    let build = |region| decide_with(region, &observed(None, None), ObservedBucket::Absent, false);
    assert_eq!(
        build(home()),
        Decision::Needs(vec![
            Change::CreateServiceLinkedRole,
            put(true),
            Change::CreateBucket(bucket()),
            Change::BlockPublicAccess(bucket()),
            Change::PutBucketPolicy(bucket()),
            Change::PutDeliveryChannel(bucket()),
            Change::StartRecorder,
        ])
    );
    // The global IAM types are recorded in the home Region only.
    let Decision::Needs(changes) = build(linked()) else {
        panic!("nothing to do?");
    };
    assert_eq!(changes.get(1), Some(&put(false)));
}

#[test]
fn an_interrupted_set_up_is_completed() {
    let ours = |recording| Some(recorder(NAME, recording, everything()));
    let half = ObservedBucket::Present {
        public_access_blocked: false,
        has_policy: false,
    };
    assert_eq!(
        decide_with(home(), &observed(ours(false), None), half, true),
        Decision::Needs(vec![
            Change::BlockPublicAccess(bucket()),
            Change::PutBucketPolicy(bucket()),
            Change::PutDeliveryChannel(bucket()),
            Change::StartRecorder,
        ])
    );
    assert_eq!(
        decide_with(
            home(),
            &observed(ours(false), Some(&bucket().name)),
            COMPLETE,
            true
        ),
        Decision::Needs(vec![Change::StartRecorder])
    );
    // An existing channel to another bucket is adopted.
    assert_eq!(
        decide_with(
            home(),
            &observed(ours(false), Some("theirs")),
            ObservedBucket::Absent,
            true
        ),
        Decision::Needs(vec![Change::StartRecorder])
    );
    assert!(matches!(
        status(decide_with(
            home(),
            &observed(ours(true), Some(&bucket().name)),
            COMPLETE,
            true
        )),
        StepStatus::InPlace(Reason::Recording { .. })
    ));
}

#[test]
fn a_managed_recorder_counts_when_it_records() {
    let tower = |recording, coverage| {
        let recorder = recorder(
            "aws-controltower-BaselineConfigRecorder",
            recording,
            coverage,
        );
        status(decide_with(
            home(),
            &observed(Some(recorder), Some("theirs")),
            ObservedBucket::Absent,
            true,
        ))
    };
    assert!(matches!(
        tower(true, everything()),
        StepStatus::ManagedElsewhere { on: true, .. }
    ));
    assert!(matches!(
        tower(false, everything()),
        StepStatus::ManagedElsewhere {
            on: false,
            reason: Reason::ControlTowerRecords { .. }
        }
    ));
    // Config.1 looks at it like at any other, and only Control Tower's administrator can change it.
    let without_buckets = Coverage::AllExcept(vec!["AWS::S3::Bucket".to_owned()]);
    assert!(matches!(
        tower(true, without_buckets),
        StepStatus::ManagedElsewhere {
            on: false,
            reason: Reason::RecorderMisses { .. }
        }
    ));
    let security_hubs = ObservedConfig {
        security_hub_v2: true,
        recorder: None,
        service_linked: Some("AWSConfigurationRecorderForSecurityHubCSPM".to_owned()),
        channel: None,
    };
    assert!(matches!(
        status(decide_with(
            home(),
            &security_hubs,
            ObservedBucket::Absent,
            false
        )),
        StepStatus::ManagedElsewhere {
            on: true,
            reason: Reason::SecurityHubRecords { .. }
        }
    ));
}

#[test]
fn an_earlier_runs_bucket_is_used_again() {
    let earlier = Bucket::of(&account_id(), linked());
    let with_channel = |bucket: Option<&str>| vec![in_region(home(), &observed(None, bucket))];
    let choose = |bucket| choose_bucket(&account_id(), home(), &with_channel(bucket));
    assert_eq!(choose(Some(&earlier.name)), earlier);
    assert_eq!(choose(Some("theirs")), bucket());
    assert_eq!(choose(None), bucket());
}

#[test]
fn with_adopt_no_recorder_is_created() {
    let mut baseline = baseline();
    baseline.config = RecorderMode::Adopt;
    let judge = |observed: ObservedConfig| {
        let decision = decide_for(&baseline, home(), &observed, COMPLETE, true);
        status(decision)
    };
    assert_eq!(
        judge(observed(None, None)),
        StepStatus::Insufficient(Reason::NoRecorder)
    );
    let theirs = recorder("default", true, everything());
    assert!(matches!(
        judge(observed(Some(theirs), Some("theirs"))),
        StepStatus::InPlace(Reason::Recording { .. })
    ));
}

#[test]
fn our_recorder_follows_the_baseline() {
    let mut baseline = baseline();
    baseline.recording = Recording::SecurityHubTypes;
    baseline.recording_frequency = RecordingFrequency::Daily;
    let decision = decide_for(&baseline, home(), &observed(None, None), COMPLETE, true);
    let Decision::Needs(changes) = decision else {
        panic!("nothing to do?");
    };
    assert_eq!(
        changes.first(),
        Some(&Change::PutRecorder {
            recording: Recording::SecurityHubTypes,
            global_types: true,
            frequency: RecordingFrequency::Daily,
        })
    );
}

#[test]
fn the_needed_types_suffice_and_what_is_missing_is_added() {
    let all = || security_hub_types().chain(GLOBAL_TYPES).map(str::to_owned);
    let only = |left_out: &[&str]| {
        let types = all().filter(|name| !left_out.contains(&name.as_str()));
        Coverage::Only(types.collect())
    };
    let channel = bucket().name;
    let judge = |region, coverage| {
        let ours = recorder(NAME, true, coverage);
        let observed = observed(Some(ours), Some(&channel));
        decide_with(region, &observed, COMPLETE, true)
    };
    for decision in [
        judge(home(), only(&[])),
        judge(linked(), only(&GLOBAL_TYPES)),
        judge(home(), everything()),
        // Compliance records are expensive, and no control reads them.
        judge(
            home(),
            Coverage::AllExcept(vec!["AWS::Config::ResourceCompliance".to_owned()]),
        ),
        // No control of the wanted standard reads it.
        judge(home(), only(&["AWS::Amplify::App"])),
    ] {
        assert!(matches!(status(decision), StepStatus::InPlace(_)));
    }
    let added = |types: &[&str]| {
        Decision::Needs(vec![Change::ExtendRecorder {
            types: types.iter().map(|name| (*name).to_owned()).collect(),
        }])
    };
    let lately = ["AWS::EKS::Nodegroup", "AWS::RDS::DBProxy"];
    for region in [home(), linked()] {
        assert_eq!(judge(region, only(&lately)), added(&lately));
    }
    assert_eq!(judge(home(), only(&GLOBAL_TYPES)), added(&GLOBAL_TYPES));
    let without_global = Coverage::All {
        global_types: false,
    };
    assert_eq!(judge(home(), without_global), added(&GLOBAL_TYPES));
}

#[test]
fn a_recorder_with_our_name_but_without_our_tag_is_not_ours() {
    let mut stopped = recorder(NAME, false, everything());
    stopped.ours = Ok(false);
    let decided = |recorder| {
        let observed = observed(Some(recorder), None);
        decide_with(linked(), &observed, ObservedBucket::Absent, true)
    };
    assert!(matches!(
        status(decided(stopped.clone())),
        StepStatus::Insufficient(Reason::RecorderStopped { .. })
    ));
    // Whether it is ours matters only if something has to be done.
    let error = AwsError::from_response(
        Operation::new("config:ListTagsForResource"),
        linked(),
        "AccessDeniedException",
        "",
    );
    stopped.ours = Err(error.clone());
    assert!(matches!(status(decided(stopped)), StepStatus::Blocked(_)));
    let mut good = recorder(NAME, true, everything());
    good.ours = Err(error);
    assert!(matches!(status(decided(good)), StepStatus::InPlace(_)));
}

#[test]
fn if_security_hub_creates_its_own_recorder_the_agent_creates_none() {
    let mut both = observed(None, None);
    both.security_hub_v2 = true;
    assert_eq!(
        status(decide_with(linked(), &both, ObservedBucket::Absent, false)),
        StepStatus::Waiting(Reason::SecurityHubWillRecord)
    );
}
