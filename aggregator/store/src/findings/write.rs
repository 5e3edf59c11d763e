//! Writes findings into the table, many rows per statement.

use std::collections::{BTreeMap, BTreeSet};

use hubward_protocol::Region;
use jiff::Timestamp;
use serde_json::Value;

use super::{IncomingFinding, StoredFinding, counted};
use crate::batch::{batches, placeholders, value_rows};
use crate::columns::Columns;
use crate::{Result, StoreError, Tx};
use hubward_domain::finding::{Compliance, Life};
use hubward_domain::history::CountedFinding;
use hubward_domain::mirror::is_news;

/// The columns that every write sets; `write_findings` adds the others.
const COLUMNS: &str = "finding, finding_id, product_arn, account_id, region, kind, control_id, \
     standards, finding_type, title, resource, resource_type, link, severity, compliance_status, \
     workflow_status, record_state, note, created_at, updated_at, opened_at, closed_at";

/// The number of columns of a written row.
const WIDTH: usize = 26;

impl Tx {
    /// The mirror's rows with these keys.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn findings_before(
        &mut self,
        keys: &[&str],
    ) -> Result<BTreeMap<String, StoredFinding>> {
        let mut known = BTreeMap::new();
        for keys in batches(keys, 1) {
            let sql = format!(
                "SELECT finding, finding_id, region, kind, control_id, standards, resource, severity, \
                 compliance_status, workflow_status, record_state, updated_at, opened_at, closed_at, \
                 digest, seen_in, last_seen FROM findings WHERE finding IN ({})",
                placeholders(self.1, 1, keys.len())
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for key in keys {
                query = query.bind((*key).to_owned());
            }
            for row in query.fetch_all(&mut *self.0).await? {
                let row = Columns::of(&row, "findings", &["finding"]);
                let before = StoredFinding {
                    life: Life {
                        opened_at: row.maybe("opened_at")?,
                        closed_at: row.maybe("closed_at")?,
                    },
                    updated_at: row.maybe("updated_at")?,
                    record: row.parse("record_state")?,
                    digest: row.get("digest")?,
                    control_id: row.get("control_id")?,
                    counted: counted(row)?,
                    seen_in: row.get("seen_in")?,
                    last_seen: row.get("last_seen")?,
                };
                known.insert(row.get("finding")?, before);
            }
        }
        Ok(known)
    }

    /// Inserts or updates the findings that a source returned, each key once; `known` has the
    /// previous rows.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_findings(
        &mut self,
        findings: &[(&IncomingFinding, Life)],
        known: &BTreeMap<String, StoredFinding>,
        source: Region,
        seen_at: Timestamp,
    ) -> Result<()> {
        let seen_at = seen_at.to_string();
        self.count_changed(findings, known).await?;
        for findings in batches(findings, WIDTH) {
            let shown = findings.iter().map(|(seen, life)| WriteCounts {
                seen,
                life: *life,
                seen_in: source.as_str(),
                seen_at: &seen_at,
            });
            self.write_findings(shown.collect()).await?;
        }
        Ok(())
    }

    /// Updates findings that the mirror already has from events; new ones are left to the next
    /// sync. Returns how many changed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn follow_findings(&mut self, events: &[Value], now: Timestamp) -> Result<u64> {
        let mut changed = 0;
        for asff in events {
            let Ok(seen) = IncomingFinding::of(&asff.to_string(), now) else {
                continue;
            };
            let known = match self.findings_before(&[&seen.key]).await {
                // The same message may contain an alert, which must not wait until the damaged row
                // is repaired.
                Err(StoreError::Damaged { .. }) => continue,
                known => known?,
            };
            let Some(before) = known.get(&seen.key) else {
                continue;
            };
            if before.digest == seen.digest
                || !is_news(before.record, before.updated_at, &seen.finding)
            {
                continue;
            }
            let life = Life::next(Some((before.life, before.updated_at)), &seen.finding, now);
            self.count_changed(&[(&seen, life)], &known).await?;
            // Events do not count as returned by a source: a finding that a full reading misses is
            // archived, whatever events said.
            let written = WriteCounts {
                seen: &seen,
                life,
                seen_in: &before.seen_in,
                seen_at: &before.last_seen,
            };
            self.write_findings(vec![written]).await?;
            changed += 1;
        }
        Ok(changed)
    }

    /// Records that findings were observed again without a change.
    ///
    /// # Errors
    /// The database failed.
    pub async fn saw_findings(
        &mut self,
        keys: &[&str],
        source: Region,
        seen_at: Timestamp,
    ) -> Result<()> {
        for keys in batches(keys, 1) {
            let sql = format!(
                "UPDATE findings SET (seen_in, last_seen) = ({}) WHERE finding IN ({})",
                placeholders(self.1, 1, 2),
                placeholders(self.1, 3, keys.len())
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(source.as_str())
                .bind(seen_at.to_string());
            for key in keys {
                query = query.bind((*key).to_owned());
            }
            query.execute(&mut *self.0).await?;
        }
        Ok(())
    }

    /// Marks the controls for counting whose findings count differently now; most updates change no
    /// count.
    async fn count_changed(
        &mut self,
        findings: &[(&IncomingFinding, Life)],
        known: &BTreeMap<String, StoredFinding>,
    ) -> Result<()> {
        let mut due = BTreeSet::new();
        for (IncomingFinding { key, finding, .. }, _) in findings {
            let counted = CountedFinding::of(finding);
            let account = finding.account_id.as_str();
            match known.get(key) {
                None if counted.is_none() => continue,
                None => {}
                Some(before) if before.control_id != finding.control_id => {
                    due.insert((account, before.control_id.as_str()));
                }
                // A row from before there was a history.
                Some(before) if before.digest.is_empty() => {}
                Some(before) if before.counted == counted => continue,
                Some(_) => {}
            }
            due.insert((account, finding.control_id.as_str()));
        }
        self.count_anew(&due.into_iter().collect::<Vec<_>>()).await
    }

    async fn write_findings(&mut self, findings: Vec<WriteCounts<'_>>) -> Result<()> {
        let sql = format!(
            "INSERT INTO findings ({COLUMNS}, seen_in, digest, last_seen, first_seen) VALUES {} \
             ON CONFLICT (finding) DO UPDATE SET kind = excluded.kind, \
             control_id = excluded.control_id, standards = excluded.standards, \
             finding_type = excluded.finding_type, title = excluded.title, \
             resource = excluded.resource, resource_type = excluded.resource_type, \
             link = excluded.link, severity = excluded.severity, \
             compliance_status = excluded.compliance_status, \
             workflow_status = excluded.workflow_status, record_state = excluded.record_state, \
             note = excluded.note, created_at = excluded.created_at, \
             updated_at = excluded.updated_at, opened_at = excluded.opened_at, \
             closed_at = excluded.closed_at, seen_in = excluded.seen_in, \
             digest = excluded.digest, last_seen = excluded.last_seen",
            value_rows(self.1, findings.len(), WIDTH)
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for WriteCounts {
            seen,
            life,
            seen_in,
            seen_at,
        } in findings
        {
            let IncomingFinding {
                key,
                finding,
                digest,
                ..
            } = seen;
            query = query
                .bind(key.clone())
                .bind(finding.id.clone())
                .bind(finding.product_arn.clone())
                .bind(finding.account_id.to_string())
                .bind(finding.region.clone())
                .bind(finding.kind.as_str())
                .bind(finding.control_id.clone())
                .bind(Value::from(finding.standards.clone()).to_string())
                .bind(finding.finding_type.clone())
                .bind(finding.title.clone())
                .bind(finding.resource.clone())
                .bind(finding.resource_type.clone())
                .bind(finding.link.clone())
                .bind(finding.severity.as_str())
                .bind(finding.compliance.map_or("", Compliance::as_str))
                .bind(finding.workflow.as_str())
                .bind(finding.record.as_str())
                .bind(finding.note.clone())
                .bind(finding.created_at.map(|time| time.to_string()))
                .bind(finding.updated_at.map(|time| time.to_string()))
                .bind(life.opened_at.map(|time| time.to_string()))
                .bind(life.closed_at.map(|time| time.to_string()))
                .bind(seen_in.to_owned())
                .bind(digest.clone())
                .bind(seen_at.to_owned())
                .bind(seen_at.to_owned());
        }
        query.execute(&mut *self.0).await?;
        Ok(())
    }
}

/// A row to write.
struct WriteCounts<'a> {
    seen: &'a IncomingFinding,
    life: Life,
    seen_in: &'a str,
    seen_at: &'a str,
}
