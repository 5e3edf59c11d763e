//! Where reports are written, for whoever needs one as a file: an account's, and the overview of those that were
//! written or counted here.
//!
//! It reads the mirror only, so it costs AWS nothing and can be repeated at will. Findings pass through
//! one by one; what is kept of an account is its numbers, and of the findings the worst.

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

use crate::app::App;
use hubward_document::report::{
    Closing, Ranked, ReportFormat, ReportFrame, ReportWriteError, SHEET_ROWS, Scope, Writer,
};
use hubward_domain::account::{Account, Language};
use hubward_domain::alert::AlertState;
use hubward_domain::exception::excuse;
use hubward_domain::finding::Mirrored;
use hubward_domain::guide::Links;
use hubward_domain::history::{Span, tallies};
use hubward_domain::membership::wanted_regions;
use hubward_domain::report::sending::OVERVIEW;
use hubward_domain::report::{
    AccountSummary, Period, PeriodBounds, ReportFacts, ShownFinding, TREND, TrendPoint,
};
use hubward_store::StoreError;

/// The overview keeps this many findings, the worst of them: each account's own report has them all.
const OVERVIEW_ROWS: usize = 20_000;

/// Why a report was not written.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// The database failed: nothing else can be written either.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It does not fit its format.
    #[error(transparent)]
    Format(#[from] ReportWriteError),
    /// The disk refused it.
    #[error(transparent)]
    Disk(#[from] io::Error),
}

/// A report that was written.
#[derive(Clone, Debug)]
pub(super) struct WrittenReport {
    /// The file.
    pub(super) file: PathBuf,
    /// Its numbers.
    pub(super) standing: AccountSummary,
    /// How many findings did not fit in.
    pub(super) left_out: u64,
}

/// What all reports of one period share, and what their overview is made of.
pub(super) struct ReportWriter {
    app: App,
    pub(super) period: Period,
    format: ReportFormat,
    bounds: PeriodBounds,
    pub(super) sources: BTreeMap<String, Timestamp>,
    built_at: Timestamp,
    zone: TimeZone,
    hub: Vec<Region>,
    links: Links,
    together: Mutex<OverviewTotals>,
}

/// An account's report, and what is left to do: to count it.
#[derive(Debug)]
pub(super) struct WrittenFile {
    draft: WrittenReport,
    counts: WriterCounts,
}

/// What the overview takes of an account.
#[derive(Debug)]
struct WriterCounts {
    facts: ReportFacts,
    trend: Vec<TrendPoint>,
    worst: Worst,
}

/// What the overview is made of.
#[derive(Default)]
struct OverviewTotals {
    accounts: BTreeMap<AccountId, Ranked>,
    facts: ReportFacts,
    trend: Vec<TrendPoint>,
    worst: Worst,
}

/// The findings that the overview keeps.
#[derive(Debug, Default)]
struct Worst {
    findings: Vec<(ShownFinding, Mirrored, Option<AlertState>)>,
    left_out: u64,
}

impl ReportWriter {
    /// Opens it for a period.
    pub(super) async fn open(
        app: &App,
        period: Period,
        format: ReportFormat,
    ) -> Result<Self, StoreError> {
        let checkpoints = app.store.checkpoints().await?;
        let zone = app.zone();
        Ok(Self {
            app: app.clone(),
            period,
            format,
            bounds: period.bounds(&zone),
            sources: checkpoints
                .into_iter()
                .map(|(source, checkpoint)| (source, checkpoint.read_to))
                .collect(),
            built_at: app.clock.now(),
            zone,
            hub: app.config.hub.regions().collect(),
            links: app.config.guide_links(),
            together: Mutex::default(),
        })
    }

    /// The name of a report's file.
    pub(super) fn name(&self, of: &str) -> String {
        format!("{of}_{}.{}", self.period, self.format.as_str())
    }

    /// Writes an account's report into a directory, and counts the account for the overview.
    pub(super) async fn account(
        &self,
        account: &Account,
        directory: &Path,
    ) -> Result<WrittenReport, DraftError> {
        let written = self.write(account, directory).await?;
        Ok(self.settle(account, written))
    }

    /// Writes an account's report into a directory, beside others if need be. The file appears under its
    /// name when it is whole; what could not be written leaves nothing behind.
    pub(super) async fn write(
        &self,
        account: &Account,
        directory: &Path,
    ) -> Result<WrittenFile, DraftError> {
        let regions = wanted_regions(account, &self.hub);
        let scope = Scope::Account(account);
        let beside = beside(directory)?;
        let zone = self.zone.clone();
        let sources = self.sources.clone();
        let links = self.links.clone();
        let place = (&sources, &zone, &links);
        let frame = self.frame(scope, &regions, place, account.language);
        let mut writer = Writer::begin(&frame, self.format, beside.path())?;
        let counts = self.read(account, Some(&mut writer)).await?;
        let closing = Closing {
            facts: &counts.facts,
            trend: &counts.trend,
            left_out: 0,
        };
        let file = directory.join(self.name(account.account_id.as_str()));
        finish(writer, closing, beside, &file)?;
        let standing = AccountSummary::of(&counts.facts);
        let draft = WrittenReport {
            file,
            standing,
            left_out: 0,
        };
        Ok(WrittenFile { draft, counts })
    }

    /// Counts an account for the overview, now that its report is written. The order of accounts matters: of what
    /// they call a control, the overview says the first.
    pub(super) fn settle(&self, account: &Account, written: WrittenFile) -> WrittenReport {
        self.together().take(account, written.counts);
        written.draft
    }

    /// Counts an account for the overview, without a report of its own.
    pub(super) async fn count(&self, account: &Account) -> Result<(), DraftError> {
        let counts = self.read(account, None).await?;
        self.together().take(account, counts);
        Ok(())
    }

    /// Whether an account was written or counted here.
    pub(super) fn has(&self, account: &AccountId) -> bool {
        self.together().accounts.contains_key(account)
    }

    /// Writes the overview of the accounts so far.
    pub(super) async fn overview(&self, directory: &Path) -> Result<WrittenReport, DraftError> {
        let mut together = self.together();
        together.worst.sort();
        let OverviewTotals {
            accounts,
            facts,
            trend,
            worst,
        } = &*together;
        let scope = Scope::Overview(accounts);
        let language = self.app.config.locale.language;
        let beside = beside(directory)?;
        let place = (&self.sources, &self.zone, &self.links);
        let frame = self.frame(scope, &self.hub, place, language);
        let mut writer = Writer::begin(&frame, self.format, beside.path())?;
        for (shown, mirrored, alert) in &worst.findings {
            writer.add(*shown, mirrored, *alert)?;
        }
        let closing = Closing {
            facts,
            trend,
            left_out: worst.left_out,
        };
        let file = directory.join(self.name(OVERVIEW));
        finish(writer, closing, beside, &file)?;
        Ok(WrittenReport {
            file,
            standing: AccountSummary::of(facts),
            left_out: worst.left_out,
        })
    }

    /// An account's numbers, and the worst of its findings; all of them go into its report, where it gets one.
    async fn read(
        &self,
        account: &Account,
        mut writer: Option<&mut Writer<'_>>,
    ) -> Result<WriterCounts, DraftError> {
        let store = &self.app.store;
        let alerts = store.alert_states_of(&account.account_id).await?;
        let exceptions = store.exceptions_of(&account.account_id).await?;
        let spans = store.history_of(&account.account_id).await?;
        let (mut facts, mut worst) = (ReportFacts::default(), Worst::default());
        let mut rows = store.findings_in_order(&account.account_id);
        while let Some(mut mirrored) = rows.try_next().await? {
            // Asked for by its account; and whatever a database answers, it stays with its owner.
            if mirrored.finding.account_id != account.account_id {
                continue;
            }
            excuse(&mut mirrored.finding, &exceptions);
            let Some(shown) = facts.add(&mirrored, self.bounds, self.built_at) else {
                continue;
            };
            let alert = alerts.get(&mirrored.finding.id).copied();
            if let Some(writer) = writer.as_deref_mut() {
                writer.add(shown, &mirrored, alert)?;
            }
            worst.keep([(shown, mirrored, alert)]);
        }
        let trend = self.trend(&spans, &facts);
        Ok(WriterCounts {
            facts,
            trend,
            worst,
        })
    }

    fn together(&self) -> MutexGuard<'_, OverviewTotals> {
        // Who panicked while holding it takes the whole run along: see `build_report`.
        self.together.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn frame<'f>(
        &'f self,
        scope: Scope<'f>,
        regions: &'f [Region],
        (sources, zone, links): (&'f BTreeMap<String, Timestamp>, &'f TimeZone, &'f Links),
        language: Language,
    ) -> ReportFrame<'f> {
        ReportFrame {
            scope,
            regions,
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

    /// What was open at the end of each of the last periods; in a period that is not over yet, what is open.
    fn trend(&self, spans: &[Span], facts: &ReportFacts) -> Vec<TrendPoint> {
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
                },
            })
            .collect()
    }
}

