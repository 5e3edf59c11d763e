//! The guide: what a failed control or a threat means and what to do, one file each, in both
//! languages.
//!
//! Entries come as files (`file`) or as rows of a workbook (`table`), become an [`EntryDraft`] of
//! texts by field, and are checked by one set of rules (`judge`). A company's own entries override
//! the bundled ones. The files are read and written by `app` and `actions`.

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

pub use advice::{GuideAdvice, Links, aws_page};
pub use collection::Guide;
pub use draft::EntryDraft;
pub use entry::{ControlGuide, Effort, GuideEntry, Owner, Policy, Texts, ThreatGuide};
pub use field::{FieldKind, GuideField, Section};
pub use file::{FileError, GuideFile, parse, write};
pub use markdown::{Target, html, plain};
pub use problem::{Fault, GuideProblem};
pub use table::{GuideChange, Imported, TableProblem, read_sheets};

#[cfg(test)]
mod tests;
