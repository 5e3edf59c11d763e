//! The table `runs`: every run of an agent, with its newest heartbeat.

use sqlx::any::AnyRow;

use super::account_matrix::like;
use super::columns::Columns;
use super::{Result, Store, Tx};
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::run::{Run, RunCounts, RunFilter};

const COLUMNS: &str =
    "account_id, run, agent_version, caller, sequence, complete, started_at, last_heartbeat";

impl Store {
    /// All runs, newest heartbeat first.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn runs(&self) -> Result<Vec<Run>> {
        let sql =
            format!("SELECT {COLUMNS} FROM runs ORDER BY last_heartbeat DESC, account_id, run");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(run)
            .collect()
    }

    /// The runs that match, newest heartbeat first, and how many match.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn runs_that(
        &self,
        filter: &RunFilter,
        window: PageWindow,
    ) -> Result<(Vec<Run>, i64)> {
        let (mut parts, mut bound) = (vec!["1 = 1".to_owned()], Vec::new());
        if let Some(account) = &filter.account {
            bound.push(account.to_string());
            parts.push(format!("account_id = ${}", bound.len()));
        }
        if let Some(complete) = filter.complete {
            parts.push(format!("complete = {}", i64::from(complete)));
        }
        if !filter.search.is_empty() {
            bound.push(like(&filter.search));
            let at = bound.len();
            parts.push(format!(
                "(account_id LIKE ${at} ESCAPE '!' OR LOWER(agent_version) LIKE ${at} ESCAPE '!' \
                 OR account_id IN (SELECT a.account_id FROM accounts a \
                 WHERE a.search_key LIKE ${at} ESCAPE '!'))"
            ));
        }
        let matching = parts.join(" AND ");
        let count = format!("SELECT COUNT(*) FROM runs WHERE {matching}");
        let page = format!(
            "SELECT {COLUMNS} FROM runs WHERE {matching} \
             ORDER BY last_heartbeat DESC, account_id, run"
        );
        let (rows, all) = self.page(count, &page, &bound, window).await?;
        Ok((rows.iter().map(run).collect::<Result<_>>()?, all))
    }

    /// The number of runs, and when the newest heartbeat arrived.
    ///
    /// # Errors
    /// The database failed, or a time is damaged.
    pub async fn count_runs(&self) -> Result<RunCounts> {
        let rows = sqlx::query(
            "SELECT complete, COUNT(*) AS count, MAX(last_heartbeat) AS last_heartbeat \
             FROM runs GROUP BY complete",
        )
        .fetch_all(&self.pool)
        .await?;
        let mut counts = RunCounts::default();
        for row in rows {
            let row = Columns::of(&row, "runs", &["last_heartbeat"]);
            let count: i64 = row.get("count")?;
            if row.flag("complete")? {
                counts.complete += count;
            } else {
                counts.incomplete += count;
            }
            let newest = row.parse("last_heartbeat")?;
            counts.last_heartbeat = counts.last_heartbeat.max(Some(newest));
        }
        Ok(counts)
    }
}

impl Tx {
    /// Stores a run, unless a newer heartbeat of it is already stored; then it returns `false`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_run(&mut self, run: &Run) -> Result<bool> {
        let sql = format!(
            "INSERT INTO runs ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
             ON CONFLICT (account_id, run) DO UPDATE SET agent_version = $3, caller = $4, \
             sequence = $5, complete = $6, last_heartbeat = $8 WHERE runs.sequence < $5"
        );
        let written = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(run.account_id.as_str())
            .bind(run.run.as_str())
            .bind(run.agent_version.as_str())
            .bind(run.caller.as_str())
            .bind(i64::from(run.sequence))
            .bind(i64::from(run.complete))
            .bind(run.started_at.to_string())
            .bind(run.last_heartbeat.to_string())
            .execute(&mut *self.0)
            .await?;
        // Members choose the names of their runs: the number is limited, so that they cannot fill
        // the disk.
        sqlx::query(
            "DELETE FROM runs WHERE account_id = $1 AND run NOT IN (SELECT run FROM runs \
             WHERE account_id = $1 ORDER BY last_heartbeat DESC, run LIMIT 100)",
        )
        .bind(run.account_id.as_str())
        .execute(&mut *self.0)
        .await?;
        Ok(written.rows_affected() == 1)
    }
}

fn run(row: &AnyRow) -> Result<Run> {
    let row = Columns::of(row, "runs", &["account_id", "run"]);
    Ok(Run {
        account_id: row.parse("account_id")?,
        run: row.get("run")?,
        agent_version: row.get("agent_version")?,
        caller: row.get("caller")?,
        sequence: row.number("sequence")?,
        complete: row.flag("complete")?,
        started_at: row.parse("started_at")?,
        last_heartbeat: row.parse("last_heartbeat")?,
    })
}
