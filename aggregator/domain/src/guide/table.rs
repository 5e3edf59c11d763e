//! Imports the guide from a workbook's sheets: one row per entry, one column per field.
//!
//! All cells are checked before anything is imported, and every problem names its cell.

use std::collections::{BTreeMap, BTreeSet};

use strum::VariantArray;

use super::collection::Guide;
use super::draft::EntryDraft;
use super::entry::GuideEntry;
use super::field::{FieldKind, GuideField};
use super::judge::judge;
use super::problem::Fault;
use crate::ledger::{CellAddress, Sheet, SheetRow, Value};

/// The result of reading a workbook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Entries that differ from the guide.
    pub changes: Vec<GuideChange>,
    /// The number of entries that do not differ.
    pub unchanged: usize,
}

/// An entry that a workbook changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideChange {
    /// The new entry.
    pub entry: GuideEntry,
    /// The fields that differ; empty for a new entry.
    pub fields: Vec<GuideField>,
    /// Whether the guide has no entry of this name yet.
    pub is_new: bool,
}

/// An error in a workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableProblem {
    /// No sheet has a column of control ids or of families.
    NoTable,
    /// A column is missing.
    Column {
        /// The first cell of the header row.
        at: CellAddress,
        field: GuideField,
    },
    /// A header that means no field, or that occurs twice.
    Header { at: CellAddress, found: String },
    /// A cell has a formula or one of Excel's errors.
    Computed { at: CellAddress },
    /// A cell's text has an error.
    Cell { at: CellAddress, fault: Fault },
}

/// Reads a workbook's sheets and compares them with the guide.
///
/// # Errors
/// All errors; nothing is imported then.
pub fn read_sheets(sheets: &[Sheet], guide: &Guide) -> Result<Imported, Vec<TableProblem>> {
    let mut reader = GuideTableReader::default();
    let mut tables = 0;
    for sheet in sheets {
        if let Some((kind, header)) = heading(sheet) {
            tables += 1;
            reader.sheet(kind, sheet, header);
        }
    }
    if tables == 0 {
        return Err(vec![TableProblem::NoTable]);
    }
    let mut problems = reader.problems;
    let names: BTreeSet<(FieldKind, String)> = reader.rows.iter().map(GuideRow::name).collect();
    for row in &reader.rows {
        let exists = |name: &(FieldKind, String)| {
            names.contains(name) || guide.entry(name.0, &name.1).is_some()
        };
        for (field, fault) in guide.beyond(&row.entry, &exists) {
            let at = row.at(field);
            problems.push(TableProblem::Cell { at, fault });
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut imported = Imported::default();
    for row in reader.rows {
        let before = guide.entry(row.entry.kind(), row.entry.key());
        if before == Some(&row.entry) {
            imported.unchanged += 1;
            continue;
        }
        let fields = before.map(|before| differing(before, &row.entry));
        imported.changes.push(GuideChange {
            is_new: before.is_none(),
            fields: fields.unwrap_or_default(),
            entry: row.entry,
        });
    }
    Ok(imported)
}

fn differing(before: &GuideEntry, after: &GuideEntry) -> Vec<GuideField> {
    let (old, new) = (before.draft(), after.draft());
    let fields = after.kind().fields().into_iter();
    fields
        .filter(|field| old.get(*field) != new.get(*field))
        .collect()
}

/// The header row, and the kind of the entries; `None` if the sheet is not a table of the guide.
fn heading(sheet: &Sheet) -> Option<(FieldKind, &SheetRow)> {
    let row = sheet.rows.iter().find(|row| !row.is_blank())?;
    let kind = FieldKind::VARIANTS.iter().copied().find(|kind| {
        row.cells
            .iter()
            .any(|cell| GuideField::of_header(*kind, &cell.value.text()) == Some(kind.key()))
    })?;
    Some((kind, row))
}

/// A valid row, and the columns of its fields.
struct GuideRow {
    entry: GuideEntry,
    places: BTreeMap<GuideField, CellAddress>,
    first: CellAddress,
}

impl GuideRow {
    fn name(&self) -> (FieldKind, String) {
        (self.entry.kind(), self.entry.key().to_ascii_lowercase())
    }

    fn at(&self, field: GuideField) -> CellAddress {
        let place = self.places.get(&field);
        place.unwrap_or(&self.first).clone()
    }
}

#[derive(Default)]
struct GuideTableReader {
    rows: Vec<GuideRow>,
    seen: BTreeSet<(FieldKind, String)>,
    problems: Vec<TableProblem>,
}

impl GuideTableReader {
    fn sheet(&mut self, kind: FieldKind, sheet: &Sheet, header: &SheetRow) {
        let mut columns: BTreeMap<GuideField, u32> = BTreeMap::new();
        for cell in &header.cells {
            let found = cell.value.text();
            let field = GuideField::of_header(kind, &found);
            let fresh = field.is_some_and(|field| columns.insert(field, cell.column).is_none());
            if !fresh && !found.is_empty() {
                let at = sheet.address(header.number, cell.column);
                self.problems.push(TableProblem::Header { at, found });
            }
        }
        let missing = kind.fields().into_iter();
        let missing = missing.filter(|field| !columns.contains_key(field));
        let at = sheet.address(header.number, 0);
        let missing: Vec<TableProblem> = missing
            .map(|field| TableProblem::Column {
                at: at.clone(),
                field,
            })
            .collect();
        if !missing.is_empty() {
            self.problems.extend(missing);
            return;
        }
        let body = sheet.rows.iter().filter(|row| row.number > header.number);
        for row in body.filter(|row| !row.is_blank()) {
            self.row(kind, sheet, row, &columns);
        }
    }

    fn row(
        &mut self,
        kind: FieldKind,
        sheet: &Sheet,
        row: &SheetRow,
        columns: &BTreeMap<GuideField, u32>,
    ) {
        let mut draft = EntryDraft::default();
        let mut computed = false;
        for (field, column) in columns {
            let Some(cell) = row.cell(*column) else {
                continue;
            };
            if cell.formula || matches!(cell.value, Value::Error(_)) {
                let at = sheet.address(row.number, *column);
                self.problems.push(TableProblem::Computed { at });
                computed = true;
            }
            draft.set(*field, &cell.value.text());
        }
        let places: BTreeMap<GuideField, CellAddress> = columns
            .iter()
            .map(|(field, column)| (*field, sheet.address(row.number, *column)))
            .collect();
        let first = sheet.address(row.number, 0);
        match judge(kind, &draft) {
            Ok(entry) if !computed => {
                let row = GuideRow {
                    entry,
                    places,
                    first,
                };
                if !self.seen.insert(row.name()) {
                    let at = row.at(kind.key());
                    let what = row.entry.key().to_owned();
                    let fault = Fault::SameAs { what };
                    self.problems.push(TableProblem::Cell { at, fault });
                }
                self.rows.push(row);
            }
            Ok(_) => {}
            Err(faults) => {
                let cells = faults.into_iter().map(|(field, fault)| TableProblem::Cell {
                    at: places.get(&field).unwrap_or(&first).clone(),
                    fault,
                });
                self.problems.extend(cells);
            }
        }
    }
}
