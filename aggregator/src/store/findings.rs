//! The table `findings`: the mirror of what Security Hub found.

mod evidence;
mod row;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use futures::TryStreamExt;
use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use sqlx::Row;

use super::{Result, Store, StoreError, Tx};
use crate::domain::finding::{Compliance, Life, Mirrored, RecordState};
use row::{damaged, life, mirrored, time, word};

const COLUMNS: &str = "finding, finding_id, product_arn, account_id, region, kind, control_id, \
     finding_type, title, resource, resource_type, link, severity, compliance_status, \
     workflow_status, record_state, note, created_at, updated_at, opened_at, closed_at";

/// A finding's row, as the mirror had it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// When it was open.
    pub life: Life,
    /// When its product last touched it.
    pub updated_at: Option<Timestamp>,
    /// Whether it was there.
    pub record: RecordState,
    /// Its whole JSON, packed.
    pub raw: String,
}

/// Whole JSON, as the table keeps it: the same text gives the same again.
pub fn packed(json: &str) -> String {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    // Writing into memory does not fail.
    let _ = gzip.write_all(json.as_bytes());
    STANDARD.encode(gzip.finish().unwrap_or_default())
}

impl Store {
    /// Everything that the mirror has of an account.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn findings_of(&self, account: &AccountId) -> Result<Vec<Mirrored>> {
        let sql = format!("SELECT {COLUMNS} FROM findings WHERE account_id = $1 ORDER BY finding");
        // Row by row: of a hundred thousand, the rows as they come need not all be there at once.
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(account.as_str())
            .fetch(&self.pool)
            .map_err(StoreError::from)
            .and_then(|row| async move { mirrored(&row) })
            .try_collect()
            .await
    }

    /// How many findings of an account are open, by severity and kind.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_open_findings(
        &self,
        account: &AccountId,
    ) -> Result<Vec<(String, String, i64)>> {
        sqlx::query(
            "SELECT severity, kind, COUNT(*) FROM findings WHERE account_id = $1 \
             AND record_state = 'ACTIVE' AND workflow_status IN ('NEW', 'NOTIFIED') \
             AND compliance_status IN ('', 'FAILED') GROUP BY severity, kind",
        )
        .bind(account.as_str())
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))
        .collect()
    }

    /// The whole JSON of a finding.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn raw_finding(&self, key: &str) -> Result<Option<String>> {
        let Some(row) = sqlx::query("SELECT raw FROM findings WHERE finding = $1")
            .bind(key.to_owned())
            .fetch_optional(&self.pool)
            .await?
        else {
            return Ok(None);
        };
        let packed: String = row.try_get(0)?;
        let mut text = String::new();
        STANDARD
            .decode(packed)
            .map_err(|error| damaged(key, &error.to_string()))
            .and_then(|bytes| {
                GzDecoder::new(bytes.as_slice())
                    .read_to_string(&mut text)
                    .map_err(|error| damaged(key, &error.to_string()))
            })?;
        Ok(Some(text))
    }

    /// The accounts of which a source has shown findings.
    ///
    /// # Errors
    /// The database failed.
    pub async fn accounts_with_findings(&self, source: Region) -> Result<BTreeSet<String>> {
        sqlx::query("SELECT DISTINCT account_id FROM findings WHERE seen_in = $1")
            .bind(source.as_str())
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| Ok(row.try_get(0)?))
            .collect()
    }

    /// Active findings of a source that people have decided on, as the mirror has it: key and id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn decided(&self, source: Region) -> Result<Vec<(String, String)>> {
        sqlx::query(
            "SELECT finding, finding_id FROM findings WHERE seen_in = $1 \
             AND record_state = 'ACTIVE' AND workflow_status <> 'NEW' \
             AND compliance_status <> 'PASSED' ORDER BY finding_id",
        )
        .bind(source.as_str())
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
    }
}

