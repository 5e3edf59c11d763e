//! The table `memberships`: the last member listing, and our verdict on each membership.

use std::collections::BTreeMap;

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::batch::{batches, value_rows};
use super::columns::Columns;
use super::{Result, Store, Tx};
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::membership::{MemberStatus, Membership};

const COLUMNS: &str = "account_id, region, status, verdict, since, seen_at, associated_since, \
     completed_at";

/// The number of these columns.
const WIDTH: usize = 8;

impl Store {
    /// All memberships.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn memberships(&self) -> Result<Vec<Membership>> {
        let sql = format!("SELECT {COLUMNS} FROM memberships ORDER BY account_id, region");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(membership)
            .collect()
    }

    /// The memberships of one account, by Region.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn memberships_of(&self, account: &AccountId) -> Result<Vec<Membership>> {
        let sql =
            format!("SELECT {COLUMNS} FROM memberships WHERE account_id = $1 ORDER BY region");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(account.as_str())
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(membership)
            .collect()
    }

    /// A page of the memberships that are to be monitored, by account and Region, and the number of all of them.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn membership_page(&self, window: PageWindow) -> Result<(Vec<Membership>, i64)> {
        // `memberships_watched` is an index of exactly these rows in this order.
        let matching = "verdict <> 'not_wanted'";
        let count = format!("SELECT COUNT(*) FROM memberships WHERE {matching}");
        let page = format!(
            "SELECT {COLUMNS} FROM memberships WHERE {matching} ORDER BY account_id, region"
        );
        let (rows, all) = self.page(count, &page, &[], window).await?;
        Ok((rows.iter().map(membership).collect::<Result<_>>()?, all))
    }

    /// The number of account and Region pairs with each verdict.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_memberships(&self) -> Result<BTreeMap<String, i64>> {
        sqlx::query("SELECT verdict, COUNT(*) FROM memberships GROUP BY verdict")
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect()
    }
}

impl Tx {
    /// All memberships, within this transaction, by account and Region.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn memberships(&mut self) -> Result<BTreeMap<(AccountId, Region), Membership>> {
        let sql = format!("SELECT {COLUMNS} FROM memberships");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&mut *self.0)
            .await?
            .iter()
            .map(|row| {
                let seen = membership(row)?;
                Ok(((seen.account_id.clone(), seen.region), seen))
            })
            .collect()
    }

    /// Marks a verdict as posted. Returns `false` if it was already posted.
    ///
    /// # Errors
    /// The database failed.
    pub async fn announce_membership(
        &mut self,
        account: &AccountId,
        region: Region,
        verdict: &str,
    ) -> Result<bool> {
        let marked = sqlx::query(
            "UPDATE memberships SET announced = $1 WHERE account_id = $2 AND region = $3 \
             AND (announced IS NULL OR announced <> $1)",
        )
        .bind(verdict.to_owned())
        .bind(account.as_str())
        .bind(region.as_str())
        .execute(&mut *self.0)
        .await?;
        Ok(marked.rows_affected() == 1)
    }

    /// Sets the time of the last observation of all memberships that were observed before a moment.
    ///
    /// # Errors
    /// The database failed.
    pub async fn touch_memberships(&mut self, at: Timestamp) -> Result<()> {
        sqlx::query("UPDATE memberships SET seen_at = $1 WHERE seen_at < $1")
            .bind(at.to_string())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Inserts or updates rows; each account and Region pair may occur only once.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_memberships(&mut self, seen: &[Membership]) -> Result<()> {
        for part in batches(seen, WIDTH) {
            let sql = format!(
                "INSERT INTO memberships ({COLUMNS}) VALUES {} \
                 ON CONFLICT (account_id, region) DO UPDATE SET status = excluded.status, \
                 verdict = excluded.verdict, since = excluded.since, seen_at = excluded.seen_at, \
                 associated_since = excluded.associated_since, \
                 completed_at = excluded.completed_at",
                value_rows(self.1, part.len(), WIDTH)
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for seen in part {
                query = query
                    .bind(seen.account_id.as_str())
                    .bind(seen.region.as_str())
                    .bind(seen.status.as_ref().map(ToString::to_string))
                    .bind(seen.verdict.as_str())
                    .bind(seen.since.to_string())
                    .bind(seen.seen_at.to_string())
                    .bind(seen.associated_since.map(|at| at.to_string()))
                    .bind(seen.completed_at.map(|at| at.to_string()));
            }
            query.execute(&mut *self.0).await?;
        }
        self.rank_accounts(&seen.iter().map(|seen| &seen.account_id).collect())
            .await
    }
}

fn membership(row: &AnyRow) -> Result<Membership> {
    let row = Columns::of(row, "memberships", &["account_id", "region"]);
    let status: Option<&str> = row.get("status")?;
    Ok(Membership {
        account_id: row.parse("account_id")?,
        region: row.parse("region")?,
        status: status.map(MemberStatus::parse),
        verdict: row.get("verdict")?,
        since: row.parse("since")?,
        seen_at: row.parse("seen_at")?,
        associated_since: row.maybe("associated_since")?,
        completed_at: row.maybe("completed_at")?,
    })
}
