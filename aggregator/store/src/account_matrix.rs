//! The tables `accounts` and `memberships` joined, page by page: the accounts and Regions that
//! match a filter, and their numbers. The cost is that of the rows shown, and of counting the rest.

use std::collections::{BTreeMap, BTreeSet};

use hubward_protocol::AccountId;
use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;
use strum::VariantArray;

use super::batch::{batches, placeholders};
use super::columns::Columns;
use super::{Result, Store, Tx};
use hubward_domain::account_matrix::{
    AccountLine, MatrixCell, Outstanding, PageWindow, PlaceFilter, VerdictGroup,
};
use hubward_domain::search::fold;

/// The ledger's accounts that have not left, and those that are monitored without being in it.
const EVERYBODY: &str = "(SELECT account_id, project, department, environment, state, search_key \
     FROM accounts WHERE state <> 'left' UNION ALL \
     SELECT DISTINCT s.account_id, '', '', '', '', s.account_id FROM memberships s \
     WHERE s.verdict = 'not_in_ledger' \
     AND NOT EXISTS (SELECT 1 FROM accounts k WHERE k.account_id = s.account_id)) a";

/// An SQL condition and the values bound to it, from `$1` on.
struct Condition {
    sql: String,
    bound: Vec<String>,
}

impl Store {
    /// The accounts that match, worst first, with the verdicts of the last check; and how many
    /// match.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn lines(
        &self,
        filter: &PlaceFilter,
        window: PageWindow,
    ) -> Result<(Vec<AccountLine>, i64)> {
        let Condition { sql, bound } = condition(filter);
        let count = format!("SELECT COUNT(*) FROM {EVERYBODY} WHERE {sql}");
        let page = format!(
            "SELECT a.account_id, a.project, a.department, a.environment, a.state \
             FROM {EVERYBODY} LEFT JOIN account_verdicts w ON w.account_id = a.account_id \
             WHERE {sql} ORDER BY COALESCE(w.worst, {}), a.project, a.account_id",
            rank_of(VerdictGroup::Waiting)
        );
        let (rows, all) = self.page(count, &page, &bound, window).await?;
        let mut lines: Vec<AccountLine> = rows.iter().map(line).collect::<Result<_>>()?;
        let ids: Vec<&AccountId> = lines.iter().map(|line| &line.account_id).collect();
        let mut cells = self.cells(&ids).await?;
        for line in &mut lines {
            line.cells = cells.remove(&line.account_id).unwrap_or_default();
        }
        Ok((lines, all))
    }

    async fn cells(&self, accounts: &[&AccountId]) -> Result<BTreeMap<AccountId, Vec<MatrixCell>>> {
        if accounts.is_empty() {
            return Ok(BTreeMap::new());
        }
        let sql = format!(
            "SELECT account_id, region, verdict, since FROM memberships WHERE account_id IN ({})",
            placeholders(self.engine, 1, accounts.len())
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for account in accounts {
            query = query.bind(account.as_str());
        }
        let mut found: BTreeMap<AccountId, Vec<MatrixCell>> = BTreeMap::new();
        for row in query.fetch_all(&self.pool).await? {
            let row = membership(&row);
            let cells = found.entry(row.parse("account_id")?).or_default();
            cells.push(MatrixCell {
                region: row.parse("region")?,
                verdict: row.get("verdict")?,
                since: row.parse("since")?,
            });
        }
        Ok(found)
    }

    /// The number of pairs of account and Region with each verdict, by Region and verdict.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_places(&self) -> Result<Vec<(String, String, i64)>> {
        sqlx::query("SELECT region, verdict, COUNT(*) FROM memberships GROUP BY region, verdict")
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))
            .collect()
    }

    /// The number of accounts by the group of their worst Region.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_by_worst(&self) -> Result<BTreeMap<VerdictGroup, i64>> {
        let mut counts: BTreeMap<VerdictGroup, i64> = VerdictGroup::VARIANTS
            .iter()
            .map(|&group| (group, 0))
            .collect();
        for row in sqlx::query("SELECT worst, COUNT(*) FROM account_verdicts GROUP BY worst")
            .fetch_all(&self.pool)
            .await?
        {
            let (worst, count): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
            let group = VerdictGroup::VARIANTS
                .iter()
                .copied()
                .find(|group| rank_of(*group) == worst);
            if let Some(count_of_group) = group.and_then(|group| counts.get_mut(&group)) {
                *count_of_group += count;
            }
        }
        Ok(counts)
    }

    /// The account and Region pairs of a group, the longest unchanged ones first.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn outstanding(&self, group: VerdictGroup, limit: i64) -> Result<Vec<Outstanding>> {
        // The first ones of each verdict are read off an index; of all verdicts together, all would be sorted.
        let firsts: Vec<String> = group
            .verdicts()
            .iter()
            .map(|verdict| {
                format!(
                    "SELECT * FROM (SELECT account_id, region, verdict, since FROM memberships \
                     WHERE verdict = '{verdict}' ORDER BY since, account_id, region LIMIT $1) \
                     of_{verdict}"
                )
            })
            .collect();
        let sql = format!(
            "SELECT m.account_id, COALESCE(a.project, '') AS project, m.region, m.verdict, m.since \
             FROM ({}) m LEFT JOIN accounts a ON a.account_id = m.account_id \
             ORDER BY m.since, m.account_id, m.region LIMIT $1",
            firsts.join(" UNION ALL ")
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(limit)
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| {
                let row = membership(row);
                Ok(Outstanding {
                    account_id: row.parse("account_id")?,
                    project: row.get("project")?,
                    region: row.parse("region")?,
                    verdict: row.get("verdict")?,
                    since: row.parse("since")?,
                })
            })
            .collect()
    }

    /// When a member listing was last read.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn last_seen(&self) -> Result<Option<Timestamp>> {
        let row = sqlx::query("SELECT MAX(seen_at) AS seen_at FROM memberships")
            .fetch_one(&self.pool)
            .await?;
        Columns::of(&row, "memberships", &["seen_at"]).maybe("seen_at")
    }
}

