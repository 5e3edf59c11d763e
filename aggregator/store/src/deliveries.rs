//! The table `deliveries`: the outbox. Workers lease a row, send the message outside of any
//! transaction, and record the result.
//!
//! The lease is a single UPDATE whose outer condition makes it atomic: of several workers and
//! processes, on either engine, only one gets the row.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::batch::placeholders;
use super::columns::Columns;
use super::{Result, Store, StoreError, Tx};
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::delivery::{Delivery, DeliveryNext, DeliveryState, PostFilter, Posted};
use hubward_domain::notice::Notice;

const COLUMNS: &str = "id, channel, notice, state, attempts, last_error, created_at";

/// How long a worker holds a message: longer than an attempt takes, so that another worker takes it
/// only if the first one died.
const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// Which of the due messages is leased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryChoice<'a> {
    /// The oldest.
    Next,
    /// The oldest one about a critical alert.
    Critical,
    /// The oldest one that is not about a single alert.
    Other,
    /// The one with this id.
    This(&'a str),
}

impl Store {
    /// Whether a message to a channel is due and the channel's circuit is not open.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_due(&self, channel: &str, now: Timestamp) -> Result<bool> {
        let row = sqlx::query(
            "SELECT 1 FROM deliveries WHERE channel = $1 AND state = $2 AND digest = '' \
             AND due_at <= $3 AND leased_until <= $3 AND NOT EXISTS \
             (SELECT 1 FROM circuits c WHERE c.channel = $1 AND c.probe_at > $3) LIMIT 1",
        )
        .bind(channel.to_owned())
        .bind(DeliveryState::Pending.as_str())
        .bind(now.to_string())
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.is_some())
    }

    /// The deliveries of a subject, in the order in which they were put into the outbox.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn deliveries_of(&self, subject: &str) -> Result<Vec<Delivery>> {
        let sql =
            format!("SELECT {COLUMNS} FROM deliveries WHERE subject = $1 ORDER BY position, id");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(subject.to_owned())
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(delivery)
            .collect()
    }

    /// The deliveries in a state and to a channel, if given, newest first; and how many there are.
    /// The message itself is not parsed, because a newer program may have written it.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn posted(
        &self,
        filter: &PostFilter,
        window: PageWindow,
    ) -> Result<(Vec<Posted>, i64)> {
        let (mut parts, mut bound) = (vec!["1 = 1".to_owned()], Vec::new());
        if let Some(state) = filter.state {
            bound.push(state.as_str().to_owned());
            parts.push(format!("state = ${}", bound.len()));
        }
        if !filter.channel.is_empty() {
            bound.push(filter.channel.clone());
            parts.push(format!("channel = ${}", bound.len()));
        }
        let matching = parts.join(" AND ");
        let count = format!("SELECT COUNT(*) FROM deliveries WHERE {matching}");
        let page = format!(
            "SELECT id, channel, subject, notice, state, attempts, due_at, last_error, created_at \
             FROM deliveries WHERE {matching} ORDER BY position DESC, id"
        );
        let (rows, all) = self.page(count, &page, &bound, window).await?;
        Ok((rows.iter().map(posted).collect::<Result<_>>()?, all))
    }

    /// The deliveries of some alerts, by subject.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn deliveries_about(
        &self,
        subjects: &[String],
    ) -> Result<BTreeMap<String, Vec<Posted>>> {
        if subjects.is_empty() {
            return Ok(BTreeMap::new());
        }
        let places = placeholders(self.engine, 1, subjects.len());
        let sql = format!(
            "SELECT id, channel, subject, notice, state, attempts, due_at, last_error, created_at \
             FROM deliveries WHERE subject IN ({places}) ORDER BY position, id"
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for subject in subjects {
            query = query.bind(subject.clone());
        }
        let mut found: BTreeMap<String, Vec<Posted>> = BTreeMap::new();
        for row in query.fetch_all(&self.pool).await? {
            let row = posted(&row)?;
            found.entry(row.subject.clone()).or_default().push(row);
        }
        Ok(found)
    }

    /// The number of deliveries in each state, by channel and state.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_deliveries(&self) -> Result<BTreeMap<(String, String), i64>> {
        sqlx::query("SELECT channel, state, COUNT(*) FROM deliveries GROUP BY channel, state")
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| Ok(((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?)))
            .collect()
    }
}

