//! Reads a csv of any program: UTF-8 with or without a byte order mark, UTF-16 with one, or the
//! Shift_JIS of Japanese Excel; separated by commas, tabs or semicolons.
//!
//! All cells are text, as a csv has no types: an account id that lost its zeros cannot be restored.

use std::borrow::Cow;

use csv::{Position, ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, SHIFT_JIS};

use super::{COLUMN_LIMIT, ROW_LIMIT};
use crate::guard;
use hubward_domain::ledger::{Cell, Sheet, SheetRow, UnreadableFile, Value};

/// A csv has no sheets; its cells are addressed as in the files that Hubward writes.
const SHEET: &str = "Ledger";

/// The rows, counted like a spreadsheet program does: a quoted line break does not start a row.
pub(super) fn read(bytes: &[u8]) -> Result<Sheet, UnreadableFile> {
    let text = decode(bytes)?;
    let delimiter = delimiter(&text);
    if let Some(line) = unclosed_quote(&text, delimiter) {
        return Err(UnreadableFile::UnclosedQuote { line });
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut sheet = Sheet {
        name: SHEET.to_owned(),
        ..Sheet::default()
    };
    let mut record = StringRecord::new();
    let mut number = 0;
    while reader
        .read_record(&mut record)
        .map_err(|error| broken(&error))?
    {
        number += 1 + blank_lines(&text, record.position());
        let mut row = SheetRow {
            number,
            cells: Vec::new(),
        };
        for (column, text) in (0..).zip(&record) {
            if text.is_empty() {
                continue;
            }
            let at = sheet.address(number, column);
            if number > ROW_LIMIT {
                let limit = ROW_LIMIT;
                return Err(UnreadableFile::TooManyRows { at, limit });
            }
            if column >= COLUMN_LIMIT {
                let limit = COLUMN_LIMIT;
                return Err(UnreadableFile::TooManyColumns { at, limit });
            }
            row.cells.push(Cell {
                column,
                value: Value::Text(guard::unguarded(text).to_owned()),
                formula: false,
            });
        }
        if !row.cells.is_empty() {
            sheet.rows.push(row);
        }
    }
    Ok(sheet)
}

fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, UnreadableFile> {
    let decoded = |encoding: &'static Encoding, bytes| {
        encoding.decode_without_bom_handling_and_without_replacement(bytes)
    };
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let bytes = bytes.get(mark..).unwrap_or_default();
        return decoded(encoding, bytes).ok_or_else(|| {
            let valid =
                std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
            undecodable(bytes, valid)
        });
    }
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(error) => error.valid_up_to(),
    };
    // Japanese text that was UTF-8 up to here is damaged UTF-8; decoded as Shift_JIS it would be
    // garbage.
    let start = String::from_utf8_lossy(bytes.get(..valid).unwrap_or_default());
    if start.chars().any(|c| c >= '\u{800}') {
        return Err(undecodable(bytes, valid));
    }
    decoded(SHIFT_JIS, bytes).ok_or_else(|| {
        // No character of Shift_JIS contains a line feed byte, so lines can be decoded one by one.
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        let valid = lines
            .take_while(|line| decoded(SHIFT_JIS, line).is_some())
            .map(<[u8]>::len)
            .sum();
        undecodable(bytes, valid)
    })
}

fn undecodable(bytes: &[u8], valid: usize) -> UnreadableFile {
    let line = line_at(bytes, valid);
    UnreadableFile::Undecodable { line }
}

/// The separator, chosen by the first line that has one. Only that line counts, because addresses
/// and Regions in the lines below are separated by semicolons themselves.
fn delimiter(text: &str) -> u8 {
    for line in text.lines().take(20) {
        let mut quoted = false;
        let mut counts = [(b',', 0), (b'\t', 0), (b';', 0)];
        for byte in line.bytes() {
            quoted ^= byte == b'"';
            for (delimiter, count) in &mut counts {
                *count += usize::from(!quoted && byte == *delimiter);
            }
        }
        // `max_by_key` returns the last of equal ones, so the comma is the last here.
        let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
        if let Some((delimiter, 1..)) = most {
            return delimiter;
        }
    }
    b','
}

/// The line of a quote that is never closed: the reader would take the rest of the file for one
/// cell, and accounts would be missing without an error.
fn unclosed_quote(text: &str, delimiter: u8) -> Option<u64> {
    let mut opened = None;
    let mut field_starts = true;
    let mut bytes = text.bytes().enumerate().peekable();
    while let Some((offset, byte)) = bytes.next() {
        if opened.is_some() {
            let doubled = byte == b'"' && bytes.next_if(|(_, next)| *next == b'"').is_some();
            if byte == b'"' && !doubled {
                opened = None;
            }
        } else if byte == b'"' && field_starts {
            opened = Some(offset);
        }
        field_starts = opened.is_none() && (byte == delimiter || matches!(byte, b'\n' | b'\r'));
    }
    opened.map(|offset| line_at(text.as_bytes(), offset))
}

/// How many blank lines precede a record: the reader skips them, but a spreadsheet program shows
/// them as rows.
fn blank_lines(text: &str, position: Option<&Position>) -> u32 {
    let start = position.map_or(0, |position| {
        usize::try_from(position.byte()).unwrap_or(usize::MAX)
    });
    let mut rest = text.get(start..).unwrap_or_default();
    // The reader stops between the two characters of a CRLF.
    if text
        .get(..start)
        .is_some_and(|before| before.ends_with('\r'))
    {
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    let mut count = 0;
    while let Some(after) = ["\r\n", "\n", "\r"]
        .iter()
        .find_map(|end| rest.strip_prefix(end))
    {
        rest = after;
        count += 1;
    }
    count
}

fn line_at(bytes: &[u8], offset: usize) -> u64 {
    let before = bytes.get(..offset).unwrap_or(bytes);
    1 + before.iter().filter(|byte| **byte == b'\n').count() as u64
}

fn broken(error: &csv::Error) -> UnreadableFile {
    UnreadableFile::Broken {
        detail: error.to_string(),
    }
}
