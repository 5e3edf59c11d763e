//! One page of the matching rows, and how many match: the same two statements for every list. Each
//! table has its own conditions.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Result, Store};
use hubward_domain::account_matrix::PageWindow;

impl Store {
    /// The rows of a window, and the number of all. Both statements have the same conditions, with
    /// `bound` from `$1` on; `page` ends with its ORDER BY.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn page(
        &self,
        count: String,
        page: &str,
        bound: &[String],
        window: PageWindow,
    ) -> Result<(Vec<AnyRow>, i64)> {
        let mut query = sqlx::query(sqlx::AssertSqlSafe(count));
        for text in bound {
            query = query.bind(text.clone());
        }
        let all = query.fetch_one(&self.pool).await?.try_get(0)?;
        let sql = format!(
            "{page} LIMIT ${} OFFSET ${}",
            bound.len() + 1,
            bound.len() + 2
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for text in bound {
            query = query.bind(text.clone());
        }
        let rows = query
            .bind(window.limit)
            .bind(window.offset)
            .fetch_all(&self.pool)
            .await?;
        Ok((rows, all))
    }
}
