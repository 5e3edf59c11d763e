//! The table `accounts`: the ledger's rows.

use std::collections::{BTreeMap, BTreeSet};

use hubward_protocol::AccountId;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::batch::{batches, placeholders};
use super::columns::Columns;
use super::evidence::AccountRange;
use super::{Result, Store, Tx};
use hubward_domain::account::Account;
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::search;

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

    /// A page of the ledger, by account id, and how many rows it has in all.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn account_page(&self, window: PageWindow) -> Result<(Vec<Account>, i64)> {
        let count = "SELECT COUNT(*) FROM accounts".to_owned();
        let page = format!("SELECT {COLUMNS} FROM accounts ORDER BY account_id");
        let (rows, all) = self.page(count, &page, &[], window).await?;
        Ok((rows.iter().map(account).collect::<Result<_>>()?, all))
    }

    /// The ledger's rows of a range of accounts, by account id.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub(crate) async fn accounts_in(&self, range: AccountRange<'_>) -> Result<Vec<Account>> {
        let (first, last) = range.bounds();
        let sql = format!(
            "SELECT {COLUMNS} FROM accounts WHERE account_id BETWEEN $1 AND $2 ORDER BY account_id"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(first)
            .bind(last)
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(account)
            .collect()
    }

    /// The ledger's rows of some accounts, which may be named more than once.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn accounts_of(&self, wanted: &[AccountId]) -> Result<BTreeMap<AccountId, Account>> {
        let wanted: BTreeSet<&AccountId> = wanted.iter().collect();
        let wanted: Vec<&AccountId> = wanted.into_iter().collect();
        let mut found = BTreeMap::new();
        for part in batches(&wanted, 1) {
            let sql = format!(
                "SELECT {COLUMNS} FROM accounts WHERE account_id IN ({})",
                placeholders(self.engine, 1, part.len())
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for account in part {
                query = query.bind(account.as_str());
            }
            for row in query.fetch_all(&self.pool).await? {
                let account = account(&row)?;
                found.insert(account.account_id.clone(), account);
            }
        }
        Ok(found)
    }

    /// Folds the search keys of rows that have none: those of a ledger that an older version wrote. SQL cannot do it,
    /// and where it was cut off, the next program that opens the database goes on.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn fold_search_keys(&self) -> Result<()> {
        loop {
            let rows = sqlx::query(
                "SELECT account_id, project, department, contact FROM accounts \
                 WHERE search_key IS NULL LIMIT 1000",
            )
            .fetch_all(&self.pool)
            .await?;
            if rows.is_empty() {
                return Ok(());
            }
            let mut tx = self.begin().await?;
            for row in rows {
                let account: String = row.try_get(0)?;
                let (project, department, contact): (String, String, String) =
                    (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
                let key = search::account_key(&account, &project, &department, &contact);
                // Unless the row was written meanwhile, with a key of its own.
                sqlx::query(
                    "UPDATE accounts SET search_key = $1 \
                     WHERE account_id = $2 AND search_key IS NULL",
                )
                .bind(key)
                .bind(account)
                .execute(&mut *tx.0)
                .await?;
            }
            tx.commit().await?;
        }
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
            "INSERT INTO accounts ({COLUMNS}, search_key) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
             ON CONFLICT (account_id) DO UPDATE SET project = $2, department = $3, environment = $4, \
             contact = $5, contact_emails = $6, account_email = $7, language = $8, regions = $9, \
             standards = $10, report = $11, state = $12, request = $13, notes = $14, extra = $15, \
             search_key = $16"
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
            .bind(search::key_of(account))
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }
}

fn account(row: &AnyRow) -> Result<Account> {
    let row = Columns::of(row, "accounts", &["account_id"]);
    Ok(Account {
        account_id: row.parse("account_id")?,
        project: row.get("project")?,
        department: row.get("department")?,
        environment: row.get("environment")?,
        contact: row.get("contact")?,
        contact_emails: row.json("contact_emails")?,
        account_email: row.get("account_email")?,
        language: row.parse("language")?,
        regions: row.json("regions")?,
        standards: row.json("standards")?,
        report: row.parse("report")?,
        state: row.parse("state")?,
        request: row.get("request")?,
        notes: row.get("notes")?,
        extra: row.json("extra")?,
    })
}

fn json<T: serde::Serialize>(values: &[T]) -> String {
    // Texts and pairs of texts always serialize.
    serde_json::to_string(values).unwrap_or_default()
}