impl Tx {
    /// What the mirror has of these keys.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn findings_before(&mut self, keys: &[String]) -> Result<BTreeMap<String, Before>> {
        if keys.is_empty() {
            return Ok(BTreeMap::new());
        }
        let sql = format!(
            "SELECT finding, opened_at, closed_at, updated_at, record_state, raw \
             FROM findings WHERE finding IN ({})",
            places(1, keys.len())
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for key in keys {
            query = query.bind(key.clone());
        }
        query
            .fetch_all(&mut *self.0)
            .await?
            .iter()
            .map(|row| {
                let key: String = row.try_get("finding")?;
                let before = Before {
                    life: life(row, &key)?,
                    updated_at: time(row, "updated_at", &key)?,
                    record: word(
                        row,
                        "record_state",
                        RecordState::ALL,
                        RecordState::as_str,
                        &key,
                    )?,
                    raw: row.try_get("raw")?,
                };
                Ok((key, before))
            })
            .collect()
    }

    /// Writes a finding, new or changed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_finding(
        &mut self,
        key: &str,
        Mirrored { finding, life }: &Mirrored,
        raw: &str,
        source: Region,
        seen_at: Timestamp,
    ) -> Result<()> {
        let sql = format!(
            "INSERT INTO findings ({COLUMNS}, seen_in, raw, first_seen, last_seen) \
             VALUES ({}, $24) ON CONFLICT (finding) DO UPDATE SET kind = $6, control_id = $7, \
             finding_type = $8, title = $9, resource = $10, resource_type = $11, link = $12, \
             severity = $13, compliance_status = $14, workflow_status = $15, record_state = $16, \
             note = $17, created_at = $18, updated_at = $19, opened_at = $20, closed_at = $21, \
             seen_in = $22, raw = $23, last_seen = $24",
            places(1, 24)
        );
        let written = |time: Option<Timestamp>| time.map(|time| time.to_string());
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(key.to_owned())
            .bind(finding.id.as_str())
            .bind(finding.product_arn.as_str())
            .bind(finding.account_id.as_str())
            .bind(finding.region.as_str())
            .bind(finding.kind.as_str())
            .bind(finding.control_id.as_str())
            .bind(finding.finding_type.as_str())
            .bind(finding.title.as_str())
            .bind(finding.resource.as_str())
            .bind(finding.resource_type.as_str())
            .bind(finding.link.as_str())
            .bind(finding.severity.as_str())
            .bind(finding.compliance.map_or("", Compliance::as_str))
            .bind(finding.workflow.as_str())
            .bind(finding.record.as_str())
            .bind(finding.note.as_str())
            .bind(written(finding.created_at))
            .bind(written(finding.updated_at))
            .bind(written(life.opened_at))
            .bind(written(life.closed_at))
            .bind(source.as_str())
            .bind(raw.to_owned())
            .bind(seen_at.to_string())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Keeps that findings were seen again as they were.
    ///
    /// # Errors
    /// The database failed.
    pub async fn saw_findings(
        &mut self,
        keys: &[String],
        source: Region,
        seen_at: Timestamp,
    ) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "UPDATE findings SET seen_in = $1, last_seen = $2 WHERE finding IN ({})",
            places(3, keys.len())
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(source.as_str())
            .bind(seen_at.to_string());
        for key in keys {
            query = query.bind(key.clone());
        }
        query.execute(&mut *self.0).await?;
        Ok(())
    }

    /// Archives what a source did not show when everything was read. Returns how many they were.
    ///
    /// # Errors
    /// The database failed.
    pub async fn archive_unseen(&mut self, source: Region, since: Timestamp) -> Result<u64> {
        let archived = sqlx::query(
            "UPDATE findings SET record_state = 'ARCHIVED', closed_at = COALESCE(closed_at, $2) \
             WHERE seen_in = $1 AND last_seen < $2 AND record_state <> 'ARCHIVED'",
        )
        .bind(source.as_str())
        .bind(since.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(archived.rows_affected())
    }
}

/// `$first, …` for so many parameters.
fn places(first: usize, count: usize) -> String {
    let places: Vec<String> = (first..first + count).map(|n| format!("${n}")).collect();
    places.join(", ")
}
