//! The table `told_quotas`: the level of each AWS limit of which operators were last notified.

use hubward_protocol::Region;
use sqlx::Row;

use super::{Result, Tx};
use hubward_domain::quota::Quota;

impl Tx {
    /// Stores the present level of a limit, and returns the previous one; 0 if there was none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn replace_quota_level(
        &mut self,
        region: Region,
        quota: Quota,
        level: i64,
    ) -> Result<i64> {
        let before = sqlx::query("SELECT level FROM told_quotas WHERE region = $1 AND quota = $2")
            .bind(region.as_str())
            .bind(quota.as_str())
            .fetch_optional(&mut *self.0)
            .await?
            .map(|row| row.try_get(0))
            .transpose()?
            .unwrap_or(0);
        if before != level {
            sqlx::query(
                "INSERT INTO told_quotas (region, quota, level) VALUES ($1, $2, $3) \
                 ON CONFLICT (region, quota) DO UPDATE SET level = $3",
            )
            .bind(region.as_str())
            .bind(quota.as_str())
            .bind(level)
            .execute(&mut *self.0)
            .await?;
        }
        Ok(before)
    }
}
