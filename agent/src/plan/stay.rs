//! Decides what `stay` has to make, renew or remove, from what was observed and what is wanted. What is there
//! already is left alone, what differs is renewed, and where a resource of our name is not ours, nothing is
//! changed at all.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use strum::VariantArray;

use crate::change::{STAY_RETENTION_DAYS, StayChange, StayPart, WantedStay};
use crate::observed::{
    AwsError, Found, Observation, ObservedStay, ObservedStayFunction, ObservedStayLogGroup,
    ObservedStayRole, ObservedStaySchedule,
};

/// The decision for one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StayDecision {
    /// It is as wanted: made, or gone.
    InPlace,
    /// It is missing, or has to go.
    Needs(Vec<StayChange>),
    /// It is ours, but an earlier run made it otherwise.
    Outdated {
        differences: Vec<StayDifference>,
        changes: Vec<StayChange>,
    },
    /// There is a resource of this name that is not ours, where ours should be.
    Foreign,
    /// The same where ours should go: it is left alone.
    NotOurs,
    /// It could not be read.
    Unread(AwsError),
    /// AWS could not make it; its reason.
    Broken(String),
}

/// What differs between a part and what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StayDifference {
    /// The role does not have exactly the reads that this version makes.
    Policy,
    Retention,
    /// Another version of this program.
    Code,
    /// Another server, administrator, Region, standard or language.
    Environment,
    /// Another runtime, role, memory or time limit.
    Settings,
    Interval,
    Disabled,
    NoTarget,
    NoPermission,
}

/// The decisions for all parts, in the order in which they are carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StayPlan {
    pub(crate) parts: Vec<(StayPart, StayDecision)>,
}

/// Decides what has to be made or renewed.
pub(crate) fn make(observed: &ObservedStay, wanted: &WantedStay) -> StayPlan {
    let parts = StayPart::VARIANTS.iter().map(|part| {
        let decision = match part {
            StayPart::Role => part_of(
                &observed.role,
                [StayChange::CreateRole, StayChange::PutRolePolicy],
                |role| role_differs(role, wanted),
            ),
            StayPart::LogGroup => part_of(
                &observed.log_group,
                [StayChange::CreateLogGroup, StayChange::PutRetention],
                log_group_differs,
            ),
            StayPart::Function => function(&observed.function, wanted),
            StayPart::Schedule => part_of(
                &observed.schedule,
                [
                    StayChange::PutRule(wanted.interval),
                    StayChange::AddPermission,
                    StayChange::PutTarget,
                ],
                |schedule| schedule_differs(schedule, wanted),
            ),
        };
        (*part, decision)
    });
    StayPlan {
        parts: parts.collect(),
    }
}

/// Decides what has to be removed: exactly what is ours. The target goes before its rule, and the policy before
/// its role; AWS deletes neither otherwise.
pub(crate) fn remove(observed: &ObservedStay) -> StayPlan {
    use StayChange::{
        DeleteFunction, DeleteLogGroup, DeleteRole, DeleteRolePolicy, DeleteRule, RemoveTarget,
    };
    let parts = StayPart::VARIANTS.iter().rev().map(|part| {
        let decision = match part {
            StayPart::Schedule => gone(&observed.schedule, |schedule| {
                let target = schedule.has_target.then_some(RemoveTarget);
                target.into_iter().chain([DeleteRule]).collect()
            }),
            StayPart::Function => gone(&observed.function, |_| vec![DeleteFunction]),
            StayPart::LogGroup => gone(&observed.log_group, |_| vec![DeleteLogGroup]),
            StayPart::Role => gone(&observed.role, |role| {
                let policy = role.policy.is_some().then_some(DeleteRolePolicy);
                policy.into_iter().chain([DeleteRole]).collect()
            }),
        };
        (*part, decision)
    });
    StayPlan {
        parts: parts.collect(),
    }
}

fn gone<T>(
    observed: &Observation<Found<T>>,
    changes: impl FnOnce(&T) -> Vec<StayChange>,
) -> StayDecision {
    match observed {
        Ok(Found::Ours(part)) => StayDecision::Needs(changes(part)),
        Ok(Found::Absent) => StayDecision::InPlace,
        Ok(Found::Foreign) => StayDecision::NotOurs,
        Err(error) => StayDecision::Unread(error.clone()),
    }
}

