//! Everything that can be wrong with a ledger's cells, as facts: no sentences, those are
//! `text::ledger`'s, in both languages.

use hubward_protocol::{AccountId, Region};
use serde::Serialize;

use super::{CellAddress, LedgerColumn};

/// Why a ledger is not imported. Each names its cell; all of a file's are found at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum LedgerProblem {
    /// The sheet holds nothing at all.
    NoHeader {
        /// The sheet's first cell.
        at: CellAddress,
    },
    /// There are headers, but no account below them.
    NoRows {
        /// Where the first account should stand.
        at: CellAddress,
    },
    /// A required column has no header.
    MissingColumn {
        /// The start of the header row.
        at: CellAddress,
        /// Which column.
        column: LedgerColumn,
    },
    /// Two headers mean the same column.
    DuplicateHeader {
        /// The second one.
        at: CellAddress,
        /// The first one.
        first: CellAddress,
        /// The second one's text.
        header: String,
    },
    /// A column holds data but has no header.
    EmptyHeader {
        /// Where the header should stand.
        at: CellAddress,
        /// The first cell below that holds something.
        data: CellAddress,
    },
    /// Cells are merged, so that it is unclear which row or column a value belongs to.
    Merged {
        /// The merged area's first cell.
        at: CellAddress,
        /// The whole area, such as `Ledger!A2:A5`.
        area: String,
    },
    /// A formula computes the cell: what it shows may change, so it is not taken for data.
    Formula {
        /// The cell.
        at: CellAddress,
    },
    /// The cell shows one of Excel's errors.
    ErrorValue {
        /// The cell.
        at: CellAddress,
        /// Such as `#N/A`.
        error: String,
    },
    /// A required cell is empty.
    Missing {
        /// The cell.
        at: CellAddress,
        /// Its column.
        column: LedgerColumn,
    },
    /// The cell's content is refused.
    Refused {
        /// The cell.
        at: CellAddress,
        /// Its column's header, as the file has it.
        header: String,
        /// Why.
        #[serde(flatten)]
        refusal: LedgerRefusal,
    },
    /// Two rows are the same account.
    DuplicateAccount {
        /// The second row's cell.
        at: CellAddress,
        /// The first row's cell.
        first: CellAddress,
        /// The account.
        account: AccountId,
    },
    /// The row is the administrator's own account, which cannot be its own member.
    Administrator {
        /// The cell.
        at: CellAddress,
        /// The account.
        account: AccountId,
    },
    /// There is more, but a thousand problems are enough to read.
    More {
        /// How many are not shown.
        count: usize,
    },
}

impl LedgerProblem {
    /// The cell that the problem is about; none for [`LedgerProblem::More`].
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

/// Why a cell's content is refused. Its `found` is what stands there, shortened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum LedgerRefusal {
    /// A number with a fraction, a sign, or too few or too many digits.
    AccountIdNumber {
        /// What stands there.
        found: String,
    },
    /// Text of 9 to 11 digits: leading zeros may be lost, but text is never padded.
    AccountIdShort {
        /// What stands there.
        found: String,
    },
    /// Twelve digits with hyphens or spaces between them.
    AccountIdSeparated {
        /// What stands there.
        found: String,
    },
    /// Such as `1.23E+11`: the digits are lost.
    AccountIdExponent {
        /// What stands there.
        found: String,
    },
    /// Anything else that is not twelve digits.
    AccountIdForm {
        /// What stands there.
        found: String,
    },
    /// Not an address.
    EmailForm {
        /// What stands there.
        found: String,
    },
    /// An address with other than plain half-width characters.
    EmailNotAscii {
        /// What stands there.
        found: String,
    },
    /// An address of over 254 characters.
    EmailTooLong {
        /// What stands there.
        found: String,
    },
    /// Several addresses where an account has exactly one.
    SeveralAccountEmails,
    /// No language of ours.
    Language {
        /// What stands there.
        found: String,
    },
    /// No AWS Region that we know.
    RegionUnknown {
        /// What stands there.
        found: String,
    },
    /// A Region that the hub does not watch.
    RegionNotOfHub {
        /// The Region.
        found: Region,
        /// Those of the hub.
        hub: Vec<Region>,
    },
    /// The ARN of a standard, which differs per Region.
    StandardArn {
        /// What stands there.
        found: String,
        /// The part that is the same everywhere, where it can be told.
        instead: Option<String>,
    },
    /// Not of the form `NAME/v/VERSION`.
    StandardForm {
        /// What stands there.
        found: String,
    },
    /// No cadence of ours.
    Report {
        /// What stands there.
        found: String,
    },
    /// No state of ours.
    State {
        /// What stands there.
        found: String,
    },
    /// A line break or tab where one line is expected.
    LineBreak,
    /// A character that cannot be seen and has no place in a table.
    ControlCharacter {
        /// Its Unicode number, such as `U+0007`.
        character: String,
    },
    /// More characters than the column takes.
    TooLong {
        /// How many there are.
        length: usize,
        /// How many there may be.
        limit: usize,
    },
}

/// What was understood all the same, and should be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "warning", rename_all = "snake_case")]
pub enum Warning {
    /// A numeric account id had lost its leading zeros.
    Padded {
        /// The cell.
        at: CellAddress,
        /// The number that stood there.
        found: String,
        /// The account that was understood.
        account: AccountId,
    },
    /// An account id in full-width digits.
    FullWidth {
        /// The cell.
        at: CellAddress,
        /// The account that was understood.
        account: AccountId,
    },
    /// Columns that Hubward does not know: kept and given back, but without an effect.
    UnknownColumns {
        /// The first one's header.
        at: CellAddress,
        /// Their headers, in the file's order.
        headers: Vec<String>,
    },
}
