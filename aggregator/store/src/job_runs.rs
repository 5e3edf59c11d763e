//! The table `job_runs`: the last due time of each job, the server that runs it, and the result.

use jiff::{SignedDuration, Timestamp};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::columns::Columns;
use super::{Result, Store, Tx};
use hubward_domain::schedule::{JobRun, LEASE};

const COLUMNS: &str = "job, due_at, leased_until, failures, started_at, ended_at, succeeded_at, \
     duration_ms, last_error";

impl Store {
    /// All jobs that were ever due, by name.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn job_runs(&self) -> Result<Vec<JobRun>> {
        let sql = format!("SELECT {COLUMNS} FROM job_runs ORDER BY job");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(job_run)
            .collect()
    }
}

impl Tx {
    /// Starts a due time, unless it was already completed, or another server holds the job. Returns
    /// `false` if it must not be run.
    ///
    /// # Errors
    /// The database failed.
    pub async fn take_job(
        &mut self,
        job: &str,
        due: Timestamp,
        holder: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let taken = sqlx::query(
            "INSERT INTO job_runs (job, due_at, holder, leased_until, failures, started_at) \
             VALUES ($1, $2, $3, $4, 0, $5) ON CONFLICT (job) DO UPDATE SET \
             failures = CASE WHEN job_runs.due_at < $2 THEN 0 ELSE job_runs.failures END, \
             due_at = $2, holder = $3, leased_until = $4, started_at = $5, ended_at = NULL \
             WHERE job_runs.leased_until <= $5 \
             AND (job_runs.due_at < $2 OR job_runs.ended_at IS NULL)",
        )
        .bind(job.to_owned())
        .bind(whole(due))
        .bind(holder.to_owned())
        .bind(whole(now.checked_add(LEASE).unwrap_or(now)))
        .bind(whole(now))
        .execute(&mut *self.0)
        .await?;
        Ok(taken.rows_affected() == 1)
    }

    /// Counts a due time from before the first start as done.
    ///
    /// # Errors
    /// The database failed.
    pub async fn pass_job(&mut self, job: &str, due: Timestamp, now: Timestamp) -> Result<()> {
        sqlx::query(
            "INSERT INTO job_runs (job, due_at, holder, leased_until, failures, started_at, ended_at) \
             VALUES ($1, $2, '', $3, 0, $3, $3) ON CONFLICT (job) DO NOTHING",
        )
        .bind(job.to_owned())
        .bind(whole(due))
        .bind(whole(now))
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Extends the lease of a job. Returns `false` if another server has it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn hold_job(&mut self, job: &str, holder: &str, now: Timestamp) -> Result<bool> {
        let held = sqlx::query(
            "UPDATE job_runs SET leased_until = $1 \
             WHERE job = $2 AND holder = $3 AND ended_at IS NULL",
        )
        .bind(whole(now.checked_add(LEASE).unwrap_or(now)))
        .bind(job.to_owned())
        .bind(holder.to_owned())
        .execute(&mut *self.0)
        .await?;
        Ok(held.rows_affected() == 1)
    }

    /// Completes a due time. Nothing changes if another server has taken the job over.
    ///
    /// # Errors
    /// The database failed.
    pub async fn end_job(
        &mut self,
        job: &str,
        holder: &str,
        now: Timestamp,
        took: SignedDuration,
    ) -> Result<()> {
        sqlx::query(
            "UPDATE job_runs SET ended_at = $1, succeeded_at = $1, leased_until = $1, \
             duration_ms = $2, failures = 0, last_error = NULL \
             WHERE job = $3 AND holder = $4 AND ended_at IS NULL",
        )
        .bind(whole(now))
        .bind(i64::try_from(took.as_millis()).unwrap_or(i64::MAX))
        .bind(job.to_owned())
        .bind(holder.to_owned())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Leaves a due time for another attempt, not before `again`. `why` is set if it failed.
    /// Returns how often it has failed; `None` if another server has it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn leave_job(
        &mut self,
        job: &str,
        holder: &str,
        again: Timestamp,
        why: Option<&str>,
    ) -> Result<Option<i64>> {
        let row = sqlx::query(
            "UPDATE job_runs SET leased_until = $1, failures = failures + $2, \
             last_error = COALESCE($3, last_error) \
             WHERE job = $4 AND holder = $5 AND ended_at IS NULL RETURNING failures",
        )
        .bind(whole(again))
        .bind(i64::from(why.is_some()))
        .bind(why.map(ToOwned::to_owned))
        .bind(job.to_owned())
        .bind(holder.to_owned())
        .fetch_optional(&mut *self.0)
        .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }
}

/// Truncated to seconds, so that the texts sort like the times.
fn whole(time: Timestamp) -> String {
    Timestamp::from_second(time.as_second())
        .unwrap_or(time)
        .to_string()
}

fn job_run(row: &AnyRow) -> Result<JobRun> {
    let row = Columns::of(row, "job_runs", &["job"]);
    let duration: Option<i64> = row.get("duration_ms")?;
    Ok(JobRun {
        job: row.get("job")?,
        due_at: row.parse("due_at")?,
        leased_until: row.parse("leased_until")?,
        failures: row.get("failures")?,
        started_at: row.parse("started_at")?,
        ended_at: row.maybe("ended_at")?,
        succeeded_at: row.maybe("succeeded_at")?,
        duration: duration.map(SignedDuration::from_millis),
        last_error: row.get("last_error")?,
    })
}
