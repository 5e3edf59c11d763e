//! Writes the reports of a period into a directory: one file per account, and an overview of all of them. An account
//! that is watched in no Region gets none, because a report without findings would look as if all were well.
//!
//! Run again, it writes the same files again. `writer` writes the files.

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
use crate::actions::report::coverage::read_coverages;
pub(crate) use crate::actions::report::writer::DraftError;
use crate::actions::report::writer::{ReportWriter, WrittenReport};
use crate::app::App;
use hubward_document::report::ReportFormat;
use hubward_domain::account::AccountState;
use hubward_domain::report::sending::OVERVIEW;
use hubward_domain::report::{Coverage, Period, PeriodProgress};
use hubward_store::StoreError;

/// The most workbooks that are written concurrently: each uses a connection, and SQLite has four, of which
/// one is left for others.
const AT_ONCE: usize = 3;

/// What to write.
#[derive(Clone, Debug)]
pub(crate) struct BuildRequest {
    /// The accounts, whatever their state; empty means all active ones.
    pub accounts: Vec<AccountId>,
    /// The target directory, which is created if necessary.
    pub directory: PathBuf,
    /// The period; `None` means the current week.
    pub period: Option<Period>,
    pub format: ReportFormat,
}

/// What was written.
#[derive(Debug)]
pub(crate) struct Built {
    pub period: Period,
    /// Whether the period is not over, so that the reports are interim ones.
    pub is_interim: bool,
    /// When the oldest source of the mirror was last read; `None` if the mirror is empty.
    pub synced_at: Option<Timestamp>,
    /// One per account, then the overview, which is missing if it would be of named accounts of which none is watched.
    pub rows: Vec<BuildRow>,
    /// Number of findings that the overview omits.
    pub left_out: u64,
}

/// The result of one file.
#[derive(Debug)]
pub(crate) struct BuildRow {
    /// The account; `None` for the overview.
    pub account_id: Option<AccountId>,
    /// What is watched of the account; empty for the overview.
    pub coverage: Coverage,
    pub outcome: BuildOutcome,
}

/// What became of a file.
#[derive(Debug)]
pub(crate) enum BuildOutcome {
    Written {
        file: PathBuf,
        /// Number of open findings; `None` if nothing is known.
        open: Option<u64>,
    },
    /// There is none, because the account is watched in no Region.
    NotWatched,
    /// It could not be written.
    Failed { file: PathBuf, error: DraftError },
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BuildError {
    /// The ledger or the database failed.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// The directory cannot be created.
    #[error("cannot make the directory {}", directory.display())]
    Directory {
        directory: PathBuf,
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
pub(crate) async fn build_report(app: &App, request: &BuildRequest) -> Result<Built, BuildError> {
    let mut accounts = select_accounts(app.store.accounts().await?, &request.accounts)?;
    if request.accounts.is_empty() {
        accounts.retain(|account| account.state == AccountState::Active);
    }
    let now = app.clock.now();
    let period = request
        .period
        .unwrap_or_else(|| Period::week_of(now, &app.zone()));
    let is_interim = period.bounds(&app.zone()).progress(now) != PeriodProgress::Over;
    let coverages = read_coverages(app, &accounts).await?;
    let writer = Arc::new(ReportWriter::open(app, period, request.format, coverages).await?);
    let mut rows = Vec::new();
    let mut due = Vec::new();
    for account in accounts {
        let coverage = writer.coverage(&account.account_id);
        if coverage.is_watched_nowhere() {
            writer.list_unwatched(&account);
            rows.push(BuildRow {
                account_id: Some(account.account_id),
                coverage,
                outcome: BuildOutcome::NotWatched,
            });
        } else {
            due.push(account);
        }
    }
    let mut built = Built {
        period,
        is_interim,
        synced_at: writer.sources.values().min().copied(),
        rows,
        left_out: 0,
    };
    if due.is_empty() && !request.accounts.is_empty() {
        return Ok(built);
    }
    let directory = &request.directory;
    std::fs::create_dir_all(directory).map_err(|source| BuildError::Directory {
        directory: directory.clone(),
        source,
    })?;
    let mut written = stream::iter(due)
        .map(|account| {
            let (writer, directory) = (Arc::clone(&writer), directory.clone());
            AbortOnDropHandle::new(tokio::spawn(async move {
                let written = writer.write(&account, &directory).await;
                (account, written)
            }))
        })
        // One more than processors, because writers also wait for the disk.
        .buffered(available_parallelism().map_or(1, |all| AT_ONCE.min(all.get() + 1)));
    while let Some(ended) = written.next().await {
        let (account, written) = ended.unwrap_or_else(|panic| resume_unwind(panic.into_panic()));
        let file = directory.join(writer.name(account.account_id.as_str()));
        let draft = written.map(|written| writer.add_to_overview(&account, written));
        let row = row(Some(account.account_id), file, draft)?;
        built.rows.push(row);
    }
    built.rows.sort_by(|a, b| a.account_id.cmp(&b.account_id));
    let file = directory.join(writer.name(OVERVIEW));
    let written = writer.overview(directory).await;
    built.left_out = written.as_ref().map_or(0, |draft| draft.left_out);
    built.rows.push(row(None, file, written)?);
    Ok(built)
}

fn row(
    account_id: Option<AccountId>,
    file: PathBuf,
    written: Result<WrittenReport, DraftError>,
) -> Result<BuildRow, StoreError> {
    let (coverage, outcome) = match written {
        Ok(WrittenReport { coverage, open, .. }) => {
            (coverage, BuildOutcome::Written { file, open })
        }
        Err(DraftError::Store(error)) => return Err(error),
        Err(error) => (Coverage::default(), BuildOutcome::Failed { file, error }),
    };
    Ok(BuildRow {
        account_id,
        coverage,
        outcome,
    })
}
