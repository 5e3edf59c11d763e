//! The tables `sync_state` and `swept_parts`: how far each source of the mirror has been read, and
//! the completed parts of a full reading in progress.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::columns::Columns;
use super::{Result, Store, Tx};
use hubward_domain::mirror::{Checkpoint, Sweep};

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
                let row = Columns::of(row, "sync_state", &["source"]);
                let checkpoint = Checkpoint {
                    read_to: row.parse("read_to")?,
                    swept_at: row.parse("swept_at")?,
                };
                Ok((row.get("source")?, checkpoint))
            })
            .collect()
    }

    /// The full reading of a source that is in progress, if there is one.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn sweep(&self, source: &str) -> Result<Option<Sweep>> {
        let rows = sqlx::query("SELECT source, part, began_at FROM swept_parts WHERE source = $1")
            .bind(source.to_owned())
            .fetch_all(&self.pool)
            .await?;
        let mut sweep: Option<Sweep> = None;
        for row in rows {
            let row = Columns::of(&row, "swept_parts", &["source", "part"]);
            let sweep = sweep.get_or_insert(Sweep {
                began_at: row.parse("began_at")?,
                read: Vec::new(),
            });
            sweep.read.push(row.get("part")?);
        }
        Ok(sweep)
    }
}

impl Tx {
    /// Records that a part of a full reading is complete.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_swept(&mut self, source: &str, part: &str, began_at: Timestamp) -> Result<()> {
        sqlx::query(
            "INSERT INTO swept_parts (source, part, began_at) VALUES ($1, $2, $3) \
             ON CONFLICT (source, part) DO UPDATE SET began_at = excluded.began_at",
        )
        .bind(source.to_owned())
        .bind(part.to_owned())
        .bind(began_at.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Deletes the parts of a full reading, because it is complete or starts again.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_swept(&mut self, source: &str) -> Result<()> {
        sqlx::query("DELETE FROM swept_parts WHERE source = $1")
            .bind(source.to_owned())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Stores how far a source has been read.
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

    /// Deletes a source that is no longer read.
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
