//! Leases of scheduled jobs: of all servers on one database, one runs a job per due time. A lease is
//! acquired, renewed while the job runs, and then completed, failed or released.
//!
//! A server that dies or stops loses its lease after a minute. The job then runs again, and every job is safe
//! to run twice.

use jiff::SignedDuration;

use crate::actions::notify::Notifier;
use crate::app::App;
use hubward_domain::notice::{Notice, Trouble};
use hubward_domain::schedule::{ALARMING, HELD, JobRun, Schedule, pause};
use hubward_store::StoreError;

/// The right of this process to run a job for one due time.
#[derive(Clone, Debug)]
pub(crate) struct JobLease {
    job: &'static str,
    holder: String,
    began: jiff::Timestamp,
    held_until: jiff::Timestamp,
}

/// Whether a job is due and free, by rows that were read before.
pub(crate) fn is_due(
    runs: &[JobRun],
    job: &str,
    schedule: &Schedule,
    now: jiff::Timestamp,
) -> bool {
    let run = runs.iter().find(|run| run.job == job);
    schedule
        .last_due(now)
        .is_some_and(|due| run.is_none_or(|run| run.is_open(due, now)))
}

/// Acquires a job's lease; `None` if the job is not due or another process has the lease.
///
/// # Errors
/// The database failed.
pub(crate) async fn acquire(
    app: &App,
    job: &'static str,
    schedule: &Schedule,
) -> Result<Option<JobLease>, StoreError> {
    let now = app.clock.now();
    let Some(due) = schedule.last_due(now) else {
        return Ok(None);
    };
    let runs = app.store.job_runs().await?;
    let known = runs.iter().find(|run| run.job == job);
    if known.is_some_and(|run| !run.is_open(due, now)) {
        return Ok(None);
    }
    let mut tx = app.store.begin().await?;
    if known.is_none() && !schedule.catches_up_from_nothing() {
        tx.pass_job(job, due, now).await?;
        tx.commit().await?;
        return Ok(None);
    }
    let holder = hex::encode(app.random::<16>());
    let taken = tx.take_job(job, due, &holder, now).await?;
    tx.commit().await?;
    Ok(taken.then_some(JobLease {
        job,
        holder,
        began: now,
        held_until: held_until(now),
    }))
}

impl JobLease {
    /// Renews the lease for another minute. Returns until when it is exclusive then, for [`Self::extend`]; `None` if
    /// another process has it now.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn renew(&self, app: &App) -> Result<Option<jiff::Timestamp>, StoreError> {
        let now = app.clock.now();
        let mut tx = app.store.begin().await?;
        let renewed = tx.hold_job(self.job, &self.holder, now).await?;
        tx.commit().await?;
        Ok(renewed.then(|| held_until(now)))
    }

    /// Records that it was renewed.
    pub(crate) fn extend(&mut self, held_until: jiff::Timestamp) {
        self.held_until = held_until;
    }

    /// Whether the lease is still exclusive. A process that was suspended for longer must check before it
    /// continues.
    pub(crate) fn is_held(&self, app: &App) -> bool {
        app.clock.now() < self.held_until
    }

    /// Completes the job.
    ///
    /// # Errors
    /// The database failed; then the job runs again.
    pub(crate) async fn complete(self, app: &App) -> Result<(), StoreError> {
        let now = app.clock.now();
        let mut tx = app.store.begin().await?;
        tx.end_job(self.job, &self.holder, now, now.duration_since(self.began))
            .await?;
        tx.commit().await
    }

    /// Records a failure: the job is retried after a pause, and people are notified if it keeps failing.
    ///
    /// # Errors
    /// The database failed; then the job runs again after a minute.
    pub(crate) async fn fail(self, app: &App, why: &str) -> Result<(), StoreError> {
        let known = app.store.job_runs().await?;
        let failures = known
            .iter()
            .find(|run| run.job == self.job)
            .map_or(0, |run| run.failures);
        let now = app.clock.now();
        let again = now.checked_add(pause(failures + 1)).unwrap_or(now);
        let mut tx = app.store.begin().await?;
        let failed = tx
            .leave_job(self.job, &self.holder, again, Some(why))
            .await?;
        if failed == Some(ALARMING) {
            let notice = Notice::Operations(Trouble::JobFailing {
                job: self.job.to_owned(),
                why: why.to_owned(),
            });
            Notifier::new(app).notify(&mut tx, &notice).await?;
        }
        tx.commit().await
    }

    /// Releases the lease because the server stops, so that another process can acquire it at once.
    ///
    /// # Errors
    /// The database failed; then the lease expires after a minute.
    pub(crate) async fn release(self, app: &App) -> Result<(), StoreError> {
        let mut tx = app.store.begin().await?;
        let now = app.clock.now();
        // A second back: the lease ends in whole seconds.
        let again = now.checked_sub(SignedDuration::from_secs(1)).unwrap_or(now);
        tx.leave_job(self.job, &self.holder, again, None).await?;
        tx.commit().await
    }
}

fn held_until(now: jiff::Timestamp) -> jiff::Timestamp {
    now.checked_add(HELD).unwrap_or(now)
}
