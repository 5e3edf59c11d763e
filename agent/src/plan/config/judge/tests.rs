//! Recorders, and what AWS's control Config.1 says about each: the agent has to say the same.

use hubward_protocol::api::RecordingFrequency;
use hubward_protocol::{AccountId, Region};

use super::*;
use crate::baseline::{GLOBAL_TYPES, RequestedBaseline, security_hub_types};
use crate::observed::{
    AwsError, HubOn, ObservedConfig, ObservedControls, ObservedMembership, ObservedStandard,
    Operation, OptStatus,
};
use crate::verdict::code;

const FSBP: &str = "aws-foundational-security-best-practices/v/1.0.0";
const TAGGING: &str = "aws-resource-tagging-standard/v/1.0.0";

fn home() -> Region {
    "ap-northeast-1".parse().unwrap()
}

fn linked() -> Region {
    "us-east-1".parse().unwrap()
}

fn baseline(standards: &[&str]) -> Baseline {
    let account: AccountId = "111111111111".parse().unwrap();
    let requested = RequestedBaseline {
        administrator: "999999999999".parse().unwrap(),
        regions: vec![home(), linked()],
        standards: standards.iter().map(|name| name.parse().unwrap()).collect(),
    };
    Baseline::from_request(account, requested)
}

fn service_linked_role() -> Option<String> {
    Some(format!("arn:aws:iam::111111111111{SERVICE_LINKED_ROLE}"))
}

fn recorder(coverage: Coverage) -> ObservedRecorder {
    ObservedRecorder {
        name: "default".to_owned(),
        ours: Ok(false),
        recording: true,
        failure: None,
        coverage,
        frequency: RecordingFrequency::Daily,
        role: service_linked_role(),
        not_offered: Vec::new(),
    }
}

/// A Region in which these standards are enabled.
fn region(region: Region, recorder: &ObservedRecorder, enabled: &[&str]) -> ObservedRegion {
    let error = AwsError::from_response(Operation::new("x:Y"), region, "X", "");
    let standard = |name: &&str| ObservedStandard {
        arn: format!("arn:aws:securityhub:{region}::standards/{name}"),
        status: StandardStatus::Ready,
    };
    let hub = HubOn {
        offered: Ok(Vec::new()),
        standards: enabled.iter().map(standard).collect(),
        membership: Ok(ObservedMembership {
            administrator: None,
            invitations: Vec::new(),
        }),
    };
    ObservedRegion {
        region,
        enabled: OptStatus::Enabled,
        config: Ok(ObservedConfig {
            recorder: Some(recorder.clone()),
            service_linked: None,
            channel: None,
            security_hub_v2: false,
        }),
        guardduty: Err(error),
        security_hub: Ok(ObservedHub::On(Box::new(hub))),
        controls: None,
    }
}

fn all_but(left_out: &[&str]) -> Coverage {
    let all = security_hub_types().chain(GLOBAL_TYPES);
    let recorded = all.filter(|name| !left_out.contains(name));
    Coverage::Only(recorded.map(str::to_owned).collect())
}

/// AWS's outcome of Config.1.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Config1 {
    Passed,
    Failed(&'static str),
}

const DISABLED: Config1 = Config1::Failed("CONFIG_RECORDER_DISABLED");
const MISSING: Config1 = Config1::Failed("CONFIG_RECORDER_MISSING_REQUIRED_RESOURCE_TYPES");
const ROLE: Config1 = Config1::Failed("CONFIG_RECORDER_CUSTOM_ROLE");

/// What is recorded, whether it records, its role, where, the enabled standards, and AWS's outcome.
type Row = (
    Coverage,
    bool,
    Option<String>,
    Region,
    &'static [&'static str],
    Config1,
);

