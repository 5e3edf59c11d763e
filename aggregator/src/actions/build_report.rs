//! Writes the reports of a period: one file per account, and the overview of them all.
//!
//! It reads the mirror only, so it costs AWS nothing and can be repeated at will. A file appears under
//! its name when it is whole; what could not be written leaves nothing behind.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{ActionError, select};
use crate::app::App;
use crate::document::report::{Format, Report, Scope, WriteError, write};
use crate::domain::account::{Account, AccountState, Language};
use crate::domain::finding::Mirrored;
use crate::domain::membership::wanted_regions;
use crate::domain::report::{Bounds, Change, Facts, Period};
use crate::store::StoreError;

/// What to write.
#[derive(Clone, Debug)]
pub struct Request {
    /// These accounts, whatever their state; empty means all active ones.
    pub accounts: Vec<AccountId>,
    /// Where to; made where it is missing.
    pub directory: PathBuf,
    /// The period; `None` means the week that it is.
    pub period: Option<Period>,
    /// The format.
    pub format: Format,
}

/// What was written.
#[derive(Debug)]
pub struct Built {
    /// The period.
    pub period: Period,
    /// How old the mirror is; `None` when it was never filled.
    pub synced_at: Option<Timestamp>,
    /// One per account, then the overview.
    pub rows: Vec<Row>,
}

/// What became of one file.
#[derive(Debug)]
pub struct Row {
    /// The account; `None` for the overview.
    pub account_id: Option<AccountId>,
    /// The file.
    pub file: PathBuf,
    /// How many findings are open.
    pub open: u64,
    /// Why it could not be written.
    pub failed: Option<BuildFailed>,
}

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub enum BuildFailed {
    /// It does not fit its format.
    #[error(transparent)]
    Format(#[from] WriteError),
    /// The disk refused it.
    #[error(transparent)]
    Disk(#[from] io::Error),
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

/// The overview keeps this many findings, the worst of them: each account's own report has them all.
const OVERVIEW_ROWS: usize = 100_000;

/// Builds the reports.
///
/// # Errors
/// Nothing was written: see [`BuildError`]. A file that could not be written is a row's outcome.
pub async fn build_report(app: &App, request: &Request) -> Result<Built, BuildError> {
    let ledger = store(app.store.accounts().await)?;
    let mut accounts = select(ledger, &request.accounts)?;
    if request.accounts.is_empty() {
        accounts.retain(|account| account.state == AccountState::Active);
    }
    let checkpoints = store(app.store.checkpoints().await)?;
    let zone = TimeZone::get(&app.config.locale.timezone).unwrap_or(TimeZone::UTC);
    let now = app.clock.now();
    let period = request
        .period
        .unwrap_or_else(|| Period::week_of(now, &zone));
    std::fs::create_dir_all(&request.directory).map_err(|source| BuildError::Directory {
        directory: request.directory.clone(),
        source,
    })?;
    let desk = Desk {
        request,
        period,
        bounds: period.bounds(&zone),
        // As old as its oldest part.
        synced_at: checkpoints
            .values()
            .map(|checkpoint| checkpoint.read_to)
            .min(),
        built_at: now,
        zone: &zone,
    };

    let hub: Vec<Region> = app.config.hub.regions().collect();
    let mut rows = Vec::new();
    let mut together = Together::default();
    for account in accounts {
        let findings = store(app.store.findings_of(&account.account_id).await)?;
        let (facts, findings) = desk.sort_out(findings, &mut together);
        let regions = wanted_regions(&account, &hub);
        let failed = desk.put(
            &account.account_id.to_string(),
            &desk.report(
                Scope::Account(&account),
                &regions,
                (&facts, &findings),
                0,
                account.language,
            ),
        );
        rows.push(desk.row(Some(account.account_id.clone()), &facts, failed));
        together.take(account, facts, findings);
    }
    together.shorten();
    let failed = desk.put(
        OVERVIEW,
        &desk.report(
            Scope::Overview(&together.accounts),
            &hub,
            (&together.facts, &together.findings),
            together.left_out,
            app.config.locale.language,
        ),
    );
    rows.push(desk.row(None, &together.facts, failed));
    Ok(Built {
        period,
        synced_at: desk.synced_at,
        rows,
    })
}

const OVERVIEW: &str = "overview";

fn store<T>(result: Result<T, StoreError>) -> Result<T, ActionError> {
    result.map_err(ActionError::from)
}

/// What all reports of one build share.
struct Desk<'a> {
    request: &'a Request,
    period: Period,
    bounds: Bounds,
    synced_at: Option<Timestamp>,
    built_at: Timestamp,
    zone: &'a TimeZone,
}

/// What the overview is made of.
#[derive(Default)]
struct Together {
    accounts: BTreeMap<AccountId, (Account, Facts)>,
    facts: Facts,
    findings: Vec<Mirrored>,
    left_out: u64,
}

impl Desk<'_> {
    /// The numbers of an account, and those of its findings that are shown, in their order.
    fn sort_out(
        &self,
        mut findings: Vec<Mirrored>,
        together: &mut Together,
    ) -> (Facts, Vec<Mirrored>) {
        let mut facts = Facts::default();
        for mirrored in &findings {
            facts.add(mirrored, self.bounds);
            together.facts.add(mirrored, self.bounds);
        }
        findings.retain(|mirrored| {
            mirrored.finding.is_suppressed() || Change::of(mirrored, self.bounds).is_some()
        });
        findings.sort_by_cached_key(order);
        (facts, findings)
    }

    fn report<'r>(
        &'r self,
        scope: Scope<'r>,
        regions: &'r [Region],
        (facts, findings): (&'r Facts, &'r [Mirrored]),
        left_out: u64,
        language: Language,
    ) -> Report<'r> {
        Report {
            scope,
            regions,
            period: self.period,
            bounds: self.bounds,
            facts,
            findings,
            left_out,
            synced_at: self.synced_at,
            built_at: self.built_at,
            zone: self.zone,
            language,
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        let extension = self.request.format.as_str();
        let file = format!("{name}_{}.{extension}", self.period);
        self.request.directory.join(file)
    }

    fn put(&self, name: &str, report: &Report<'_>) -> Option<BuildFailed> {
        let written = write(report, self.request.format).map_err(BuildFailed::from);
        let written = written.and_then(|bytes| Ok(replace(&self.file(name), &bytes)?));
        written.err()
    }

    fn row(&self, account: Option<AccountId>, facts: &Facts, failed: Option<BuildFailed>) -> Row {
        let name = account.as_ref().map_or(OVERVIEW, AccountId::as_str);
        Row {
            file: self.file(name),
            open: facts.all_open(),
            account_id: account,
            failed,
        }
    }
}

