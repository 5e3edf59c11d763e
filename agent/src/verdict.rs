//! Judges a run: from the decisions before and after it, and AWS's responses in between, to a state per
//! step, to "complete", to the exit code.

mod code;
pub(crate) mod stay;

use std::process::ExitCode;

use hubward_protocol::{AccountId, Region, State, Step};
use strum::VariantArray;

use crate::change::{Change, ChangeKind};
use crate::observed::{AwsError, Cause};
use crate::plan::{Decision, Intention, Reason, RegionPlan, StepStatus};

pub(crate) use code::{code, facts};

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    Complete,
    Failed,
    /// The command line or the environment is wrong.
    Usage,
    /// Something is missing; the output says what, and who acts next.
    Incomplete,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(match status {
            ExitStatus::Complete => 0,
            ExitStatus::Failed => 1,
            ExitStatus::Usage => 2,
            ExitStatus::Incomplete => 3,
        })
    }
}

/// Why a command could not start.
#[derive(Debug)]
pub(crate) enum CommandError {
    /// Neither the command line nor the shell names a Region.
    NoRegion,
    /// The shell's default Region is not in our list.
    UnknownRegion(String),
    NoAdministrator,
    /// `HUBWARD_ADMINISTRATOR` is not an account id.
    BadAdministrator,
    /// The SDK found no usable credentials; its reason.
    NoCredentials(String),
    /// An endpoint override would send the session token without TLS.
    UnsafeEndpoint(String),
    /// STS did not identify the caller.
    NoIdentity(Box<AwsError>),
    /// The caller is the administrator account itself.
    CallerIsAdministrator(AccountId),
    /// Not the address of a server, or not a safe one.
    BadServer(String),
    /// The file that has no usable certificates.
    BadCertificates(String),
    /// The command needs a server, and none is given.
    NoServer,
    /// This build has no key, so it cannot verify updates.
    NoReleaseKey,
    /// The server did not accept the account, and the command is of no use without it; the whole sentence.
    ServerNotReady(String),
    /// This program's own file could not be packed; the reason.
    NoProgram(String),
    /// The command only works as a Lambda function.
    NotInLambda,
    /// A variable of the function's environment that cannot be read.
    BadEnvironment(&'static str),
}

impl CommandError {
    pub(crate) fn exit_status(&self) -> ExitStatus {
        match self {
            Self::NoRegion
            | Self::UnknownRegion(_)
            | Self::NoAdministrator
            | Self::BadAdministrator
            | Self::UnsafeEndpoint(_)
            | Self::BadServer(_)
            | Self::BadCertificates(_)
            | Self::NotInLambda
            | Self::BadEnvironment(_)
            | Self::NoServer => ExitStatus::Usage,
            Self::NoCredentials(_)
            | Self::NoIdentity(_)
            | Self::CallerIsAdministrator(_)
            | Self::ServerNotReady(_)
            | Self::NoProgram(_)
            | Self::NoReleaseKey => ExitStatus::Failed,
        }
    }
}

/// What a run did for one step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempt {
    /// The changes that AWS accepted.
    pub(crate) made: Vec<Change>,
    pub(crate) outcome: AttemptOutcome,
}

/// How an attempt ended.
#[derive(Clone, Debug, Default)]
pub(crate) enum AttemptOutcome {
    #[default]
    NotAttempted,
    /// Every change was accepted, or had been made before.
    Succeeded,
    /// A change failed, and the following ones were not attempted.
    Failed(AwsError),
    /// The user interrupted the run.
    Cancelled,
}

/// The verdict on one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RegionVerdict {
    pub(crate) region: Region,
    /// In the order in which they are carried out.
    pub(crate) steps: Vec<StepVerdict>,
}

/// The verdict on one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StepVerdict {
    pub(crate) step: Step,
    pub(crate) state: State,
    pub(crate) reason: Reason,
    /// The step is managed elsewhere, and its service was observed to be on.
    pub(crate) on_elsewhere: bool,
}

