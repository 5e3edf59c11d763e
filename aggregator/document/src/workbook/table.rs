//! The ledger as a table of texts, the same for every format: headers in one language, one row per
//! account.

use hubward_domain::account::{Account, Language};
use hubward_domain::ledger::{LedgerColumn, same_header, unknown_columns};

/// Headers and rows, all of the same width.
pub(super) struct LedgerTable {
    pub(super) headers: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

impl LedgerTable {
    pub(super) fn of(accounts: &[Account], language: Language) -> Self {
        let unknown = unknown_columns(accounts);
        let known = LedgerColumn::ALL
            .iter()
            .map(|column| column.header(language));
        Self {
            headers: known
                .chain(unknown.iter().copied())
                .map(str::to_owned)
                .collect(),
            rows: accounts
                .iter()
                .map(|account| row(account, &unknown))
                .collect(),
        }
    }
}

fn row(account: &Account, unknown: &[&str]) -> Vec<String> {
    let known = LedgerColumn::ALL
        .into_iter()
        .map(|column| column.text(account));
    let extra = unknown.iter().map(|header| {
        let own = account
            .extra
            .iter()
            .find(|(name, _)| same_header(name, header));
        own.map(|(_, value)| value.clone()).unwrap_or_default()
    });
    known.chain(extra).collect()
}
