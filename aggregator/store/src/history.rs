//! The tables `history` and `history_due`: the numbers of findings day by day, and the controls to
//! count again.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use hubward_protocol::AccountId;
use jiff::civil::Date;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::batch::{batches, value_rows};
use super::columns::Columns;
use super::findings::counted;
use super::{Result, Store, Tx};
use hubward_domain::history::{Changes, Count, HistoryLine, Holding, STILL, Span, changes};

/// The findings of one control in one account; or those without a control.
type HistoryGroup = (String, String);

impl Store {
    /// The history of an account in each Region, over all standards.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn history_of(&self, account: &AccountId) -> Result<Vec<Span>> {
        let query = sqlx::query(
            "SELECT account_id, region, kind, severity, status, from_day, until_day, \
             CAST(SUM(count) AS BIGINT) AS count FROM history WHERE standard = '' AND account_id = $1 \
             GROUP BY account_id, region, kind, severity, status, from_day, until_day \
             ORDER BY from_day, region",
        );
        let found = query
            .bind(account.to_string())
            .fetch_all(&self.pool)
            .await?;
        found.iter().map(span).collect()
    }
}

impl Tx {
    /// Marks controls in accounts for counting.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn count_anew(&mut self, groups: &[(&str, &str)]) -> Result<()> {
        for groups in batches(groups, 2) {
            let sql = format!(
                "INSERT INTO history_due (account_id, control_id) VALUES {} \
                 ON CONFLICT (account_id, control_id) DO NOTHING",
                value_rows(self.1, groups.len(), 2)
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for (account, control) in groups {
                query = query
                    .bind((*account).to_owned())
                    .bind((*control).to_owned());
            }
            query.execute(&mut *self.0).await?;
        }
        Ok(())
    }

