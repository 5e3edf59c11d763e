//! What a run tells while it is under way, and how it is told to stop.

use std::time::Duration;

use hubward_protocol::{Region, Step};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::change::Change;
use crate::observed::Refusal;
use crate::verdict::RegionVerdict;

/// Who accompanies a run: what it tells, and what it is told.
#[derive(Clone, Debug)]
pub(crate) struct Witness {
    /// Hears what happens.
    pub(crate) events: UnboundedSender<Event>,
    /// Has the last word on every Region: how far it was seen to be.
    pub(crate) progress: watch::Sender<Vec<RegionVerdict>>,
    /// Says when to stop.
    pub(crate) stop: Stop,
    /// How long to wait for the administrator's invitation.
    pub(crate) invitation: Duration,
    /// Says that there will be none, and why.
    pub(crate) no_invitation: watch::Receiver<Option<String>>,
    /// When the run must have come to its end.
    pub(crate) until: Instant,
}

/// Something that happened in a Region.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A step is being worked on.
    Begins {
        /// Where.
        region: Region,
        /// Which.
        step: Step,
    },
    /// A change was made.
    Made {
        /// Where.
        region: Region,
        /// What.
        change: Change,
    },
    /// A change was refused.
    Refused(Refusal),
    /// The administrator's invitation is waited for.
    AwaitsInvitation {
        /// Where.
        region: Region,
        /// How long at most.
        limit: Duration,
    },
    /// AWS is still enabling standards.
    AwaitsStandards {
        /// Where.
        region: Region,
    },
}

/// The listening end: a run stops between two changes, never inside one.
#[derive(Clone, Debug)]
pub(crate) struct Stop(watch::Receiver<bool>);

/// The telling end.
#[derive(Debug)]
pub(crate) struct Stopper(watch::Sender<bool>);

impl Stopper {
    /// Both ends.
    pub(crate) fn new() -> (Self, Stop) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Stop(receiver))
    }

    /// Stops the run.
    pub(crate) fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Whether the run is to stop.
    pub(crate) fn is_told(&self) -> bool {
        *self.0.borrow()
    }

    /// Comes back when the run is to stop, and never otherwise.
    pub(crate) async fn told(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|told| *told).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
