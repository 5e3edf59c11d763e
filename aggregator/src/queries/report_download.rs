//! The workbooks of one account that reports were written to `reports.directory`: which there are, and
//! one of them to be read. It changes nothing.

use std::io;
use std::path::PathBuf;

use hubward_protocol::AccountId;

use crate::app::App;
use hubward_domain::report::{Period, link};
use hubward_store::StoreError;

/// The periods that there is a workbook of, the newest first.
pub fn report_periods(app: &App, account: &AccountId) -> Vec<String> {
    let Some(directory) = &app.config.reports.directory else {
        return Vec::new();
    };
    // No directory yet: no report yet.
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

/// The workbook that a mail's address leads to, with its name; `None` where it is not one of ours, good no more, or the
/// workbook is gone.
///
/// # Errors
/// The database failed, or the workbook is there and cannot be read.
pub async fn linked_report(
    app: &App,
    link: &str,
) -> Result<Option<(String, tokio::fs::File)>, LinkError> {
    let seal = app.report_link_key().await?;
    match link::verify(&seal, link, app.clock.now()) {
        Some((account, period)) => Ok(report_file(app, &account, &period.to_string()).await?),
        None => Ok(None),
    }
}

/// Why a report was not handed out by its address.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It cannot be read.
    #[error(transparent)]
    Disk(#[from] io::Error),
}

/// The workbook of a period, with its name; `None` when there is none. What is no period names no file.
///
/// # Errors
/// It is there and cannot be read.
pub async fn report_file(
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