impl StepVerdict {
    pub(crate) fn from_status(step: Step, status: StepStatus) -> Self {
        let (state, reason, on_elsewhere) = match status {
            StepStatus::InPlace(reason) => (State::Already, reason, false),
            StepStatus::Waiting(reason) => (State::Waiting, reason, false),
            StepStatus::Insufficient(reason) => (State::Insufficient, reason, false),
            StepStatus::ManagedElsewhere { reason, on } => (State::ManagedElsewhere, reason, on),
            StepStatus::Blocked(reason) => (State::Blocked, reason, false),
            StepStatus::Failed(reason) => (State::Failed, reason, false),
        };
        Self {
            step,
            state,
            reason,
            on_elsewhere,
        }
    }

    pub(crate) fn is_complete(&self) -> bool {
        match self.state {
            State::Already | State::Changed => true,
            State::ManagedElsewhere => self.on_elsewhere,
            _ => false,
        }
    }
}

/// The verdict on a Region that was only observed.
pub(crate) fn without_changes(plan: RegionPlan) -> RegionVerdict {
    RegionVerdict {
        region: plan.region,
        steps: plan
            .steps
            .into_iter()
            .map(|(step, decision)| judge(step, decision, Attempt::default()))
            .collect(),
    }
}

/// Judges a step by what is observed after the attempt: a change that AWS only accepted is not done yet.
pub(crate) fn judge(step: Step, after: Decision, attempt: Attempt) -> StepVerdict {
    let status = match (after, attempt.outcome) {
        (Decision::Is(StepStatus::InPlace(reason)), _) => {
            let verdict = StepVerdict::from_status(step, StepStatus::InPlace(reason));
            return StepVerdict {
                state: if attempt.made.is_empty() {
                    State::Already
                } else {
                    State::Changed
                },
                ..verdict
            };
        }
        // Another caller was faster, so its result counts.
        (Decision::Is(status), AttemptOutcome::Failed(error))
            if error.cause == Cause::Overtaken =>
        {
            status
        }
        (_, AttemptOutcome::Failed(error)) => error.into(),
        (Decision::Is(status), _) => status,
        (Decision::Needs(changes), AttemptOutcome::Succeeded) => {
            StepStatus::Failed(Reason::NotObservedAfterwards(changes))
        }
        (Decision::Needs(changes), _) => return planned(step, Reason::WouldChange(changes)),
        (Decision::DeferredUntilHub(intention), _) => {
            return planned(step, Reason::WouldFollow(intention));
        }
    };
    StepVerdict::from_status(step, status)
}

fn planned(step: Step, reason: Reason) -> StepVerdict {
    StepVerdict {
        step,
        state: State::Planned,
        reason,
        on_elsewhere: false,
    }
}

/// The kinds of change that would be made, each with its Regions, in the order of the set-up.
pub(crate) fn planned_changes(regions: &[RegionVerdict]) -> Vec<(ChangeKind, Vec<Region>)> {
    let of = |reason: &Reason| match reason {
        Reason::WouldChange(changes) => changes.iter().map(ChangeKind::from).collect(),
        Reason::WouldFollow(Intention::Enable(_)) => vec![ChangeKind::EnableStandards],
        Reason::WouldFollow(Intention::Join(_)) => vec![ChangeKind::AcceptInvitation],
        _ => Vec::new(),
    };
    let regions_with = |kind: ChangeKind| {
        let with = regions.iter().filter(|region| {
            region
                .steps
                .iter()
                .any(|step| of(&step.reason).contains(&kind))
        });
        with.map(|region| region.region).collect::<Vec<_>>()
    };
    ChangeKind::VARIANTS
        .iter()
        .map(|kind| (*kind, regions_with(*kind)))
        .filter(|(_, regions)| !regions.is_empty())
        .collect()
}

/// Whether every step of every Region is complete.
pub(crate) fn is_complete(regions: &[RegionVerdict]) -> bool {
    steps(regions).all(StepVerdict::is_complete)
}

/// The exit status for these verdicts.
pub(crate) fn exit_status(regions: &[RegionVerdict]) -> ExitStatus {
    if steps(regions).any(|step| step.state == State::Failed) {
        ExitStatus::Failed
    } else if is_complete(regions) {
        ExitStatus::Complete
    } else {
        ExitStatus::Incomplete
    }
}

fn steps(regions: &[RegionVerdict]) -> impl Iterator<Item = &StepVerdict> {
    regions.iter().flat_map(|region| &region.steps)
}

#[cfg(test)]
mod tests;
