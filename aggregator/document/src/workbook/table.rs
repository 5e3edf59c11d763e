//! The ledger as a table of texts, the same for every format: headers in one language, one row per
//! account.

use strum::VariantArray;

use hubward_domain::account::{Account, Language};
use hubward_domain::ledger::{LedgerColumn, UnknownHeaders, unknown_columns};

/// Headers and rows, all of the same width.
pub(super) struct LedgerTable {
    pub(super) headers: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

impl LedgerTable {
    pub(super) fn of(accounts: &[Account], language: Language) -> Self {
        let unknown = unknown_columns(accounts);
        let mut headers = UnknownHeaders::default();
        let numbers: Vec<usize> = unknown
            .iter()
            .map(|header| headers.number(header))
            .collect();
        let known = LedgerColumn::VARIANTS
            .iter()
            .map(|column| column.header(language));
        Self {
            headers: known
                .chain(unknown.iter().copied())
                .map(str::to_owned)
                .collect(),
            rows: accounts
                .iter()
                .map(|account| row(account, &numbers, &mut headers))
                .collect(),
        }
    }
}

fn row(account: &Account, unknown: &[usize], headers: &mut UnknownHeaders) -> Vec<String> {
    let known = LedgerColumn::VARIANTS
        .iter()
        .copied()
        .map(|column| column.text(account));
    let positions = headers.positions(&account.extra);
    let extra = unknown.iter().map(|number| {
        let position = positions.get(number);
        let own = position.and_then(|position| account.extra.get(*position));
        own.map(|(_, value)| value.clone()).unwrap_or_default()
    });
    known.chain(extra).collect()
}
