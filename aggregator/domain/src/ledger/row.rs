//! Reads one row of a sheet. All cells are checked, so that all errors of a row are reported at
//! once; the result is an account only if there was no error.

use std::collections::HashMap;

use hubward_protocol::AccountId;

use super::findings::LedgerProblems;
use super::header::Header;
use super::value::{self, Repair};
use super::{
    Area, CellAddress, LedgerColumn, LedgerProblem, LedgerRefusal, Rules, Sheet, SheetRow, Value,
    Warning,
};
use crate::account::Account;

/// The reader's state for one row.
pub(super) struct RowReader<'a> {
    pub(super) sheet: &'a Sheet,
    pub(super) rules: &'a Rules,
    pub(super) header: &'a Header,
    pub(super) row: &'a SheetRow,
    pub(super) findings: &'a mut LedgerProblems,
}

impl RowReader<'_> {
    /// The account; `None` if any of its cells is invalid. All cells are checked in any case.
    pub(super) fn account(
        &mut self,
        first_cells: &mut HashMap<AccountId, CellAddress>,
    ) -> Option<Account> {
        let rules = self.rules;
        let account_id = self.account_id(first_cells);
        let project = self.line(LedgerColumn::Project);
        let department = self.line(LedgerColumn::Department);
        let environment = self.line(LedgerColumn::Environment);
        let contact = self.line(LedgerColumn::Contact);
        let contact_emails = self.required(LedgerColumn::ContactEmail, value::contact_emails);
        let account_email = self.optional(LedgerColumn::AccountEmail, value::account_email);
        let language = self.optional(LedgerColumn::Language, one(value::language));
        let regions = self.optional(LedgerColumn::Regions, |text| {
            value::regions(text, &rules.regions)
        });
        let standards = self.optional(LedgerColumn::Standards, value::standards);
        let report = self.optional(LedgerColumn::Report, one(value::report));
        let state = self.optional(LedgerColumn::State, one(value::state));
        let request = self.line(LedgerColumn::Request);
        let notes = self.optional(LedgerColumn::Notes, |text| {
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

    fn account_id(
        &mut self,
        first_cells: &mut HashMap<AccountId, CellAddress>,
    ) -> Option<AccountId> {
        let position = self.header.position(LedgerColumn::AccountId)?;
        let at = self.sheet.address(self.row.number, position);
        let value = self.value(position)?.clone();
        if value.text().is_empty() {
            return self.missing(LedgerColumn::AccountId, position);
        }
        let (account, repair) = match value::account_id(&value) {
            Ok(understood) => understood,
            Err(refusal) => return self.refuse(position, refusal),
        };
        if account == self.rules.administrator {
            self.findings
                .problem(LedgerProblem::Administrator { at, account });
            return None;
        }
        if let Some(first) = first_cells.get(&account) {
            let first = first.clone();
            self.findings
                .problem(LedgerProblem::DuplicateAccount { at, first, account });
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

    fn line(&mut self, column: LedgerColumn) -> Option<String> {
        let parse = |text: &str| one(value::line)(text).map(|()| text.to_owned());
        if LedgerColumn::REQUIRED.contains(&column) {
            self.required(column, parse)
        } else {
            self.optional(column, parse)
        }
    }

    /// A required column. If the file does not have the column, that is reported once, elsewhere.
    fn required<T>(
        &mut self,
        column: LedgerColumn,
        parse: impl FnOnce(&str) -> Result<T, Vec<LedgerRefusal>>,
    ) -> Option<T> {
        let position = self.header.position(column)?;
        let text = self.value(position)?.text();
        if text.is_empty() {
            return self.missing(column, position);
        }
        self.parsed(position, parse(&text))
    }

    /// A column that may be empty or absent.
    fn optional<T>(
        &mut self,
        column: LedgerColumn,
        parse: impl FnOnce(&str) -> Result<T, Vec<LedgerRefusal>>,
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

    /// A column's value; `None` if the cell can never be data.
    fn value(&mut self, position: u32) -> Option<&Value> {
        let Some(cell) = self.row.cell(position) else {
            return Some(&Value::Empty);
        };
        let at = self.sheet.address(self.row.number, position);
        match &cell.value {
            // Even with a stored result: Excel may compute it again at any time.
            _ if cell.formula => self.findings.problem(LedgerProblem::Formula { at }),
            Value::Error(error) => {
                let error = error.clone();
                self.findings
                    .problem(LedgerProblem::ErrorValue { at, error });
            }
            value => return Some(value),
        }
        None
    }

    fn parsed<T>(&mut self, position: u32, result: Result<T, Vec<LedgerRefusal>>) -> Option<T> {
        result
            .map_err(|refusals| {
                for refusal in refusals {
                    let _: Option<()> = self.refuse(position, refusal);
                }
            })
            .ok()
    }

    /// All cells of a merged area but the first are empty; the merge itself is reported elsewhere.
    fn missing<T>(&mut self, column: LedgerColumn, position: u32) -> Option<T> {
        let row = self.row.number;
        let is_merged = |area: &Area| area.contains(row, position);
        if !self.sheet.merged.iter().any(is_merged) {
            let at = self.sheet.address(row, position);
            self.findings.problem(LedgerProblem::Missing { at, column });
        }
        None
    }

    fn refuse<T>(&mut self, position: u32, refusal: LedgerRefusal) -> Option<T> {
        self.findings.problem(LedgerProblem::Refused {
            at: self.sheet.address(self.row.number, position),
            header: self.header.text(position).to_owned(),
            refusal,
        });
        None
    }
}

/// Turns a parser of one value into a parser of a list.
fn one<T>(
    judge: impl Fn(&str) -> Result<T, LedgerRefusal>,
) -> impl Fn(&str) -> Result<T, Vec<LedgerRefusal>> {
    move |text| judge(text).map_err(|refusal| vec![refusal])
}
