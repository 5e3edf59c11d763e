//! Reads an xlsx or csv file of unknown origin into a [`Sheet`]: every size is limited before
//! memory is allocated, and files that are not ledgers are recognized by their bytes, not by their
//! names.
//!
//! `domain::ledger` interprets the cells; `workbook` writes files.

mod archive;
mod delimited;
mod identify;
mod workbook;

use hubward_domain::ledger::{Foreign, Sheet, UnreadableFile};

/// The largest accepted file, in bytes. A ledger of 20,000 accounts has about 3 MiB.
pub const FILE_LIMIT: u64 = 20 * 1024 * 1024;
/// The last row that may have data.
pub(crate) const ROW_LIMIT: u32 = 20_000;
/// How many columns may have data.
pub(crate) const COLUMN_LIMIT: u32 = 200;

/// The first sheet of a file. The name's extension says which format is expected, and the content
/// must agree.
///
/// # Errors
/// Why the file cannot be read as a ledger.
pub fn read(bytes: &[u8], file_name: &str) -> Result<Sheet, UnreadableFile> {
    match recognized(bytes, file_name)? {
        Expected::Workbook => workbook::read(bytes),
        Expected::Delimited => delimited::read(bytes),
    }
}

/// All visible sheets of a workbook; a csv file is one sheet.
///
/// # Errors
/// Why sheets cannot be read from the file.
pub fn read_all(bytes: &[u8], file_name: &str) -> Result<Vec<Sheet>, UnreadableFile> {
    match recognized(bytes, file_name)? {
        Expected::Workbook => workbook::read_all(bytes),
        Expected::Delimited => delimited::read(bytes).map(|sheet| vec![sheet]),
    }
}

/// The file's format, after a check that its size, name and content agree.
fn recognized(bytes: &[u8], file_name: &str) -> Result<Expected, UnreadableFile> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size > FILE_LIMIT {
        return Err(UnreadableFile::TooLarge {
            bytes: size,
            limit: FILE_LIMIT,
        });
    }
    let expected = Expected::of(file_name)?;
    if bytes.is_empty() {
        return Err(UnreadableFile::Empty);
    }
    match (expected, identify::content(bytes)?) {
        (Expected::Workbook, Foreign::Workbook) | (Expected::Delimited, Foreign::Text) => {
            Ok(expected)
        }
        (expected, content) => Err(UnreadableFile::Foreign {
            content,
            expected: expected.as_str(),
        }),
    }
}

/// The format that a file's extension promises.
#[derive(Clone, Copy)]
enum Expected {
    Workbook,
    Delimited,
}

impl Expected {
    fn of(file_name: &str) -> Result<Self, UnreadableFile> {
        let last = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
        let extension = last.rsplit_once('.').map_or("", |(_, extension)| extension);
        match extension.to_ascii_lowercase().as_str() {
            "xlsx" => Ok(Self::Workbook),
            "csv" => Ok(Self::Delimited),
            other => Err(UnreadableFile::Extension {
                found: other.chars().take(20).collect(),
            }),
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Workbook => "xlsx",
            Self::Delimited => "csv",
        }
    }
}

#[cfg(test)]
mod tests;
