//! From what was seen to a state, and from states to an exit code.

use super::*;
use crate::observed::Operation;

fn good() -> Decision {
    Decision::Is(Standing::Good(Reason::HubOn))
}

fn needs() -> Decision {
    Decision::Needs(vec![Change::EnableSecurityHub])
}

fn state(after: Decision, made: bool, refused: Option<(&str, &str)>) -> State {
    let attempt = Attempt {
        made: if made {
            vec![Change::EnableSecurityHub]
        } else {
            Vec::new()
        },
        ending: match refused {
            Some((code, message)) => Ending::Refused(Refusal::answered(
                Operation::new("securityhub:EnableSecurityHub"),
                "us-east-1".parse().unwrap(),
                code,
                message,
            )),
            None if made => Ending::Finished,
            None => Ending::NotTried,
        },
    };
    judge(Step::SecurityHub, after, attempt).state
}

#[test]
fn only_what_is_seen_afterwards_counts_as_changed() {
    assert_eq!(state(good(), false, None), State::Already);
    assert_eq!(state(good(), true, None), State::Changed);
    assert_eq!(state(needs(), true, None), State::Failed);
    assert_eq!(state(needs(), false, None), State::Planned);
}

#[test]
fn a_refusal_is_blocked_or_failed_or_somebody_elses() {
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
    // Somebody else made one meanwhile: what is there now counts, even where it is not enough.
    let insufficient = || Decision::Is(Standing::Insufficient(Reason::NoRecorder));
    let overtaken = Some(("MaxNumberOfConfigurationRecordersExceededException", ""));
    assert_eq!(state(insufficient(), true, overtaken), State::Insufficient);
    assert_eq!(state(needs(), true, overtaken), State::Failed);
    // Somebody else was faster: it is there, so nothing is wrong.
    assert_eq!(
        state(good(), false, Some(("ResourceConflictException", ""))),
        State::Already
    );
}

#[test]
fn the_exit_code_follows_the_worst_step() {
    let verdict = |decisions: Vec<Standing>| {
        vec![RegionVerdict {
            region: "us-east-1".parse().unwrap(),
            steps: decisions
                .into_iter()
                .map(|standing| StepVerdict::standing(Step::Config, standing))
                .collect(),
        }]
    };
    let elsewhere = |on| Standing::Elsewhere {
        reason: Reason::HubOn,
        on,
    };
    let of = |decisions| exit_status(&verdict(decisions));
    assert_eq!(
        of(vec![Standing::Good(Reason::HubOn), elsewhere(true)]),
        ExitStatus::Complete
    );
    assert_eq!(of(vec![elsewhere(false)]), ExitStatus::Incomplete);
    assert_eq!(
        of(vec![Standing::Blocked(Reason::RegionOff)]),
        ExitStatus::Incomplete
    );
    assert_eq!(
        of(vec![
            Standing::Blocked(Reason::RegionOff),
            Standing::Failed(Reason::OutOfTime)
        ]),
        ExitStatus::Failed
    );
}
