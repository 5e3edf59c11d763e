//! The header row of a sheet: which column is which, and errors in the table's structure (columns
//! that are missing, duplicate, unnamed or merged).
//!
//! The cells below it are checked by `read`.

use std::collections::HashMap;

use super::column::fold;
use super::findings::LedgerProblems;
use super::{LedgerColumn, LedgerProblem, Sheet, SheetRow, Value, Warning, value};

/// The columns of a file.
pub(super) struct Header {
    /// The known columns, with their positions.
    pub(super) known: Vec<(LedgerColumn, u32)>,
    /// The unknown columns, with their positions.
    pub(super) extra: Vec<(String, u32)>,
    texts: HashMap<u32, String>,
}

/// How many rows may be above the header: a title, a date, a blank line.
const ROWS_ABOVE: usize = 10;

/// The header row and the rows below it: the first row with a header for the account id, otherwise
/// the first row that is not empty.
pub(super) fn above(rows: &[SheetRow]) -> Option<(&SheetRow, &[SheetRow])> {
    let names_accounts = |row: &SheetRow| {
        row.cells.iter().any(|cell| {
            LedgerColumn::of_header(&cell.value.text()) == Some(LedgerColumn::AccountId)
        })
    };
    let index = rows
        .iter()
        .take(ROWS_ABOVE)
        .position(names_accounts)
        .or_else(|| rows.iter().position(|row| !row.is_blank()))?;
    rows.get(index..)?.split_first()
}

impl Header {
    /// Finds the columns by their headers; errors are added to `findings`.
    pub(super) fn read(
        sheet: &Sheet,
        row: &SheetRow,
        below: &[SheetRow],
        findings: &mut LedgerProblems,
    ) -> Self {
        let mut header = Self {
            known: Vec::new(),
            extra: Vec::new(),
            texts: HashMap::new(),
        };
        let mut firsts = HashMap::new();
        for cell in &row.cells {
            let text = cell.value.text();
            let at = sheet.address(row.number, cell.column);
            if text.is_empty() && !cell.formula {
                continue;
            }
            header.texts.insert(cell.column, text.clone());
            if cell.formula {
                findings.problem(LedgerProblem::Formula { at: at.clone() });
            }
            if let Value::Error(error) = &cell.value {
                let error = error.clone();
                findings.problem(LedgerProblem::ErrorValue { at, error });
                continue;
            }
            if let Err(refusal) = value::header(&text) {
                let header = text;
                findings.problem(LedgerProblem::Refused {
                    at,
                    header,
                    refusal,
                });
                continue;
            }
            let known = LedgerColumn::of_header(&text);
            let identity = known.map_or_else(|| fold(&text), |column| column.as_str().to_owned());
            let first = firsts
                .entry((known.is_some(), identity))
                .or_insert_with(|| at.clone());
            if *first != at {
                let first = first.clone();
                let header = text;
                findings.problem(LedgerProblem::DuplicateHeader { at, first, header });
                continue;
            }
            match known {
                Some(column) => header.known.push((column, cell.column)),
                None => header.extra.push((text, cell.column)),
            }
        }
        header.missing(sheet, row, findings);
        header.unnamed(sheet, row, below, findings);
        header.merged(sheet, row, below, findings);
        header.unknown(sheet, row, findings);
        header
    }

    /// The position of a known column.
    pub(super) fn position(&self, column: LedgerColumn) -> Option<u32> {
        self.known
            .iter()
            .find(|(known, _)| *known == column)
            .map(|(_, position)| *position)
    }

    /// A column's header as in the file.
    pub(super) fn text(&self, position: u32) -> &str {
        self.texts.get(&position).map_or("", String::as_str)
    }

    fn missing(&self, sheet: &Sheet, row: &SheetRow, findings: &mut LedgerProblems) {
        for column in LedgerColumn::REQUIRED {
            if self.position(column).is_none() {
                let at = sheet.address(row.number, 0);
                findings.problem(LedgerProblem::MissingColumn { at, column });
            }
        }
    }

    /// Reports each column without a header once, however many cells it has.
    fn unnamed(
        &self,
        sheet: &Sheet,
        row: &SheetRow,
        below: &[SheetRow],
        findings: &mut LedgerProblems,
    ) {
        let mut named: Vec<u32> = self.texts.keys().copied().collect();
        for data in below {
            for cell in &data.cells {
                let holds = cell.formula || !cell.value.text().is_empty();
                if holds && !named.contains(&cell.column) {
                    named.push(cell.column);
                    findings.problem(LedgerProblem::EmptyHeader {
                        at: sheet.address(row.number, cell.column),
                        data: sheet.address(data.number, cell.column),
                    });
                }
            }
        }
    }

    /// Reports merged areas that touch the table; a merged title above it or a note next to it does
    /// no harm.
    fn merged(
        &self,
        sheet: &Sheet,
        row: &SheetRow,
        below: &[SheetRow],
        findings: &mut LedgerProblems,
    ) {
        let last_row = below
            .iter()
            .rev()
            .find(|row| !row.is_blank())
            .map_or(row.number, |row| row.number);
        let last_column = self.texts.keys().max().copied().unwrap_or_default();
        for area in &sheet.merged {
            let in_rows = area.last_row >= row.number && area.first_row <= last_row;
            if in_rows && area.first_column <= last_column {
                findings.problem(LedgerProblem::Merged {
                    at: sheet.address(area.first_row, area.first_column),
                    area: area.of_sheet(sheet),
                });
            }
        }
    }

    fn unknown(&self, sheet: &Sheet, row: &SheetRow, findings: &mut LedgerProblems) {
        if let Some((_, position)) = self.extra.first() {
            findings.warn(Warning::UnknownColumns {
                at: sheet.address(row.number, *position),
                headers: self
                    .extra
                    .iter()
                    .map(|(header, _)| header.clone())
                    .collect(),
            });
        }
    }
}
