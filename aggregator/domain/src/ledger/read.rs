//! Reads accounts out of a sheet, or names everything that is wrong with it at once: `header` finds
//! the columns, `row` judges the cells, `value` knows what their texts mean.
//!
//! It compares with nothing: what importing would change is `diff`'s.

use std::collections::{HashMap, HashSet};

use hubward_protocol::{AccountId, Region};
use serde::Serialize;

use super::column::{UnknownHeaders, unknown_columns};
use super::findings::LedgerProblems;
use super::header::{Header, above};
use super::row::RowReader;
use super::{LedgerColumn, LedgerProblem, Sheet, SheetRow, Warning};
use crate::account::{Account, Language};

/// What the reading of a ledger depends on besides its cells.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The hub's Regions, home first.
    pub regions: Vec<Region>,
    /// The language of an account whose cell is empty.
    pub language: Language,
    /// The administrator's own account, which cannot be its own member.
    pub administrator: AccountId,
}

/// A ledger without problems.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The accounts, in the file's order. Where the file lacks a column, they have its default;
    /// `diff` keeps what is stored instead.
    pub rows: Vec<LedgerRow>,
    /// The known columns that the file has.
    pub columns: Vec<LedgerColumn>,
    /// What should be looked at.
    pub warnings: Vec<Warning>,
}

impl Reading {
    /// The warnings that are news to a ledger of these accounts: an unknown column that came in
    /// once comes back with every file, and need not be looked at again.
    pub fn warnings_for(&self, current: &[Account]) -> Vec<Warning> {
        let mut headers = UnknownHeaders::default();
        let stored: HashSet<usize> = unknown_columns(current)
            .into_iter()
            .map(|known| headers.number(known))
            .collect();
        let mut is_new = |header: &String| !stored.contains(&headers.number(header));
        self.warnings
            .iter()
            .filter_map(|warning| match warning {
                Warning::UnknownColumns { at, headers } => {
                    let headers: Vec<_> =
                        headers.iter().filter(|one| is_new(one)).cloned().collect();
                    let at = at.clone();
                    (!headers.is_empty()).then_some(Warning::UnknownColumns { at, headers })
                }
                other => Some(other.clone()),
            })
            .collect()
    }
}

/// One account of a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerRow {
    /// The row's number as Excel shows it.
    pub row: u32,
    /// The account.
    pub account: Account,
}

/// Every account of the sheet.
///
/// # Errors
/// Everything that is wrong with the sheet, in the order of its cells.
pub fn read(sheet: &Sheet, rules: &Rules) -> Result<Reading, Vec<LedgerProblem>> {
    let Some((header_row, below)) = above(&sheet.rows) else {
        return Err(vec![LedgerProblem::NoHeader {
            at: sheet.address(1, 0),
        }]);
    };
    let mut findings = LedgerProblems::default();
    let header = Header::read(sheet, header_row, below, &mut findings);
    let mut rows = Vec::new();
    let mut first_cells = HashMap::new();
    for row in below.iter().filter(|row| !row.is_blank()) {
        let mut reader = RowReader {
            sheet,
            rules,
            header: &header,
            row,
            findings: &mut findings,
        };
        rows.extend(reader.account(&mut first_cells).map(|account| LedgerRow {
            row: row.number,
            account,
        }));
    }
    if below.iter().all(SheetRow::is_blank) {
        findings.problem(LedgerProblem::NoRows {
            at: sheet.address(header_row.number + 1, 0),
        });
    }
    let warnings = findings.finish()?;
    Ok(Reading {
        rows,
        columns: header.known.iter().map(|(column, _)| *column).collect(),
        warnings,
    })
}

#[cfg(test)]
mod tests;