fn agents(observed: &ObservedRegion, recorder: &ObservedRecorder, wanted: &[&str]) -> Config1 {
    match judge(observed, recorder, &baseline(wanted)) {
        StepStatus::InPlace(_) => Config1::Passed,
        StepStatus::Insufficient(reason) => {
            let aws = [DISABLED, MISSING, ROLE];
            let said = aws.into_iter().find(|known| {
                matches!(known, Config1::Failed(aws) if aws.to_ascii_lowercase() == code(&reason))
            });
            said.unwrap_or_else(|| panic!("{reason:?}"))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_agent_says_of_a_recorder_what_config_1_says() {
    let all = Coverage::All { global_types: true };
    let no_global = Coverage::All {
        global_types: false,
    };
    let except =
        |types: &[&str]| Coverage::AllExcept(types.iter().map(|name| (*name).to_owned()).collect());
    let own = Some("arn:aws:iam::111111111111:role/mine".to_owned());
    let linked_role = service_linked_role;
    let table: Vec<Row> = vec![
        (
            all.clone(),
            true,
            linked_role(),
            home(),
            &[FSBP],
            Config1::Passed,
        ),
        (all.clone(), false, linked_role(), home(), &[FSBP], DISABLED),
        (all.clone(), false, own.clone(), home(), &[FSBP], DISABLED),
        (all.clone(), true, own.clone(), home(), &[FSBP], ROLE),
        (
            except(&["AWS::S3::Bucket"]),
            true,
            own.clone(),
            home(),
            &[FSBP],
            MISSING,
        ),
        (
            except(&["AWS::S3::Bucket"]),
            true,
            linked_role(),
            linked(),
            &[FSBP],
            MISSING,
        ),
        (
            except(&["AWS::Config::ResourceCompliance"]),
            true,
            linked_role(),
            home(),
            &[FSBP],
            Config1::Passed,
        ),
        // The global IAM types: "Global resources do not need to be recorded in linked Regions."
        (
            no_global.clone(),
            true,
            linked_role(),
            home(),
            &[FSBP],
            MISSING,
        ),
        (
            no_global,
            true,
            linked_role(),
            linked(),
            &[FSBP],
            Config1::Passed,
        ),
        (
            except(&GLOBAL_TYPES),
            true,
            linked_role(),
            home(),
            &[FSBP],
            MISSING,
        ),
        (
            except(&GLOBAL_TYPES),
            true,
            linked_role(),
            linked(),
            &[FSBP],
            Config1::Passed,
        ),
        (
            all_but(&[]),
            true,
            linked_role(),
            home(),
            &[FSBP],
            Config1::Passed,
        ),
        (
            all_but(&["AWS::EKS::Nodegroup"]),
            true,
            linked_role(),
            home(),
            &[FSBP],
            MISSING,
        ),
        // Only the enabled standards count, and all of them: also one that the SOC does not want.
        (
            all_but(&["AWS::Amplify::App"]),
            true,
            linked_role(),
            home(),
            &[FSBP],
            Config1::Passed,
        ),
        (
            all_but(&["AWS::Amplify::App"]),
            true,
            linked_role(),
            home(),
            &[FSBP, TAGGING],
            MISSING,
        ),
        (
            all_but(&["AWS::Amplify::App"]),
            true,
            linked_role(),
            home(),
            &[FSBP, "new/v/1.0.0"],
            MISSING,
        ),
    ];
    for (coverage, recording, role, of, enabled, aws) in table {
        let recorder = ObservedRecorder {
            recording,
            role,
            ..recorder(coverage)
        };
        let observed = region(of, &recorder, enabled);
        assert_eq!(
            agents(&observed, &recorder, &[FSBP]),
            aws,
            "{recorder:?} {enabled:?}"
        );
    }
}

#[test]
fn a_type_that_only_disabled_controls_read_is_not_needed() {
    let lacks_keys = recorder(all_but(&["AWS::KMS::Key", "AWS::EKS::Nodegroup"]));
    let mut observed = region(linked(), &lacks_keys, &[FSBP]);
    let asked = controls_to_ask(&observed, &baseline(&[FSBP]));
    assert_eq!(asked, ["EKS.9", "KMS.3", "KMS.5", "S3.17"]);
    let mut with_off = |off: &[&str]| {
        observed.controls = Some(ObservedControls {
            off: off.iter().map(|id| (*id).to_owned()).collect(),
            any_role: false,
        });
        agents(&observed, &lacks_keys, &[FSBP])
    };
    assert_eq!(with_off(&[]), MISSING);
    assert_eq!(with_off(&["EKS.9", "KMS.3", "KMS.5"]), MISSING);
    assert_eq!(
        with_off(&["EKS.9", "KMS.3", "KMS.5", "S3.17"]),
        Config1::Passed
    );
}

#[test]
fn the_controls_parameter_allows_any_role() {
    let own = ObservedRecorder {
        role: Some("arn:aws:iam::111111111111:role/mine".to_owned()),
        ..recorder(Coverage::All { global_types: true })
    };
    let mut observed = region(linked(), &own, &[FSBP]);
    assert_eq!(controls_to_ask(&observed, &baseline(&[FSBP])), [CONFIG_1]);
    observed.controls = Some(ObservedControls {
        off: Vec::new(),
        any_role: true,
    });
    assert_eq!(agents(&observed, &own, &[FSBP]), Config1::Passed);
}

#[test]
fn controls_are_asked_about_only_where_it_matters_and_never_too_many() {
    let good = recorder(Coverage::All { global_types: true });
    assert_eq!(
        controls_to_ask(&region(home(), &good, &[FSBP]), &baseline(&[FSBP])),
        [""; 0]
    );
    let narrow = recorder(Coverage::Only(vec!["AWS::S3::Bucket".to_owned()]));
    let asked = |enabled: &[&str]| {
        controls_to_ask(&region(home(), &narrow, enabled), &baseline(&[FSBP])).len()
    };
    assert!((200..=MOST_CONTROLS).contains(&asked(&[FSBP])));
    assert_eq!(asked(&[FSBP, TAGGING]), MOST_CONTROLS);
    // The controls of a standard that is not enabled yet are off, and will not stay so.
    assert_eq!(asked(&[]), 0);
    let mut pending = region(home(), &narrow, &[FSBP]);
    if let Ok(ObservedHub::On(hub)) = &mut pending.security_hub {
        hub.standards[0].status = StandardStatus::Pending;
    }
    assert_eq!(controls_to_ask(&pending, &baseline(&[FSBP])), [""; 0]);
}

#[test]
fn what_config_refused_is_said_and_not_missing() {
    let refused = ObservedRecorder {
        not_offered: vec!["AWS::EKS::Nodegroup".to_owned()],
        ..recorder(all_but(&["AWS::EKS::Nodegroup"]))
    };
    let observed = region(linked(), &refused, &[FSBP]);
    assert!(matches!(
        judge(&observed, &refused, &baseline(&[FSBP])),
        StepStatus::InPlace(Reason::Recording { not_offered, .. }) if not_offered == ["AWS::EKS::Nodegroup"]
    ));
}

#[test]
fn a_recorder_that_cannot_deliver_is_said_where_nothing_else_is_wrong() {
    let mut failing = recorder(Coverage::All { global_types: true });
    failing.failure = Some("AccessDenied".to_owned());
    let observed = region(home(), &failing, &[FSBP]);
    assert!(matches!(
        judge(&observed, &failing, &baseline(&[FSBP])),
        StepStatus::Insufficient(Reason::DeliveryFails { code, .. }) if code == "AccessDenied"
    ));
}
