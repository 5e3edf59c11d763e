//! The heartbeats of a run, in a task of their own so that they never delay the run. One is sent at every
//! change of state and at least every ten seconds. The last one is waited for, but not for long.

use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::context::{CommandContext, ServerWarnings};
use super::region_reports;
use crate::server::{ServerError, ServerSession};
use crate::text::Say;
use crate::verdict::{self, RegionVerdict};
use crate::world;

/// The longest interval between two heartbeats of a run.
const INTERVAL: Duration = Duration::from_secs(10);
/// The delay before invitations are requested again.
const INVITATION_RETRY: Duration = Duration::from_secs(15);
/// How long to wait for the last heartbeat.
const LAST_HEARTBEAT: Duration = Duration::from_secs(5);

/// Sends the heartbeats of one run. Without a server session, it does nothing.
pub(super) struct HeartbeatSender {
    session: Option<ServerSession>,
    /// A random name, by which the server recognizes the run.
    run: String,
    sequence: u32,
    warnings: ServerWarnings,
    say: Say,
}

impl HeartbeatSender {
    pub(super) fn new(context: &CommandContext, say: Say) -> Self {
        Self {
            session: context.server_session.clone(),
            run: world::random_name(),
            sequence: 0,
            warnings: context.warnings.clone(),
            say,
        }
    }

    pub(super) fn is_connected(&self) -> bool {
        self.session.is_some()
    }

    /// Continues the run in another session.
    pub(super) fn reconnect(&mut self, session: Option<ServerSession>) {
        self.session = session;
    }

    /// Sends one heartbeat, and warns if it fails. Returns the server's interval to the next one, if it was
    /// accepted.
    pub(super) async fn send(&mut self, regions: &[RegionVerdict]) -> Option<Duration> {
        match self.try_send(regions).await? {
            Ok(interval) => Some(interval),
            Err(error) => {
                if error.is_final() {
                    self.session = None;
                }
                if !error.is_rate_limited() {
                    self.warnings.warn(&error);
                }
                None
            }
        }
    }

    /// Sends one heartbeat. `None` without a server session; otherwise the server's interval to the next one.
    pub(super) async fn try_send(
        &mut self,
        regions: &[RegionVerdict],
    ) -> Option<Result<Duration, ServerError>> {
        let session = self.session.as_mut()?;
        self.sequence += 1;
        let complete = !regions.is_empty() && verdict::is_complete(regions);
        let reports = region_reports(regions, self.say);
        let answer = session
            .heartbeat(&self.run, self.sequence, reports, complete)
            .await;
        Some(answer.map(|accepted| Duration::from_secs(accepted.next_heartbeat_s.into())))
    }
}

/// The task that sends heartbeats during a run.
pub(super) struct HeartbeatTask {
    progress: watch::Sender<Vec<RegionVerdict>>,
    end: oneshot::Sender<()>,
    task: JoinHandle<()>,
    warnings: ServerWarnings,
}

impl HeartbeatTask {
    /// Starts the task. Until the first verdict is published, its heartbeats have no Regions.
    pub(super) fn start(sender: HeartbeatSender) -> Self {
        let (progress, published) = watch::channel(Vec::new());
        let (end, ended) = oneshot::channel();
        Self {
            warnings: sender.warnings.clone(),
            progress,
            end,
            task: tokio::spawn(send_heartbeats(sender, published, ended)),
        }
    }

    /// The channel to which a run publishes its verdicts.
    pub(super) fn progress(&self) -> watch::Sender<Vec<RegionVerdict>> {
        self.progress.clone()
    }

    pub(super) fn publish(&self, regions: &[RegionVerdict]) {
        self.progress.send_replace(regions.to_vec());
    }

    /// Sends the last heartbeat, and ends the task.
    pub(super) async fn end(self, regions: &[RegionVerdict]) {
        self.publish(regions);
        let _ = self.end.send(());
        if timeout(LAST_HEARTBEAT, self.task).await.is_err() {
            self.warnings.warn(&ServerError::Timeout);
        }
    }
}

async fn send_heartbeats(
    mut sender: HeartbeatSender,
    mut progress: watch::Receiver<Vec<RegionVerdict>>,
    mut end: oneshot::Receiver<()>,
) {
    while sender.is_connected() {
        let started = Instant::now();
        let regions = progress.borrow_and_update().clone();
        let interval = sender.send(&regions).await;
        let pause = interval
            .unwrap_or(INTERVAL)
            .clamp(Duration::from_secs(1), INTERVAL);
        tokio::select! {
            // Progress is checked before the end, so that the last verdict is always sent.
            biased;
            changed = progress.changed() => if changed.is_err() { return },
            _ = &mut end => return,
            () = sleep_until(started + pause) => {}
        }
    }
}

/// Requests the missing invitations in a task of its own, and retries transient errors, because the run
/// waits for them. If the server refuses to invite the account, the run gets the reason and does not wait.
pub(super) fn request_invitations(
    context: &CommandContext,
    not_invitable: watch::Sender<Option<String>>,
) {
    let Some(mut session) = context.server_session.clone() else {
        return;
    };
    let warnings = context.warnings.clone();
    tokio::spawn(async move {
        for is_last in [false, false, true] {
            match session.request_invitations().await {
                Err(error) if error.is_transient() && !is_last => sleep(INVITATION_RETRY).await,
                Err(error) => {
                    warnings.warn(&error);
                    if let Some(why) = error.not_invitable() {
                        not_invitable.send_replace(Some(why.to_owned()));
                    }
                    return;
                }
                Ok(()) => return,
            }
        }
    });
}
