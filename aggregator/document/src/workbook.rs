//! Writes the ledger as xlsx, csv or json, and the empty template that people start from.
//!
//! Everything is written as text, so that no content can be a formula, and reading the file again
//! ([`super::sheet`]) gives exactly the same accounts.

mod delimited;
mod table;
mod xlsx;

use hubward_domain::account::{Account, Language};
use hubward_domain::ledger::LedgerColumn;
use table::LedgerTable;

/// The file formats of a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerFormat {
    /// An Excel workbook.
    Xlsx,
    /// Comma-separated text that Excel opens as UTF-8.
    Csv,
    /// An array of accounts, as `--json` prints them.
    Json,
}

/// The file name's extension is not supported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} ends neither in .xlsx nor in .csv nor in .json")]
pub struct UnknownFormat(String);

/// The accounts cannot be written in the format.
#[derive(Debug, thiserror::Error)]
pub enum LedgerWriteError {
    /// A limit of workbooks, such as 32,767 characters in a cell.
    #[error("the workbook could not be written")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The csv writer's refusal.
    #[error("the csv could not be written")]
    Csv(#[from] csv::Error),
    /// The JSON writer's refusal.
    #[error("the JSON could not be written")]
    Json(#[from] serde_json::Error),
}

impl LedgerFormat {
    /// The format by a file's extension.
    ///
    /// # Errors
    /// The extension is not supported.
    pub fn of(file_name: &str) -> Result<Self, UnknownFormat> {
        let extension = file_name
            .rsplit_once('.')
            .map(|(_, extension)| extension.to_ascii_lowercase());
        match extension.as_deref() {
            Some("xlsx") => Ok(Self::Xlsx),
            Some("csv") => Ok(Self::Csv),
            Some("json") => Ok(Self::Json),
            _ => Err(UnknownFormat(file_name.to_owned())),
        }
    }
}

/// A file with all columns: the known ones, then the unknown ones of all accounts.
///
/// # Errors
/// The accounts cannot be written in the format.
pub fn write(
    accounts: &[Account],
    format: LedgerFormat,
    language: Language,
) -> Result<Vec<u8>, LedgerWriteError> {
    match format {
        LedgerFormat::Xlsx => Ok(xlsx::write(
            &LedgerTable::of(accounts, language),
            language,
            &[],
        )?),
        LedgerFormat::Csv => Ok(delimited::write(&LedgerTable::of(accounts, language))?),
        LedgerFormat::Json => json(accounts),
    }
}

/// A file with only the headers. In a workbook, a second sheet explains each column with the given
/// sentences (in the same language).
///
/// # Errors
/// The sentences cannot be written in the format.
pub fn template(
    format: LedgerFormat,
    language: Language,
    explanations: &[(LedgerColumn, String)],
) -> Result<Vec<u8>, LedgerWriteError> {
    match format {
        LedgerFormat::Xlsx => Ok(xlsx::write(
            &LedgerTable::of(&[], language),
            language,
            explanations,
        )?),
        LedgerFormat::Csv => Ok(delimited::write(&LedgerTable::of(&[], language))?),
        LedgerFormat::Json => json(&[]),
    }
}

fn json(accounts: &[Account]) -> Result<Vec<u8>, LedgerWriteError> {
    let mut bytes = serde_json::to_vec_pretty(accounts)?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests;
