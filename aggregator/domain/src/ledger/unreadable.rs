//! Why a file is no ledger at all, as facts: what it is instead, or which bound it breaks.
//!
//! Found by `document::sheet`; what is wrong with the cells of a readable file is `problem`'s.

use serde::Serialize;

use super::CellAddress;

/// Why a file is no sheet that can be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "unreadable", rename_all = "snake_case")]
pub enum UnreadableFile {
    /// It has no bytes.
    Empty,
    /// It is larger than any ledger.
    TooLarge {
        /// How many bytes it has.
        bytes: u64,
        /// How many it may have.
        limit: u64,
    },
    /// The name ends neither in `.xlsx` nor in `.csv`.
    Extension {
        /// What it ends in.
        found: String,
    },
    /// The content is something else than the name says.
    Foreign {
        /// What it is.
        content: Foreign,
        /// What the name says: `xlsx` or `csv`.
        expected: &'static str,
    },
    /// The file breaks off, or its bytes were changed.
    Damaged {
        /// What the reader met, in English.
        detail: String,
    },
    /// It unpacks to more than any ledger needs: it may be an attack.
    Bomb {
        /// The part that went over a bound.
        part: String,
    },
    /// There is no sheet with cells in the workbook.
    NoSheet,
    /// The sheet's content does not follow the rules of its format.
    Broken {
        /// What the reader met, in English.
        detail: String,
    },
    /// There is data below the last row that a ledger may have.
    TooManyRows {
        /// The first cell beyond.
        at: CellAddress,
        /// How many rows there may be.
        limit: u32,
    },
    /// There is data to the right of the last column that a ledger may have.
    TooManyColumns {
        /// The first cell beyond.
        at: CellAddress,
        /// How many columns there may be.
        limit: u32,
    },
    /// The cells hold more than any ledger does.
    TooMuch {
        /// The cell that went over the bound.
        at: CellAddress,
    },
    /// The text is neither UTF-8 nor Shift_JIS.
    Undecodable {
        /// The line of the first wrong byte.
        line: u64,
    },
    /// A quote opens in a csv that nothing closes.
    UnclosedQuote {
        /// The line where it opens.
        line: u64,
    },
}

/// What a file is, when it is no ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "content", rename_all = "snake_case")]
pub enum Foreign {
    /// An Excel workbook (`.xlsx`) under another name.
    Workbook,
    /// A binary workbook (`.xlsb`).
    BinaryWorkbook,
    /// A workbook of Excel 97-2003 (`.xls`).
    OldWorkbook,
    /// A workbook that asks for a password.
    Encrypted,
    /// A Word document, old or new.
    Word,
    /// A PowerPoint presentation, old or new.
    PowerPoint,
    /// An OpenDocument file (`.ods` and its like).
    OpenDocument,
    /// A zip archive that holds no workbook.
    Archive,
    /// Another container of old Office programs.
    Compound,
    /// A PDF.
    Pdf,
    /// A web page.
    Html,
    /// Plain text, perhaps a csv.
    Text,
    /// Something known by its first bytes.
    Other {
        /// Its media type.
        media_type: String,
    },
    /// Bytes that say nothing.
    Binary,
}
