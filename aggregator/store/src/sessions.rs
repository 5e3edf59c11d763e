//! The table `sessions`: logins to the dashboard.

use jiff::Timestamp;

use super::columns::Columns;
use super::{Result, Store, Tx};
use hubward_domain::access::Session;

impl Store {
    /// The session with this cookie's hash, expired or not. One that was opened with a token exists
    /// only as long as the token.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn session(&self, hash: &str) -> Result<Option<Session>> {
        let sql = "SELECT s.session, s.name, s.token, s.started_at, s.seen_at, t.role FROM sessions s \
             LEFT JOIN access_tokens t ON t.name = s.token \
             WHERE s.session = $1 AND (s.token IS NULL OR t.name IS NOT NULL)";
        let Some(row) = sqlx::query(sql)
            .bind(hash.to_owned())
            .fetch_optional(&self.pool)
            .await?
        else {
            return Ok(None);
        };
        let row = Columns::of(&row, "sessions", &["session"]);
        Ok(Some(Session {
            name: row.get("name")?,
            token_role: row.maybe("role")?,
            started_at: row.parse("started_at")?,
            seen_at: row.parse("seen_at")?,
        }))
    }
}

impl Tx {
    /// Stores a new session, and deletes those that started before `oldest`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert_session(
        &mut self,
        hash: &str,
        name: &str,
        token: Option<&str>,
        now: Timestamp,
        oldest: Timestamp,
    ) -> Result<()> {
        self.forget_sessions(oldest).await?;
        sqlx::query(
            "INSERT INTO sessions (session, name, token, started_at, seen_at) \
             VALUES ($1, $2, $3, $4, $4)",
        )
        .bind(hash.to_owned())
        .bind(name.to_owned())
        .bind(token.map(str::to_owned))
        .bind(now.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Deletes sessions that started before a moment. Returns how many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_sessions(&mut self, oldest: Timestamp) -> Result<u64> {
        let forgotten = sqlx::query("DELETE FROM sessions WHERE started_at < $1")
            .bind(oldest.to_string())
            .execute(&mut *self.0)
            .await?;
        Ok(forgotten.rows_affected())
    }

    /// Records the use of a session.
    ///
    /// # Errors
    /// The database failed.
    pub async fn touch_session(&mut self, hash: &str, now: Timestamp) -> Result<()> {
        sqlx::query("UPDATE sessions SET seen_at = $1 WHERE session = $2")
            .bind(now.to_string())
            .bind(hash.to_owned())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete_session(&mut self, hash: &str) -> Result<()> {
        sqlx::query("DELETE FROM sessions WHERE session = $1")
            .bind(hash.to_owned())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }
}
