//! Reads accounts from a sheet, or reports all of its errors at once: `header` finds the columns,
//! `row` checks the cells, `value` parses their texts.
//!
//! It does not compare with the stored ledger; `diff` does.

use std::collections::HashMap;

use hubward_protocol::{AccountId, Region};
use serde::Serialize;

use super::column::{same_header, unknown_columns};
use super::findings::LedgerProblems;
use super::header::{Header, above};
use super::row::RowReader;
use super::{LedgerColumn, LedgerProblem, Sheet, SheetRow, Warning};
use crate::account::{Account, Language};

/// What the reader needs to know in addition to the cells.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The hub's Regions, home first.
    pub regions: Vec<Region>,
    /// The language of accounts whose cell is empty.
    pub language: Language,
    /// The administrator's own account, which cannot be its own member.
    pub administrator: AccountId,
}

/// A valid ledger file.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The accounts, in the file's order. Columns that the file does not have are set to their
    /// default; `diff` then keeps the stored values.
    pub rows: Vec<LedgerRow>,
    /// The known columns that the file has.
    pub columns: Vec<LedgerColumn>,
    /// What a person should check.
    pub warnings: Vec<Warning>,
}

impl Reading {
    /// The warnings that are new for a ledger with these accounts: an unknown column that was
    /// imported once is in every file from then on, and need not be reported again.
    pub fn warnings_for(&self, current: &[Account]) -> Vec<Warning> {
        let stored = unknown_columns(current);
        let is_new = |header: &String| !stored.iter().any(|known| same_header(known, header));
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
    /// The row's number as in Excel.
    pub row: u32,
    pub account: Account,
}

/// All accounts of the sheet.
///
/// # Errors
/// All errors of the sheet, in the order of its cells.
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
