//! Writes one report file per account and an overview of all accounts in the run.
//!
//! It reads only the mirror of findings, so it costs AWS nothing and can be repeated. Findings are streamed;
//! only the counts of an account and its worst findings are kept in memory.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::TryStreamExt;
use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tokio::task::block_in_place;

use crate::actions::report::coverage::Coverages;
use crate::app::App;
use hubward_document::report::{
    Closing, Ranked, ReportFormat, ReportFrame, ReportWriteError, SHEET_ROWS, Scope, Writer,
};
use hubward_domain::account::{Account, Language, Standard};
use hubward_domain::alert::AlertState;
use hubward_domain::exception::excuse;
use hubward_domain::finding::Mirrored;
use hubward_domain::guide::Links;
use hubward_domain::history::{Span, tallies};
use hubward_domain::membership::wanted_regions;
use hubward_domain::report::sending::OVERVIEW;
use hubward_domain::report::{
    AccountSummary, Coverage, Period, PeriodBounds, ReportFacts, ShownFinding, TREND, TrendPoint,
    WatchCounts,
};
use hubward_store::StoreError;

/// The most findings in the overview, worst first: each account's own report has all of its findings.
const OVERVIEW_ROWS: usize = 20_000;

/// Why a report was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DraftError {
    /// The database failed, so no other report can be written either.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It exceeds a limit of its format.
    #[error(transparent)]
    Format(#[from] ReportWriteError),
    /// The file could not be written.
    #[error(transparent)]
    Disk(#[from] io::Error),
}

/// A written report.
#[derive(Clone, Debug)]
pub(super) struct WrittenReport {
    pub(super) file: PathBuf,
    /// The counts for the channels.
    pub(super) standing: AccountSummary,
    /// What is watched of the account; empty for the overview.
    pub(super) coverage: Coverage,
    /// Number of open findings; `None` if nothing is known.
    pub(super) open: Option<u64>,
    /// Number of findings that were omitted.
    pub(super) left_out: u64,
}

/// What all reports of one period share, and the totals for their overview.
pub(super) struct ReportWriter {
    app: App,
    pub(super) period: Period,
    format: ReportFormat,
    /// Whether file names say that the reports are interim ones.
    is_interim: bool,
    coverages: Coverages,
    /// The standards of accounts that have none of their own.
    standards: Vec<String>,
    bounds: PeriodBounds,
    pub(super) sources: BTreeMap<String, Timestamp>,
    built_at: Timestamp,
    zone: TimeZone,
    hub: Vec<Region>,
    links: Links,
    totals: Mutex<OverviewTotals>,
}

/// An account's report that is not yet added to the overview.
#[derive(Debug)]
pub(super) struct WrittenFile {
    draft: WrittenReport,
    counts: WriterCounts,
}

/// An account's part of the overview.
#[derive(Debug)]
struct WriterCounts {
    facts: ReportFacts,
    trend: Vec<TrendPoint>,
    worst: Worst,
    /// Open findings of Regions that are no longer watched.
    outdated: u64,
}

/// The totals of the overview.
#[derive(Default)]
struct OverviewTotals {
    accounts: BTreeMap<AccountId, Ranked>,
    facts: ReportFacts,
    trend: Vec<TrendPoint>,
    worst: Worst,
    outdated: u64,
}

/// The worst findings, for the overview.
#[derive(Debug, Default)]
struct Worst {
    findings: Vec<(ShownFinding, Mirrored, Option<AlertState>)>,
    left_out: u64,
}

impl ReportWriter {
    /// Prepares the reports of a period, of accounts of which this is watched.
    pub(super) async fn open(
        app: &App,
        period: Period,
        format: ReportFormat,
        coverages: Coverages,
    ) -> Result<Self, StoreError> {
        let checkpoints = app.store.checkpoints().await?;
        let zone = app.zone();
        Ok(Self {
            app: app.clone(),
            period,
            format,
            is_interim: false,
            coverages,
            standards: suffixes(&app.config.baseline.standards),
            bounds: period.bounds(&zone),
            sources: checkpoints
                .into_iter()
                .map(|(source, checkpoint)| (source, checkpoint.read_to))
                .collect(),
            built_at: app.clock.now(),
            zone,
            hub: app.config.hub.regions().collect(),
            links: app.config.guide_links(),
            totals: Mutex::default(),
        })
    }

    /// The same, with file names that differ from those of the reports of the whole period, so that neither replaces
    /// the other.
    pub(super) fn with_interim_names(self) -> Self {
        let is_interim = true;
        Self { is_interim, ..self }
    }

    /// The file name of a report.
    pub(super) fn name(&self, of: &str) -> String {
        let mark = if self.is_interim { "_interim" } else { "" };
        format!("{of}_{}{mark}.{}", self.period, self.format.as_str())
    }

    /// What is watched of an account.
    pub(super) fn coverage(&self, account: &AccountId) -> Coverage {
        self.coverages.get(account).cloned().unwrap_or_default()
    }

    /// A number of open findings, if it says anything: before the first sync, none says nothing.
    fn known(&self, watched: WatchCounts, open: u64) -> Option<u64> {
        let open = watched.count(open)?;
        (open > 0 || !self.sources.is_empty()).then_some(open)
    }

    /// Writes an account's report into a directory and adds the account to the overview.
    pub(super) async fn account(
        &self,
        account: &Account,
        directory: &Path,
    ) -> Result<WrittenReport, DraftError> {
        let written = self.write(account, directory).await?;
        Ok(self.add_to_overview(account, written))
    }

    /// Writes an account's report into a directory; can run concurrently. The file gets its name when it is
    /// complete; a failure leaves no file behind.
    pub(super) async fn write(
        &self,
        account: &Account,
        directory: &Path,
    ) -> Result<WrittenFile, DraftError> {
        let regions = wanted_regions(account, &self.hub);
        let coverage = self.coverage(&account.account_id);
        let scope = Scope::Account(account, &coverage);
        let own = suffixes(&account.standards);
        let standards = if own.is_empty() {
            &self.standards
        } else {
            &own
        };
        let temporary = temporary(directory)?;
        let zone = self.zone.clone();
        let sources = self.sources.clone();
        let links = self.links.clone();
        let place = (&sources, &zone, &links);
        let frame = self.frame(scope, (&regions, standards), place, account.language);
        let mut writer = Writer::begin(&frame, self.format, temporary.path())?;
        let counts = self.read(account, Some(&mut writer)).await?;
        let closing = Closing {
            facts: &counts.facts,
            trend: &counts.trend,
            left_out: 0,
            outdated: counts.outdated,
        };
        let file = directory.join(self.name(account.account_id.as_str()));
        finish(writer, closing, temporary, &file)?;
        let standing = AccountSummary::of(&counts.facts);
        let draft = WrittenReport {
            file,
            open: self.known(coverage.counts(), standing.all_open()),
            standing,
            coverage,
            left_out: 0,
        };
        Ok(WrittenFile { draft, counts })
    }

    /// Adds a written account to the overview. The order of accounts matters: the overview shows the first
    /// title that is found for a control.
    pub(super) fn add_to_overview(&self, account: &Account, written: WrittenFile) -> WrittenReport {
        let coverage = self.coverage(&account.account_id);
        self.totals().take(account, coverage, written.counts);
        written.draft
    }

    /// Adds an account that is watched nowhere to the overview. It has no numbers.
    pub(super) fn list_unwatched(&self, account: &Account) {
        let coverage = self.coverage(&account.account_id);
        let nothing = AccountSummary::default();
        self.totals().list(account, coverage, nothing);
    }

    /// Adds an account to the overview without writing its report.
    pub(super) async fn count(&self, account: &Account) -> Result<(), DraftError> {
        let coverage = self.coverage(&account.account_id);
        if coverage.is_watched_nowhere() {
            self.list_unwatched(account);
            return Ok(());
        }
        let counts = self.read(account, None).await?;
        self.totals().take(account, coverage, counts);
        Ok(())
    }

    /// Whether an account was added to the overview.
    pub(super) fn has(&self, account: &AccountId) -> bool {
        self.totals().accounts.contains_key(account)
    }

    /// Writes the overview of the accounts that were added.
    pub(super) async fn overview(&self, directory: &Path) -> Result<WrittenReport, DraftError> {
        let mut totals = self.totals();
        totals.worst.sort();
        let OverviewTotals {
            accounts,
            facts,
            trend,
            worst,
            outdated,
        } = &*totals;
        let mut watched = WatchCounts::default();
        for its in accounts
            .values()
            .flat_map(|ranked| &ranked.coverage.regions)
        {
            watched.add(&its.watch);
        }
        let scope = Scope::Overview(accounts);
        let language = self.app.config.locale.language;
        let temporary = temporary(directory)?;
        let place = (&self.sources, &self.zone, &self.links);
        let frame = self.frame(scope, (&self.hub, &self.standards), place, language);
        let mut writer = Writer::begin(&frame, self.format, temporary.path())?;
        for (shown, mirrored, alert) in &worst.findings {
            writer.add(*shown, mirrored, *alert)?;
        }
        let closing = Closing {
            facts,
            trend,
            left_out: worst.left_out,
            outdated: *outdated,
        };
        let file = directory.join(self.name(OVERVIEW));
        finish(writer, closing, temporary, &file)?;
        Ok(WrittenReport {
            file,
            standing: AccountSummary::of(facts),
            coverage: Coverage::default(),
            open: self.known(watched, facts.all_open()),
            left_out: worst.left_out,
        })
    }

    /// Reads an account's counts and worst findings, and writes all findings to `writer` if there is one.
    async fn read(
        &self,
        account: &Account,
        mut writer: Option<&mut Writer<'_>>,
    ) -> Result<WriterCounts, DraftError> {
        let store = &self.app.store;
        let alerts = store.alert_states_of(&account.account_id).await?;
        let exceptions = store.exceptions_of(&account.account_id).await?;
        let coverage = self.coverage(&account.account_id);
        let mut spans = store.history_of(&account.account_id).await?;
        spans.retain(|span| !coverage.leaves_out(&span.region));
        let (mut facts, mut worst, mut outdated) = (ReportFacts::default(), Worst::default(), 0);
        let mut rows = store.findings_in_order(&account.account_id);
        while let Some(mut mirrored) = rows.try_next().await? {
            // Defense in depth: whatever the query returns, an account's report only contains its own
            // findings.
            if mirrored.finding.account_id != account.account_id {
                continue;
            }
            excuse(&mut mirrored.finding, &exceptions);
            if coverage.leaves_out(&mirrored.finding.region) {
                outdated += u64::from(mirrored.finding.is_open());
                continue;
            }
            let Some(shown) = facts.add(&mirrored, self.bounds, self.built_at) else {
                continue;
            };
            let alert = alerts.get(&mirrored.finding.id).copied();
            if let Some(writer) = writer.as_deref_mut() {
                writer.add(shown, &mirrored, alert)?;
            }
            worst.keep([(shown, mirrored, alert)]);
        }
        let trend = self.trend(&spans, &facts, coverage.counts());
        Ok(WriterCounts {
            facts,
            trend,
            worst,
            outdated,
        })
    }

    fn totals(&self) -> MutexGuard<'_, OverviewTotals> {
        // A panic while the lock is held ends the whole run: see `build_report`.
        self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn frame<'f>(
        &'f self,
        scope: Scope<'f>,
        (regions, standards): (&'f [Region], &'f [String]),
        (sources, zone, links): (&'f BTreeMap<String, Timestamp>, &'f TimeZone, &'f Links),
        language: Language,
    ) -> ReportFrame<'f> {
        ReportFrame {
            scope,
            regions,
            standards,
            period: self.period,
            bounds: self.bounds,
            sources,
            built_at: self.built_at,
            zone,
            language,
            guide: self.app.guide(),
            links,
            sheet_rows: SHEET_ROWS,
        }
    }

    /// The open findings at the end of each of the last periods; for the current period, those of now. `None` where
    /// nothing is known.
    fn trend(&self, spans: &[Span], facts: &ReportFacts, watched: WatchCounts) -> Vec<TrendPoint> {
        let periods = self.period.up_to(TREND);
        let days: Vec<Date> = periods.iter().map(|period| period.days().1).collect();
        let today = self.zone.to_datetime(self.built_at).date();
        let counted = tallies(spans, &days);
        periods
            .into_iter()
            .zip(days)
            .zip(counted)
            .map(|((period, last), tally)| TrendPoint {
                period,
                open: if last >= today {
                    Some(facts.open.clone())
                } else {
                    tally.map(|tally| tally.open)
                }
                .filter(|open| self.known(watched, open.values().sum()).is_some()),
            })
            .collect()
    }
}

