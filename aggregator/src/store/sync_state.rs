//! The table `sync_state`: how far each source of the mirror has been read.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::Row;

use super::{Result, Store, StoreError, Tx};
use crate::domain::mirror::Checkpoint;

impl Store {
    /// How far each source has been read, by its name.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn checkpoints(&self) -> Result<BTreeMap<String, Checkpoint>> {
        sqlx::query("SELECT source, read_to, swept_at FROM sync_state ORDER BY source")
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| {
                let source: String = row.try_get(0)?;
                let time = |column: &'static str| -> Result<Timestamp> {
                    let text: String = row.try_get(column)?;
                    text.parse().map_err(|_| StoreError::Damaged {
                        table: "sync_state",
                        row: source.clone(),
                        why: column.to_owned(),
                    })
                };
                let checkpoint = Checkpoint {
                    read_to: time("read_to")?,
                    swept_at: time("swept_at")?,
                };
                Ok((source, checkpoint))
            })
            .collect()
    }
}

impl Tx {
    /// Writes how far a source has been read.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_checkpoint(&mut self, source: &str, checkpoint: Checkpoint) -> Result<()> {
        sqlx::query(
            "INSERT INTO sync_state (source, read_to, swept_at) VALUES ($1, $2, $3) \
             ON CONFLICT (source) DO UPDATE SET read_to = $2, swept_at = $3",
        )
        .bind(source.to_owned())
        .bind(checkpoint.read_to.to_string())
        .bind(checkpoint.swept_at.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Forgets a source that is asked no more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_checkpoint(&mut self, source: &str) -> Result<()> {
        sqlx::query("DELETE FROM sync_state WHERE source = $1")
            .bind(source.to_owned())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }
}
