//! The scheduled jobs: one table, and a loop that runs what is due. Of several servers on one database, one
//! runs each due time; what was due while no server ran is done once afterwards.

use std::task::Poll;
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::BoxFuture;
use hubward_protocol::Region;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use tokio::task::JoinSet;
use tracing::Instrument;

use super::ledger::{TakeLedgerError, take};
use super::{AFTER_FAILURE, JobContext, JobEvent};
use crate::actions::ActionError;
use crate::actions::alert::escalate::escalate;
use crate::actions::alert::remind::remind_open;
use crate::actions::alert::test_event::{TestEventError, detect_missing_canary, send_test_event};
use crate::actions::check::announce::announce_check;
use crate::actions::check::run::check;
use crate::actions::control::read_catalog::read_catalog;
use crate::actions::evidence::read::read_evidence;
use crate::actions::exception::{self, ExceptionError};
use crate::actions::findings::sync::{Failed, sync_findings};
use crate::actions::job::lease::{JobLease, acquire, is_due};
use crate::actions::job::prune::prune;
use crate::actions::report::send::{self, SendError, destinations, plan_reports, send_reports};
use crate::actions::request::receive::issues::{self, IssuesError};
use crate::app::App;
use crate::config::Config;
use crate::text;
use hubward_domain::audit::Actor;
use hubward_domain::report::sending::Destination;
use hubward_domain::schedule::{JobRun, Schedule};
use hubward_domain::test_event::TestEventKind;
use hubward_store::StoreError;

/// How often the table is checked.
const TICK: Duration = Duration::from_secs(1);
/// How often the jobs' rows are read where nothing seems due: another server may have left a job before
/// its lease ended.
const READ: Duration = Duration::from_secs(4);
/// How often a lease is renewed: three times within its duration.
const RENEW: Duration = Duration::from_secs(20);

/// How often the ledger's object is read; S3 does not send it if it is unchanged.
const LEDGER: SignedDuration = SignedDuration::from_mins(1);
/// How often Jira is polled for requests without a webhook.
const POLL: Schedule = Schedule::Every(SignedDuration::from_mins(5));

/// When the controls of the wanted standards are listed: before the weekly digest of Monday morning.
const CATALOG: &str = "20 5 * * *";
/// How often AWS's evidence is read: AWS updates it every 12 to 24 hours.
const EVIDENCE: Schedule = Schedule::Every(SignedDuration::from_hours(6));
/// How often exceptions are checked: their last day is a whole day.
const EXCEPTIONS: Schedule = Schedule::Every(SignedDuration::from_hours(6));
/// How often unacknowledged alerts are checked.
const ESCALATE: SignedDuration = SignedDuration::from_secs(15);
/// When open alerts are listed: in the morning of working days.
const MORNING: &str = "0 9 * * MON-FRI";
/// When the daily test event is sent: early enough to be reported as missing before working hours.
const CANARY: &str = "30 8 * * *";
/// How often a missing test event is checked for.
const MISSING: SignedDuration = SignedDuration::from_mins(1);
/// When old data is deleted: at night, and not on the hour.
const PRUNE: &str = "40 4 * * *";

/// One row of the table.
struct TimetableEntry {
    job: &'static str,
    schedule: Schedule,
    work: fn(&App) -> BoxFuture<'_, Result<(), JobError>>,
}

