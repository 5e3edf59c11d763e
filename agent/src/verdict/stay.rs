//! Judges a run of `stay`: a state for each part, from what was changed and what would still have to be.

use serde::Serialize;

use super::ExitStatus;
use crate::change::{StayChange, StayPart};
use crate::observed::{AwsError, Cause};
use crate::plan::stay::{StayDecision, StayPlan};

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StayGoal {
    Make,
    Remove,
}

/// What a run did.
#[derive(Clone, Debug, Default)]
pub(crate) struct StayAttempt {
    /// The changes that AWS accepted.
    pub(crate) made: Vec<StayChange>,
    /// The change that failed; the following ones were not attempted.
    pub(crate) failed: Option<(StayPart, AwsError)>,
    /// The user interrupted the run before its last change.
    pub(crate) cancelled: bool,
}

impl StayAttempt {
    /// Whether AWS accepted all changes.
    pub(crate) fn is_whole(&self) -> bool {
        self.failed.is_none() && !self.cancelled
    }
}

/// The state of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PartState {
    /// As it should be, and not touched.
    Already,
    /// Would be made, or removed.
    Planned,
    /// Ours, but an earlier run made it otherwise; would be renewed.
    Outdated,
    /// Made or renewed by this run.
    Changed,
    /// Not there, as it should be, or not ours.
    Absent,
    /// Removed by this run.
    Removed,
    Blocked,
    Failed,
}

/// The verdict on one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PartVerdict {
    pub(crate) part: StayPart,
    pub(crate) state: PartState,
    /// The last decision.
    pub(crate) decision: StayDecision,
    /// The call that failed.
    pub(crate) error: Option<AwsError>,
}

/// Judges all parts. `plan` is what would still have to be done after the changes.
pub(crate) fn judge(goal: StayGoal, plan: &StayPlan, attempt: &StayAttempt) -> Vec<PartVerdict> {
    let touched = |part: StayPart| attempt.made.iter().any(|change| change.part() == part);
    let parts = plan.parts.iter().map(|(part, decision)| {
        let failed = attempt.failed.as_ref().filter(|(failed, _)| failed == part);
        let error = failed.map(|(_, error)| error.clone());
        let state = match (decision, &error) {
            (StayDecision::InPlace, _) => match (goal, touched(*part)) {
                (StayGoal::Make, false) => PartState::Already,
                (StayGoal::Make, true) => PartState::Changed,
                (StayGoal::Remove, false) => PartState::Absent,
                (StayGoal::Remove, true) => PartState::Removed,
            },
            (StayDecision::NotOurs, _) => PartState::Absent,
            (StayDecision::Foreign, _) => PartState::Blocked,
            (StayDecision::Broken(_), _) => PartState::Failed,
            (StayDecision::Unread(error), _) | (_, Some(error)) => state_of(error),
            // AWS accepted all changes, and does not show them.
            (_, None) if touched(*part) && attempt.is_whole() => PartState::Failed,
            (StayDecision::Needs(_), None) => PartState::Planned,
            (StayDecision::Outdated { .. }, None) => PartState::Outdated,
        };
        PartVerdict {
            part: *part,
            state,
            decision: decision.clone(),
            error,
        }
    });
    // As they are made, whatever the goal.
    let mut parts: Vec<_> = parts.collect();
    parts.sort_by_key(|verdict| verdict.part);
    parts
}

fn state_of(error: &AwsError) -> PartState {
    match error.cause {
        Cause::Denied { .. } | Cause::Quota | Cause::RegionOff => PartState::Blocked,
        _ => PartState::Failed,
    }
}

/// The exit status for these verdicts.
pub(crate) fn exit_status(parts: &[PartVerdict]) -> ExitStatus {
    let any = |state: PartState| parts.iter().any(|verdict| verdict.state == state);
    if any(PartState::Failed) {
        ExitStatus::Failed
    } else if any(PartState::Planned) || any(PartState::Outdated) || any(PartState::Blocked) {
        ExitStatus::Incomplete
    } else {
        ExitStatus::Complete
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::Operation;

    fn plan(decision: StayDecision) -> StayPlan {
        StayPlan {
            parts: vec![(StayPart::Role, decision)],
        }
    }

    fn needs() -> StayDecision {
        StayDecision::Needs(vec![StayChange::CreateRole])
    }

    fn state(
        goal: StayGoal,
        after: StayDecision,
        attempt: &StayAttempt,
    ) -> (PartState, ExitStatus) {
        let verdicts = judge(goal, &plan(after), attempt);
        (verdicts[0].state, exit_status(&verdicts))
    }

    #[test]
    fn the_second_look_decides() {
        let nothing = StayAttempt::default();
        let made = StayAttempt {
            made: vec![StayChange::CreateRole],
            ..StayAttempt::default()
        };
        let in_place = || StayDecision::InPlace;
        use StayGoal::{Make, Remove};
        assert_eq!(
            state(Make, in_place(), &nothing),
            (PartState::Already, ExitStatus::Complete)
        );
        assert_eq!(
            state(Make, in_place(), &made),
            (PartState::Changed, ExitStatus::Complete)
        );
        assert_eq!(
            state(Make, needs(), &nothing),
            (PartState::Planned, ExitStatus::Incomplete)
        );
        // Accepted, and still not there.
        assert_eq!(
            state(Make, needs(), &made),
            (PartState::Failed, ExitStatus::Failed)
        );
        let removed = StayAttempt {
            made: vec![StayChange::DeleteRole],
            ..StayAttempt::default()
        };
        assert_eq!(
            state(Remove, in_place(), &removed),
            (PartState::Removed, ExitStatus::Complete)
        );
        assert_eq!(
            state(Remove, in_place(), &nothing),
            (PartState::Absent, ExitStatus::Complete)
        );
        assert_eq!(
            state(Make, StayDecision::Foreign, &nothing),
            (PartState::Blocked, ExitStatus::Incomplete)
        );
    }

    #[test]
    fn a_denied_change_is_blocked_and_a_broken_one_failed() {
        let attempt = |code: &str| StayAttempt {
            failed: Some((
                StayPart::Role,
                AwsError::from_response(
                    Operation::new("iam:CreateRole"),
                    "us-east-1".parse().unwrap(),
                    code,
                    "",
                ),
            )),
            ..StayAttempt::default()
        };
        let of = |code| state(StayGoal::Make, needs(), &attempt(code));
        assert_eq!(
            of("AccessDenied"),
            (PartState::Blocked, ExitStatus::Incomplete)
        );
        assert_eq!(
            of("ServiceFailure"),
            (PartState::Failed, ExitStatus::Failed)
        );
    }
}
