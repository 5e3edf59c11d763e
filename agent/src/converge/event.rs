//! What a run sends to its observer, and what it receives from it.

use std::time::Duration;

use hubward_protocol::{Region, Step};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::change::Change;
use crate::observed::AwsError;
use crate::verdict::RegionVerdict;

/// The caller's side of a run: where it reports to, and what limits it.
#[derive(Clone, Debug)]
pub(crate) struct RunObserver {
    pub(crate) events: UnboundedSender<Event>,
    /// The latest verdict on every Region.
    pub(crate) progress: watch::Sender<Vec<RegionVerdict>>,
    /// A cancelled run stops between two changes, never inside one.
    pub(crate) cancellation: CancellationToken,
    /// How long to wait for the administrator's invitation.
    pub(crate) invitation_timeout: Duration,
    /// The server's reason for not inviting the account, once it is known.
    pub(crate) not_invitable: watch::Receiver<Option<String>>,
    /// When the run must end.
    pub(crate) deadline: Instant,
}

/// An event in a run.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    StepStarted {
        region: Region,
        step: Step,
    },
    ChangeMade {
        region: Region,
        change: Change,
    },
    /// A change failed.
    Failed(AwsError),
    WaitingForInvitation {
        region: Region,
        limit: Duration,
    },
    /// Waiting for AWS to enable the standards.
    WaitingForStandards {
        region: Region,
    },
}