/// Why a job failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JobError {
    /// The ledger or AWS could not be reached.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// The ledger's file could not be imported.
    #[error(transparent)]
    Ledger(#[from] TakeLedgerError),
    /// A Region's findings could not be read.
    #[error("{region}: {failed}")]
    Findings {
        /// The Region.
        region: Region,
        /// Why.
        failed: Failed,
    },
    /// An exception could not be ended.
    #[error(transparent)]
    Exceptions(#[from] ExceptionError),
    /// Reports could not be sent.
    #[error(transparent)]
    Reports(#[from] SendError),
    /// Some reports could not be sent; they are retried.
    #[error("{count} reports could not be sent, the first to {destination}: {why}")]
    ReportsLeft {
        /// How many.
        count: usize,
        /// The destination of the first one.
        destination: Destination,
        /// Why.
        why: String,
    },
    /// Jira could not be polled.
    #[error(transparent)]
    Requests(#[from] IssuesError),
    /// The daily test event could not be sent.
    #[error(transparent)]
    TestEvent(#[from] TestEventError),
}

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

/// The whole timetable.
fn table(app: &App) -> Vec<TimetableEntry> {
    let config: &Config = &app.config;
    let zone = TimeZone::get(&config.locale.timezone).unwrap_or(TimeZone::UTC);
    // Both were validated when the configuration was read.
    let cron = |expression: &str| Schedule::cron(expression, zone.clone()).ok();
    let entries = [
        (
            "watch",
            Some(Schedule::Every(config.check.watch)),
            watch as fn(&App) -> BoxFuture<'_, Result<(), JobError>>,
        ),
        ("check", cron(&config.check.schedule), announce),
        ("escalate", Some(Schedule::Every(ESCALATE)), escalate_alerts),
        ("open-alerts", cron(MORNING), remind),
        (
            "canary",
            config.alerts.queue_url.as_ref().and_then(|_| cron(CANARY)),
            canary,
        ),
        ("missing-canary", Some(Schedule::Every(MISSING)), missing),
        (
            "ledger",
            config.ledger.object().map(|_| Schedule::Every(LEDGER)),
            ledger,
        ),
        ("exceptions", Some(EXCEPTIONS), exceptions),
        ("prune", cron(PRUNE), forget),
        ("evidence", Some(EVIDENCE), evidence),
        ("catalog", cron(CATALOG), catalog),
        ("sync-findings", cron(&config.findings.schedule), mirror),
        (
            "report",
            cron(&config.reports.schedule).filter(|_| !destinations(app).is_empty()),
            report,
        ),
        (
            "requests",
            config.requests.jira.is_some().then_some(POLL),
            poll,
        ),
    ];
    entries
        .into_iter()
        .filter_map(|(job, schedule, work)| {
            Some(TimetableEntry {
                job,
                schedule: schedule?,
                work,
            })
        })
        .collect()
}

/// Checks the members, so that a lost one becomes an alert.
fn watch(app: &App) -> BoxFuture<'_, Result<(), JobError>> {
    async move {
        check(app, &Actor::Job("watch"), &[]).await?;
        Ok(())
    }
    .boxed()
}

/// Checks the members, and posts the changes since the last post.
fn announce(app: &App) -> BoxFuture<'_, Result<(), JobError>> {
    async move {
        let rows = check(app, &Actor::Job("check"), &[]).await?;
        let (administrator, language) = (&app.config.hub.administrator, app.config.locale.language);
        let rows = text::check::notice_rows(&rows, administrator, language);
        announce_check(app, rows, true).await?;
        Ok(())
    }
    .boxed()
}

/// Notifies people again of unacknowledged alerts.
fn escalate_alerts(app: &App) -> BoxFuture<'_, Result<(), JobError>> {
    async move {
        escalate(app).await?;
        Ok(())
    }
    .boxed()
}

/// Lists the open alerts every morning.
fn remind(app: &App) -> BoxFuture<'_, Result<(), JobError>> {
    async move {
        remind_open(app).await?;
        Ok(())
    }
    .boxed()
}

/// Sends the daily test event.
fn canary(app: &App) -> BoxFuture<'_, Result<(), JobError>> {
    async move {
        send_test_event(app, &Actor::Job("canary"), TestEventKind::Canary).await?;
        Ok(())
    }
    .boxed()
}

/// Checks whether the test event arrived.
fn missing(app: &App) -> BoxFuture<'_, Result<(), JobError>> {
    async move {
        detect_missing_canary(app).await?;
        Ok(())
    }
    .boxed()
}

/// Imports a new version of the ledger's file that no event announced.
fn ledger(app: &App) -> BoxFuture<'_, Result<(), JobError>> {
    async move {
        take(app, false).await?;
        Ok(())
    }
    .boxed()
}

/// Deletes old data.
fn forget(app: &App) -> BoxFuture<'_, Result<(), JobError>> {
    async move {
        prune(app).await?;
        Ok(())
    }
    .boxed()
}

/// Reads AWS's evidence that accounts are monitored.
fn evidence(app: &App) -> BoxFuture<'_, Result<(), JobError>> {
    async move {
        for row in read_evidence(app).await? {
            if let Err(failed) = row.outcome {
                let region = row.region;
                return Err(JobError::Findings { region, failed });
            }
        }
        Ok(())
    }
    .boxed()
}

/// Lists the controls of the wanted standards.
fn catalog(app: &App) -> BoxFuture<'_, Result<(), JobError>> {
    async move {
        for row in read_catalog(app).await? {
            if let Err(failed) = row.outcome {
                let region = row.region;
                return Err(JobError::Findings { region, failed });
            }
        }
        Ok(())
    }
    .boxed()
}

/// Updates the mirror of findings.
fn mirror(app: &App) -> BoxFuture<'_, Result<(), JobError>> {
    async move {
        for row in sync_findings(app).await? {
            if let Err(failed) = row.outcome {
                let region = row.region;
                return Err(JobError::Findings { region, failed });
            }
        }
        Ok(())
    }
    .boxed()
}

/// Announces exceptions that end soon, and ends those that are over.
fn exceptions(app: &App) -> BoxFuture<'_, Result<(), JobError>> {
    async move {
        exception::expire(app, &Actor::Job("exceptions")).await?;
        Ok(())
    }
    .boxed()
}

/// Sends the reports of the last completed period. Reports that are given up are announced separately.
fn report(app: &App) -> BoxFuture<'_, Result<(), JobError>> {
    async move {
        let everything = send::SendRequest::default();
        let plan = plan_reports(app, &everything).await?;
        let rows = send_reports(app, &Actor::Job("report"), &plan).await?;
        let mut left = rows.into_iter().filter_map(|row| match row.outcome {
            send::SendOutcome::Failed {
                why,
                given_up: false,
            } => Some((row.destination, why)),
            _ => None,
        });
        match left.next() {
            None => Ok(()),
            Some((destination, why)) => Err(JobError::ReportsLeft {
                count: 1 + left.count(),
                destination,
                why,
            }),
        }
    }
    .boxed()
}

