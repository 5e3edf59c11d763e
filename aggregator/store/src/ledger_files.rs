//! The table `ledger_files`: the version of the ledger's object in S3 that was last imported.

use jiff::Timestamp;
use sqlx::Row;

use super::{Result, Store, Tx};
use hubward_domain::object::{Object, Version};

impl Store {
    /// The version of an object that was last imported.
    ///
    /// # Errors
    /// The database failed.
    pub async fn ledger_file(&self, object: &Object) -> Result<Option<Version>> {
        let sql = "SELECT etag, version FROM ledger_files WHERE bucket = $1 AND object_key = $2";
        let row = sqlx::query(sql)
            .bind(object.bucket.clone())
            .bind(object.key.clone())
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| {
            Ok(Version {
                etag: row.try_get(0)?,
                id: row.try_get(1)?,
            })
        })
        .transpose()
    }
}

impl Tx {
    /// Stores the version of an object that was imported.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_ledger_file(
        &mut self,
        object: &Object,
        version: &Version,
        sha256: &str,
        taken_at: Timestamp,
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO ledger_files (bucket, object_key, etag, version, sha256, taken_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (bucket, object_key) \
             DO UPDATE SET etag = $3, version = $4, sha256 = $5, taken_at = $6",
        )
        .bind(object.bucket.clone())
        .bind(object.key.clone())
        .bind(version.etag.clone())
        .bind(version.id.clone())
        .bind(sha256.to_owned())
        .bind(taken_at.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }
}
