//! The table `audit_events`: append-only. Events are appended in the transaction of the change
//! itself.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::batch::{batches, value_rows};
use super::columns::Columns;
use super::{Engine, Result, Store, Tx};
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::audit::{
    Actor, AuditEvent, BrokenChain, EventFilter, GENESIS, Head, NewEvent, verify,
};

const COLUMNS: &str = "sequence, at, actor, action, subject, detail, hash";

/// The number of these columns.
const WIDTH: usize = 7;

impl Store {
    /// Up to `limit` events after a sequence number, oldest first; only of one subject if given.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn audit_events(
        &self,
        after: i64,
        limit: i64,
        subject: Option<&str>,
    ) -> Result<Vec<AuditEvent>> {
        let of_subject = if subject.is_some() {
            "AND subject = $3"
        } else {
            ""
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM audit_events WHERE sequence > $1 {of_subject} \
             ORDER BY sequence LIMIT $2"
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(after)
            .bind(limit);
        if let Some(subject) = subject {
            query = query.bind(subject.to_owned());
        }
        query
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(event)
            .collect()
    }

    /// The last events of a subject, newest first.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn newest_events(&self, subject: &str, limit: i64) -> Result<Vec<AuditEvent>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM audit_events WHERE subject = $1 ORDER BY sequence DESC LIMIT $2"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(subject.to_owned())
            .bind(limit)
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(event)
            .collect()
    }

    /// Events that match, newest first, and how many match.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn events_that(
        &self,
        filter: &EventFilter,
        window: PageWindow,
    ) -> Result<(Vec<AuditEvent>, i64)> {
        let (mut parts, mut bound) = (vec!["1 = 1".to_owned()], Vec::new());
        if !filter.subject.is_empty() {
            bound.push(filter.subject.clone());
            parts.push(format!("subject = ${}", bound.len()));
        }
        if !filter.action.is_empty() {
            bound.push(filter.action.clone());
            parts.push(format!("action = ${}", bound.len()));
        }
        let matching = parts.join(" AND ");
        let count = format!("SELECT COUNT(*) FROM audit_events WHERE {matching}");
        let page = format!(
            "SELECT {COLUMNS} FROM audit_events WHERE {matching} \
             ORDER BY sequence DESC"
        );
        let (value_rows, all) = self.page(count, &page, &bound, window).await?;
        Ok((value_rows.iter().map(event).collect::<Result<_>>()?, all))
    }

    /// The actions that occur in the log.
    ///
    /// # Errors
    /// The database failed.
    pub async fn recorded_actions(&self) -> Result<Vec<String>> {
        // From each action on to the next by the index: a DISTINCT would read the whole log.
        sqlx::query(
            "WITH RECURSIVE known (action) AS (SELECT MIN(action) FROM audit_events UNION ALL \
             SELECT (SELECT MIN(e.action) FROM audit_events e WHERE e.action > known.action) \
             FROM known WHERE known.action IS NOT NULL) \
             SELECT action FROM known WHERE action IS NOT NULL ORDER BY action",
        )
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|row| Ok(row.try_get(0)?))
        .collect()
    }

    /// The last event of the chain, without verification.
    ///
    /// # Errors
    /// The database failed.
    pub async fn audit_head(&self) -> Result<Option<AuditEvent>> {
        let sql = format!("SELECT {COLUMNS} FROM audit_events ORDER BY sequence DESC LIMIT 1");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_optional(&self.pool)
            .await?
            .map(|row| event(&row))
            .transpose()
    }

    /// Verifies the whole chain in parts, so that a long log does not fill the memory.
    ///
    /// # Errors
    /// The database failed, or a row is damaged. A broken chain is a result, not an error.
    pub async fn verify_audit(&self) -> Result<std::result::Result<Head, BrokenChain>> {
        const PART: i64 = 1000;
        let mut last = (0, GENESIS.to_owned());
        loop {
            let part = self.audit_events(last.0, PART, None).await?;
            if part.is_empty() {
                let (events, hash) = last;
                return Ok(Ok(Head { events, hash }));
            }
            match verify(last, &part) {
                Ok(next) => last = next,
                Err(broken) => return Ok(Err(broken)),
            }
        }
    }

    /// Whether any event has a hash.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_audit_hash(&self, hash: &str) -> Result<bool> {
        Ok(sqlx::query("SELECT 1 FROM audit_events WHERE hash = $1")
            .bind(hash.to_owned())
            .fetch_optional(&self.pool)
            .await?
            .is_some())
    }

    /// How many events there are.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_audit_events(&self) -> Result<i64> {
        let row = sqlx::query("SELECT COUNT(*) FROM audit_events")
            .fetch_one(&self.pool)
            .await?;
        Ok(row.try_get(0)?)
    }
}

