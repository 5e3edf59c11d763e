//! What is due over all tables that workers take work from, so that an idle server asks one statement
//! instead of one for each worker.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sqlx::Row;

use super::{Result, Store};

/// What is due, and not leased by a worker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DueWork {
    /// Channels with a message that may be sent.
    pub channels: BTreeSet<String>,
    /// Issues to read, approved requests to follow up, or answers to tickets.
    pub requests: bool,
    /// Requests that no one has decided on.
    pub open_requests: bool,
    /// Alerts whose state is to be written to Security Hub.
    pub write_backs: bool,
}

impl DueWork {
    /// Whether nothing is due.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Store {
    /// What is due now; of the outbox, for these channels.
    ///
    /// # Errors
    /// The database failed.
    pub async fn due_work(&self, channels: &[String], now: Timestamp) -> Result<DueWork> {
        const DUE: &str = "due_at <= $1 AND leased_until <= $1";
        let mut parts = vec![
            format!(
                "SELECT 'requests', '' WHERE EXISTS (SELECT 1 FROM request_wakes WHERE {DUE}) \
                 OR EXISTS (SELECT 1 FROM requests WHERE state = 'approved' AND {DUE}) \
                 OR EXISTS (SELECT 1 FROM request_answers WHERE state = 'pending' AND {DUE})"
            ),
            "SELECT 'open_requests', '' WHERE EXISTS \
             (SELECT 1 FROM requests WHERE state = 'open')"
                .to_owned(),
            "SELECT 'write_backs', '' WHERE EXISTS \
             (SELECT 1 FROM write_backs WHERE state = 'pending' AND due_at <= $1)"
                .to_owned(),
        ];
        parts.extend((2..channels.len() + 2).map(|place| {
            format!(
                "SELECT 'channel', CAST(${place} AS TEXT) WHERE EXISTS \
                 (SELECT 1 FROM deliveries WHERE channel = ${place} AND state = 'pending' \
                 AND digest = '' AND {DUE}) AND NOT EXISTS \
                 (SELECT 1 FROM circuits WHERE channel = ${place} AND probe_at > $1)"
            )
        }));
        let sql = parts.join(" UNION ALL ");
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.to_string());
        for channel in channels {
            query = query.bind(channel.clone());
        }
        let mut due = DueWork::default();
        for row in query.fetch_all(&self.pool).await? {
            match row.try_get::<String, _>(0)?.as_str() {
                "requests" => due.requests = true,
                "open_requests" => due.open_requests = true,
                "write_backs" => due.write_backs = true,
                _ => {
                    due.channels.insert(row.try_get(1)?);
                }
            }
        }
        Ok(due)
    }
}