impl Store {
    /// When the oldest pending message was put into the outbox, by channel.
    ///
    /// # Errors
    /// The database failed, or a time is damaged.
    pub async fn oldest_pending(&self) -> Result<BTreeMap<String, Timestamp>> {
        sqlx::query(
            "SELECT channel, MIN(created_at) AS created_at FROM deliveries \
             WHERE state = $1 GROUP BY channel",
        )
        .bind(DeliveryState::Pending.as_str())
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|row| {
            let row = Columns::of(row, "deliveries", &["channel"]);
            Ok((row.get("channel")?, row.parse("created_at")?))
        })
        .collect()
    }
}

impl Tx {
    /// Puts a message into the outbox, due at once.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_delivery(
        &mut self,
        id: &str,
        channel: &str,
        notice: &Notice,
        now: Timestamp,
    ) -> Result<()> {
        let notice_json = serde_json::to_string(notice)
            .map_err(|error| StoreError::damaged("deliveries", id, "notice", error))?;
        sqlx::query(
            "INSERT INTO deliveries (id, position, channel, subject, notice, state, attempts, \
             due_at, leased_until, created_at, class) \
             VALUES ($1, (SELECT COALESCE(MAX(position), 0) + 1 FROM deliveries), $2, $3, $4, $5, \
             0, $6, $6, $6, $7)",
        )
        .bind(id.to_owned())
        .bind(channel.to_owned())
        .bind(notice.subject())
        .bind(notice_json)
        .bind(DeliveryState::Pending.as_str())
        .bind(now.to_string())
        .bind(notice.class().as_str())
        .execute(&mut *self.0)
        .await?;
        self.3.any = true;
        Ok(())
    }

    /// Leases a channel's next due message. The attempt is counted now, so that a message which
    /// kills the worker is not retried permanently without a trace. A row that this program cannot
    /// parse, such as a newer one's, is given up, because it would block the others.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lease_delivery(
        &mut self,
        channel: &str,
        choice: DeliveryChoice<'_>,
        now: Timestamp,
    ) -> Result<Option<Delivery>> {
        let chosen = match choice {
            DeliveryChoice::Next => "",
            DeliveryChoice::Critical => "AND class = 'critical'",
            DeliveryChoice::Other => "AND class = 'single'",
            DeliveryChoice::This(_) => "AND id = $5",
        };
        let sql = format!(
            "UPDATE deliveries SET leased_until = $1, attempts = attempts + 1 \
             WHERE id = (SELECT id FROM deliveries WHERE channel = $2 AND state = $3 \
             AND digest = '' AND due_at <= $4 AND leased_until <= $4 {chosen} \
             ORDER BY position LIMIT 1 {}) RETURNING {COLUMNS}",
            self.unheld()
        );
        let until = now.checked_add(LEASE).unwrap_or(now);
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(until.to_string())
            .bind(channel.to_owned())
            .bind(DeliveryState::Pending.as_str())
            .bind(now.to_string());
        if let DeliveryChoice::This(id) = choice {
            query = query.bind(id.to_owned());
        }
        let leased = query.fetch_optional(&mut *self.0).await?;
        match leased.as_ref().map(delivery).transpose() {
            Err(error @ StoreError::Damaged { .. }) => {
                if let Some(row) = leased {
                    let why = error.with_causes();
                    let (id, attempts): (String, i64) =
                        (row.try_get("id")?, row.try_get("attempts")?);
                    self.record_attempt(&id, attempts, &DeliveryNext::GivenUp { why }, now)
                        .await?;
                }
                Ok(None)
            }
            read => read,
        }
    }

    /// Records the result of an attempt. Returns `false` if it came too late: the result of a
    /// worker that slept past its lease is ignored, because another worker has started an attempt.
    /// Only a success is recorded even then, and a message that was delivered or given up stays so.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record_attempt(
        &mut self,
        id: &str,
        attempt: i64,
        next: &DeliveryNext,
        now: Timestamp,
    ) -> Result<bool> {
        let (state, due, why) = match next {
            DeliveryNext::Delivered => (DeliveryState::Delivered, now, None),
            DeliveryNext::Again { at, why } => (DeliveryState::Pending, *at, Some(why)),
            DeliveryNext::GivenUp { why } => (DeliveryState::GivenUp, now, Some(why)),
        };
        let recorded = sqlx::query(
            "UPDATE deliveries SET state = $1, due_at = $2, leased_until = $3, last_error = $4 \
             WHERE id = $5 AND state = $6 AND (attempts = $7 OR $1 = 'delivered')",
        )
        .bind(state.as_str())
        .bind(due.to_string())
        .bind(now.to_string())
        .bind(why.cloned())
        .bind(id.to_owned())
        .bind(DeliveryState::Pending.as_str())
        .bind(attempt)
        .execute(&mut *self.0)
        .await?;
        if recorded.rows_affected() == 0 {
            return Ok(false);
        }
        self.record_members(id, next).await?;
        Ok(true)
    }

    /// The ids of the messages that were given up, oldest first; of a digest, only its own id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn given_up(&mut self) -> Result<Vec<String>> {
        let sql =
            "SELECT id FROM deliveries WHERE state = $1 AND digest = '' ORDER BY position, id";
        sqlx::query(sql)
            .bind(DeliveryState::GivenUp.as_str())
            .fetch_all(&mut *self.0)
            .await?
            .iter()
            .map(|row| Ok(row.try_get(0)?))
            .collect()
    }

    /// Makes a message that was given up due again, as if it had just been put into the outbox.
    ///
    /// # Errors
    /// The database failed.
    pub async fn replay_delivery(&mut self, id: &str, now: Timestamp) -> Result<()> {
        sqlx::query(
            "UPDATE deliveries SET state = $1, attempts = 0, due_at = $2, leased_until = $2, \
             created_at = $2 WHERE (id = $3 OR digest = $3) AND state = $4",
        )
        .bind(DeliveryState::Pending.as_str())
        .bind(now.to_string())
        .bind(id.to_owned())
        .bind(DeliveryState::GivenUp.as_str())
        .execute(&mut *self.0)
        .await?;
        self.3.any = true;
        Ok(())
    }

    /// Whether a message about a subject was put into the outbox since a moment.
    ///
    /// # Errors
    /// The database failed.
    pub async fn was_notified(&mut self, subject: &str, since: Timestamp) -> Result<bool> {
        Ok(
            sqlx::query("SELECT 1 FROM deliveries WHERE subject = $1 AND created_at > $2 LIMIT 1")
                .bind(subject.to_owned())
                .bind(since.to_string())
                .fetch_optional(&mut *self.0)
                .await?
                .is_some(),
        )
    }

    /// Deletes some delivered messages that were put into the outbox before a moment, with their
    /// attempts. Messages about an alert that is not resolved stay, also as part of a digest.
    /// Returns how many were deleted; 0 if none are left.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_deliveries(&mut self, before: Timestamp) -> Result<u64> {
        // The subject is `alert:` and the alert's id.
        const OVER: &str = "SELECT d.id FROM deliveries d \
             WHERE d.state = $1 AND d.created_at < $2 AND NOT EXISTS \
             (SELECT 1 FROM alerts a WHERE a.id = SUBSTR(d.subject, 7) \
             AND a.state IN ('open', 'acknowledged')) AND NOT EXISTS \
             (SELECT 1 FROM deliveries m JOIN alerts a ON a.id = SUBSTR(m.subject, 7) \
             WHERE m.digest = d.id AND a.state IN ('open', 'acknowledged')) \
             ORDER BY d.position LIMIT 1000";
        let mut forgotten = 0;
        for place in ["delivery_attempts WHERE delivery_id", "deliveries WHERE id"] {
            let sql = format!("DELETE FROM {place} IN ({OVER})");
            forgotten = sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(DeliveryState::Delivered.as_str())
                .bind(before.to_string())
                .execute(&mut *self.0)
                .await?
                .rows_affected();
        }
        Ok(forgotten)
    }

    /// The channels that have pending messages, whether or not they are configured.
    ///
    /// # Errors
    /// The database failed.
    pub async fn waiting_channels(&mut self) -> Result<Vec<String>> {
        sqlx::query("SELECT DISTINCT channel FROM deliveries WHERE state = $1")
            .bind(DeliveryState::Pending.as_str())
            .fetch_all(&mut *self.0)
            .await?
            .iter()
            .map(|row| Ok(row.try_get(0)?))
            .collect()
    }
}

fn posted(row: &AnyRow) -> Result<Posted> {
    let row = Columns::of(row, "deliveries", &["id"]);
    let notice: serde_json::Value = row.json("notice")?;
    Ok(Posted {
        id: row.get("id")?,
        channel: row.get("channel")?,
        subject: row.get("subject")?,
        kind: notice
            .get("type")
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        state: row.parse("state")?,
        attempts: row.get("attempts")?,
        last_error: row.get("last_error")?,
        due_at: row.parse("due_at")?,
        created_at: row.parse("created_at")?,
    })
}

fn delivery(row: &AnyRow) -> Result<Delivery> {
    let row = Columns::of(row, "deliveries", &["id"]);
    Ok(Delivery {
        id: row.get("id")?,
        channel: row.get("channel")?,
        notice: row.json("notice")?,
        state: row.parse("state")?,
        attempts: row.get("attempts")?,
        last_error: row.get("last_error")?,
        created_at: row.parse("created_at")?,
    })
}
