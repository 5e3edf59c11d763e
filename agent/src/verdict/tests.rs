//! From observations to a state, and from states to an exit code.

use super::*;
use crate::observed::Operation;

fn in_place() -> Decision {
    Decision::Is(StepStatus::InPlace(Reason::HubOn))
}

fn needs() -> Decision {
    Decision::Needs(vec![Change::EnableSecurityHub])
}

fn state(after: Decision, made: bool, error: Option<(&str, &str)>) -> State {
    let attempt = Attempt {
        made: if made {
            vec![Change::EnableSecurityHub]
        } else {
            Vec::new()
        },
        outcome: match error {
            Some((code, message)) => AttemptOutcome::Failed(AwsError::from_response(
                Operation::new("securityhub:EnableSecurityHub"),
                "us-east-1".parse().unwrap(),
                code,
                message,
            )),
            None if made => AttemptOutcome::Succeeded,
            None => AttemptOutcome::NotAttempted,
        },
    };
    judge(Step::SecurityHub, after, attempt).state
}

#[test]
fn only_an_observed_change_counts_as_changed() {
    assert_eq!(state(in_place(), false, None), State::Already);
    assert_eq!(state(in_place(), true, None), State::Changed);
    assert_eq!(state(needs(), true, None), State::Failed);
    assert_eq!(state(needs(), false, None), State::Planned);
}

#[test]
fn an_error_is_blocked_failed_or_managed_elsewhere() {
    assert_eq!(
        state(needs(), false, Some(("AccessDeniedException", "no"))),
        State::Blocked
    );
    assert_eq!(
        state(needs(), true, Some(("InternalException", ""))),
        State::Failed
    );
    assert_eq!(
        state(
            needs(),
            false,
            Some((
                "AccessDeniedException",
                "… a central configuration policy …"
            ))
        ),
        State::ManagedElsewhere
    );
    // Another caller created one in the meantime: its status counts, even if it is insufficient.
    let insufficient = || Decision::Is(StepStatus::Insufficient(Reason::NoRecorder));
    let overtaken = Some(("MaxNumberOfConfigurationRecordersExceededException", ""));
    assert_eq!(state(insufficient(), true, overtaken), State::Insufficient);
    assert_eq!(state(needs(), true, overtaken), State::Failed);
    // Another caller was faster: it is in place, so nothing is wrong.
    assert_eq!(
        state(in_place(), false, Some(("ResourceConflictException", ""))),
        State::Already
    );
}

#[test]
fn the_exit_code_follows_the_worst_step() {
    let verdict = |decisions: Vec<StepStatus>| {
        vec![RegionVerdict {
            region: "us-east-1".parse().unwrap(),
            steps: decisions
                .into_iter()
                .map(|status| StepVerdict::from_status(Step::Config, status))
                .collect(),
        }]
    };
    let elsewhere = |on| StepStatus::ManagedElsewhere {
        reason: Reason::HubOn,
        on,
    };
    let of = |decisions| exit_status(&verdict(decisions));
    assert_eq!(
        of(vec![StepStatus::InPlace(Reason::HubOn), elsewhere(true)]),
        ExitStatus::Complete
    );
    assert_eq!(of(vec![elsewhere(false)]), ExitStatus::Incomplete);
    assert_eq!(
        of(vec![StepStatus::Blocked(Reason::RegionOff)]),
        ExitStatus::Incomplete
    );
    assert_eq!(
        of(vec![
            StepStatus::Blocked(Reason::RegionOff),
            StepStatus::Failed(Reason::OutOfTime)
        ]),
        ExitStatus::Failed
    );
}
