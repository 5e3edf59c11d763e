//! The table `accounts`: the ledger's rows.

use std::collections::BTreeMap;

use hubward_protocol::AccountId;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Result, Store, StoreError, Tx};
use hubward_domain::account::{Account, AccountState, Language, ReportCadence};

const COLUMNS: &str = "account_id, project, department, environment, contact, contact_emails, \
     account_email, language, regions, standards, report, state, request, notes, extra";

impl Store {
    /// The whole ledger, by account id.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        let sql = format!("SELECT {COLUMNS} FROM accounts ORDER BY account_id");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(account)
            .collect()
    }

    /// The ledger's rows of some accounts.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn accounts_of(&self, wanted: &[AccountId]) -> Result<BTreeMap<AccountId, Account>> {
        if wanted.is_empty() {
            return Ok(BTreeMap::new());
        }
        let places: Vec<String> = (1..=wanted.len()).map(|n| format!("${n}")).collect();
        let sql = format!(
            "SELECT {COLUMNS} FROM accounts WHERE account_id IN ({})",
            places.join(", ")
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for account in wanted {
            query = query.bind(account.as_str());
        }
        query
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| account(row).map(|found| (found.account_id.clone(), found)))
            .collect()
    }

    /// The projects of some accounts.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn projects(&self, wanted: &[AccountId]) -> Result<BTreeMap<AccountId, String>> {
        let rows = self.accounts_of(wanted).await?;
        Ok(rows
            .into_iter()
            .map(|(id, row)| (id, row.project))
            .collect())
    }

    /// The number of accounts in each state.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_accounts(&self) -> Result<BTreeMap<String, i64>> {
        sqlx::query("SELECT state, COUNT(*) FROM accounts GROUP BY state")
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect()
    }
}

impl Tx {
    /// The whole ledger, by account id, within this transaction.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn accounts(&mut self) -> Result<Vec<Account>> {
        let sql = format!("SELECT {COLUMNS} FROM accounts ORDER BY account_id");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&mut *self.0)
            .await?
            .iter()
            .map(account)
            .collect()
    }

    /// Whether the account is in the ledger.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_account(&mut self, account: &AccountId) -> Result<bool> {
        Ok(sqlx::query("SELECT 1 FROM accounts WHERE account_id = $1")
            .bind(account.as_str())
            .fetch_optional(&mut *self.0)
            .await?
            .is_some())
    }

    /// Inserts or updates a row.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put_account(&mut self, account: &Account) -> Result<()> {
        let sql = format!(
            "INSERT INTO accounts ({COLUMNS}) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
             ON CONFLICT (account_id) DO UPDATE SET project = $2, department = $3, environment = $4, \
             contact = $5, contact_emails = $6, account_email = $7, language = $8, regions = $9, \
             standards = $10, report = $11, state = $12, request = $13, notes = $14, extra = $15"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(account.account_id.as_str())
            .bind(account.project.as_str())
            .bind(account.department.as_str())
            .bind(account.environment.as_str())
            .bind(account.contact.as_str())
            .bind(json(&account.contact_emails))
            .bind(account.account_email.as_deref())
            .bind(account.language.as_str())
            .bind(json(&account.regions))
            .bind(json(&account.standards))
            .bind(account.report.as_str())
            .bind(account.state.as_str())
            .bind(account.request.as_str())
            .bind(account.notes.as_str())
            .bind(json(&account.extra))
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }
}

fn account(row: &AnyRow) -> Result<Account> {
    let key: String = row.try_get("account_id")?;
    let damaged = |why: String| StoreError::Damaged {
        table: "accounts",
        row: key.clone(),
        why,
    };
    let text = |column: &str| row.try_get::<String, _>(column);
    let word = |column: &'static str| -> Result<String> { Ok(text(column)?) };
    let (language, report, state) = (word("language")?, word("report")?, word("state")?);
    Ok(Account {
        account_id: key.parse().map_err(|_| damaged("account_id".to_owned()))?,
        project: text("project")?,
        department: text("department")?,
        environment: text("environment")?,
        contact: text("contact")?,
        contact_emails: list(&text("contact_emails")?).map_err(damaged)?,
        account_email: row.try_get("account_email")?,
        language: Language::ALL
            .into_iter()
            .find(|known| known.as_str() == language)
            .ok_or_else(|| damaged(language))?,
        regions: list(&text("regions")?).map_err(damaged)?,
        standards: list(&text("standards")?).map_err(damaged)?,
        report: ReportCadence::ALL
            .into_iter()
            .find(|known| known.as_str() == report)
            .ok_or_else(|| damaged(report))?,
        state: AccountState::ALL
            .into_iter()
            .find(|known| known.as_str() == state)
            .ok_or_else(|| damaged(state))?,
        request: text("request")?,
        notes: text("notes")?,
        extra: list(&text("extra")?).map_err(damaged)?,
    })
}

fn json<T: serde::Serialize>(values: &[T]) -> String {
    // Texts and pairs of texts always serialize.
    serde_json::to_string(values).unwrap_or_default()
}

fn list<T: serde::de::DeserializeOwned>(text: &str) -> std::result::Result<Vec<T>, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}
