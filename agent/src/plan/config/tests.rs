//! Every road through AWS Config, as values.

use super::*;
use crate::change::NAME;
use hubward_protocol::api::{Recording, RecordingFrequency};

use crate::baseline::{Asked, Baseline, security_hub_types};
use crate::observed::{AccountSeen, ChannelSeen, Operation, Opted, Refusal};
use crate::plan::{self, Standing};

const COMPLETE: BucketSeen = BucketSeen::Present {
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
    let asked = Asked {
        administrator: "999999999999".parse().unwrap(),
        regions: vec![home(), linked()],
        standards: Vec::new(),
    };
    Baseline::asked_for(account_id(), asked)
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
    seen: &ConfigSeen,
    bucket_seen: BucketSeen,
    role: bool,
    global: bool,
) -> Decision {
    decide_for(&baseline(), region, seen, bucket_seen, role, global)
}

fn decide_for(
    baseline: &Baseline,
    region: Region,
    seen: &ConfigSeen,
    bucket_seen: BucketSeen,
    role: bool,
    global: bool,
) -> Decision {
    let account = AccountSeen {
        role: Ok(role),
        bucket: Ok(bucket_seen),
    };
    let bucket = bucket();
    let around = plan::Around {
        baseline,
        account: &account,
        bucket: &bucket,
        global_types_recorded: global,
    };
    decide(region, seen, &around)
}

fn recorder(name: &str, recording: bool, coverage: Coverage) -> RecorderSeen {
    RecorderSeen {
        name: name.to_owned(),
        ours: Ok(name == NAME),
        recording,
        failure: None,
        coverage,
        frequency: RecordingFrequency::Continuous,
    }
}

fn everything() -> Coverage {
    Coverage::All { global_types: true }
}

fn seen(recorder: Option<RecorderSeen>, channel: Option<&str>) -> ConfigSeen {
    ConfigSeen {
        recorder,
        service_linked: None,
        security_hub_v2: false,
        channel: channel.map(|bucket| ChannelSeen {
            name: "default".to_owned(),
            bucket: bucket.to_owned(),
        }),
    }
}

