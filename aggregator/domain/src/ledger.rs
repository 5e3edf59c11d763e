//! The ledger as a table that people edit: what a sheet must look like, which accounts its rows
//! are, and what importing them would change.
//!
//! Pure, so that a dry run is the very same road as the real one: `document::sheet` turns a file
//! into a [`Sheet`], [`read`] judges every cell of it, [`diff`] compares with what is stored, and
//! an action writes the [`LedgerPlan`] (or does not). Sentences about problems live in `text::ledger`.

mod column;
mod diff;
mod effect;
mod entry;
mod findings;
mod header;
mod problem;
mod read;
mod row;
mod sheet;
mod unreadable;
pub mod value;

pub use column::{LedgerColumn, UnknownHeaders, unknown_columns};
pub use diff::{AccountChange, AddedAccount, FieldChange, LedgerPlan, TooManyStateChanges, diff};
pub use effect::{Effects, Invitation, effects};
pub use entry::{EntryRefused, Intent, LedgerEntry};
pub use problem::{LedgerProblem, LedgerRefusal, Warning};
pub use read::{LedgerRow, Reading, Rules, read};
pub use sheet::{Area, Cell, CellAddress, Sheet, SheetRow, Value};
pub use unreadable::{Foreign, UnreadableFile};
