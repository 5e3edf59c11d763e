//! The table `runs`: every run of an agent, with its newest heartbeat.

use crate::because;
use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::account_matrix::like;
use super::{Result, Store, StoreError, Tx};
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
            "SELECT complete, COUNT(*), MAX(last_heartbeat) FROM runs GROUP BY complete",
        )
        .fetch_all(&self.pool)
        .await?;
        let mut counts = RunCounts::default();
        for row in rows {
            let count: i64 = row.try_get(1)?;
            if row.try_get::<i64, _>(0)? == 0 {
                counts.incomplete += count;
            } else {
                counts.complete += count;
            }
            let newest =
                row.try_get::<String, _>(2)?
                    .parse()
                    .map_err(|error| StoreError::Damaged {
                        table: "runs",
                        row: "newest".to_owned(),
                        why: because("last_heartbeat", &error),
                    })?;
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
    let (account, name): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    let damaged = |why: &str| StoreError::Damaged {
        table: "runs",
        row: format!("{account} {name}"),
        why: why.to_owned(),
    };
    let time = |column: &'static str| -> Result<Timestamp> {
        row.try_get::<String, _>(column)?
            .parse()
            .map_err(|error| damaged(&because(column, &error)))
    };
    Ok(Run {
        account_id: account
            .parse()
            .map_err(|error| damaged(&because("account_id", &error)))?,
        run: name.clone(),
        agent_version: row.try_get("agent_version")?,
        caller: row.try_get("caller")?,
        sequence: u32::try_from(row.try_get::<i64, _>("sequence")?)
            .map_err(|error| damaged(&because("sequence", &error)))?,
        complete: row.try_get::<i64, _>("complete")? != 0,
        started_at: time("started_at")?,
        last_heartbeat: time("last_heartbeat")?,
    })
}