impl Tx {
    /// When an action was last recorded for a subject.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn last_audit(&mut self, action: &str, subject: &str) -> Result<Option<Timestamp>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM audit_events WHERE subject = $1 AND action = $2 \
             ORDER BY sequence DESC LIMIT 1"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(subject.to_owned())
            .bind(action.to_owned())
            .fetch_optional(&mut *self.0)
            .await?
            .map(|row| Ok(event(&row)?.at))
            .transpose()
    }

    /// The last event's number and hash, within this transaction; `None` if there is no event yet.
    ///
    /// # Errors
    /// The database failed.
    pub async fn audit_head(&mut self) -> Result<Option<(i64, String)>> {
        let sql = "SELECT sequence, hash FROM audit_events ORDER BY sequence DESC LIMIT 1";
        Ok(sqlx::query(sql)
            .fetch_optional(&mut *self.0)
            .await?
            .map(|row| Ok::<_, sqlx::Error>((row.try_get(0)?, row.try_get(1)?)))
            .transpose()?)
    }

    /// Appends events to the chain.
    ///
    /// # Errors
    /// The database failed; the change that they record is then undone too.
    pub async fn append_audit(
        &mut self,
        at: Timestamp,
        actor: &Actor,
        events: impl IntoIterator<Item = NewEvent>,
    ) -> Result<()> {
        if self.1 == Engine::Postgres {
            // Each event contains the hash of the previous one, so writers must append one after
            // another. In SQLite, write transactions do so anyway.
            sqlx::query("LOCK TABLE audit_events IN EXCLUSIVE MODE")
                .execute(&mut *self.0)
                .await?;
        }
        let mut last = self.audit_head().await?;
        let mut chain = Vec::new();
        for new in events {
            let before = last.as_ref();
            let before = before.map(|(sequence, hash)| (*sequence, hash.as_str()));
            let event = AuditEvent::after(before, at, actor, new);
            last = Some((event.sequence, event.hash.clone()));
            chain.push(event);
        }
        for events in batches(&chain, WIDTH) {
            self.insert(events).await?;
        }
        Ok(())
    }

    async fn insert(&mut self, events: &[AuditEvent]) -> Result<()> {
        let value_rows = value_rows(self.1, events.len(), WIDTH);
        let sql = format!("INSERT INTO audit_events VALUES {value_rows}");
        let mut insert = sqlx::query(sqlx::AssertSqlSafe(sql));
        for event in events {
            insert = insert
                .bind(event.sequence)
                .bind(event.at.to_string())
                .bind(event.actor.as_str())
                .bind(event.action.as_str())
                .bind(event.subject.as_str())
                .bind(event.detail.to_string())
                .bind(event.hash.as_str());
        }
        insert.execute(&mut *self.0).await?;
        Ok(())
    }
}

fn event(row: &AnyRow) -> Result<AuditEvent> {
    let row = Columns::of(row, "audit_events", &["sequence"]);
    Ok(AuditEvent {
        sequence: row.get("sequence")?,
        at: row.parse("at")?,
        actor: row.get("actor")?,
        action: row.get("action")?,
        subject: row.get("subject")?,
        detail: row.json("detail")?,
        hash: row.get("hash")?,
    })
}
