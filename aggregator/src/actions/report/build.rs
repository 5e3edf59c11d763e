//! Writes the reports of a period into a directory: one file per account, and the overview of them all.
//!
//! Running it again writes the same files again. How a report is written is in `report_desk`.

use std::io;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::available_parallelism;

use futures::{StreamExt, stream};
use hubward_protocol::AccountId;
use jiff::Timestamp;
use tokio_util::task::AbortOnDropHandle;

use crate::actions::ActionError;
use crate::actions::ledger::select_accounts;
pub use crate::actions::report::writer::DraftError;
use crate::actions::report::writer::{ReportWriter, WrittenReport};
use crate::app::App;
use hubward_document::report::ReportFormat;
use hubward_domain::account::AccountState;
use hubward_domain::report::Period;
use hubward_domain::report::sending::OVERVIEW;
use hubward_store::StoreError;

/// How many workbooks are written at once, at the most: each reads on a connection of its own, and SQLite has four, one
/// of which is left to others.
const AT_ONCE: usize = 3;

/// What to write.
#[derive(Clone, Debug)]
pub struct BuildRequest {
    /// These accounts, whatever their state; empty means all active ones.
    pub accounts: Vec<AccountId>,
    /// Where to; made where it is missing.
    pub directory: PathBuf,
    /// The period; `None` means the week that it is.
    pub period: Option<Period>,
    /// The format.
    pub format: ReportFormat,
}

/// What was written.
#[derive(Debug)]
pub struct Built {
    /// The period.
    pub period: Period,
    /// How old the mirror is; `None` when it was never filled.
    pub synced_at: Option<Timestamp>,
    /// One per account, then the overview.
    pub rows: Vec<BuildRow>,
    /// How many findings the overview leaves out.
    pub left_out: u64,
}

/// What became of one file.
#[derive(Debug)]
pub struct BuildRow {
    /// The account; `None` for the overview.
    pub account_id: Option<AccountId>,
    /// The file.
    pub file: PathBuf,
    /// How many findings are open.
    pub open: u64,
    /// Why it could not be written.
    pub failed: Option<DraftError>,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The ledger or the database.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// The directory cannot be made.
    #[error("cannot make the directory {}", directory.display())]
    Directory {
        /// Which.
        directory: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl From<StoreError> for BuildError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

/// Builds the reports.
///
/// # Errors
/// The database failed, or nothing was written: see [`BuildError`]. A file that could not be written is a
/// row's outcome.
pub async fn build_report(app: &App, request: &BuildRequest) -> Result<Built, BuildError> {
    let mut accounts = select_accounts(app.store.accounts().await?, &request.accounts)?;
    if request.accounts.is_empty() {
        accounts.retain(|account| account.state == AccountState::Active);
    }
    let now = app.clock.now();
    let period = request
        .period
        .unwrap_or_else(|| Period::week_of(now, &app.zone()));
    let directory = &request.directory;
    std::fs::create_dir_all(directory).map_err(|source| BuildError::Directory {
        directory: directory.clone(),
        source,
    })?;
    let desk = Arc::new(ReportWriter::open(app, period, request.format).await?);
    let mut rows = Vec::new();
    let mut written = stream::iter(accounts)
        .map(|account| {
            let (desk, directory) = (Arc::clone(&desk), directory.clone());
            AbortOnDropHandle::new(tokio::spawn(async move {
                let written = desk.write(&account, &directory).await;
                (account, written)
            }))
        })
        // One more than processors, for the time that a disk takes.
        .buffered(available_parallelism().map_or(1, |all| AT_ONCE.min(all.get() + 1)));
    while let Some(ended) = written.next().await {
        let (account, written) = ended.unwrap_or_else(|panic| resume_unwind(panic.into_panic()));
        let file = directory.join(desk.name(account.account_id.as_str()));
        let draft = written.map(|written| desk.settle(&account, written));
        rows.push(row(Some(account.account_id), file, draft)?);
    }
    let file = directory.join(desk.name(OVERVIEW));
    let written = desk.overview(directory).await;
    let left_out = written.as_ref().map_or(0, |draft| draft.left_out);
    rows.push(row(None, file, written)?);
    Ok(Built {
        period,
        synced_at: desk.sources.values().min().copied(),
        rows,
        left_out,
    })
}

fn row(
    account_id: Option<AccountId>,
    file: PathBuf,
    written: Result<WrittenReport, DraftError>,
) -> Result<BuildRow, StoreError> {
    let (open, failed) = match written {
        Ok(draft) => (draft.standing.all_open(), None),
        Err(DraftError::Store(error)) => return Err(error),
        Err(error) => (0, Some(error)),
    };
    Ok(BuildRow {
        account_id,
        file,
        open,
        failed,
    })
}
