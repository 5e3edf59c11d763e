//! The table `requests`. Only the process that holds the lease works on an approved request.

use jiff::{SignedDuration, Timestamp};
use sqlx::any::AnyRow;

use super::columns::Columns;
use super::{Result, Store, StoreError, Tx};
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::request::Request;

const COLUMNS: &str = "id, origin, asked, reporter, language, revision, version, facts, \
     contacts_told, created_at, updated_at";

/// How long a worker holds a request: longer than inviting one account takes.
const LEASE: SignedDuration = SignedDuration::from_mins(5);

impl Store {
    /// All requests, newest first.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn requests(&self) -> Result<Vec<Request>> {
        let sql = format!("SELECT {COLUMNS} FROM requests ORDER BY position DESC");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(request)
            .collect()
    }

    /// A page of the requests, or of those in a state, newest first, and how many there are.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn request_page(
        &self,
        state: Option<&str>,
        window: PageWindow,
    ) -> Result<(Vec<Request>, i64)> {
        let bound: Vec<String> = state.map(str::to_owned).into_iter().collect();
        let matching = if state.is_some() {
            "state = $1"
        } else {
            "1 = 1"
        };
        let count = format!("SELECT COUNT(*) FROM requests WHERE {matching}");
        let page =
            format!("SELECT {COLUMNS} FROM requests WHERE {matching} ORDER BY position DESC");
        let (rows, all) = self.page(count, &page, &bound, window).await?;
        Ok((rows.iter().map(request).collect::<Result<_>>()?, all))
    }

    /// The requests in a state, oldest first.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn requests_in(&self, state: &str) -> Result<Vec<Request>> {
        let sql = format!("SELECT {COLUMNS} FROM requests WHERE state = $1 ORDER BY position");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(state.to_owned())
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(request)
            .collect()
    }

    /// One request.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn request(&self, id: &str) -> Result<Option<Request>> {
        let sql = format!("SELECT {COLUMNS} FROM requests WHERE id = $1");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id.to_owned())
            .fetch_optional(&self.pool)
            .await?
            .as_ref()
            .map(request)
            .transpose()
    }
}

impl Tx {
    /// One request, locked against all other writers until the transaction ends.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn hold_request(&mut self, id: &str) -> Result<Option<Request>> {
        // An update that changes nothing, because a plain read does not lock the row on PostgreSQL.
        let sql = format!("UPDATE requests SET id = id WHERE id = $1 RETURNING {COLUMNS}");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id.to_owned())
            .fetch_optional(&mut *self.0)
            .await?
            .as_ref()
            .map(request)
            .transpose()
    }

    /// Inserts or updates a request; it becomes due at once.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_request(&mut self, request: &Request) -> Result<()> {
        let unwritable = |column| {
            let id = request.id.clone();
            move |error: serde_json::Error| StoreError::damaged("requests", id, column, error)
        };
        let asked = serde_json::to_string(&request.asked).map_err(unwritable("asked"))?;
        let facts = serde_json::to_string(&request.state).map_err(unwritable("facts"))?;
        sqlx::query(
            "INSERT INTO requests (id, position, origin, asked, reporter, language, revision, \
             version, state, facts, contacts_told, created_at, updated_at, due_at, leased_until) \
             VALUES ($1, (SELECT COALESCE(MAX(position), 0) + 1 FROM requests), $2, $3, $4, $5, $6, \
             $7, $8, $9, $10, $11, $12, $12, $12) \
             ON CONFLICT (id) DO UPDATE SET asked = $3, reporter = $4, language = $5, \
             revision = $6, version = $7, state = $8, facts = $9, contacts_told = $10, \
             updated_at = $12, due_at = $12",
        )
        .bind(request.id.clone())
        .bind(request.origin.as_str())
        .bind(asked)
        .bind(request.reporter.clone())
        .bind(request.language.as_str())
        .bind(request.revision)
        .bind(request.version.map(|version| version.to_string()))
        .bind(request.state.as_str())
        .bind(facts)
        .bind(request.contacts_told.map(|at| at.to_string()))
        .bind(request.created_at.to_string())
        .bind(request.updated_at.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Leases the next approved request that is due.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn lease_request(&mut self, now: Timestamp) -> Result<Option<Request>> {
        let sql = format!(
            "UPDATE requests SET leased_until = $1 \
             WHERE id = (SELECT id FROM requests WHERE state = 'approved' AND due_at <= $2 \
             AND leased_until <= $2 ORDER BY due_at, position LIMIT 1) \
             AND leased_until <= $2 RETURNING {COLUMNS}"
        );
        let until = now.checked_add(LEASE).unwrap_or(now);
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(until.to_string())
            .bind(now.to_string())
            .fetch_optional(&mut *self.0)
            .await?
            .as_ref()
            .map(request)
            .transpose()
    }

    /// Makes all approved requests due.
    ///
    /// # Errors
    /// The database failed.
    pub async fn make_requests_due(&mut self, now: Timestamp) -> Result<()> {
        sqlx::query("UPDATE requests SET due_at = $1 WHERE state = 'approved' AND due_at > $1")
            .bind(now.to_string())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Releases the lease; the request becomes due at a later time.
    ///
    /// # Errors
    /// The database failed.
    pub async fn release_request(
        &mut self,
        id: &str,
        now: Timestamp,
        due: Timestamp,
    ) -> Result<()> {
        sqlx::query("UPDATE requests SET leased_until = $1, due_at = $2 WHERE id = $3")
            .bind(now.to_string())
            .bind(due.to_string())
            .bind(id.to_owned())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }
}

fn request(row: &AnyRow) -> Result<Request> {
    let row = Columns::of(row, "requests", &["id"]);
    Ok(Request {
        id: row.get("id")?,
        origin: row.parse("origin")?,
        asked: row.json("asked")?,
        reporter: row.get("reporter")?,
        language: row.parse("language")?,
        revision: row.get("revision")?,
        version: row.maybe("version")?,
        state: row.json("facts")?,
        contacts_told: row.maybe("contacts_told")?,
        created_at: row.parse("created_at")?,
        updated_at: row.parse("updated_at")?,
    })
}
