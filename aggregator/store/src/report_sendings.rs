//! The tables `report_sendings` and `report_claims`: the progress of each report's delivery, and
//! the process that delivers it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use sqlx::Row;

use super::columns::Columns;
use super::{Result, Store, Tx};
use hubward_domain::report::Period;
use hubward_domain::report::sending::{Destination, SendingProgress};

/// How long a claim lasts without renewal; then its holder is considered dead.
const LEASE: SignedDuration = SignedDuration::from_secs(15);

/// The progress of a report, by destination.
pub type Sendings = BTreeMap<Destination, SendingProgress>;

impl Store {
    /// The progress of the reports of a period, by account (or `overview`), of all or of one.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn report_sendings(
        &self,
        period: Period,
        account: Option<&str>,
    ) -> Result<BTreeMap<String, Sendings>> {
        let rows = sqlx::query(
            "SELECT account_id, period, destination, state, attempts, place, why FROM report_sendings \
             WHERE period = $1 AND (account_id = $2 OR $2 = '')",
        )
        .bind(period.to_string())
        .bind(account.unwrap_or_default().to_owned())
        .fetch_all(&self.pool)
        .await?;
        let mut sendings: BTreeMap<String, Sendings> = BTreeMap::new();
        for row in rows {
            let row = Columns::of(&row, "report_sendings", &["account_id", "period"]);
            let why = row.get("why")?;
            let progress = match row.get("state")? {
                "sent" => SendingProgress::Sent {
                    place: row.get("place")?,
                },
                "failed" => SendingProgress::Failed {
                    attempts: row.get("attempts")?,
                    why,
                },
                "given_up" => SendingProgress::GivenUp { why },
                _ => return Err(row.damaged("state", "it is none of the states")),
            };
            sendings
                .entry(row.get("account_id")?)
                .or_default()
                .insert(row.parse("destination")?, progress);
        }
        Ok(sendings)
    }

    /// How often an operator has requested a report again.
    ///
    /// # Errors
    /// The database failed.
    pub async fn report_round(&self, account: &str, period: Period) -> Result<i64> {
        let row = sqlx::query(
            "SELECT COALESCE(MAX(round), 0) FROM report_sendings \
             WHERE account_id = $1 AND period = $2",
        )
        .bind(account.to_owned())
        .bind(period.to_string())
        .fetch_one(&self.pool)
        .await?;
        Ok(row.try_get(0)?)
    }
}

impl Tx {
    /// Claims a report for delivery. Returns `false` if another process has it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn claim_report(
        &mut self,
        account: &str,
        period: Period,
        holder: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let until = now.checked_add(LEASE).unwrap_or(now);
        let claimed = sqlx::query(
            "INSERT INTO report_claims (account_id, period, holder, leased_until) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (account_id, period) DO UPDATE SET \
             holder = $3, leased_until = $4 WHERE report_claims.leased_until <= $5 \
             OR report_claims.holder = $3",
        )
        .bind(account.to_owned())
        .bind(period.to_string())
        .bind(holder.to_owned())
        .bind(whole(until))
        .bind(whole(now))
        .execute(&mut *self.0)
        .await?;
        Ok(claimed.rows_affected() == 1)
    }

    /// Releases a claim.
    ///
    /// # Errors
    /// The database failed; then the claim lasts until its lease ends.
    pub async fn leave_report(
        &mut self,
        account: &str,
        period: Period,
        holder: &str,
    ) -> Result<()> {
        sqlx::query(
            "DELETE FROM report_claims WHERE account_id = $1 AND period = $2 AND holder = $3",
        )
        .bind(account.to_owned())
        .bind(period.to_string())
        .bind(holder.to_owned())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Stores the progress of a report with a destination.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_report_sending(
        &mut self,
        account: &str,
        period: Period,
        destination: Destination,
        progress: &SendingProgress,
        now: Timestamp,
    ) -> Result<()> {
        let (attempts, place, why) = match progress {
            SendingProgress::Sent { place } => (0, place.as_str(), ""),
            SendingProgress::Failed { attempts, why } => (*attempts, "", why.as_str()),
            SendingProgress::GivenUp { why } => (0, "", why.as_str()),
        };
        sqlx::query(
            "INSERT INTO report_sendings (account_id, period, destination, state, attempts, place, \
             why, round, at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8) \
             ON CONFLICT (account_id, period, destination) DO UPDATE SET state = $4, attempts = $5, \
             place = $6, why = $7, at = $8",
        )
        .bind(account.to_owned())
        .bind(period.to_string())
        .bind(destination.as_str())
        .bind(progress.as_str())
        .bind(attempts)
        .bind(place.to_owned())
        .bind(why.to_owned())
        .bind(now.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Makes a report due again for each destination to which it was sent or given up.
    ///
    /// # Errors
    /// The database failed.
    pub async fn send_report_again(
        &mut self,
        account: &str,
        period: Period,
        now: Timestamp,
    ) -> Result<()> {
        sqlx::query(
            "UPDATE report_sendings SET state = 'failed', attempts = 0, why = '', \
             round = round + 1, at = $3 WHERE account_id = $1 AND period = $2",
        )
        .bind(account.to_owned())
        .bind(period.to_string())
        .bind(now.to_string())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }
}

/// Truncated to seconds, so that the texts sort like the times.
fn whole(time: Timestamp) -> String {
    Timestamp::from_second(time.as_second())
        .unwrap_or(time)
        .to_string()
}