impl Tx {
    /// Writes anew which group the worst Region of these accounts is in, after their memberships.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn rank_accounts(&mut self, accounts: &BTreeSet<&AccountId>) -> Result<()> {
        let accounts: Vec<&AccountId> = accounts.iter().copied().collect();
        for part in batches(&accounts, 1) {
            let sql = format!(
                "INSERT INTO account_verdicts (account_id, worst) \
                 SELECT account_id, MIN({}) FROM memberships WHERE account_id IN ({}) \
                 GROUP BY account_id ON CONFLICT (account_id) DO UPDATE SET worst = excluded.worst",
                rank(),
                placeholders(self.1, 1, part.len())
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for account in part {
                query = query.bind(account.as_str());
            }
            query.execute(&mut *self.0).await?;
        }
        Ok(())
    }
}

fn condition(filter: &PlaceFilter) -> Condition {
    let (mut parts, mut bound) = (vec!["1 = 1".to_owned()], Vec::new());
    if !filter.search.is_empty() {
        bound.push(like(&filter.search));
        parts.push("a.search_key LIKE $1 ESCAPE '!'".to_owned());
    }
    if filter.region.is_some() || !filter.verdicts.is_empty() {
        let mut within = Vec::new();
        if let Some(region) = filter.region {
            bound.push(region.to_string());
            within.push(format!("m.region = ${}", bound.len()));
            within.push("m.verdict <> 'not_wanted'".to_owned());
        }
        if !filter.verdicts.is_empty() {
            let places: Vec<String> = filter
                .verdicts
                .iter()
                .map(|verdict| {
                    bound.push(verdict.clone());
                    format!("${}", bound.len())
                })
                .collect();
            within.push(format!("m.verdict IN ({})", places.join(", ")));
        }
        parts.push(format!(
            // A subquery that uses the index once; a condition evaluated for each account would
            // cost several times as much.
            "a.account_id IN (SELECT m.account_id FROM memberships m WHERE {})",
            within.join(" AND ")
        ));
    }
    Condition {
        sql: parts.join(" AND "),
        bound,
    }
}

/// A LIKE pattern that matches a folded text anywhere; special characters are escaped.
pub(super) fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for char in fold(text).chars() {
        if matches!(char, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(char);
    }
    pattern.push('%');
    pattern
}

fn words(group: VerdictGroup) -> String {
    let quoted: Vec<String> = group
        .verdicts()
        .iter()
        .map(|word| format!("'{word}'"))
        .collect();
    quoted.join(", ")
}

fn rank_of(group: VerdictGroup) -> i64 {
    match group {
        VerdictGroup::Drifted => 0,
        VerdictGroup::Unclear => 1,
        VerdictGroup::Waiting => 2,
        VerdictGroup::Complete => 3,
    }
}

/// A verdict's rank as SQL; accounts that should not be monitored come last.
fn rank() -> String {
    let mut sql = String::from("CASE");
    for group in [
        VerdictGroup::Complete,
        VerdictGroup::Waiting,
        VerdictGroup::Drifted,
    ] {
        sql.push_str(&format!(
            " WHEN verdict IN ({}) THEN {}",
            words(group),
            rank_of(group)
        ));
    }
    sql.push_str(&format!(
        " WHEN verdict = 'not_wanted' THEN 4 ELSE {} END",
        rank_of(VerdictGroup::Unclear)
    ));
    sql
}

fn line(row: &AnyRow) -> Result<AccountLine> {
    let row = Columns::of(row, "accounts", &["account_id"]);
    Ok(AccountLine {
        account_id: row.parse("account_id")?,
        project: row.get("project")?,
        department: row.get("department")?,
        environment: row.get("environment")?,
        state: row.get("state")?,
        cells: Vec::new(),
    })
}

fn membership(row: &AnyRow) -> Columns<'_> {
    Columns::of(row, "memberships", &["account_id", "region"])
}

#[cfg(test)]
mod tests {
    use super::like;

    #[test]
    fn what_is_searched_for_is_no_pattern() {
        assert_eq!(like("50%_Off!"), "%50!%!_off!!%");
        assert_eq!(like("５０％"), "%50!%%");
    }
}
