//! The table `alert_arrivals`: how each alert arrived.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::columns::Columns;
use super::{Result, Store, Tx};
use hubward_domain::alert::arrival::Arrival;

const COLUMNS: &str = "alert_id, door, aws_created_at, event_at, received_at, stored_at";

impl Store {
    /// How an alert arrived; `None` if an older version stored it.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn arrival(&self, alert: &str) -> Result<Option<Arrival>> {
        one(&self.pool, alert).await
    }

    /// The newest alert of an account that arrived since a moment, and its arrival.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn arrived_since(
        &self,
        account: &str,
        since: Timestamp,
    ) -> Result<Option<(String, Arrival)>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM alert_arrivals WHERE stored_at >= $1 AND alert_id IN \
             (SELECT id FROM alerts WHERE account_id = $2) ORDER BY stored_at DESC LIMIT 1"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(since.to_string())
            .bind(account.to_owned())
            .fetch_optional(&self.pool)
            .await?
            .map(|row| Ok((row.try_get("alert_id")?, arrival(&row)?)))
            .transpose()
    }
}

impl Tx {
    /// Stores how an alert arrived; only the first time counts.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_arrival(&mut self, alert: &str, arrival: &Arrival) -> Result<()> {
        let sql = format!(
            "INSERT INTO alert_arrivals ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (alert_id) DO NOTHING"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(alert.to_owned())
            .bind(arrival.door.as_str())
            .bind(arrival.aws_created_at.map(|at| at.to_string()))
            .bind(arrival.event_at.map(|at| at.to_string()))
            .bind(arrival.received_at.to_string())
            .bind(arrival.stored_at.to_string())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// How an alert arrived.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn arrival(&mut self, alert: &str) -> Result<Option<Arrival>> {
        one(&mut *self.0, alert).await
    }
}

async fn one<'c>(
    connection: impl sqlx::Executor<'c, Database = sqlx::Any>,
    alert: &str,
) -> Result<Option<Arrival>> {
    let sql = format!("SELECT {COLUMNS} FROM alert_arrivals WHERE alert_id = $1");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(alert.to_owned())
        .fetch_optional(connection)
        .await?
        .map(|row| arrival(&row))
        .transpose()
}

fn arrival(row: &AnyRow) -> Result<Arrival> {
    let row = Columns::of(row, "alert_arrivals", &["alert_id"]);
    Ok(Arrival {
        door: row.parse("door")?,
        aws_created_at: row.maybe("aws_created_at")?,
        event_at: row.maybe("event_at")?,
        received_at: row.parse("received_at")?,
        stored_at: row.parse("stored_at")?,
    })
}
