//! The tables `sightings` and `evidence_readings`: what AWS's findings prove of each account and Region, and up to
//! when everything that proves something was read.

use std::collections::BTreeMap;

use hubward_protocol::Region;
use jiff::Timestamp;

use super::batch::{batches, value_rows};
use super::columns::Columns;
use super::evidence::AccountRange;
use super::{Result, Store, Tx};
use hubward_domain::check::{AccountRegion, ControlSighting, EvidenceKind, Sighting};

/// The number of columns of `sightings`.
const WIDTH: usize = 8;

impl Store {
    /// The newest finding of each kind, of a range of accounts.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn sightings(
        &self,
        range: AccountRange<'_>,
    ) -> Result<BTreeMap<AccountRegion, BTreeMap<EvidenceKind, Sighting>>> {
        let (first, last) = range.bounds();
        let mut found: BTreeMap<AccountRegion, BTreeMap<EvidenceKind, Sighting>> = BTreeMap::new();
        let rows = sqlx::query(
            "SELECT account_id, region, kind, passed, at, reason_code, description, suppressed \
             FROM sightings WHERE account_id BETWEEN $1 AND $2",
        )
        .bind(first)
        .bind(last)
        .fetch_all(&self.pool)
        .await?;
        for row in &rows {
            let row = Columns::of(row, "sightings", &["account_id", "region", "kind"]);
            let place = (row.parse("account_id")?, row.parse("region")?);
            let sighting = Sighting {
                passed: row.flag("passed")?,
                at: row.parse("at")?,
                reason_code: row.get("reason_code")?,
                description: row.get("description")?,
                is_suppressed: row.flag("suppressed")?,
            };
            let kind = row.parse("kind")?;
            found.entry(place).or_default().insert(kind, sighting);
        }
        Ok(found)
    }

    /// Up to when the evidence of each Region was read completely.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn evidence_readings(&self) -> Result<BTreeMap<Region, Timestamp>> {
        sqlx::query("SELECT region, read_to FROM evidence_readings")
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| {
                let row = Columns::of(row, "evidence_readings", &["region"]);
                Ok((row.parse("region")?, row.parse("read_to")?))
            })
            .collect()
    }
}

impl Tx {
    /// Stores sightings; of each account, Region and kind the newest one is kept.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_sightings(&mut self, seen: &[&ControlSighting]) -> Result<()> {
        // PostgreSQL refuses to update a row twice in one statement.
        let mut newest: BTreeMap<(&AccountRegion, &EvidenceKind), &Sighting> = BTreeMap::new();
        for one in seen {
            let known = newest
                .entry((&one.place, &one.kind))
                .or_insert(&one.sighting);
            if one.sighting.replaces(known) {
                *known = &one.sighting;
            }
        }
        let newest: Vec<_> = newest.into_iter().collect();
        for part in batches(&newest, WIDTH) {
            let sql = format!(
                "INSERT INTO sightings (account_id, region, kind, passed, at, reason_code, description, suppressed) \
                 VALUES {} ON CONFLICT (account_id, region, kind) DO UPDATE SET passed = excluded.passed, \
                 at = excluded.at, reason_code = excluded.reason_code, description = excluded.description, \
                 suppressed = excluded.suppressed \
                 WHERE excluded.at > sightings.at \
                 OR (excluded.at = sightings.at AND excluded.passed <= sightings.passed)",
                value_rows(self.1, part.len(), WIDTH)
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for ((place, kind), sighting) in part {
                query = query
                    .bind(place.0.as_str())
                    .bind(place.1.as_str())
                    .bind(kind.to_string())
                    .bind(i64::from(sighting.passed))
                    .bind(sighting.at.to_string())
                    .bind(sighting.reason_code.as_str())
                    .bind(sighting.description.as_str())
                    .bind(i64::from(sighting.is_suppressed));
            }
            query.execute(&mut *self.0).await?;
        }
        Ok(())
    }

    /// Records that the evidence of a Region was read completely up to a moment; an earlier moment changes nothing.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_evidence_reading(&mut self, region: Region, read_to: Timestamp) -> Result<()> {
        sqlx::query(
            "INSERT INTO evidence_readings (region, read_to) VALUES ($1, $2) \
             ON CONFLICT (region) DO UPDATE SET read_to = excluded.read_to \
             WHERE excluded.read_to > evidence_readings.read_to",
        )
        .bind(region.as_str())
        .bind(read_to.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Deletes sightings from before a moment: they have long proven nothing.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_sightings(&mut self, before: Timestamp) -> Result<u64> {
        let forgotten = sqlx::query("DELETE FROM sightings WHERE at < $1")
            .bind(before.to_string())
            .execute(&mut *self.0)
            .await?;
        Ok(forgotten.rows_affected())
    }
}
