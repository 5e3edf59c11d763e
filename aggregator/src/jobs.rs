//! What the server does by itself: it empties the alert queue into the store, and the outbox into the
//! channels, takes in the ledger's file, and keeps a timetable. Each job only calls an action again and
//! again; what it does is there.
//!
//! A job has no input, and being run twice, or in two servers at once, does no harm. What goes wrong is
//! said once, when it begins, and once when it is over.

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

/// What a job has to say.
#[derive(Debug)]
pub(crate) enum JobEvent {
    /// The alert queue cannot be emptied; its messages stay where they are.
    QueueFails(IngestError),
    /// The alert queue is emptied again.
    QueueWorks,
    /// Alerts cannot be stored; whoever sends them tries again.
    IntakeFails(Arc<StoreError>),
    /// They can again.
    IntakeWorks,
    /// Security Hub was not told of alerts; it is tried again.
    WriteBackFails(ActionError),
    /// The ledger's file in S3 cannot be taken in; it is tried again.
    LedgerFails(TakeLedgerError),
    /// It can again.
    LedgerWorks,
    /// It was looked at.
    LedgerTaken(Box<LedgerLook>),
    /// The outbox cannot be read or written.
    OutboxFails(StoreError),
    /// It can again.
    OutboxWorks,
    /// Nobody hears that the server is alive; the next minute it says so again.
    PulseFails(String),
    /// What is due by the clock was not done; it is tried again.
    JobFails(&'static str, JobError),
    /// A part of the work on requests was not done; it is tried again.
    RequestsFail(requests::RequestFailure),
    /// All of it is done again.
    RequestsWork,
}

/// The running jobs, and what they say.
pub(crate) struct Jobs {
    /// One task for each job; none ends before it is told to.
    pub tasks: JoinSet<()>,
    /// What they say.
    pub news: mpsc::UnboundedReceiver<JobEvent>,
}

/// What a job stands on.
#[derive(Clone)]
struct JobContext {
    app: App,
    stop: watch::Receiver<bool>,
    due: watch::Receiver<due::Due>,
    news: mpsc::UnboundedSender<JobEvent>,
}

impl Jobs {
    /// Starts them; they end soon after `stop` changes.
    ///
    /// # Errors
    /// The TLS library could not be set up.
    pub(crate) fn start(
        app: &App,
        stop: &watch::Receiver<bool>,
        (ingest, hopper): (&IngestHandle, BatchReceiver),
    ) -> Result<Self, MessengerError> {
        let (sender, news) = mpsc::unbounded_channel();
        let (due_sender, due) = watch::channel(None);
        let bench = JobContext {
            app: app.clone(),
            stop: stop.clone(),
            due,
            news: sender,
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(due::watch(bench.clone(), due_sender));
        tasks.spawn(ingest::store(
            bench.clone(),
            hopper,
            DirectNotifier::open(app)?,
        ));
        if app.config.alerts.queue_url.is_some() {
            let failing = Arc::new(AtomicBool::new(false));
            for _ in 0..queue::WORKERS {
                let failing = Arc::clone(&failing);
                tasks.spawn(queue::run_worker(bench.clone(), ingest.clone(), failing));
            }
        }
        if app.config.alerts.write_back {
            tasks.spawn(write_back::work(bench.clone()));
        }
        if app.config.ledger.queue_url.is_some() {
            tasks.spawn(ledger::listen_on(bench.clone()));
        }
        tasks.spawn(timetable::keep(bench.clone()));
        tasks.spawn(requests::work(bench.clone()));
        let open = Arc::new(Outbox::open(app)?);
        if app.config.server.ping_url.is_some() {
            tasks.spawn(watchdog::ping(bench.clone(), Arc::clone(&open)));
        }
        tasks.spawn(outbox::give_up_lost(bench.clone()));
        for channel in app.config.outlets() {
            for _ in 0..channel.kind.workers() {
                tasks.spawn(outbox::run_worker(
                    bench.clone(),
                    Arc::clone(&open),
                    channel.clone(),
                ));
            }
        }
        Ok(Self { tasks, news })
    }
}

impl JobContext {
    fn is_to_stop(&self) -> bool {
        *self.stop.borrow()
    }

    /// Waits, or returns earlier when the server is to stop.
    async fn wait(&mut self, time: Duration) {
        tokio::select! {
            _ = self.stop.changed() => {}
            () = tokio::time::sleep(time) => {}
        }
    }

    /// Waits until work is due that `is_mine`, or the server is to stop. What was already seen before,
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
        // An error means that the server is gone already.
        let _ = self.stop.wait_for(|stop| *stop).await;
    }

    fn say(&self, news: JobEvent) {
        // Nobody listens any more when the server ends.
        let _ = self.news.send(news);
    }
}
