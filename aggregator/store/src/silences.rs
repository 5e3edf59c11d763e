//! The table `silences`: which alerts are silenced, and until when.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::columns::Columns;
use super::{Result, Store, Tx};
use hubward_domain::silence::{Matcher, Silence};

const COLUMNS: &str = "id, type, account_id, project, environment, region, critical, reason, \
     created_by, created_at, ends_at, ended_at, count";

impl Store {
    /// All silences, newest first.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn silences(&self) -> Result<Vec<Silence>> {
        let sql = format!("SELECT {COLUMNS} FROM silences ORDER BY created_at DESC, id");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(silence)
            .collect()
    }
}

impl Tx {
    /// The silences in effect.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn silences(&mut self, now: Timestamp) -> Result<Vec<Silence>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM silences WHERE ended_at = '' AND ends_at > $1 ORDER BY id"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(now.to_string())
            .fetch_all(&mut *self.0)
            .await?
            .iter()
            .map(silence)
            .collect()
    }

    /// Stores a silence.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_silence(&mut self, silence: &Silence) -> Result<()> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let Matcher {
            kind,
            account,
            project,
            environment,
            region,
            critical,
        } = &silence.matcher;
        let sql = format!(
            "INSERT INTO silences ({COLUMNS}) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(silence.id.clone())
            .bind(text(kind))
            .bind(
                account
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            )
            .bind(text(project))
            .bind(text(environment))
            .bind(region.map(|region| region.to_string()).unwrap_or_default())
            .bind(i64::from(*critical))
            .bind(silence.reason.clone())
            .bind(silence.created_by.clone())
            .bind(silence.created_at.to_string())
            .bind(silence.until.to_string())
            .bind(
                silence
                    .ended_at
                    .map(|at| at.to_string())
                    .unwrap_or_default(),
            )
            .bind(silence.count)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Counts an alert that a silence covers.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_silenced(&mut self, id: &str) -> Result<()> {
        sqlx::query("UPDATE silences SET count = count + 1 WHERE id = $1")
            .bind(id.to_owned())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Ends a silence. Returns `false` if there is none with this id in effect.
    ///
    /// # Errors
    /// The database failed.
    pub async fn end_silence(&mut self, id: &str, now: Timestamp) -> Result<bool> {
        let ended = sqlx::query(
            "UPDATE silences SET ended_at = $1 WHERE id = $2 AND ended_at = '' AND ends_at > $1",
        )
        .bind(now.to_string())
        .bind(id.to_owned())
        .execute(&mut *self.0)
        .await?;
        Ok(ended.rows_affected() > 0)
    }
}

fn silence(row: &AnyRow) -> Result<Silence> {
    let row = Columns::of(row, "silences", &["id"]);
    Ok(Silence {
        id: row.get("id")?,
        matcher: Matcher {
            kind: row.maybe("type")?,
            account: row.maybe("account_id")?,
            project: row.maybe("project")?,
            environment: row.maybe("environment")?,
            region: row.maybe("region")?,
            critical: row.flag("critical")?,
        },
        reason: row.get("reason")?,
        created_by: row.get("created_by")?,
        created_at: row.parse("created_at")?,
        until: row.parse("ends_at")?,
        ended_at: row.maybe("ended_at")?,
        count: row.get("count")?,
    })
}
