//! How far a run came: from the decisions before and after, and from what AWS answered in between,
//! to a state per step, to "complete", to the exit code.

use std::process::ExitCode;

use hubward_protocol::{AccountId, Region, State, Step};

use crate::change::{Change, Kind};
use crate::observed::{Cause, Refusal};
use crate::plan::{Decision, Intention, Reason, RegionPlan, Standing};

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// Everything is as it should be.
    Complete,
    /// Something went wrong.
    Failed,
    /// The command line or its surroundings are wrong.
    Usage,
    /// Something is missing, and the output says what and who acts next.
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

/// What keeps a command from beginning.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Neither the command line nor the shell names a Region.
    NoRegion,
    /// The shell's Region is none that we know.
    UnknownRegion(String),
    /// The administrator is not given.
    NoAdministrator,
    /// The administrator in the environment is no account.
    BadAdministrator,
    /// The SDK found no credentials that work; its own word for it.
    NoCredentials(String),
    /// An endpoint override is not safe.
    UnsafeEndpoint(String),
    /// STS did not say who the caller is.
    NoIdentity(Box<Refusal>),
    /// The caller is the administrator itself.
    CallerIsAdministrator(AccountId),
    /// The server's address is none, or not a safe one.
    BadServer(String),
    /// The file has no certificates.
    BadCertificates(String),
    /// A command that is about a server has none.
    NoServer,
    /// No key was built in, so that no update can be verified.
    NoReleaseKey,
}

impl Trouble {
    /// The exit code that it calls for.
    pub(crate) fn exit_status(&self) -> ExitStatus {
        match self {
            Self::NoRegion
            | Self::UnknownRegion(_)
            | Self::NoAdministrator
            | Self::BadAdministrator
            | Self::UnsafeEndpoint(_)
            | Self::BadServer(_)
            | Self::BadCertificates(_)
            | Self::NoServer => ExitStatus::Usage,
            Self::NoCredentials(_)
            | Self::NoIdentity(_)
            | Self::CallerIsAdministrator(_)
            | Self::NoReleaseKey => ExitStatus::Failed,
        }
    }
}

/// What a run did for one step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempt {
    /// The changes that AWS accepted.
    pub(crate) made: Vec<Change>,
    /// How it ended.
    pub(crate) ending: Ending,
}

/// How an attempt ended.
#[derive(Clone, Debug, Default)]
pub(crate) enum Ending {
    /// Nothing was tried.
    #[default]
    NotTried,
    /// Every change was accepted, or was there already.
    Finished,
    /// A change was refused, and those after it were not tried.
    Refused(Refusal),
    /// The person at the keyboard stopped it.
    Interrupted,
}

/// How far one Region is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RegionVerdict {
    /// Which Region.
    pub(crate) region: Region,
    /// One verdict per step, in order.
    pub(crate) steps: Vec<StepVerdict>,
}

/// How far one step is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StepVerdict {
    /// Which step.
    pub(crate) step: Step,
    /// How far it is.
    pub(crate) state: State,
    /// What was found.
    pub(crate) reason: Reason,
    /// It may count as done although somebody else manages it.
    pub(crate) on_elsewhere: bool,
}

impl StepVerdict {
    /// A step as it stands.
    pub(crate) fn standing(step: Step, standing: Standing) -> Self {
        let (state, reason, on_elsewhere) = match standing {
            Standing::Good(reason) => (State::Already, reason, false),
            Standing::Waiting(reason) => (State::Waiting, reason, false),
            Standing::Insufficient(reason) => (State::Insufficient, reason, false),
            Standing::Elsewhere { reason, on } => (State::ManagedElsewhere, reason, on),
            Standing::Blocked(reason) => (State::Blocked, reason, false),
            Standing::Failed(reason) => (State::Failed, reason, false),
        };
        Self {
            step,
            state,
            reason,
            on_elsewhere,
        }
    }

    /// Nothing is missing here.
    pub(crate) fn is_complete(&self) -> bool {
        match self.state {
            State::Already | State::Changed => true,
            State::ManagedElsewhere => self.on_elsewhere,
            _ => false,
        }
    }
}

/// Judges a Region that was only looked at.
pub(crate) fn looked(plan: RegionPlan) -> RegionVerdict {
    RegionVerdict {
        region: plan.region,
        steps: plan
            .steps
            .into_iter()
            .map(|(step, decision)| judge(step, decision, Attempt::default()))
            .collect(),
    }
}

/// Judges a step by what is seen after the attempt: what AWS merely accepted is not done yet.
pub(crate) fn judge(step: Step, after: Decision, attempt: Attempt) -> StepVerdict {
    let standing = match (after, attempt.ending) {
        (Decision::Is(Standing::Good(reason)), _) => {
            let verdict = StepVerdict::standing(step, Standing::Good(reason));
            return StepVerdict {
                state: if attempt.made.is_empty() {
                    State::Already
                } else {
                    State::Changed
                },
                ..verdict
            };
        }
        // Somebody else was faster: what is there now counts.
        (Decision::Is(standing), Ending::Refused(refusal)) if refusal.cause == Cause::Overtaken => {
            standing
        }
        (_, Ending::Refused(refusal)) => refusal.into(),
        (Decision::Is(standing), _) => standing,
        (Decision::Needs(changes), Ending::Finished) => {
            Standing::Failed(Reason::NotSeenAfterwards(changes))
        }
        (Decision::Needs(changes), _) => return planned(step, Reason::WouldChange(changes)),
        (Decision::AfterHub(intention), _) => return planned(step, Reason::WouldFollow(intention)),
    };
    StepVerdict::standing(step, standing)
}

fn planned(step: Step, reason: Reason) -> StepVerdict {
    StepVerdict {
        step,
        state: State::Planned,
        reason,
        on_elsewhere: false,
    }
}

/// What would be changed, and in which Regions, in the order in which it is done.
pub(crate) fn planned_changes(regions: &[RegionVerdict]) -> Vec<(Kind, Vec<Region>)> {
    let of = |reason: &Reason| match reason {
        Reason::WouldChange(changes) => changes.iter().map(Change::kind).collect(),
        Reason::WouldFollow(Intention::Enable(_)) => vec![Kind::EnableStandards],
        Reason::WouldFollow(Intention::Join(_)) => vec![Kind::AcceptInvitation],
        _ => Vec::new(),
    };
    let regions_with = |kind: Kind| {
        let with = regions.iter().filter(|region| {
            region
                .steps
                .iter()
                .any(|step| of(&step.reason).contains(&kind))
        });
        with.map(|region| region.region).collect::<Vec<_>>()
    };
    Kind::ALL
        .into_iter()
        .map(|kind| (kind, regions_with(kind)))
        .filter(|(_, regions)| !regions.is_empty())
        .collect()
}

/// Every step of every Region is done, here or elsewhere.
pub(crate) fn is_complete(regions: &[RegionVerdict]) -> bool {
    steps(regions).all(StepVerdict::is_complete)
}

/// The exit code that a run's verdict calls for.
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
