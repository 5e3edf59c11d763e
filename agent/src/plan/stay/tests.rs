//! What `stay` makes, renews, leaves alone and removes.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::change::{Interval, StayFunction, StayPlace};
use crate::observed::Operation;

fn wanted() -> WantedStay {
    WantedStay {
        place: StayPlace {
            account: "111111111111".parse().unwrap(),
            partition: "aws".to_owned(),
            region: "ap-northeast-1".parse().unwrap(),
        },
        function: Arc::new(StayFunction {
            environment: BTreeMap::from([("HUBWARD_LANG".to_owned(), "ja".to_owned())]),
            code: vec![1, 2, 3],
            code_sha256: "sha".to_owned(),
        }),
        interval: Interval::DEFAULT,
    }
}

fn nothing() -> ObservedStay {
    ObservedStay {
        role: Ok(Found::Absent),
        log_group: Ok(Found::Absent),
        function: Ok(Found::Absent),
        schedule: Ok(Found::Absent),
    }
}

fn function_of(wanted: &WantedStay) -> ObservedStayFunction {
    ObservedStayFunction {
        code_sha256: wanted.function.code_sha256.clone(),
        environment: wanted.function.environment.clone(),
        settings: wanted.place.settings(),
        settled: true,
        failure: None,
    }
}

fn schedule_of(wanted: &WantedStay) -> ObservedStaySchedule {
    ObservedStaySchedule {
        expression: wanted.interval.expression(),
        enabled: true,
        has_target: true,
        has_permission: true,
    }
}

fn everything(wanted: &WantedStay) -> ObservedStay {
    ObservedStay {
        role: Ok(Found::Ours(ObservedStayRole {
            region: Some(wanted.place.region),
            policy: Some(wanted.place.role_policy()),
        })),
        log_group: Ok(Found::Ours(ObservedStayLogGroup {
            retention: Some(14),
        })),
        function: Ok(Found::Ours(function_of(wanted))),
        schedule: Ok(Found::Ours(schedule_of(wanted))),
    }
}

fn names(changes: &[StayChange]) -> Vec<&'static str> {
    let name = |change: &StayChange| match change {
        StayChange::CreateRole => "CreateRole",
        StayChange::PutRolePolicy => "PutRolePolicy",
        StayChange::CreateLogGroup => "CreateLogGroup",
        StayChange::PutRetention => "PutRetention",
        StayChange::CreateFunction(_) => "CreateFunction",
        StayChange::UpdateCode(_) => "UpdateCode",
        StayChange::UpdateConfiguration(_) => "UpdateConfiguration",
        StayChange::PutRule(_) => "PutRule",
        StayChange::AddPermission => "AddPermission",
        StayChange::PutTarget => "PutTarget",
        StayChange::RemoveTarget => "RemoveTarget",
        StayChange::DeleteRule => "DeleteRule",
        StayChange::DeleteFunction => "DeleteFunction",
        StayChange::DeleteLogGroup => "DeleteLogGroup",
        StayChange::DeleteRolePolicy => "DeleteRolePolicy",
        StayChange::DeleteRole => "DeleteRole",
    };
    changes.iter().map(name).collect()
}

#[test]
fn an_empty_account_gets_all_parts_the_role_first_and_the_target_last() {
    let plan = make(&nothing(), &wanted());
    assert_eq!(
        names(&plan.changes()),
        [
            "CreateRole",
            "PutRolePolicy",
            "CreateLogGroup",
            "PutRetention",
            "CreateFunction",
            "PutRule",
            "AddPermission",
            "PutTarget",
        ]
    );
    assert!(!plan.is_done());
}

#[test]
fn what_is_as_wanted_is_left_alone() {
    let wanted = wanted();
    let plan = make(&everything(&wanted), &wanted);
    assert!(plan.is_done());
    assert_eq!(plan.changes(), []);
}

#[test]
fn a_run_that_was_killed_is_continued() {
    let wanted = wanted();
    let mut observed = nothing();
    // Killed between the role and its policy.
    observed.role = Ok(Found::Ours(ObservedStayRole {
        region: Some(wanted.place.region),
        policy: None,
    }));
    let plan = make(&observed, &wanted);
    assert_eq!(
        names(&plan.changes())[..2],
        ["PutRolePolicy", "CreateLogGroup"]
    );
    // Killed between the rule and the permission.
    let mut observed = everything(&wanted);
    observed.schedule = Ok(Found::Ours(ObservedStaySchedule {
        has_target: false,
        has_permission: false,
        ..schedule_of(&wanted)
    }));
    let plan = make(&observed, &wanted);
    assert_eq!(names(&plan.changes()), ["AddPermission", "PutTarget"]);
}