impl OverviewTotals {
    fn take(&mut self, account: &Account, coverage: Coverage, counts: WriterCounts) {
        let WriterCounts {
            facts,
            trend,
            worst,
            outdated,
        } = counts;
        self.outdated += outdated;
        self.facts.merge(&facts);
        if self.trend.is_empty() {
            self.trend = trend;
        } else {
            for (sum, point) in self.trend.iter_mut().zip(trend) {
                sum.add(point);
            }
        }
        self.list(account, coverage, AccountSummary::of(&facts));
        self.worst.left_out += worst.left_out;
        self.worst.keep(worst.findings);
    }

    fn list(&mut self, account: &Account, coverage: Coverage, standing: AccountSummary) {
        let ranked = Ranked {
            project: account.project.clone(),
            coverage,
            standing,
        };
        self.accounts.insert(account.account_id.clone(), ranked);
    }
}

impl Worst {
    fn keep(
        &mut self,
        more: impl IntoIterator<Item = (ShownFinding, Mirrored, Option<AlertState>)>,
    ) {
        self.findings.extend(more);
        // Shortened occasionally, so that a thousand accounts fit into memory.
        if self.findings.len() > 2 * OVERVIEW_ROWS {
            self.shorten();
        }
    }

    /// Keeps the worst findings, unordered.
    fn shorten(&mut self) {
        let extra = self.findings.len().saturating_sub(OVERVIEW_ROWS);
        if extra > 0 {
            self.findings
                .select_nth_unstable_by(OVERVIEW_ROWS, |a, b| order(&a.1).cmp(&order(&b.1)));
        }
        self.left_out += extra as u64;
        self.findings.truncate(OVERVIEW_ROWS);
    }

