//! All possible errors in a ledger's cells, as data; the sentences are in `text::ledger`, in both
//! languages.

use hubward_protocol::{AccountId, Region};
use serde::Serialize;

use super::{CellAddress, LedgerColumn};

/// Why a ledger is not imported. Each error names its cell; all of a file's errors are reported at
/// once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum LedgerProblem {
    /// The sheet is empty.
    NoHeader {
        /// The sheet's first cell.
        at: CellAddress,
    },
    /// There are headers, but no account below them.
    NoRows {
        /// Where the first account should be.
        at: CellAddress,
    },
    /// A required column has no header.
    MissingColumn {
        /// The start of the header row.
        at: CellAddress,
        column: LedgerColumn,
    },
    /// Two headers mean the same column.
    DuplicateHeader {
        at: CellAddress,
        first: CellAddress,
        /// The second one's text.
        header: String,
    },
    /// A column has data but no header.
    EmptyHeader {
        /// Where the header should be.
        at: CellAddress,
        /// The first cell below it with data.
        data: CellAddress,
    },
    /// Cells are merged, so it is unclear which row or column a value belongs to.
    Merged {
        /// The merged area's first cell.
        at: CellAddress,
        /// The whole area, such as `Ledger!A2:A5`.
        area: String,
    },
    /// The cell has a formula: its value may change, so it is not accepted as data.
    Formula { at: CellAddress },
    /// The cell has one of Excel's errors.
    ErrorValue {
        at: CellAddress,
        /// For example `#N/A`.
        error: String,
    },
    /// A required cell is empty.
    Missing {
        at: CellAddress,
        column: LedgerColumn,
    },
    /// The cell's content is invalid.
    Refused {
        at: CellAddress,
        /// Its column's header, as in the file.
        header: String,
        #[serde(flatten)]
        refusal: LedgerRefusal,
    },
    /// Two rows have the same account.
    DuplicateAccount {
        at: CellAddress,
        first: CellAddress,
        account: AccountId,
    },
    /// The row is the administrator's own account, which cannot be its own member.
    Administrator { at: CellAddress, account: AccountId },
    /// There are more errors, but a thousand are enough to read.
    More {
        /// How many are not listed.
        count: usize,
    },
}

impl LedgerProblem {
    /// The cell of the error; `None` for [`LedgerProblem::More`].
    pub fn at(&self) -> Option<&CellAddress> {
        match self {
            Self::NoHeader { at }
            | Self::NoRows { at }
            | Self::MissingColumn { at, .. }
            | Self::DuplicateHeader { at, .. }
            | Self::EmptyHeader { at, .. }
            | Self::Merged { at, .. }
            | Self::Formula { at }
            | Self::ErrorValue { at, .. }
            | Self::Missing { at, .. }
            | Self::Refused { at, .. }
            | Self::DuplicateAccount { at, .. }
            | Self::Administrator { at, .. } => Some(at),
            Self::More { .. } => None,
        }
    }
}

/// Why a cell's content is invalid. `found` is its content, shortened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum LedgerRefusal {
    /// A number with a fraction, a sign, or too few or too many digits.
    AccountIdNumber { found: String },
    /// Text of 9 to 11 digits: leading zeros may be missing, but text is never padded.
    AccountIdShort { found: String },
    /// Twelve digits with hyphens or spaces between them.
    AccountIdSeparated { found: String },
    /// For example `1.23E+11`: the digits are lost.
    AccountIdExponent { found: String },
    /// Anything else that is not twelve digits.
    AccountIdForm { found: String },
    /// Not an email address.
    EmailForm { found: String },
    /// An address with non-ASCII characters.
    EmailNotAscii { found: String },
    /// An address of more than 254 characters.
    EmailTooLong { found: String },
    /// Several addresses where an account has exactly one.
    SeveralAccountEmails,
    /// An unsupported language.
    Language { found: String },
    /// Not an AWS Region that Hubward knows.
    RegionUnknown { found: String },
    /// A Region that the hub does not monitor.
    RegionNotOfHub {
        found: Region,
        /// The hub's Regions.
        hub: Vec<Region>,
    },
    /// The ARN of a standard, which differs by Region.
    StandardArn {
        found: String,
        /// The part that is the same everywhere, if it can be extracted.
        instead: Option<String>,
    },
    /// Not of the form `NAME/v/VERSION`.
    StandardForm { found: String },
    /// Not a report cadence.
    Report { found: String },
    /// Not an account state.
    State { found: String },
    /// A line break or tab in a column of single lines.
    LineBreak,
    /// An invisible character that does not belong into a table.
    ControlCharacter {
        /// Its code point, such as `U+0007`.
        character: String,
    },
    /// More characters than the column allows.
    TooLong {
        /// Its length in characters.
        length: usize,
        /// The allowed length.
        limit: usize,
    },
}

/// A value that was accepted, but should be checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "warning", rename_all = "snake_case")]
pub enum Warning {
    /// A numeric account id without its leading zeros.
    Padded {
        at: CellAddress,
        /// The number in the cell.
        found: String,
        /// The account id that was assumed.
        account: AccountId,
    },
    /// An account id in full-width digits.
    FullWidth {
        at: CellAddress,
        /// The account id that was assumed.
        account: AccountId,
    },
    /// Columns that Hubward does not know: kept and exported again, but without an effect.
    UnknownColumns {
        /// The first one's header.
        at: CellAddress,
        /// Their headers, in the file's order.
        headers: Vec<String>,
    },
}