#[test]
fn what_another_version_made_is_outdated_and_renewed() {
    let wanted = wanted();
    let mut observed = everything(&wanted);
    observed.function = Ok(Found::Ours(ObservedStayFunction {
        code_sha256: "other".to_owned(),
        environment: BTreeMap::new(),
        settings: crate::observed::StaySettings {
            memory: 128,
            ..wanted.place.settings()
        },
        ..function_of(&wanted)
    }));
    observed.role = Ok(Found::Ours(ObservedStayRole {
        region: None,
        policy: Some(json!({})),
    }));
    observed.log_group = Ok(Found::Ours(ObservedStayLogGroup { retention: None }));
    observed.schedule = Ok(Found::Ours(ObservedStaySchedule {
        expression: "rate(1 day)".to_owned(),
        enabled: false,
        ..schedule_of(&wanted)
    }));
    let plan = make(&observed, &wanted);
    // Settings and environment are one call, as are interval and state of the rule.
    assert_eq!(
        names(&plan.changes()),
        [
            "PutRolePolicy",
            "PutRetention",
            "UpdateCode",
            "UpdateConfiguration",
            "PutRule",
        ]
    );
    let (_, function) = &plan.parts[2];
    let StayDecision::Outdated { differences, .. } = function else {
        panic!("{function:?}");
    };
    assert_eq!(
        differences,
        &[
            StayDifference::Code,
            StayDifference::Environment,
            StayDifference::Settings
        ]
    );
}

#[test]
fn someone_elses_resource_of_our_name_stops_everything() {
    let mut observed = nothing();
    observed.function = Ok(Found::Foreign);
    let plan = make(&observed, &wanted());
    assert!(plan.is_blocked());
    assert_eq!(plan.changes(), []);
    assert_eq!(plan.parts[2].1, StayDecision::Foreign);
}

#[test]
fn what_cannot_be_read_is_not_overwritten() {
    let error = AwsError::from_response(
        Operation::new("lambda:GetFunction"),
        "ap-northeast-1".parse().unwrap(),
        "AccessDeniedException",
        "",
    );
    let mut observed = nothing();
    observed.function = Err(error.clone());
    let plan = make(&observed, &wanted());
    assert_eq!(plan.changes(), []);
    assert_eq!(plan.parts[2].1, StayDecision::Unread(error));
}

#[test]
fn a_function_that_aws_gave_up_on_is_not_in_place() {
    let wanted = wanted();
    let mut observed = everything(&wanted);
    observed.function = Ok(Found::Ours(ObservedStayFunction {
        failure: Some("no subnet".to_owned()),
        ..function_of(&wanted)
    }));
    let plan = make(&observed, &wanted);
    assert!(!plan.is_done() && plan.is_blocked());
}

#[test]
fn exactly_what_is_ours_is_removed_the_role_last() {
    let wanted = wanted();
    let mut observed = everything(&wanted);
    assert_eq!(
        names(&remove(&observed).changes()),
        [
            "RemoveTarget",
            "DeleteRule",
            "DeleteFunction",
            "DeleteLogGroup",
            "DeleteRolePolicy",
            "DeleteRole",
        ]
    );
    observed.function = Ok(Found::Foreign);
    observed.role = Ok(Found::Ours(ObservedStayRole {
        region: None,
        policy: None,
    }));
    observed.schedule = Ok(Found::Absent);
    assert_eq!(
        names(&remove(&observed).changes()),
        ["DeleteLogGroup", "DeleteRole"]
    );
    assert!(remove(&nothing()).is_done());
}

#[test]
fn an_interval_is_a_rate_with_the_right_unit() {
    for (typed, expression) in [
        ("5m", "rate(5 minutes)"),
        ("90m", "rate(90 minutes)"),
        ("1h", "rate(1 hour)"),
        ("PT2H", "rate(2 hours)"),
        ("24h", "rate(1 day)"),
    ] {
        let interval: Interval = typed.parse().unwrap();
        assert_eq!(interval.expression(), expression);
        assert_eq!(Interval::of_expression(expression), Some(interval));
    }
    for wrong in ["4m", "25h", "90s", "0s", "soon", "", "-1h"] {
        assert!(wrong.parse::<Interval>().is_err(), "{wrong}");
    }
    for foreign in ["cron(0 9 * * ? *)", "rate(1 minute)", "rate(x hours)", ""] {
        assert_eq!(Interval::of_expression(foreign), None, "{foreign}");
    }
    assert_eq!(Interval::DEFAULT.to_string(), "1h");
}

#[test]
fn the_environment_has_what_was_asked_for_and_nothing_more() {
    let requested = |regions: &[&str]| crate::baseline::RequestedBaseline {
        administrator: "999999999999".parse().unwrap(),
        regions: regions.iter().map(|name| name.parse().unwrap()).collect(),
        standards: Vec::new(),
    };
    let of = |regions| {
        let made = crate::change::stay_environment(
            &requested(regions),
            "https://soc.example.com",
            "en",
            None,
        );
        made.into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of(&[]),
        [
            "HUBWARD_ADMINISTRATOR=999999999999",
            "HUBWARD_LANG=en",
            "HUBWARD_SERVER=https://soc.example.com",
        ]
    );
    assert!(
        of(&["eu-west-1", "us-east-1"]).contains(&"HUBWARD_REGIONS=eu-west-1 us-east-1".to_owned())
    );
}