    fn sort(&mut self) {
        self.shorten();
        self.findings
            .sort_unstable_by(|a, b| order(&a.1).cmp(&order(&b.1)));
    }
}

/// The standards as findings name them.
fn suffixes(standards: &[Standard]) -> Vec<String> {
    standards.iter().map(ToString::to_string).collect()
}

/// Open before resolved findings, worst first, related ones together. A total order: no two findings are
/// equal.
fn order(Mirrored { finding, life }: &Mirrored) -> impl Ord + use<'_> {
    (
        !finding.is_open(),
        Reverse(finding.severity),
        finding.kind,
        finding.control_id.as_str(),
        Reverse(life.opened_at),
        &finding.account_id,
        finding.id.as_str(),
        finding.region.as_str(),
        finding.product_arn.as_str(),
    )
}

/// A temporary file that only its owner can read, because it shows an account's weaknesses.
fn temporary(directory: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::NamedTempFile::new_in(directory)
}

/// Writes the rest of a report and renames the file, so that no one reads an incomplete one. Runs outside the
/// async executor's queue, so that other tasks continue.
fn finish(
    writer: Writer<'_>,
    closing: Closing<'_>,
    temporary: tempfile::NamedTempFile,
    file: &Path,
) -> Result<(), DraftError> {
    block_in_place(|| {
        writer.finish(closing)?;
        temporary.as_file().sync_all()?;
        temporary.persist(file).map_err(|error| error.error)?;
        Ok(())
    })
}
