//! Why a file cannot be read as a ledger: what it is instead, or which limit it exceeds.
//!
//! Detected by `document::sheet`; errors in the cells of a readable file are in `problem`.

use serde::Serialize;

use super::CellAddress;

/// Why a file cannot be read as a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "unreadable", rename_all = "snake_case")]
pub enum UnreadableFile {
    /// It has no bytes.
    Empty,
    /// It is larger than any ledger.
    TooLarge {
        /// Its size in bytes.
        bytes: u64,
        /// The allowed size in bytes.
        limit: u64,
    },
    /// The name ends neither in `.xlsx` nor in `.csv`.
    Extension {
        /// The extension.
        found: String,
    },
    /// The content does not match the extension.
    Foreign {
        content: Foreign,
        /// The extension: `xlsx` or `csv`.
        expected: &'static str,
    },
    /// The file is truncated or corrupted.
    Damaged {
        /// The parser's message, in English.
        detail: String,
    },
    /// It unpacks to more than any ledger needs: it may be an attack.
    Bomb {
        /// The part that exceeds a limit.
        part: String,
    },
    /// The workbook has no sheet with cells.
    NoSheet,
    /// The sheet's content violates its format.
    Broken {
        /// The parser's message, in English.
        detail: String,
    },
    /// There is data below the last row that a ledger may have.
    TooManyRows {
        /// The first cell beyond.
        at: CellAddress,
        /// The most rows.
        limit: u32,
    },
    /// There is data to the right of the last column that a ledger may have.
    TooManyColumns {
        /// The first cell beyond.
        at: CellAddress,
        /// The most columns.
        limit: u32,
    },
    /// The cells have more text than any ledger.
    TooMuch {
        /// The cell that exceeds the limit.
        at: CellAddress,
    },
    /// The text is neither UTF-8 nor Shift_JIS.
    Undecodable {
        /// The line of the first invalid byte.
        line: u64,
    },
    /// A quote in a csv is never closed.
    UnclosedQuote {
        /// The line of the opening quote.
        line: u64,
    },
}

/// The type of a file that is not a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "content", rename_all = "snake_case")]
pub enum Foreign {
    /// An Excel workbook (`.xlsx`) under another name.
    Workbook,
    /// A binary workbook (`.xlsb`).
    BinaryWorkbook,
    /// A workbook of Excel 97-2003 (`.xls`).
    OldWorkbook,
    /// A workbook with a password.
    Encrypted,
    /// A Word document, old or new.
    Word,
    /// A PowerPoint presentation, old or new.
    PowerPoint,
    /// An OpenDocument file, such as `.ods`.
    OpenDocument,
    /// A zip archive without a workbook.
    Archive,
    /// Another file of old Office programs.
    Compound,
    Pdf,
    /// A web page.
    Html,
    /// Plain text, perhaps a csv.
    Text,
    /// A type that is recognized by its first bytes.
    Other {
        media_type: String,
    },
    /// Unknown bytes.
    Binary,
}
