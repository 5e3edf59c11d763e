//! The table `trials`: test events, which prove that alerts arrive.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::columns::Columns;
use super::{Result, Store, Tx};
use hubward_domain::alert::arrival::Incoming;
use hubward_domain::test_event::{TestEvent, TestEventKind};

const COLUMNS: &str = "id, kind, actor, sent_at, event_at, door, received_at, stored_at";

impl Store {
    /// A test event, and how far it got.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn test_event(&self, id: &str) -> Result<Option<TestEvent>> {
        let sql = format!("SELECT {COLUMNS} FROM trials WHERE id = $1");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id.to_owned())
            .fetch_optional(&self.pool)
            .await?
            .map(|row| test_event(&row))
            .transpose()
    }

    /// The newest event of a kind that arrived.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn last_test_event(&self, kind: TestEventKind) -> Result<Option<TestEvent>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM trials WHERE kind = $1 AND stored_at IS NOT NULL \
             ORDER BY sent_at DESC LIMIT 1"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(kind.as_str())
            .fetch_optional(&self.pool)
            .await?
            .map(|row| test_event(&row))
            .transpose()
    }
}

impl Tx {
    /// Records that an event is about to be sent.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_test_event(&mut self, test_event: &TestEvent) -> Result<()> {
        sqlx::query("INSERT INTO trials (id, kind, actor, sent_at) VALUES ($1, $2, $3, $4)")
            .bind(test_event.id.as_str())
            .bind(test_event.kind.as_str())
            .bind(test_event.actor.as_str())
            .bind(test_event.sent_at.to_string())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Records that an event arrived, and returns it; `None` if it is unknown or arrived before.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn record_test_arrival(
        &mut self,
        id: &str,
        message: &Incoming,
        event_at: Option<Timestamp>,
        stored_at: Timestamp,
    ) -> Result<Option<TestEvent>> {
        let sql = format!(
            "UPDATE trials SET event_at = $1, door = $2, received_at = $3, stored_at = $4 \
             WHERE id = $5 AND stored_at IS NULL RETURNING {COLUMNS}"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(event_at.map(|at| at.to_string()))
            .bind(message.door.as_str())
            .bind(message.received_at.to_string())
            .bind(stored_at.to_string())
            .bind(id.to_owned())
            .fetch_optional(&mut *self.0)
            .await?
            .map(|row| test_event(&row))
            .transpose()
    }

    /// Marks events of a kind as missing and returns them: those that were sent before a moment,
    /// never arrived, and were not marked before.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn mark_missing_test_events(
        &mut self,
        kind: TestEventKind,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<TestEvent>> {
        let sql = format!(
            "UPDATE trials SET missed_at = $1 WHERE kind = $2 AND sent_at < $3 \
             AND stored_at IS NULL AND missed_at IS NULL RETURNING {COLUMNS}"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(now.to_string())
            .bind(kind.as_str())
            .bind(before.to_string())
            .fetch_all(&mut *self.0)
            .await?
            .iter()
            .map(test_event)
            .collect()
    }

    /// Deletes the events that were sent before a moment. The last one of each kind that arrived
    /// stays, and so does a canary that is not marked as missing yet.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_test_events(&mut self, before: Timestamp) -> Result<u64> {
        let forgotten = sqlx::query(
            "DELETE FROM trials WHERE sent_at < $1 \
             AND (kind <> $2 OR stored_at IS NOT NULL OR missed_at IS NOT NULL) \
             AND id NOT IN (SELECT t.id FROM trials t WHERE t.stored_at IS NOT NULL \
             AND t.sent_at = (SELECT MAX(k.sent_at) FROM trials k \
             WHERE k.kind = t.kind AND k.stored_at IS NOT NULL))",
        )
        .bind(before.to_string())
        .bind(TestEventKind::Canary.as_str())
        .execute(&mut *self.0)
        .await?;
        Ok(forgotten.rows_affected())
    }
}

fn test_event(row: &AnyRow) -> Result<TestEvent> {
    let row = Columns::of(row, "trials", &["id"]);
    Ok(TestEvent {
        id: row.get("id")?,
        kind: row.parse("kind")?,
        actor: row.get("actor")?,
        sent_at: row.parse("sent_at")?,
        event_at: row.maybe("event_at")?,
        door: row.get("door")?,
        received_at: row.maybe("received_at")?,
        stored_at: row.maybe("stored_at")?,
    })
}