fn standing(decision: Decision) -> Standing {
    match decision {
        Decision::Is(standing) => standing,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_fresh_region_is_built_in_the_order_that_aws_wants() {
    let build = |region| decide_with(region, &seen(None, None), BucketSeen::Absent, false, false);
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
fn what_a_killed_run_left_is_completed() {
    let ours = |recording| Some(recorder(NAME, recording, everything()));
    let half = BucketSeen::Present {
        public_access_blocked: false,
        has_policy: false,
    };
    assert_eq!(
        decide_with(home(), &seen(ours(false), None), half, true, false),
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
            &seen(ours(false), Some(&bucket().name)),
            COMPLETE,
            true,
            false
        ),
        Decision::Needs(vec![Change::StartRecorder])
    );
    // A foreign channel is adopted.
    assert_eq!(
        decide_with(
            home(),
            &seen(ours(false), Some("theirs")),
            BucketSeen::Absent,
            true,
            false
        ),
        Decision::Needs(vec![Change::StartRecorder])
    );
    assert!(matches!(
        standing(decide_with(
            home(),
            &seen(ours(true), Some(&bucket().name)),
            COMPLETE,
            true,
            true
        )),
        Standing::Good(Reason::Recording { .. })
    ));
}

#[test]
fn a_foreign_recorder_is_adopted_and_never_touched() {
    let judge = |recorder, global| {
        standing(decide_with(
            home(),
            &seen(Some(recorder), Some("theirs")),
            BucketSeen::Absent,
            true,
            global,
        ))
    };
    assert!(matches!(
        judge(recorder("default", true, everything()), true),
        Standing::Good(Reason::Recording { .. })
    ));
    assert!(matches!(
        judge(recorder("default", false, everything()), true),
        Standing::Insufficient(Reason::RecorderStopped { .. })
    ));
    let narrow = Coverage::Only(vec!["AWS::S3::Bucket".to_owned()]);
    assert!(matches!(
        judge(recorder("default", true, narrow), true),
        Standing::Insufficient(Reason::RecorderMisses { types, .. }) if types.len() == NEEDED_TYPES.len() - 1
    ));
    let without_buckets = Coverage::AllExcept(vec!["AWS::S3::Bucket".to_owned()]);
    assert!(matches!(
        judge(recorder("default", true, without_buckets), true),
        Standing::Insufficient(Reason::RecorderMisses { types, .. }) if types == ["AWS::S3::Bucket"]
    ));
    let compliance = Coverage::AllExcept(vec!["AWS::Config::ResourceCompliance".to_owned()]);
    assert!(matches!(
        judge(recorder("default", true, compliance), true),
        Standing::Good(_)
    ));
    let without_global = Coverage::All {
        global_types: false,
    };
    assert!(matches!(
        judge(recorder("default", true, without_global), false),
        Standing::Insufficient(Reason::GlobalTypesNowhere { .. })
    ));
    let mut failing = recorder("default", true, everything());
    failing.failure = Some("AccessDenied".to_owned());
    assert!(matches!(
        judge(failing, true),
        Standing::Insufficient(Reason::DeliveryFails { code, .. }) if code == "AccessDenied"
    ));
}

#[test]
fn the_global_types_are_missed_in_the_home_region_only() {
    let without_global = recorder(
        "default",
        true,
        Coverage::All {
            global_types: false,
        },
    );
    let elsewhere = decide_with(
        linked(),
        &seen(Some(without_global), Some("theirs")),
        BucketSeen::Absent,
        true,
        false,
    );
    assert!(matches!(standing(elsewhere), Standing::Good(_)));
}

#[test]
fn what_others_manage_counts_when_it_records() {
    let tower = |recording| {
        let recorder = recorder(
            "aws-controltower-BaselineConfigRecorder",
            recording,
            everything(),
        );
        standing(decide_with(
            home(),
            &seen(Some(recorder), Some("theirs")),
            BucketSeen::Absent,
            true,
            true,
        ))
    };
    assert!(matches!(tower(true), Standing::Elsewhere { on: true, .. }));
    assert!(matches!(
        tower(false),
        Standing::Elsewhere { on: false, .. }
    ));
    let security_hubs = ConfigSeen {
        security_hub_v2: true,
        recorder: None,
        service_linked: Some("AWSConfigurationRecorderForSecurityHubCSPM".to_owned()),
        channel: None,
    };
    assert!(matches!(
        standing(decide_with(
            home(),
            &security_hubs,
            BucketSeen::Absent,
            false,
            false
        )),
        Standing::Elsewhere {
            on: true,
            reason: Reason::SecurityHubRecords { .. }
        }
    ));
}

#[test]
fn an_earlier_runs_bucket_is_used_again() {
    let refusal = Refusal::answered(Operation::new("x:Y"), home(), "X", "");
    let earlier = Bucket::of(&account_id(), linked());
    let with_channel = |bucket: Option<&str>| {
        vec![RegionSeen {
            region: home(),
            enabled: Opted::In,
            config: Ok(seen(None, bucket)),
            guardduty: Err(refusal.clone()),
            security_hub: Err(refusal.clone()),
        }]
    };
    let choose = |bucket| choose_bucket(&account_id(), home(), &with_channel(bucket));
    assert_eq!(choose(Some(&earlier.name)), earlier);
    assert_eq!(choose(Some("theirs")), bucket());
    assert_eq!(choose(None), bucket());
}

#[test]
fn where_the_baseline_adopts_no_recorder_is_made() {
    let mut baseline = baseline();
    baseline.config = RecorderMode::Adopt;
    let judge = |seen: ConfigSeen| {
        let decision = decide_for(&baseline, home(), &seen, COMPLETE, true, true);
        standing(decision)
    };
    assert_eq!(
        judge(seen(None, None)),
        Standing::Insufficient(Reason::NoRecorder)
    );
    let theirs = recorder("default", true, everything());
    assert!(matches!(
        judge(seen(Some(theirs), Some("theirs"))),
        Standing::Good(Reason::Recording { .. })
    ));
}

#[test]
fn a_recorder_of_ours_is_made_as_the_baseline_says() {
    let mut baseline = baseline();
    baseline.recording = Recording::SecurityHubTypes;
    baseline.recording_frequency = RecordingFrequency::Daily;
    let decision = decide_for(&baseline, home(), &seen(None, None), COMPLETE, true, false);
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
fn what_security_hub_needs_is_enough_and_more_is_left_alone() {
    let only = |global: &[&'static str]| {
        let types = security_hub_types().chain(global.to_vec());
        Coverage::Only(types.map(str::to_owned).collect())
    };
    let channel = bucket().name;
    let judge = |region, coverage, global| {
        let ours = recorder(NAME, true, coverage);
        decide_with(
            region,
            &seen(Some(ours), Some(&channel)),
            COMPLETE,
            true,
            global,
        )
    };
    for decision in [
        judge(home(), only(&GLOBAL_TYPES), true),
        judge(linked(), only(&[]), true),
        judge(home(), everything(), true),
    ] {
        assert!(matches!(standing(decision), Standing::Good(_)));
    }
    // Ours is ours to mend.
    for decision in [
        judge(home(), only(&[]), false),
        judge(
            home(),
            Coverage::Only(vec!["AWS::S3::Bucket".to_owned()]),
            true,
        ),
    ] {
        assert_eq!(decision, Decision::Needs(vec![put(true)]));
    }
}

#[test]
fn a_recorder_with_our_name_but_without_our_tag_is_somebody_elses() {
    let mut stopped = recorder(NAME, false, everything());
    stopped.ours = Ok(false);
    let decided = |recorder| {
        let seen = seen(Some(recorder), None);
        decide_with(linked(), &seen, BucketSeen::Absent, true, true)
    };
    assert!(matches!(
        standing(decided(stopped.clone())),
        Standing::Insufficient(Reason::RecorderStopped { .. })
    ));
    // Whose it is matters only where something is to be done.
    let refusal = Refusal::answered(
        Operation::new("config:ListTagsForResource"),
        linked(),
        "AccessDeniedException",
        "",
    );
    stopped.ours = Err(refusal.clone());
    assert!(matches!(standing(decided(stopped)), Standing::Blocked(_)));
    let mut good = recorder(NAME, true, everything());
    good.ours = Err(refusal);
    assert!(matches!(standing(decided(good)), Standing::Good(_)));
}

#[test]
fn where_security_hub_makes_its_own_recorder_none_is_built() {
    let mut both = seen(None, None);
    both.security_hub_v2 = true;
    assert_eq!(
        standing(decide_with(
            linked(),
            &both,
            BucketSeen::Absent,
            false,
            false
        )),
        Standing::Waiting(Reason::SecurityHubWillRecord)
    );
}
