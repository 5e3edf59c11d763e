//! Takes up what is due by the clock, so that of many servers on one database one does it, once per due
//! time: a turn is held while it is worked on, ended, or left for another attempt.
//!
//! A server that dies or is stopped loses its turn after a minute; what it did until then was safe to
//! be cut off, for every job is safe to run twice.

use jiff::SignedDuration;

use crate::actions::notify::Notifier;
use crate::app::App;
use hubward_domain::notice::{Notice, Trouble};
use hubward_domain::schedule::{ALARMING, HELD, Schedule, pause};
use hubward_store::StoreError;

/// A due time that this process is to work on.
#[derive(Clone, Debug)]
pub struct JobLease {
    job: &'static str,
    holder: String,
    began: jiff::Timestamp,
    held_until: jiff::Timestamp,
}

/// Takes a job's turn; `None`: it is not due, or somebody else has it.
///
/// # Errors
/// The database failed.
pub async fn acquire(
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
    /// Holds the turn for another minute. `false`: it is somebody else's now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn hold(&mut self, app: &App) -> Result<bool, StoreError> {
        let now = app.clock.now();
        let mut tx = app.store.begin().await?;
        let held = tx.hold_job(self.job, &self.holder, now).await?;
        tx.commit().await?;
        if held {
            self.held_until = held_until(now);
        }
        Ok(held)
    }

    /// Whether nobody else can have it. A process that was stopped for longer must ask before it goes on.
    pub fn is_held(&self, app: &App) -> bool {
        app.clock.now() < self.held_until
    }

    /// Ends it well.
    ///
    /// # Errors
    /// The database failed; then the job is done again.
    pub async fn end(self, app: &App) -> Result<(), StoreError> {
        let now = app.clock.now();
        let mut tx = app.store.begin().await?;
        tx.end_job(self.job, &self.holder, now, now.duration_since(self.began))
            .await?;
        tx.commit().await
    }

    /// Ends it badly: it is tried again after a while, and people are told when that does not help.
    ///
    /// # Errors
    /// The database failed; then the job is done again after a minute.
    pub async fn fail(self, app: &App, why: &str) -> Result<(), StoreError> {
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

    /// Leaves it, because the server stops: whoever comes next takes it up at once.
    ///
    /// # Errors
    /// The database failed; then it is taken up after a minute.
    pub async fn leave(self, app: &App) -> Result<(), StoreError> {
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
