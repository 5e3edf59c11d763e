//! The workbooks of one account in `reports.directory`: the list, and opening one.

use std::io;
use std::path::PathBuf;

use hubward_protocol::AccountId;

use crate::app::App;
use hubward_domain::report::{Period, link};
use hubward_store::StoreError;

/// The periods with a workbook, newest first.
pub(crate) fn report_periods(app: &App, account: &AccountId) -> Vec<String> {
    let Some(directory) = &app.config.reports.directory else {
        return Vec::new();
    };
    // Without a directory there are no reports yet.
    let Ok(entries) = std::fs::read_dir(app.config.directory().join(directory)) else {
        return Vec::new();
    };
    let mut periods: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let period = name
                .strip_prefix(account.as_str())?
                .strip_prefix('_')?
                .strip_suffix(".xlsx")?;
            period.parse::<Period>().ok()?;
            Some(period.to_owned())
        })
        .collect();
    periods.sort_unstable_by(|a, b| b.cmp(a));
    periods
}

/// The workbook of a link in a mail, with its file name; `None` if the link is invalid or expired, or the
/// workbook was deleted.
///
/// # Errors
/// The database failed, or the workbook cannot be read.
pub(crate) async fn linked_report(
    app: &App,
    link: &str,
) -> Result<Option<(String, tokio::fs::File)>, LinkError> {
    let seal = app.report_link_key().await?;
    match link::verify(&seal, link, app.clock.now()) {
        Some((account, period)) => Ok(report_file(app, &account, &period.to_string()).await?),
        None => Ok(None),
    }
}

/// Why a linked report could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be read.
    #[error(transparent)]
    Disk(#[from] io::Error),
}

/// A period's workbook with its file name; `None` if there is none, or unless `period` parses as a period
/// (prevents path traversal).
///
/// # Errors
/// The file cannot be read.
pub(crate) async fn report_file(
    app: &App,
    account: &AccountId,
    period: &str,
) -> io::Result<Option<(String, tokio::fs::File)>> {
    let (Some(directory), Ok(period)) = (&app.config.reports.directory, period.parse::<Period>())
    else {
        return Ok(None);
    };
    let name = format!("{account}_{period}.xlsx");
    let path: PathBuf = app.config.directory().join(directory).join(&name);
    match tokio::fs::File::open(path).await {
        Ok(file) => Ok(Some((name, file))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
