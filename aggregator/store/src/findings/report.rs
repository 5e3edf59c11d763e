//! The findings of an account for a report: sorted, and streamed, so that only a few are in memory;
//! and the states of the alerts about its threats.

use std::collections::BTreeMap;

use futures::{Stream, StreamExt, stream};
use hubward_protocol::AccountId;

use super::row::{mirrored, read};
use crate::columns::Columns;
use crate::{Result, Store};
use hubward_domain::alert::AlertState;
use hubward_domain::finding::Mirrored;

/// How many rows are taken at once, if available. SQLite's driver fills a queue of 50 from a thread
/// of its own; taking them one by one makes the two threads wake each other for every row.
const AT_ONCE: usize = 50;

/// Open before closed, the worst first, the same control together, the newest first.
const ORDER: &str = "CASE WHEN record_state = 'ACTIVE' AND workflow_status IN ('NEW', 'NOTIFIED') \
     AND compliance_status IN ('', 'FAILED') THEN 0 ELSE 1 END, \
     CASE severity WHEN 'CRITICAL' THEN 0 WHEN 'HIGH' THEN 1 WHEN 'MEDIUM' THEN 2 WHEN 'LOW' THEN 3 \
     WHEN 'INFORMATIONAL' THEN 4 ELSE 5 END, \
     CASE kind WHEN 'threat' THEN 0 WHEN 'control' THEN 1 ELSE 2 END, \
     control_id, COALESCE(opened_at, '') DESC, finding";

impl Store {
    /// All findings of an account, in a report's order.
    pub fn findings_in_order(
        &self,
        account: &AccountId,
    ) -> impl Stream<Item = Result<Mirrored>> + Send + '_ {
        let columns = read(self.engine);
        let sql = format!("SELECT {columns} FROM findings WHERE account_id = $1 ORDER BY {ORDER}");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(account.to_string())
            .fetch(&self.pool)
            .ready_chunks(AT_ONCE)
            .flat_map(stream::iter)
            .map(|row| mirrored(&row?))
    }

    /// The states of the alerts about an account's threats, by the finding's id.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn alert_states_of(
        &self,
        account: &AccountId,
    ) -> Result<BTreeMap<String, AlertState>> {
        sqlx::query(
            "SELECT a.id, f.finding_id, a.state FROM alerts a \
             JOIN alert_findings f ON f.alert_id = a.id WHERE a.account_id = $1",
        )
        .bind(account.to_string())
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|row| {
            let row = Columns::of(row, "alerts", &["id"]);
            Ok((row.get("finding_id")?, row.parse("state")?))
        })
        .collect()
    }
}
