//! The ledger as a table that people edit: the required form of a sheet, the accounts in its rows,
//! and what importing them would change.
//!
//! Pure, so a dry run uses the same code as the import: `document::sheet` turns a file into a
//! [`Sheet`], [`read`] checks its cells, [`diff`] compares with the stored rows, and an action
//! stores the [`LedgerPlan`] (or not). The sentences about problems are in `text::ledger`.

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

pub use column::{LedgerColumn, same_header, unknown_columns};
pub use diff::{AccountChange, AddedAccount, FieldChange, LedgerPlan, TooManyStateChanges, diff};
pub use effect::{Effects, Invitation, effects};
pub use entry::{EntryRefused, Intent, LedgerEntry};
pub use problem::{LedgerProblem, LedgerRefusal, Warning};
pub use read::{LedgerRow, Reading, Rules, read};
pub use sheet::{Area, Cell, CellAddress, Sheet, SheetRow, Value};
pub use unreadable::{Foreign, UnreadableFile};
