//! The files that people exchange with Hubward: parses bytes into values, and writes values as
//! bytes.
//!
//! Nothing here opens a path or makes business decisions: actions pass the bytes, and `domain`
//! judges the content.

pub mod deck;
pub mod guide_page;
pub mod guide_site;
pub mod guide_table;
pub mod guide_words;
pub mod install_script;
pub mod outcome;
pub mod release_archive;
pub mod report;
pub mod sheet;
pub mod workbook;

#[cfg(test)]
#[path = "../../domain/src/fuzz.rs"]
mod fuzz;
mod guard;

rust_i18n::i18n!("../locales", fallback = "en");
