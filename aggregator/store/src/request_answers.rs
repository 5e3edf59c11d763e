//! The table `request_answers`: the queue of answers to tickets. A worker leases an answer, sends
//! it outside of any transaction, and records the result; a ticket's next answer waits for the
//! previous one.

use jiff::{SignedDuration, Timestamp};
use sqlx::any::AnyRow;

use super::columns::Columns;
use super::{Result, Store, StoreError, Tx};
use hubward_domain::delivery::{DeliveryNext, DeliveryState};
use hubward_domain::request::TicketAnswer;

const COLUMNS: &str = "request_id, position, answer, state, attempts, last_error, created_at";

/// How long a worker holds an answer: longer than an attempt with all its retries takes.
const LEASE: SignedDuration = SignedDuration::from_mins(5);

/// A queued answer to a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// The request.
    pub request_id: String,
    /// Its number among the request's answers.
    pub position: i64,
    pub answer: TicketAnswer,
    /// Its state.
    pub state: DeliveryState,
    /// The number of attempts, including this one.
    pub attempts: i64,
    /// Jira's last response.
    pub last_error: Option<String>,
    /// When it was queued.
    pub created_at: Timestamp,
}

impl Store {
    /// The answers to a request, in order.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn request_answers(&self, id: &str) -> Result<Vec<Queued>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM request_answers WHERE request_id = $1 ORDER BY position"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id.to_owned())
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(queued)
            .collect()
    }
}

impl Tx {
    /// Queues an answer after the others of its request.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_answer(
        &mut self,
        id: &str,
        answer: &TicketAnswer,
        now: Timestamp,
    ) -> Result<()> {
        let text = serde_json::to_string(answer)
            .map_err(|error| StoreError::damaged("request_answers", id, "answer", error))?;
        sqlx::query(
            "INSERT INTO request_answers (request_id, position, answer, state, attempts, due_at, \
             leased_until, created_at) \
             VALUES ($1, (SELECT COALESCE(MAX(position), 0) + 1 FROM request_answers \
             WHERE request_id = $1), $2, $3, 0, $4, $4, $4)",
        )
        .bind(id.to_owned())
        .bind(text)
        .bind(DeliveryState::Pending.as_str())
        .bind(now.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Leases the next due answer whose previous answers were sent.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn lease_answer(&mut self, now: Timestamp) -> Result<Option<Queued>> {
        let sql = format!(
            "UPDATE request_answers SET leased_until = $1, attempts = attempts + 1 \
             WHERE (request_id, position) IN (SELECT request_id, position FROM request_answers a \
             WHERE state = $2 AND due_at <= $3 AND leased_until <= $3 AND NOT EXISTS \
             (SELECT 1 FROM request_answers b WHERE b.request_id = a.request_id AND b.state = $2 \
             AND b.position < a.position) ORDER BY due_at LIMIT 1) \
             AND leased_until <= $3 RETURNING {COLUMNS}"
        );
        let until = now.checked_add(LEASE).unwrap_or(now);
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(until.to_string())
            .bind(DeliveryState::Pending.as_str())
            .bind(now.to_string())
            .fetch_optional(&mut *self.0)
            .await?
            .as_ref()
            .map(queued)
            .transpose()
    }

    /// Records the result of an attempt.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record_answer(
        &mut self,
        queued: &Queued,
        next: &DeliveryNext,
        now: Timestamp,
    ) -> Result<()> {
        let (state, due, why) = match next {
            DeliveryNext::Delivered => (DeliveryState::Delivered, now, None),
            DeliveryNext::Again { at, why } => (DeliveryState::Pending, *at, Some(why)),
            DeliveryNext::GivenUp { why } => (DeliveryState::GivenUp, now, Some(why)),
        };
        sqlx::query(
            "UPDATE request_answers SET state = $1, due_at = $2, leased_until = $3, \
             last_error = $4 WHERE request_id = $5 AND position = $6",
        )
        .bind(state.as_str())
        .bind(due.to_string())
        .bind(now.to_string())
        .bind(why.cloned())
        .bind(queued.request_id.clone())
        .bind(queued.position)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }
}

fn queued(row: &AnyRow) -> Result<Queued> {
    let row = Columns::of(row, "request_answers", &["request_id", "position"]);
    Ok(Queued {
        request_id: row.get("request_id")?,
        position: row.get("position")?,
        answer: row.json("answer")?,
        state: row.parse("state")?,
        attempts: row.get("attempts")?,
        last_error: row.get("last_error")?,
        created_at: row.parse("created_at")?,
    })
}