/// Polls Jira for changed issues; the work on requests reads them.
fn poll(app: &App) -> BoxFuture<'_, Result<(), JobError>> {
    async move {
        issues::poll(app).await?;
        Ok(())
    }
    .boxed()
}

/// Acquires a job's lease if it is due. `known` are the jobs' rows, and when they were read.
async fn acquire_due(
    app: &App,
    known: &mut Option<(Instant, Vec<JobRun>)>,
    entry: &TimetableEntry,
) -> Result<Option<JobLease>, StoreError> {
    let (_, runs) = match known.take() {
        Some(fresh) if fresh.0.elapsed() < READ => known.insert(fresh),
        _ => known.insert((Instant::now(), app.store.job_runs().await?)),
    };
    if !is_due(runs, entry.job, &entry.schedule, app.clock.now()) {
        return Ok(None);
    }
    // Its row changes now.
    *known = None;
    acquire(app, entry.job, &entry.schedule).await
}

/// Runs the timetable for as long as the server runs. Jobs do not wait for each other.
pub(super) async fn run_timetable(mut context: JobContext) {
    let entries = table(&context.app);
    let mut working: JoinSet<usize> = JoinSet::new();
    let mut busy = vec![false; entries.len()];
    let mut failing = false;
    let mut known = None;
    while !context.is_to_stop() {
        while let Some(ended) = working.try_join_next() {
            // A job that panicked would never run again here: the server ends with this loop, and the next
            // process acquires the lease when it expires.
            let Ok(index) = ended else { return };
            if let Some(busy) = busy.get_mut(index) {
                *busy = false;
            }
            known = None;
        }
        let mut pause = TICK;
        for (index, (entry, busy)) in entries.iter().zip(&mut busy).enumerate() {
            if *busy {
                continue;
            }
            match acquire_due(&context.app, &mut known, entry).await {
                Ok(None) => {}
                Ok(Some(lease)) => {
                    *busy = true;
                    let (context, job, work) = (context.clone(), entry.job, entry.work);
                    let logged = async move {
                        let began = Instant::now();
                        let outcome = work_on(context, job, work, lease).await;
                        let took = began.elapsed().as_millis();
                        let duration_ms = u64::try_from(took).unwrap_or(u64::MAX);
                        tracing::info!(outcome, duration_ms, "job ended");
                        index
                    };
                    working.spawn(logged.instrument(tracing::error_span!("job", job)));
                }
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        context.emit(JobEvent::JobFails(entry.job, error.into()));
                    }
                    pause = AFTER_FAILURE;
                    break;
                }
            }
            failing = false;
        }
        context.wait(pause).await;
    }
    // Each job releases its own lease.
    while working.join_next().await.is_some() {}
}

/// Polls the work only while the lease is exclusive; the next renewal shows whether it still is.
async fn while_held<T>(work: &mut BoxFuture<'_, T>, is_held: impl Fn() -> bool) -> T {
    std::future::poll_fn(|context| {
        if is_held() {
            work.as_mut().poll(context)
        } else {
            Poll::Pending
        }
    })
    .await
}

/// Works on one lease until the job ends, the lease is lost, or the server stops. Returns the log's word for how it
/// ended.
async fn work_on(
    mut context: JobContext,
    job: &'static str,
    work: fn(&App) -> BoxFuture<'_, Result<(), JobError>>,
    mut lease: JobLease,
) -> &'static str {
    let app = context.app.clone();
    let done = {
        let mut working = work(&app);
        let mut next_renewal = tokio::time::interval(RENEW);
        next_renewal.tick().await;
        loop {
            // The order matters: after the lease is lost, the work must not be polled again.
            tokio::select! {
                biased;
                // Can be interrupted at any point: every job can be run again.
                () = context.stopped() => break None,
                _ = next_renewal.tick() => {
                    // The work goes on meanwhile: it may hold what renewing waits for, such as the turn of SQLite's only
                    // writer.
                    let renewed = tokio::select! {
                        biased;
                        () = context.stopped() => break None,
                        renewed = lease.renew(&app) => renewed,
                        done = while_held(&mut working, || lease.is_held(&app)) => break Some(done),
                    };
                    match renewed {
                        Ok(Some(held_until)) => lease.extend(held_until),
                        Ok(None) => return "lost",
                        // If the database fails, the lease's end is still known.
                        Err(_) => {}
                    }
                }
                done = while_held(&mut working, || lease.is_held(&app)) => break Some(done),
            }
        }
    };
    let (outcome, kept) = match done {
        None => ("stopped", lease.release(&app).await),
        Some(Ok(())) => ("done", lease.complete(&app).await),
        Some(Err(error)) => {
            let kept = lease.fail(&app, &error.to_string()).await;
            context.emit(JobEvent::JobFails(job, error));
            ("failed", kept)
        }
    };
    if let Err(error) = kept {
        context.emit(JobEvent::JobFails(job, error.into()));
    }
    outcome
}
