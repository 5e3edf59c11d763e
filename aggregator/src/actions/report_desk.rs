//! Where reports are written, for whoever needs one as a file: an account's, and the overview of those that were
//! written or counted here.
//!
//! It reads the mirror only, so it costs AWS nothing and can be repeated at will. Findings pass through
//! one by one; what is kept of an account is its numbers, and of the findings the worst.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use futures::TryStreamExt;
use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::app::App;
use crate::document::report::{
    Closing, Format, Frame, Ranked, SHEET_ROWS, Scope, WriteError, Writer,
};
use crate::domain::account::{Account, Language};
use crate::domain::alert::AlertState;
use crate::domain::exception::excuse;
use crate::domain::finding::Mirrored;
use crate::domain::guide::Links;
use crate::domain::history::{Span, tallies};
use crate::domain::membership::wanted_regions;
use crate::domain::report::sending::OVERVIEW;
use crate::domain::report::{Bounds, Facts, Period, Shown, Standing, TREND, TrendPoint};
use crate::store::StoreError;

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
    Format(#[from] WriteError),
    /// The disk refused it.
    #[error(transparent)]
    Disk(#[from] io::Error),
}

/// A report that was written.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// The file.
    pub(super) file: PathBuf,
    /// Its numbers.
    pub(super) standing: Standing,
}

/// What all reports of one period share, and what their overview is made of.
pub(super) struct Desk<'a> {
    app: &'a App,
    pub(super) period: Period,
    format: Format,
    bounds: Bounds,
    pub(super) sources: BTreeMap<String, Timestamp>,
    built_at: Timestamp,
    zone: TimeZone,
    hub: Vec<Region>,
    links: Links,
    together: Together,
}

/// What the overview is made of.
#[derive(Default)]
struct Together {
    accounts: BTreeMap<AccountId, Ranked>,
    facts: Facts,
    findings: Vec<(Shown, Mirrored, Option<AlertState>)>,
    left_out: u64,
}

impl<'a> Desk<'a> {
    /// Opens it for a period.
    pub(super) async fn open(
        app: &'a App,
        period: Period,
        format: Format,
    ) -> Result<Self, StoreError> {
        let checkpoints = app.store.checkpoints().await?;
        let zone = app.zone();
        Ok(Self {
            app,
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
            together: Together::default(),
        })
    }

    /// The name of a report's file.
    pub(super) fn name(&self, of: &str) -> String {
        format!("{of}_{}.{}", self.period, self.format.as_str())
    }

    /// Writes an account's report into a directory, and counts the account for the overview. The file
    /// appears under its name when it is whole; what could not be written leaves nothing behind.
    pub(super) async fn account(
        &mut self,
        account: &Account,
        directory: &Path,
    ) -> Result<Draft, DraftError> {
        let regions = wanted_regions(account, &self.hub);
        let scope = Scope::Account(account);
        let beside = beside(directory)?;
        let zone = self.zone.clone();
        let sources = self.sources.clone();
        let links = self.links.clone();
        let place = (&sources, &zone, &links);
        let frame = self.frame(scope, &regions, place, account.language);
        let mut writer = Writer::begin(&frame, self.format, beside.path())?;
        let spans = self.app.store.history_of(&account.account_id).await?;
        let facts = self.read(account, Some(&mut writer)).await?;
        let trend = self.trend(&spans, &facts);
        writer.finish(Closing {
            facts: &facts,
            trend: &trend,
            left_out: 0,
        })?;
        let file = directory.join(self.name(account.account_id.as_str()));
        settle(beside, &file)?;
        let standing = Standing::of(&facts);
        self.together.take(account, &facts);
        Ok(Draft { file, standing })
    }

    /// Counts an account for the overview, without a report of its own.
    pub(super) async fn count(&mut self, account: &Account) -> Result<(), DraftError> {
        let facts = self.read(account, None).await?;
        self.together.take(account, &facts);
        Ok(())
    }

    /// Whether an account was written or counted here.
    pub(super) fn has(&self, account: &AccountId) -> bool {
        self.together.accounts.contains_key(account)
    }

    /// Writes the overview of the accounts so far.
    pub(super) async fn overview(&mut self, directory: &Path) -> Result<Draft, DraftError> {
        self.together.shorten();
        let spans = self.app.store.history_of_all().await?;
        let trend = self.trend(&spans, &self.together.facts);
        let together = &self.together;
        let scope = Scope::Overview(&together.accounts);
        let language = self.app.config.locale.language;
        let beside = beside(directory)?;
        let place = (&self.sources, &self.zone, &self.links);
        let frame = self.frame(scope, &self.hub, place, language);
        let mut writer = Writer::begin(&frame, self.format, beside.path())?;
        for (shown, mirrored, alert) in &together.findings {
            writer.add(*shown, mirrored, *alert)?;
        }
        writer.finish(Closing {
            facts: &together.facts,
            trend: &trend,
            left_out: together.left_out,
        })?;
        let file = directory.join(self.name(OVERVIEW));
        settle(beside, &file)?;
        let standing = Standing::of(&together.facts);
        Ok(Draft { file, standing })
    }

    /// An account's numbers; its findings go into its report, where it gets one, and the worst of them
    /// are kept for the overview.
    async fn read(
        &mut self,
        account: &Account,
        mut writer: Option<&mut Writer<'_>>,
    ) -> Result<Facts, DraftError> {
        let store = &self.app.store;
        let alerts = store.alert_states_of(&account.account_id).await?;
        let exceptions = store.exceptions_of(&account.account_id).await?;
        let mut facts = Facts::default();
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
            self.together.keep(shown, mirrored, alert);
        }
        Ok(facts)
    }

    fn frame<'f>(
        &self,
        scope: Scope<'f>,
        regions: &'f [Region],
        (sources, zone, links): (&'f BTreeMap<String, Timestamp>, &'f TimeZone, &'f Links),
        language: Language,
    ) -> Frame<'f>
    where
        'a: 'f,
    {
        Frame {
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
    fn trend(&self, spans: &[Span], facts: &Facts) -> Vec<TrendPoint> {
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

impl Together {
    fn take(&mut self, account: &Account, facts: &Facts) {
        self.facts.merge(facts);
        let ranked = Ranked {
            project: account.project.clone(),
            standing: Standing::of(facts),
        };
        self.accounts.insert(account.account_id.clone(), ranked);
    }

    fn keep(&mut self, shown: Shown, mirrored: Mirrored, alert: Option<AlertState>) {
        self.findings.push((shown, mirrored, alert));
        // Now and then, so that a thousand accounts fit into memory.
        if self.findings.len() > 2 * OVERVIEW_ROWS {
            self.shorten();
        }
    }

    fn shorten(&mut self) {
        self.findings
            .sort_by_cached_key(|(_, mirrored, _)| order(mirrored));
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

/// A file for its owner alone: it says where an account is weak.
fn beside(directory: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::NamedTempFile::new_in(directory)
}

/// Takes the name at the end, so that nobody ever reads half of a report.
fn settle(beside: tempfile::NamedTempFile, file: &Path) -> io::Result<()> {
    beside.as_file().sync_all()?;
    beside.persist(file).map_err(|error| error.error)?;
    Ok(())
}
