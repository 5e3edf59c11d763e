//! The table `access_tokens`: the hashes of the access tokens that operators made.

use sqlx::any::AnyRow;

use super::columns::Columns;
use super::{Result, Store, Tx};
use hubward_domain::access::AccessToken;

const COLUMNS: &str = "name, id, hash, role, created_at, created_by";

impl Store {
    /// All tokens, by name.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn access_tokens(&self) -> Result<Vec<AccessToken>> {
        let sql = format!("SELECT {COLUMNS} FROM access_tokens ORDER BY name");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(token)
            .collect()
    }

    /// The token with this id.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn access_token(&self, id: &str) -> Result<Option<AccessToken>> {
        let sql = format!("SELECT {COLUMNS} FROM access_tokens WHERE id = $1");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id.to_owned())
            .fetch_optional(&self.pool)
            .await?
            .map(|row| token(&row))
            .transpose()
    }
}

impl Tx {
    /// Stores a new token. Returns `false` if the name is taken.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert_access_token(&mut self, token: &AccessToken) -> Result<bool> {
        let sql = format!(
            "INSERT INTO access_tokens ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (name) DO NOTHING"
        );
        let inserted = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(token.name.as_str())
            .bind(token.id.as_str())
            .bind(token.hash.as_str())
            .bind(token.role.as_str())
            .bind(token.created_at.to_string())
            .bind(token.created_by.as_str())
            .execute(&mut *self.0)
            .await?;
        Ok(inserted.rows_affected() == 1)
    }

    /// Deletes a token, and the sessions that were opened with it. Returns `false` if there is no
    /// token of this name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete_access_token(&mut self, name: &str) -> Result<bool> {
        sqlx::query("DELETE FROM sessions WHERE token = $1")
            .bind(name.to_owned())
            .execute(&mut *self.0)
            .await?;
        let deleted = sqlx::query("DELETE FROM access_tokens WHERE name = $1")
            .bind(name.to_owned())
            .execute(&mut *self.0)
            .await?;
        Ok(deleted.rows_affected() == 1)
    }
}

fn token(row: &AnyRow) -> Result<AccessToken> {
    let row = Columns::of(row, "access_tokens", &["name"]);
    Ok(AccessToken {
        name: row.get("name")?,
        id: row.get("id")?,
        hash: row.get("hash")?,
        role: row.parse("role")?,
        created_at: row.parse("created_at")?,
        created_by: row.get("created_by")?,
    })
}
