//! Heartbeats: beside the work and never in its way. One goes out at every change of state and at the
//! latest after ten seconds; the last one is waited for, but not for long.

use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::begin::{Begun, Complaints};
use super::region_reports;
use crate::server::{Fault, Link};
use crate::text::Say;
use crate::verdict::{self, RegionVerdict};
use crate::world;

/// The longest time between two heartbeats of a run.
const LATEST: Duration = Duration::from_secs(10);
/// How long to wait before invitations are asked for again.
const AGAIN: Duration = Duration::from_secs(15);
/// How long the last heartbeat is waited for.
const LAST: Duration = Duration::from_secs(5);

/// What sends the heartbeats of one run.
pub(super) struct Reporter {
    link: Option<Link>,
    run: String,
    sequence: u32,
    complaints: Complaints,
    say: Say,
}

impl Reporter {
    /// A new run, without a way to the server where there is none.
    pub(super) fn new(begun: &Begun, say: Say) -> Self {
        Self {
            link: begun.link.clone(),
            run: world::random_name(),
            sequence: 0,
            complaints: begun.complaints.clone(),
            say,
        }
    }

    /// Whether there is somebody to report to.
    pub(super) fn is_linked(&self) -> bool {
        self.link.is_some()
    }

    /// Goes on with another session.
    pub(super) fn relink(&mut self, link: Option<Link>) {
        self.link = link;
    }

    /// Sends one heartbeat, and says when the server wants the next one.
    pub(super) async fn send(&mut self, regions: &[RegionVerdict]) -> Option<Duration> {
        let link = self.link.as_mut()?;
        self.sequence += 1;
        let complete = !regions.is_empty() && verdict::is_complete(regions);
        let reports = region_reports(regions, self.say);
        let answer = link
            .heartbeat(&self.run, self.sequence, reports, complete)
            .await;
        match answer {
            Ok(accepted) => Some(Duration::from_secs(accepted.next_heartbeat_s.into())),
            Err(fault) => {
                if fault.is_final() {
                    self.link = None;
                }
                if !fault.is_busy() {
                    self.complaints.say(&fault);
                }
                None
            }
        }
    }
}

/// The heartbeats of a run under way.
pub(super) struct Reporting {
    progress: watch::Sender<Vec<RegionVerdict>>,
    end: oneshot::Sender<()>,
    task: JoinHandle<()>,
    complaints: Complaints,
}

impl Reporting {
    /// Begins to report; nothing is known of any Region yet.
    pub(super) fn begin(reporter: Reporter) -> Self {
        let (progress, seen) = watch::channel(Vec::new());
        let (end, ended) = oneshot::channel();
        Self {
            complaints: reporter.complaints.clone(),
            progress,
            end,
            task: tokio::spawn(report(reporter, seen, ended)),
        }
    }

    /// Where a run tells how far its Regions are.
    pub(super) fn progress(&self) -> watch::Sender<Vec<RegionVerdict>> {
        self.progress.clone()
    }

    /// Tells how far the Regions are.
    pub(super) fn tell(&self, regions: &[RegionVerdict]) {
        self.progress.send_replace(regions.to_vec());
    }

    /// Sends the last heartbeat.
    pub(super) async fn end(self, regions: &[RegionVerdict]) {
        self.tell(regions);
        let _ = self.end.send(());
        if timeout(LAST, self.task).await.is_err() {
            self.complaints.say(&Fault::TooSlow);
        }
    }
}

async fn report(
    mut reporter: Reporter,
    mut progress: watch::Receiver<Vec<RegionVerdict>>,
    mut end: oneshot::Receiver<()>,
) {
    while reporter.is_linked() {
        let begun = Instant::now();
        let regions = progress.borrow_and_update().clone();
        let wanted = reporter.send(&regions).await;
        let pause = wanted
            .unwrap_or(LATEST)
            .clamp(Duration::from_secs(1), LATEST);
        tokio::select! {
            // A change before the end: the last word is always sent.
            biased;
            changed = progress.changed() => if changed.is_err() { return },
            _ = &mut end => return,
            () = sleep_until(begun + pause) => {}
        }
    }
}

/// Asks for the missing invitations, beside the work: again where the server could not just now,
/// because the whole set-up waits for them. Where it will not, nobody needs to wait.
pub(super) fn ask_for_invitations(begun: &Begun, nobody_invites: watch::Sender<Option<String>>) {
    let (Some(mut link), complaints) = (begun.link.clone(), begun.complaints.clone()) else {
        return;
    };
    tokio::spawn(async move {
        for is_last in [false, false, true] {
            match link.ask_for_invitations().await {
                Err(fault) if fault.may_pass() && !is_last => sleep(AGAIN).await,
                Err(fault) => {
                    complaints.say(&fault);
                    if let Some(why) = fault.will_not_invite() {
                        nobody_invites.send_replace(Some(why.to_owned()));
                    }
                    return;
                }
                Ok(()) => return,
            }
        }
    });
}
