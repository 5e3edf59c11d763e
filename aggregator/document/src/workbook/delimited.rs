//! Writes the table as a csv that Excel opens without a dialog: UTF-8 with a byte order mark,
//! comma, CRLF.

use csv::{Terminator, WriterBuilder};

use super::table::LedgerTable;
use crate::guard;

/// The byte order mark. Without it, Excel assumes the computer's legacy encoding.
const MARK: &[u8] = "\u{feff}".as_bytes();

pub(super) fn write(table: &LedgerTable) -> Result<Vec<u8>, csv::Error> {
    let mut bytes = MARK.to_vec();
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(&mut bytes);
    for row in std::iter::once(&table.headers).chain(&table.rows) {
        writer.write_record(row.iter().map(|text| guard::guarded(text).into_owned()))?;
    }
    writer.flush()?;
    drop(writer);
    Ok(bytes)
}
