//! All that a check judges by, of some accounts: from `accounts`, `run_reports`, `sightings`, `step_history` and
//! `exceptions`.

use hubward_protocol::AccountId;

use super::{Result, Store};
use hubward_domain::check::{Evidence, ProofPolicy};

/// Accounts that follow each other by their ids, both ends included. A page of a list is one: its rows are found by an
/// index, in a statement whose text is the same for every page.
#[derive(Clone, Copy, Debug)]
pub enum AccountRange<'a> {
    /// Every account.
    All,
    /// From one account to another.
    Between(&'a AccountId, &'a AccountId),
}

impl<'a> AccountRange<'a> {
    /// One account.
    pub fn one(account: &'a AccountId) -> Self {
        Self::Between(account, account)
    }

    /// The first id and the last. Ids have twelve digits, so that their texts compare as numbers.
    pub(super) fn bounds(self) -> (String, String) {
        match self {
            Self::All => ("000000000000".to_owned(), "999999999999".to_owned()),
            Self::Between(first, last) => (first.to_string(), last.to_string()),
        }
    }
}

impl Store {
    /// What is known of these accounts; `policy` is the configuration's part of it.
    ///
    /// # Errors
    /// The database failed, or a row is damaged.
    pub async fn evidence(&self, range: AccountRange<'_>, policy: ProofPolicy) -> Result<Evidence> {
        let ledger = self.accounts_in(range).await?.into_iter();
        Ok(Evidence {
            policy,
            ledger: ledger.map(|row| (row.account_id.clone(), row)).collect(),
            reports: self.run_reports(range).await?,
            sightings: self.sightings(range).await?,
            history: self.step_history(range).await?,
            exceptions: self.exceptions_in(range).await?,
            read_to: self.evidence_readings().await?,
            controls: self.proving_controls().await?,
        })
    }
}
