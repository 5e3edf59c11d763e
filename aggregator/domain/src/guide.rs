//! The guide: what a failed control or a threat means and what to do, one file each, in both languages.
//!
//! Entries come as files (`file`) or as rows of a workbook (`table`), become a [`Draft`] of texts by field, and
//! are judged by one set of rules (`judge`). A company's own entries stand in front of the bundled ones.
//! Reading and writing the files is `app`'s and `actions`'.

mod advice;
mod bundled;
mod collection;
mod draft;
mod entry;
mod field;
mod file;
mod finding_type;
mod judge;
mod markdown;
mod problem;
mod table;

pub use advice::{Advice, Links, aws_page};
pub use collection::{Guide, Source};
pub use draft::Draft;
pub use entry::{ControlGuide, Effort, Entry, Owner, Policy, Texts, ThreatGuide};
pub use field::{Field, Kind, Section};
pub use file::{FileError, parse, write};
pub use markdown::{Target, html, plain};
pub use problem::{Fault, Problem};
pub use table::{Change, Imported, TableProblem, read_sheets};

#[cfg(test)]
mod tests;
