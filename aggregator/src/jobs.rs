//! The server's background jobs: they read the alert queue, send the outbox, import the ledger's file, and
//! run the timetable. Each job only calls an action again and again.
//!
//! Jobs have no input, and running one twice or on two servers at once is harmless. A failure is reported
//! once when it begins, and once when it is over.

mod due;
mod ingest;
pub(crate) mod ledger;
mod outbox;
mod queue;
pub(crate) mod requests;
mod timetable;
mod watchdog;
mod write_back;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::actions::alert::emergency_notify::DirectNotifier;
use crate::actions::alert::ingest::IngestError;
use crate::actions::alert::ingest::batch::{BatchReceiver, IngestHandle};
use crate::actions::delivery::send::{MessengerError, Outbox};
use crate::actions::{ActionError, StoreError};
use crate::app::App;
use hubward_store::due_work::DueWork;
use ledger::{LedgerLook, TakeLedgerError};
pub(crate) use timetable::JobError;

/// How long a job waits after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// What a job reports.
#[derive(Debug)]
pub(crate) enum JobEvent {
    /// The alert queue cannot be read; its messages stay in it.
    QueueFails(IngestError),
    /// The alert queue can be read again.
    QueueWorks,
    /// Alerts cannot be stored; their senders retry.
    IntakeFails(Arc<StoreError>),
    /// Alerts can be stored again.
    IntakeWorks,
    /// Workflow status was not written to Security Hub; it is retried.
    WriteBackFails(ActionError),
    /// The ledger's file in S3 cannot be imported; it is retried.
    LedgerFails(TakeLedgerError),
    /// The ledger's file can be read again.
    LedgerWorks,
    /// The ledger's file was read.
    LedgerTaken(Box<LedgerLook>),
    /// The outbox cannot be read or written.
    OutboxFails(StoreError),
    /// The outbox works again.
    OutboxWorks,
    /// The watchdog URL was not pinged; the next attempt is in a minute.
    PulseFails(String),
    /// A scheduled job failed; it is retried.
    JobFails(&'static str, JobError),
    /// A part of the work on requests failed; it is retried.
    RequestsFail(requests::RequestFailure),
    /// The work on requests succeeds again.
    RequestsWork,
}

/// The running jobs and their events.
pub(crate) struct Jobs {
    /// One task per job; none ends before the server stops.
    pub tasks: JoinSet<()>,
    /// The events of all jobs.
    pub news: mpsc::UnboundedReceiver<JobEvent>,
}

/// What every job needs.
#[derive(Clone)]
struct JobContext {
    app: App,
    stop: watch::Receiver<bool>,
    due: watch::Receiver<due::Due>,
    events: mpsc::UnboundedSender<JobEvent>,
}

impl Jobs {
    /// Starts the jobs. They end soon after `stop` changes.
    ///
    /// # Errors
    /// The TLS library could not be set up.
    pub(crate) fn start(
        app: &App,
        stop: &watch::Receiver<bool>,
        (ingest, batches): (&IngestHandle, BatchReceiver),
    ) -> Result<Self, MessengerError> {
        let (sender, events) = mpsc::unbounded_channel();
        let (due_sender, due) = watch::channel(None);
        let context = JobContext {
            app: app.clone(),
            stop: stop.clone(),
            due,
            events: sender,
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(due::watch(context.clone(), due_sender));
        tasks.spawn(ingest::store(
            context.clone(),
            batches,
            DirectNotifier::open(app)?,
        ));
        if app.config.alerts.queue_url.is_some() {
            let failing = Arc::new(AtomicBool::new(false));
            for _ in 0..queue::WORKERS {
                let failing = Arc::clone(&failing);
                tasks.spawn(queue::run_worker(context.clone(), ingest.clone(), failing));
            }
        }
        if app.config.alerts.write_back {
            tasks.spawn(write_back::work(context.clone()));
        }
        if app.config.ledger.queue_url.is_some() {
            tasks.spawn(ledger::listen_on(context.clone()));
        }
        tasks.spawn(timetable::run_timetable(context.clone()));
        tasks.spawn(requests::work(context.clone()));
        let open = Arc::new(Outbox::open(app)?);
        if app.config.server.ping_url.is_some() {
            tasks.spawn(watchdog::ping(context.clone(), Arc::clone(&open)));
        }
        tasks.spawn(outbox::give_up_lost(context.clone()));
        for channel in app.config.outlets() {
            for _ in 0..channel.kind.workers() {
                tasks.spawn(outbox::run_worker(
                    context.clone(),
                    Arc::clone(&open),
                    channel.clone(),
                ));
            }
        }
        Ok(Self {
            tasks,
            news: events,
        })
    }
}

impl JobContext {
    fn is_to_stop(&self) -> bool {
        *self.stop.borrow()
    }

    /// Waits, or returns earlier if the server is stopping.
    async fn wait(&mut self, time: Duration) {
        tokio::select! {
            _ = self.stop.changed() => {}
            () = tokio::time::sleep(time) => {}
        }
    }

    /// Waits until work is due that `is_mine`, or the server is to stop. What was found before,
    /// and done or left, does not count: it is found again by the next look.
    async fn until_due(&mut self, is_mine: impl Fn(&DueWork) -> bool) {
        loop {
            tokio::select! {
                _ = self.stop.changed() => return,
                changed = self.due.changed() => {
                    // Who looks ends only with the server.
                    if changed.is_err() {
                        return self.stopped().await;
                    }
                }
            }
            if self.due.borrow_and_update().as_ref().is_none_or(&is_mine) {
                return;
            }
        }
    }

    /// Waits until the server is to stop.
    async fn stopped(&mut self) {
        // An error means that the server is already gone.
        let _ = self.stop.wait_for(|stop| *stop).await;
    }

    fn emit(&self, event: JobEvent) {
        // The receiver is gone when the server ends.
        let _ = self.events.send(event);
    }
}
