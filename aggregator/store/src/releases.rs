//! The table `releases`: the agent's releases. The files are not stored here.

use sqlx::any::AnyRow;

use super::columns::Columns;
use super::{Result, Store, Tx};
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
    let row = Columns::of(row, "releases", &["version"]);
    Ok(Release {
        version: row.parse("version")?,
        sha256: row.get("sha256")?,
        size: row.number("size")?,
        added_at: row.parse("added_at")?,
        added_by: row.get("added_by")?,
    })
}
