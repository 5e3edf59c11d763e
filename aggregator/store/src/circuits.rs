//! The table `circuits`: the channels that failed lately. A working channel has no row.

use std::collections::BTreeMap;

use sqlx::Row;
use sqlx::any::AnyRow;

use super::columns::Columns;
use super::{Result, Store, Tx};
use hubward_domain::circuit::Circuit;

impl Store {
    /// The channels that failed lately, by name.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn circuits(&self) -> Result<BTreeMap<String, Circuit>> {
        sqlx::query("SELECT channel, failures, since, probe_at, why FROM circuits")
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| Ok((row.try_get("channel")?, circuit(row)?)))
            .collect()
    }
}

impl Tx {
    /// The state of a channel's circuit.
    ///
    /// # Errors
    /// The database failed, or the row is damaged.
    pub async fn circuit(&mut self, channel: &str) -> Result<Circuit> {
        let sql = "SELECT channel, failures, since, probe_at, why FROM circuits WHERE channel = $1";
        let row = sqlx::query(sql)
            .bind(channel.to_owned())
            .fetch_optional(&mut *self.0)
            .await?;
        row.as_ref().map_or_else(|| Ok(Circuit::default()), circuit)
    }

    /// Stores the state of a channel's circuit.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_circuit(&mut self, channel: &str, circuit: &Circuit) -> Result<()> {
        if *circuit == Circuit::default() {
            sqlx::query("DELETE FROM circuits WHERE channel = $1")
                .bind(channel.to_owned())
                .execute(&mut *self.0)
                .await?;
            return Ok(());
        }
        let (failures, since, probe_at, why) = match circuit {
            Circuit::Closed { failures } => (*failures, String::new(), String::new(), ""),
            Circuit::Open {
                failures,
                since,
                probe_at,
                why,
            } => (
                *failures,
                since.to_string(),
                probe_at.to_string(),
                why.as_str(),
            ),
        };
        sqlx::query(
            "INSERT INTO circuits (channel, failures, since, probe_at, why) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (channel) DO UPDATE SET failures = $2, \
             since = $3, probe_at = $4, why = $5",
        )
        .bind(channel.to_owned())
        .bind(failures)
        .bind(since)
        .bind(probe_at)
        .bind(why.to_owned())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Deletes the circuits of channels that the configuration no longer has.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_circuits(&mut self, but: &[String]) -> Result<()> {
        let rows = sqlx::query("SELECT channel FROM circuits")
            .fetch_all(&mut *self.0)
            .await?;
        for row in rows {
            let channel: String = row.try_get(0)?;
            if !but.contains(&channel) {
                self.put_circuit(&channel, &Circuit::default()).await?;
            }
        }
        Ok(())
    }
}

fn circuit(row: &AnyRow) -> Result<Circuit> {
    let row = Columns::of(row, "circuits", &["channel"]);
    let failures = row.get("failures")?;
    let Some(since) = row.maybe("since")? else {
        return Ok(Circuit::Closed { failures });
    };
    Ok(Circuit::Open {
        failures,
        since,
        probe_at: row.parse("probe_at")?,
        why: row.get("why")?,
    })
}
