//! A sheet as data: its cells with their positions.
//!
//! Sparse, so that a formatted but empty sheet takes no memory. `document::sheet` reads a sheet
//! from a file; `read` interprets its cells.

use std::fmt;

use serde::{Serialize, Serializer};

/// The cells of one sheet, rows and columns in ascending order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// The sheet's name, as addresses show it.
    pub name: String,
    /// The rows that are not empty.
    pub rows: Vec<SheetRow>,
    pub merged: Vec<Area>,
}

/// One row's cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SheetRow {
    /// The row's number as in Excel: the first is 1.
    pub number: u32,
    /// The cells that are not empty.
    pub cells: Vec<Cell>,
}

/// One cell that is not empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The column, counted from 0 (A).
    pub column: u32,
    /// The displayed value.
    pub value: Value,
    /// Whether a formula computes it.
    pub formula: bool,
}

/// A cell's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: a formula without a stored result.
    Empty,
    /// Text, unchanged.
    Text(String),
    Number(f64),
    /// TRUE or FALSE.
    Bool(bool),
    /// A date or a time, formatted as `2026-11-23`, `2026-11-23 09:30` or `09:30`.
    Date(String),
    /// One of Excel's errors, such as `#N/A`.
    Error(String),
}

/// The address of a cell, displayed as `Ledger!B7`; sorted row by row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellAddress {
    /// The sheet's name.
    pub sheet: String,
    /// The row's number: the first is 1.
    pub row: u32,
    /// The column, counted from 0 (A).
    pub column: u32,
}

/// A rectangle of cells, both corners included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// The first row's number.
    pub first_row: u32,
    /// The last row's number.
    pub last_row: u32,
    /// The first column, counted from 0.
    pub first_column: u32,
    /// The last column, counted from 0.
    pub last_column: u32,
}

impl Sheet {
    /// The address of a cell of this sheet.
    pub fn address(&self, row: u32, column: u32) -> CellAddress {
        CellAddress {
            sheet: self.name.clone(),
            row,
            column,
        }
    }
}

impl SheetRow {
    /// The cell in a column, if it is not empty.
    pub fn cell(&self, column: u32) -> Option<&Cell> {
        self.cells
            .binary_search_by_key(&column, |cell| cell.column)
            .ok()
            .and_then(|index| self.cells.get(index))
    }

    /// Whether every cell is empty or holds only white space.
    pub(crate) fn is_blank(&self) -> bool {
        self.cells
            .iter()
            .all(|cell| !cell.formula && cell.value.text().is_empty())
    }
}

impl Value {
    /// The cell's text, trimmed and with `\n` for every line break: whole numbers without `.0`,
    /// `TRUE`/`FALSE` as in Excel.
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) if text.contains('\r') => {
                text.trim().replace("\r\n", "\n").replace('\r', "\n")
            }
            Self::Text(text) => text.trim().to_owned(),
            // `Display` of f64 writes neither an exponent nor `.0`, but it writes a negative zero.
            Self::Number(number) if *number == 0.0 => "0".to_owned(),
            Self::Number(number) => number.to_string(),
            Self::Bool(true) => "TRUE".to_owned(),
            Self::Bool(false) => "FALSE".to_owned(),
            Self::Date(text) | Self::Error(text) => text.clone(),
        }
    }
}

impl Area {
    /// Whether the cell is in the area.
    pub fn contains(self, row: u32, column: u32) -> bool {
        (self.first_row..=self.last_row).contains(&row)
            && (self.first_column..=self.last_column).contains(&column)
    }

    /// The area's address in a sheet, such as `Ledger!A2:A5`.
    pub(crate) fn of_sheet(self, sheet: &Sheet) -> String {
        format!(
            "{}:{}{}",
            sheet.address(self.first_row, self.first_column),
            Letters(self.last_column),
            self.last_row
        )
    }
}

impl fmt::Display for CellAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |c: char| c == '_' || c.is_alphanumeric();
        if self.sheet.chars().all(plain) {
            write!(f, "{}", self.sheet)?;
        } else {
            write!(f, "'{}'", self.sheet.replace('\'', "''"))?;
        }
        write!(f, "!{}{}", Letters(self.column), self.row)
    }
}

impl Serialize for CellAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A column's letters in Excel: 0 is A, 26 is AA.
struct Letters(u32);

impl fmt::Display for Letters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(left) = (self.0 / 26).checked_sub(1) {
            write!(f, "{}", Letters(left))?;
        }
        let letter = char::from_digit(self.0 % 26 + 10, 36).unwrap_or('?');
        write!(f, "{}", letter.to_ascii_uppercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(sheet: &str, row: u32, column: u32) -> String {
        let sheet = sheet.to_owned();
        CellAddress { sheet, row, column }.to_string()
    }

    #[test]
    fn an_address_reads_as_in_excel() {
        assert_eq!(at("Ledger", 7, 1), "Ledger!B7");
        assert_eq!(at("台帳", 1, 0), "台帳!A1");
        assert_eq!(at("Ledger", 1, 25), "Ledger!Z1");
        assert_eq!(at("Ledger", 1, 26), "Ledger!AA1");
        assert_eq!(at("Ledger", 1_048_576, 16_383), "Ledger!XFD1048576");
        assert_eq!(at("Bob's sheet", 2, 2), "'Bob''s sheet'!C2");
    }

    #[test]
    fn numbers_dates_and_truths_become_the_text_a_person_saw() {
        for (value, text) in [
            (Value::Number(7.0), "7"),
            (Value::Number(-0.0), "0"),
            (Value::Number(0.1), "0.1"),
            (Value::Number(1e20), "100000000000000000000"),
            (Value::Bool(true), "TRUE"),
            (Value::Date("2026-11-23".to_owned()), "2026-11-23"),
            (Value::Text("\u{3000}a\r\nb\rc \t".to_owned()), "a\nb\nc"),
            (Value::Empty, ""),
        ] {
            assert_eq!(value.text(), text, "{value:?}");
        }
    }
}
