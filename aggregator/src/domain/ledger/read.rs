//! Reads accounts out of a sheet: finds the columns by their headers, judges every cell, and names
//! everything that is wrong at once.
//!
//! It compares with nothing: what importing would change is `diff`'s. What a cell's text means is
//! `value`'s.

use std::collections::HashMap;

use hubward_protocol::{AccountId, Region};
use serde::Serialize;

use super::column::{same_header, unknown_columns};
use super::header::{Header, above};
use super::value::{self, Repair};
use super::{Address, Area, Column, Problem, Refusal, Sheet, SheetRow, Value, Warning};
use crate::domain::account::{Account, Language};

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
    pub rows: Vec<Row>,
    /// The known columns that the file has.
    pub columns: Vec<Column>,
    /// What should be looked at.
    pub warnings: Vec<Warning>,
}

impl Reading {
    /// The warnings that are news to a ledger of these accounts: an unknown column that came in
    /// once comes back with every file, and need not be looked at again.
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
pub struct Row {
    /// The row's number as Excel shows it.
    pub row: u32,
    /// The account.
    pub account: Account,
}

/// How many problems are named: a file with more is no ledger.
const SHOWN_PROBLEMS: usize = 1_000;

/// Every account of the sheet.
///
/// # Errors
/// Everything that is wrong with the sheet, in the order of its cells.
pub fn read(sheet: &Sheet, rules: &Rules) -> Result<Reading, Vec<Problem>> {
    let Some((header_row, below)) = above(&sheet.rows) else {
        return Err(vec![Problem::NoHeader {
            at: sheet.address(1, 0),
        }]);
    };
    let mut findings = Findings::default();
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
        rows.extend(reader.account(&mut first_cells).map(|account| Row {
            row: row.number,
            account,
        }));
    }
    if below.iter().all(SheetRow::is_blank) {
        findings.problem(Problem::NoRows {
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

/// What was found so far.
#[derive(Default)]
pub(super) struct Findings {
    problems: Vec<Problem>,
    unlisted: usize,
    warnings: Vec<Warning>,
}

impl Findings {
    pub(super) fn problem(&mut self, problem: Problem) {
        if self.problems.len() < SHOWN_PROBLEMS {
            self.problems.push(problem);
        } else {
            self.unlisted += 1;
        }
    }

    pub(super) fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }

    /// The warnings of a faultless sheet, or its problems in the order of their cells.
    fn finish(mut self) -> Result<Vec<Warning>, Vec<Problem>> {
        self.problems
            .sort_by(|one, other| one.at().cmp(&other.at()));
        if self.unlisted > 0 {
            let count = self.unlisted;
            self.problems.push(Problem::More { count });
        }
        if self.problems.is_empty() {
            Ok(self.warnings)
        } else {
            Err(self.problems)
        }
    }
}

/// One row on its way to an account.
struct RowReader<'a> {
    sheet: &'a Sheet,
    rules: &'a Rules,
    header: &'a Header,
    row: &'a SheetRow,
    findings: &'a mut Findings,
}

impl RowReader<'_> {
    /// The account, or nothing when any of its cells is refused. Every cell is judged in any case.
    fn account(&mut self, first_cells: &mut HashMap<AccountId, Address>) -> Option<Account> {
        let rules = self.rules;
        let account_id = self.account_id(first_cells);
        let project = self.line(Column::Project);
        let department = self.line(Column::Department);
        let environment = self.line(Column::Environment);
        let contact = self.line(Column::Contact);
        let contact_emails = self.required(Column::ContactEmail, value::contact_emails);
        let account_email = self.optional(Column::AccountEmail, value::account_email);
        let language = self.optional(Column::Language, one(value::language));
        let regions = self.optional(Column::Regions, |text| value::regions(text, &rules.regions));
        let standards = self.optional(Column::Standards, value::standards);
        let report = self.optional(Column::Report, one(value::report));
        let state = self.optional(Column::State, one(value::state));
        let request = self.line(Column::Request);
        let notes = self.optional(Column::Notes, |text| {
            one(value::paragraph)(text).map(|()| text.to_owned())
        });
        let extra = self.extra();
        Some(Account {
            account_id: account_id?,
            project: project?,
            department: department?,
            environment: environment?,
            contact: contact?,
            contact_emails: contact_emails?,
            account_email: account_email?,
            language: language?.unwrap_or(rules.language),
            regions: regions?,
            standards: standards?,
            report: report?.unwrap_or_default(),
            state: state?.unwrap_or_default(),
            request: request?,
            notes: notes?,
            extra: extra?,
        })
    }

    fn account_id(&mut self, first_cells: &mut HashMap<AccountId, Address>) -> Option<AccountId> {
        let position = self.header.position(Column::AccountId)?;
        let at = self.sheet.address(self.row.number, position);
        let value = self.value(position)?.clone();
        if value.text().is_empty() {
            return self.missing(Column::AccountId, position);
        }
        let (account, repair) = match value::account_id(&value) {
            Ok(understood) => understood,
            Err(refusal) => return self.refuse(position, refusal),
        };
        if account == self.rules.administrator {
            self.findings
                .problem(Problem::Administrator { at, account });
            return None;
        }
        if let Some(first) = first_cells.get(&account) {
            let first = first.clone();
            self.findings
                .problem(Problem::DuplicateAccount { at, first, account });
            return None;
        }
        first_cells.insert(account.clone(), at.clone());
        match repair {
            Some(Repair::Padded) => self.findings.warn(Warning::Padded {
                at,
                found: value.text(),
                account: account.clone(),
            }),
            Some(Repair::FullWidth) => self.findings.warn(Warning::FullWidth {
                at,
                account: account.clone(),
            }),
            None => {}
        }
        Some(account)
    }

    fn line(&mut self, column: Column) -> Option<String> {
        let parse = |text: &str| one(value::line)(text).map(|()| text.to_owned());
        if Column::REQUIRED.contains(&column) {
            self.required(column, parse)
        } else {
            self.optional(column, parse)
        }
    }

    /// A column that must hold something; if the file lacks the whole column, that was said once.
    fn required<T>(
        &mut self,
        column: Column,
        parse: impl FnOnce(&str) -> Result<T, Vec<Refusal>>,
    ) -> Option<T> {
        let position = self.header.position(column)?;
        let text = self.value(position)?.text();
        if text.is_empty() {
            return self.missing(column, position);
        }
        self.parsed(position, parse(&text))
    }

    /// A column that may be empty, or absent from the file.
    fn optional<T>(
        &mut self,
        column: Column,
        parse: impl FnOnce(&str) -> Result<T, Vec<Refusal>>,
    ) -> Option<T> {
        match self.header.position(column) {
            Some(position) => {
                let text = self.value(position)?.text();
                self.parsed(position, parse(&text))
            }
            None => parse("").ok(),
        }
    }

    fn extra(&mut self) -> Option<Vec<(String, String)>> {
        let header = self.header;
        let mut pairs = Some(Vec::new());
        for (name, position) in &header.extra {
            let text = self.value(*position).map(Value::text).and_then(|text| {
                let judged = one(value::paragraph)(&text);
                self.parsed(*position, judged).map(|()| text)
            });
            match (text, &mut pairs) {
                (Some(text), Some(pairs)) => pairs.push((name.clone(), text)),
                _ => pairs = None,
            }
        }
        pairs
    }

    /// What stands in a column; nothing when that can never be data.
    fn value(&mut self, position: u32) -> Option<&Value> {
        let Some(cell) = self.row.cell(position) else {
            return Some(&Value::Empty);
        };
        let at = self.sheet.address(self.row.number, position);
        match &cell.value {
            // Even with a stored result: Excel computes it anew whenever it pleases.
            _ if cell.formula => self.findings.problem(Problem::Formula { at }),
            Value::Error(error) => {
                let error = error.clone();
                self.findings.problem(Problem::ErrorValue { at, error });
            }
            value => return Some(value),
        }
        None
    }

    fn parsed<T>(&mut self, position: u32, result: Result<T, Vec<Refusal>>) -> Option<T> {
        result
            .map_err(|refusals| {
                for refusal in refusals {
                    let _: Option<()> = self.refuse(position, refusal);
                }
            })
            .ok()
    }

    /// A merged area's cells are empty but for the first; that they are merged was said once.
    fn missing<T>(&mut self, column: Column, position: u32) -> Option<T> {
        let row = self.row.number;
        let is_merged = |area: &Area| area.contains(row, position);
        if !self.sheet.merged.iter().any(is_merged) {
            let at = self.sheet.address(row, position);
            self.findings.problem(Problem::Missing { at, column });
        }
        None
    }

    fn refuse<T>(&mut self, position: u32, refusal: Refusal) -> Option<T> {
        self.findings.problem(Problem::Refused {
            at: self.sheet.address(self.row.number, position),
            header: self.header.text(position).to_owned(),
            refusal,
        });
        None
    }
}

/// A judge of one value, as a judge of a list.
fn one<T>(judge: impl Fn(&str) -> Result<T, Refusal>) -> impl Fn(&str) -> Result<T, Vec<Refusal>> {
    move |text| judge(text).map_err(|refusal| vec![refusal])
}

#[cfg(test)]
mod tests;