impl Together {
    fn take(&mut self, account: Account, facts: Facts, findings: Vec<Mirrored>) {
        self.accounts
            .insert(account.account_id.clone(), (account, facts));
        self.findings.extend(findings);
        // Now and then, so that five hundred accounts fit into memory.
        if self.findings.len() > 2 * OVERVIEW_ROWS {
            self.shorten();
        }
    }

    fn shorten(&mut self) {
        self.findings.sort_by_cached_key(order);
        let extra = self.findings.len().saturating_sub(OVERVIEW_ROWS);
        self.left_out += extra as u64;
        self.findings.truncate(OVERVIEW_ROWS);
    }
}

/// What is open before what is done, the worst first, what belongs together beside each other.
fn order(mirrored: &Mirrored) -> impl Ord + use<> {
    let Mirrored { finding, life } = mirrored;
    (
        !finding.is_open(),
        Reverse(finding.severity),
        finding.kind,
        finding.control_id.clone(),
        Reverse(life.opened_at),
        finding.account_id.clone(),
        finding.id.clone(),
    )
}

/// Writes beside the file and takes its name at the end, so that nobody ever reads half of it.
fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = file.parent().unwrap_or(Path::new("."));
    // For its owner alone, as the temporary file is made: it says where an account is weak.
    let mut beside = tempfile::NamedTempFile::new_in(directory)?;
    beside.write_all(bytes)?;
    beside.as_file().sync_all()?;
    beside.persist(file).map_err(|error| error.error)?;
    Ok(())
}
