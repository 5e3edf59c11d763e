//! Files that people exchange: bytes in, values out, and the other way round.
//!
//! Nothing here opens a path or decides about the business: actions hand over bytes, `domain`
//! judges what they say.

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