impl OverviewTotals {
    fn take(&mut self, account: &Account, counts: WriterCounts) {
        let WriterCounts {
            facts,
            trend,
            worst,
        } = counts;
        self.facts.merge(&facts);
        if self.trend.is_empty() {
            self.trend = trend;
        } else {
            for (sum, point) in self.trend.iter_mut().zip(trend) {
                sum.add(point);
            }
        }
        let ranked = Ranked {
            project: account.project.clone(),
            standing: AccountSummary::of(&facts),
        };
        self.accounts.insert(account.account_id.clone(), ranked);
        self.worst.left_out += worst.left_out;
        self.worst.keep(worst.findings);
    }
}

impl Worst {
    fn keep(
        &mut self,
        more: impl IntoIterator<Item = (ShownFinding, Mirrored, Option<AlertState>)>,
    ) {
        self.findings.extend(more);
        // Now and then, so that a thousand accounts fit into memory.
        if self.findings.len() > 2 * OVERVIEW_ROWS {
            self.shorten();
        }
    }

    /// Leaves the worst, in no order.
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

/// What is open before what is done, the worst first, what belongs together beside each other; no two findings are equal.
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

/// A file for its owner alone: it says where an account is weak.
fn beside(directory: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::NamedTempFile::new_in(directory)
}

/// Writes what is left of a report, and gives it its name at the end, so that nobody ever
/// reads half of it. Everything else that this program does goes on meanwhile.
fn finish(
    writer: Writer<'_>,
    closing: Closing<'_>,
    beside: tempfile::NamedTempFile,
    file: &Path,
) -> Result<(), DraftError> {
    block_in_place(|| {
        writer.finish(closing)?;
        beside.as_file().sync_all()?;
        beside.persist(file).map_err(|error| error.error)?;
        Ok(())
    })
}