fn part_of<T, const N: usize>(
    observed: &Observation<Found<T>>,
    make: [StayChange; N],
    differs: impl FnOnce(&T) -> Vec<(StayDifference, StayChange)>,
) -> StayDecision {
    match observed {
        Ok(Found::Absent) => StayDecision::Needs(Vec::from(make)),
        Ok(Found::Foreign) => StayDecision::Foreign,
        Ok(Found::Ours(part)) => outdated(differs(part)),
        Err(error) => StayDecision::Unread(error.clone()),
    }
}

fn outdated(found: Vec<(StayDifference, StayChange)>) -> StayDecision {
    if found.is_empty() {
        return StayDecision::InPlace;
    }
    let mut changes: Vec<StayChange> = found.iter().map(|(_, change)| change.clone()).collect();
    // Two differences may have one cure.
    changes.dedup();
    StayDecision::Outdated {
        differences: found
            .into_iter()
            .map(|(difference, _)| difference)
            .collect(),
        changes,
    }
}

fn role_differs(role: &ObservedStayRole, wanted: &WantedStay) -> Vec<(StayDifference, StayChange)> {
    let is_same = role.policy.as_ref() == Some(&wanted.place.role_policy());
    differences([(!is_same, StayDifference::Policy, StayChange::PutRolePolicy)])
}

fn log_group_differs(log_group: &ObservedStayLogGroup) -> Vec<(StayDifference, StayChange)> {
    let is_same = log_group.retention == Some(STAY_RETENTION_DAYS);
    differences([(
        !is_same,
        StayDifference::Retention,
        StayChange::PutRetention,
    )])
}

fn function(
    observed: &Observation<Found<ObservedStayFunction>>,
    wanted: &WantedStay,
) -> StayDecision {
    let create = [StayChange::CreateFunction(Arc::clone(&wanted.function))];
    let decision = part_of(observed, create, |function| {
        let configure = || StayChange::UpdateConfiguration(Arc::clone(&wanted.function));
        differences([
            (
                function.code_sha256 != wanted.function.code_sha256,
                StayDifference::Code,
                StayChange::UpdateCode(Arc::clone(&wanted.function)),
            ),
            (
                function.environment != wanted.function.environment,
                StayDifference::Environment,
                configure(),
            ),
            (
                function.settings != wanted.place.settings(),
                StayDifference::Settings,
                configure(),
            ),
        ])
    });
    match (decision, observed) {
        (StayDecision::InPlace, Ok(Found::Ours(function))) => match &function.failure {
            Some(why) => StayDecision::Broken(why.clone()),
            None => StayDecision::InPlace,
        },
        (decision, _) => decision,
    }
}

fn schedule_differs(
    schedule: &ObservedStaySchedule,
    wanted: &WantedStay,
) -> Vec<(StayDifference, StayChange)> {
    let expression = wanted.interval.expression();
    let put_rule = || StayChange::PutRule(wanted.interval);
    differences([
        (
            schedule.expression != expression,
            StayDifference::Interval,
            put_rule(),
        ),
        (!schedule.enabled, StayDifference::Disabled, put_rule()),
        (
            !schedule.has_permission,
            StayDifference::NoPermission,
            StayChange::AddPermission,
        ),
        (
            !schedule.has_target,
            StayDifference::NoTarget,
            StayChange::PutTarget,
        ),
    ])
}

fn differences<const N: usize>(
    checks: [(bool, StayDifference, StayChange); N],
) -> Vec<(StayDifference, StayChange)> {
    let found = checks.into_iter().filter(|(differs, ..)| *differs);
    found
        .map(|(_, difference, change)| (difference, change))
        .collect()
}

impl StayPlan {
    /// Whether a part prevents all changes: it is not ours, could not be read, or is beyond repair.
    pub(crate) fn is_blocked(&self) -> bool {
        self.parts.iter().any(|(_, decision)| {
            matches!(
                decision,
                StayDecision::Foreign | StayDecision::Unread(_) | StayDecision::Broken(_)
            )
        })
    }

    /// All changes in their order; none if a part prevents them.
    pub(crate) fn changes(&self) -> Vec<StayChange> {
        if self.is_blocked() {
            return Vec::new();
        }
        self.parts
            .iter()
            .flat_map(|(_, decision)| match decision {
                StayDecision::Needs(changes) | StayDecision::Outdated { changes, .. } => {
                    changes.clone()
                }
                _ => Vec::new(),
            })
            .collect()
    }

    /// Whether everything is as wanted.
    pub(crate) fn is_done(&self) -> bool {
        let mut decisions = self.parts.iter().map(|(_, decision)| decision);
        decisions.all(|decision| matches!(decision, StayDecision::InPlace | StayDecision::NotOurs))
    }
}
