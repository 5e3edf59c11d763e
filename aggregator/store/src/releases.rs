//! The table `releases`: the agent's releases. The files are not stored here.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Result, Store, StoreError, Tx};
use hubward_domain::release::Release;

const SELECT: &str = "SELECT version, sha256, size, added_at, added_by FROM releases";

impl Store {
    /// All releases, newest version first.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn releases(&self) -> Result<Vec<Release>> {
        sorted(&sqlx::query(SELECT).fetch_all(&self.pool).await?)
    }
}

impl Tx {
    /// All releases, newest version first, within this transaction.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn releases(&mut self) -> Result<Vec<Release>> {
        sorted(&sqlx::query(SELECT).fetch_all(&mut *self.0).await?)
    }

    /// Stores a new release.
    ///
    /// # Errors
    /// The database failed, or the version exists.
    pub async fn insert_release(&mut self, release: &Release) -> Result<()> {
        sqlx::query(
            "INSERT INTO releases (version, sha256, size, added_at, added_by) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(release.version.to_string())
        .bind(release.sha256.clone())
        .bind(i64::try_from(release.size).unwrap_or(i64::MAX))
        .bind(release.added_at.to_string())
        .bind(release.added_by.clone())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }
}

fn sorted(rows: &[AnyRow]) -> Result<Vec<Release>> {
    let mut releases: Vec<Release> = rows.iter().map(release).collect::<Result<_>>()?;
    releases.sort_by(|a, b| b.version.cmp(&a.version));
    Ok(releases)
}

fn release(row: &AnyRow) -> Result<Release> {
    let version: String = row.try_get("version")?;
    let damaged = |why: String| StoreError::Damaged {
        table: "releases",
        row: version.clone(),
        why,
    };
    Ok(Release {
        version: version
            .parse()
            .map_err(|error: semver::Error| damaged(error.to_string()))?,
        sha256: row.try_get("sha256")?,
        size: u64::try_from(row.try_get::<i64, _>("size")?)
            .map_err(|error| damaged(error.to_string()))?,
        added_at: row
            .try_get::<String, _>("added_at")?
            .parse::<Timestamp>()
            .map_err(|error| damaged(error.to_string()))?,
        added_by: row.try_get("added_by")?,
    })
}
