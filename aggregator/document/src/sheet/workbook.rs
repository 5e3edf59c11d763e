//! Reads the sheets of an xlsx with calamine's streaming reader, cell by cell: a value at the far
//! end of a sheet costs one cell, not the rectangle before it.
//!
//! The bytes were checked before (`identify`, `archive`); still, nothing here trusts the sizes that
//! a part announces.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{
    DataRef, Dimensions, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError,
};

use super::{COLUMN_LIMIT, ROW_LIMIT, archive};
use hubward_domain::ledger::{Area, Cell, Foreign, Sheet, SheetRow, UnreadableFile, Value};

/// How many sheets are read; further ones are ignored.
const SHEET_LIMIT: usize = 20;
/// How many cells may have a value: a full ledger with ten additional columns.
const CELL_LIMIT: usize = 1_000_000;
/// How many areas may be merged; each of them is an error in a ledger.
const MERGED_LIMIT: usize = 10_000;
/// How many bytes all texts may have together: every cell can refer to the same shared text.
const TEXT_LIMIT: usize = 64 * 1024 * 1024;

/// The first visible sheet.
pub(super) fn read(bytes: &[u8]) -> Result<Sheet, UnreadableFile> {
    let mut sheets = up_to(bytes, 1)?;
    sheets.pop().ok_or(UnreadableFile::NoSheet)
}

/// The first [`SHEET_LIMIT`] visible sheets.
pub(super) fn read_all(bytes: &[u8]) -> Result<Vec<Sheet>, UnreadableFile> {
    up_to(bytes, SHEET_LIMIT)
}

/// The first `count` visible sheets.
fn up_to(bytes: &[u8], count: usize) -> Result<Vec<Sheet>, UnreadableFile> {
    archive::check(bytes)?;
    // calamine adds up column letters and row digits of addresses (`A1`, `mergeCell`) without a
    // check, which panics where overflow checks are on, and slices formulas and paths in places. A
    // file must not be able to end the program, so a panic here counts as a damaged file.
    catch_unwind(AssertUnwindSafe(|| unguarded(bytes, count))).unwrap_or_else(|_| {
        Err(UnreadableFile::Broken {
            detail: "an address or a reference in the sheet is out of range".to_owned(),
        })
    })
}

fn unguarded(bytes: &[u8], count: usize) -> Result<Vec<Sheet>, UnreadableFile> {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let sheets = workbook.sheets_metadata();
    let visible = |sheet: &&calamine::Sheet| {
        sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
    };
    let visible = sheets.iter().filter(visible).take(count);
    let names: Vec<String> = visible.map(|sheet| sheet.name.clone()).collect();
    if names.is_empty() {
        return Err(UnreadableFile::NoSheet);
    }
    names
        .into_iter()
        .map(|name| read_sheet(&mut workbook, name))
        .collect()
}

fn read_sheet(workbook: &mut Xlsx<Cursor<&[u8]>>, name: String) -> Result<Sheet, UnreadableFile> {
    let merged = workbook
        .merge_cells_by_sheet_name(&name)
        .map_err(unreadable)?;
    let mut sheet = Sheet {
        name,
        rows: Vec::new(),
        merged: merged.into_iter().map(area).collect(),
    };
    if let Some(area) = sheet.merged.get(MERGED_LIMIT) {
        let at = sheet.address(area.first_row, area.first_column);
        return Err(UnreadableFile::TooMuch { at });
    }
    let mut rows: BTreeMap<u32, BTreeMap<u32, Cell>> = BTreeMap::new();
    let mut cells = 0;
    let mut text_bytes = 0;
    let mut reader = workbook
        .worksheet_cells_reader(&sheet.name)
        .map_err(unreadable)?;
    // Not `next_cell_with_formula`, which reserves memory for as many shared formulas as a cell
    // announces.
    while let Some(record) = reader
        .next_cell_with_formula_metadata()
        .map_err(unreadable)?
    {
        let formula = record.formula.is_some();
        let (row, column) = record.pos;
        // Formatted empty cells are common, and are not stored.
        if record.value == DataRef::Empty && !formula {
            continue;
        }
        let at = sheet.address(row.saturating_add(1), column);
        if row >= ROW_LIMIT {
            return Err(UnreadableFile::TooManyRows {
                at,
                limit: ROW_LIMIT,
            });
        }
        if column >= COLUMN_LIMIT {
            return Err(UnreadableFile::TooManyColumns {
                at,
                limit: COLUMN_LIMIT,
            });
        }
        cells += 1;
        text_bytes += text_size(&record.value);
        if cells > CELL_LIMIT || text_bytes > TEXT_LIMIT {
            return Err(UnreadableFile::TooMuch { at });
        }
        let value = value(record.value);
        rows.entry(at.row).or_default().insert(
            column,
            Cell {
                column,
                value,
                formula,
            },
        );
    }
    sheet.rows = rows
        .into_iter()
        .map(|(number, cells)| SheetRow {
            number,
            cells: cells.into_values().collect(),
        })
        .collect();
    Ok(sheet)
}

fn value(value: DataRef<'_>) -> Value {
    match value {
        DataRef::Empty => Value::Empty,
        DataRef::String(text) => Value::Text(text),
        DataRef::SharedString(text) => Value::Text(text.to_owned()),
        DataRef::Float(number) => Value::Number(number),
        // calamine makes no integers of xlsx cells; if it did, they would fit a ledger's numbers.
        DataRef::Int(number) => Value::Text(number.to_string()),
        DataRef::Bool(truth) => Value::Bool(truth),
        DataRef::DateTime(moment) => Value::Date(date(&moment)),
        DataRef::DateTimeIso(text) => Value::Date(text.replace('T', " ")),
        DataRef::DurationIso(text) => Value::Date(text),
        DataRef::Error(error) => Value::Error(error.to_string()),
    }
}

/// A date, a time of day, or both, as far as present; a duration in hours and minutes.
fn date(moment: &ExcelDateTime) -> String {
    if moment.is_duration() {
        let minutes = (moment.as_f64() * 24.0 * 60.0).round();
        return format!("{}:{:02}", (minutes / 60.0).trunc(), minutes.abs() % 60.0);
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let mut time = format!("{hour:02}:{minute:02}");
    if second != 0 {
        time = format!("{time}:{second:02}");
    }
    if moment.as_f64() < 1.0 {
        return time;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if moment.as_f64().fract() == 0.0 {
        date
    } else {
        format!("{date} {time}")
    }
}

fn text_size(value: &DataRef<'_>) -> usize {
    match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.len()
        }
        DataRef::SharedString(text) => text.len(),
        _ => 0,
    }
}

fn area(merged: Dimensions) -> Area {
    Area {
        first_row: merged.start.0.saturating_add(1),
        last_row: merged.end.0.saturating_add(1),
        first_column: merged.start.1,
        last_column: merged.end.1,
    }
}

fn unreadable(error: XlsxError) -> UnreadableFile {
    match error {
        XlsxError::Password => UnreadableFile::Foreign {
            content: Foreign::Encrypted,
            expected: "xlsx",
        },
        XlsxError::Zip(_) | XlsxError::Io(_) => UnreadableFile::Damaged {
            detail: error.to_string(),
        },
        XlsxError::NotAWorksheet(_) | XlsxError::WorksheetNotFound(_) => UnreadableFile::NoSheet,
        other => UnreadableFile::Broken {
            detail: other.to_string(),
        },
    }
}