    /// Counts some of the marked controls as of today. Returns `false` if there was none.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn count_due(&mut self, today: Date) -> Result<bool> {
        // Unmarked first: a control that changes while it is counted is marked again.
        let due = sqlx::query(
            "DELETE FROM history_due WHERE (account_id, control_id) IN (SELECT account_id, control_id \
             FROM history_due ORDER BY account_id, control_id LIMIT 500) \
             RETURNING account_id, control_id",
        )
        .fetch_all(&mut *self.0)
        .await?;
        let mut groups: Vec<HistoryGroup> = due
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect::<Result<_>>()?;
        groups.sort();
        let mut begun = Vec::new();
        for groups in batches(&groups, 2) {
            let mut counts = self.counts(groups).await?;
            let mut holding = self.holding(groups).await?;
            for group in groups {
                let lines = counts.remove(group).unwrap_or_default().lines();
                let held = holding.remove(group).unwrap_or_default();
                let Changes {
                    ended,
                    undone,
                    begun: new,
                } = changes(held, lines, today);
                for (line, from) in ended {
                    self.end(group, &line, from, today).await?;
                }
                for line in undone {
                    self.undo(group, &line, today).await?;
                }
                begun.extend(new.into_iter().map(|(line, count)| (group, line, count)));
            }
        }
        self.begin_lines(&begun, today).await?;
        Ok(!groups.is_empty())
    }

    async fn counts(&mut self, groups: &[HistoryGroup]) -> Result<BTreeMap<HistoryGroup, Count>> {
        // In this order, the database looks up the findings of each of the few controls.
        let sql = format!(
            "SELECT f.account_id, f.control_id, f.finding, f.finding_id, f.region, f.kind, f.resource, \
             f.severity, f.compliance_status, f.workflow_status, f.record_state, f.standards \
             FROM (VALUES {}) AS due CROSS JOIN findings f \
             WHERE f.control_id = due.column2 AND f.account_id = due.column1",
            value_rows(self.1, groups.len(), 2)
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for (account, control) in groups {
            query = query.bind(account.clone()).bind(control.clone());
        }
        let mut counts: BTreeMap<HistoryGroup, Count> = BTreeMap::new();
        let mut found = query.fetch(&mut *self.0);
        while let Some(row) = found.try_next().await? {
            let row = Columns::of(&row, "findings", &["finding"]);
            if let Some(counted) = counted(row)? {
                let group = (row.get("account_id")?, row.get("control_id")?);
                counts.entry(group).or_default().add(counted);
            }
        }
        Ok(counts)
    }

    async fn holding(
        &mut self,
        groups: &[HistoryGroup],
    ) -> Result<BTreeMap<HistoryGroup, BTreeMap<HistoryLine, Holding>>> {
        let sql = format!(
            "SELECT h.account_id, h.control_id, h.standard, h.region, h.kind, h.severity, h.status, \
             h.from_day, h.count FROM (VALUES {}) AS due CROSS JOIN history h \
             WHERE h.account_id = due.column1 AND h.control_id = due.column2 AND h.until_day = '{STILL}'",
            value_rows(self.1, groups.len(), 2)
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for (account, control) in groups {
            query = query.bind(account.clone()).bind(control.clone());
        }
        let mut holding: BTreeMap<HistoryGroup, BTreeMap<HistoryLine, Holding>> = BTreeMap::new();
        for row in query.fetch_all(&mut *self.0).await? {
            let row = Columns::of(&row, "history", &["account_id", "control_id"]);
            let line = HistoryLine {
                standard: row.get("standard")?,
                region: row.get("region")?,
                kind: row.parse("kind")?,
                severity: row.parse("severity")?,
                status: row.parse("status")?,
            };
            let held = Holding {
                from: row.parse("from_day")?,
                count: row.get("count")?,
            };
            let group = (row.get("account_id")?, row.get("control_id")?);
            holding.entry(group).or_default().insert(line, held);
        }
        Ok(holding)
    }

    async fn end(
        &mut self,
        group: &HistoryGroup,
        line: &HistoryLine,
        from: Date,
        today: Date,
    ) -> Result<()> {
        let sql = "UPDATE history SET until_day = $9 WHERE account_id = $1 AND control_id = $2 \
             AND standard = $3 AND region = $4 AND kind = $5 AND severity = $6 AND status = $7 \
             AND from_day = $8";
        let query = identified(sqlx::query(sql), group, line, from);
        query.bind(today.to_string()).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn undo(&mut self, group: &HistoryGroup, line: &HistoryLine, today: Date) -> Result<()> {
        let sql = "DELETE FROM history WHERE account_id = $1 AND control_id = $2 AND standard = $3 \
             AND region = $4 AND kind = $5 AND severity = $6 AND status = $7 AND from_day = $8";
        let query = identified(sqlx::query(sql), group, line, today);
        query.execute(&mut *self.0).await?;
        Ok(())
    }

    async fn begin_lines(
        &mut self,
        begun: &[(&HistoryGroup, HistoryLine, i64)],
        today: Date,
    ) -> Result<()> {
        for begun in batches(begun, 10) {
            let sql = format!(
                "INSERT INTO history (account_id, control_id, standard, region, kind, severity, \
                 status, from_day, until_day, count) VALUES {} \
                 ON CONFLICT (account_id, control_id, standard, region, kind, severity, status, \
                 from_day) DO UPDATE SET until_day = excluded.until_day, count = excluded.count",
                value_rows(self.1, begun.len(), 10)
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for (group, line, count) in begun {
                query = identified(query, group, line, today)
                    .bind(STILL.to_string())
                    .bind(*count);
            }
            query.execute(&mut *self.0).await?;
        }
        Ok(())
    }
}

type HistoryQuery<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

/// Binds a row's key.
fn identified<'q>(
    query: HistoryQuery<'q>,
    group: &HistoryGroup,
    line: &HistoryLine,
    from: Date,
) -> HistoryQuery<'q> {
    query
        .bind(group.0.clone())
        .bind(group.1.clone())
        .bind(line.standard.clone())
        .bind(line.region.clone())
        .bind(line.kind.as_str())
        .bind(line.severity.as_str())
        .bind(line.status.as_str())
        .bind(from.to_string())
}

fn span(row: &AnyRow) -> Result<Span> {
    let row = Columns::of(row, "history", &["account_id", "from_day"]);
    Ok(Span {
        from: row.parse("from_day")?,
        until: row.parse("until_day")?,
        region: row.get("region")?,
        kind: row.parse("kind")?,
        severity: row.parse("severity")?,
        status: row.parse("status")?,
        count: row.get::<i64>("count")?.unsigned_abs(),
    })
}
