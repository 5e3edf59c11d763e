//! Writes a report of one account, or the overview of several: a workbook for people, or the
//! findings as csv or json. Findings are passed one by one and written to disk immediately, so that
//! a report of a million rows needs no more memory than one of ten.
//!
//! Texts of products are always written as text, never as a formula or a link: any integration may
//! import findings into Security Hub.

mod about;
mod book;
mod cell;
mod column;
mod coverage;
mod flat;
mod sheet;
mod style;
mod summary;
mod tables;
mod words;

use std::collections::BTreeMap;
use std::path::Path;

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use strum::{EnumString, IntoStaticStr, VariantArray};

use hubward_domain::account::{Account, Language};
use hubward_domain::alert::AlertState;
use hubward_domain::finding::Mirrored;
use hubward_domain::guide::{Guide, Links};
use hubward_domain::report::{
    AccountSummary, Coverage, Period, PeriodBounds, PeriodProgress, ReportFacts, ShownFinding,
    TrendPoint,
};

/// The number of rows of a worksheet in Excel.
pub const SHEET_ROWS: u32 = 1_048_576;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum ReportFormat {
    /// An Excel workbook.
    #[default]
    Xlsx,
    /// The findings, as comma-separated text that Excel opens as UTF-8.
    Csv,
    /// The findings, as an array of objects.
    Json,
}

/// What a report covers.
#[derive(Clone, Copy, Debug)]
pub enum Scope<'a> {
    /// One account, and what is watched of it.
    Account(&'a Account, &'a Coverage),
    /// Several accounts, each with its own numbers.
    Overview(&'a BTreeMap<AccountId, Ranked>),
}

/// An account of the overview.
#[derive(Clone, Debug)]
pub struct Ranked {
    pub project: String,
    /// What is watched of it.
    pub coverage: Coverage,
    /// Its numbers; those of an account that is watched nowhere say nothing.
    pub standing: AccountSummary,
}

/// What is known of a report before its first finding.
#[derive(Clone, Debug)]
pub struct ReportFrame<'a> {
    /// What it covers.
    pub scope: Scope<'a>,
    /// The Regions that are to be monitored, in the hub's order.
    pub regions: &'a [Region],
    /// The standards that are wanted.
    pub standards: &'a [String],
    pub period: Period,
    /// The period's start and end.
    pub bounds: PeriodBounds,
    /// When each source was last mirrored; empty before the first sync.
    pub sources: &'a BTreeMap<String, Timestamp>,
    /// When the report is written.
    pub built_at: Timestamp,
    /// The time zone of displayed times.
    pub zone: &'a TimeZone,
    /// The reader's language.
    pub language: Language,
    /// The guide, for advice on controls.
    pub guide: &'a Guide,
    /// The URLs of the guide's pages.
    pub links: &'a Links,
    /// How many rows a sheet has before the next one continues it.
    pub sheet_rows: u32,
}

/// What is known of a report after its last finding.
#[derive(Clone, Copy, Debug)]
pub struct Closing<'a> {
    /// The numbers.
    pub facts: &'a ReportFacts,
    /// What was open at the end of some periods, of which this report's is the last.
    pub trend: &'a [TrendPoint],
    /// Findings that did not fit into the format.
    pub left_out: u64,
    /// Findings from the time before a Region was no longer watched; they are not counted.
    pub outdated: u64,
}

/// The report cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportWriteError {
    /// A limit of the workbook, or an error of the disk.
    #[error("the workbook could not be written")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The csv writer's refusal.
    #[error("the csv could not be written")]
    Csv(#[from] csv::Error),
    /// The disk's.
    #[error("the file could not be written")]
    Disk(#[from] std::io::Error),
}

impl ReportFormat {
    /// The file extension.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A report that is being written.
pub struct Writer<'a> {
    frame: &'a ReportFrame<'a>,
    form: ReportLayout<'a>,
}

enum ReportLayout<'a> {
    Xlsx(Box<book::Book<'a>>),
    Csv(Box<flat::Csv>),
    Json(flat::Json),
}

impl<'a> Writer<'a> {
    /// Begins a report in an existing file.
    ///
    /// # Errors
    /// The file could not be opened, or a workbook's temporary files could not be created.
    pub fn begin(
        frame: &'a ReportFrame<'a>,
        format: ReportFormat,
        file: &Path,
    ) -> Result<Self, ReportWriteError> {
        let form = match format {
            ReportFormat::Xlsx => ReportLayout::Xlsx(Box::new(book::Book::begin(frame, file)?)),
            ReportFormat::Csv => ReportLayout::Csv(Box::new(flat::Csv::begin(frame, file)?)),
            ReportFormat::Json => ReportLayout::Json(flat::Json::begin(frame, file)?),
        };
        Ok(Self { frame, form })
    }

    /// Adds a finding to the part of the report that shows it; `state` is the handling of its
    /// alert, if there is one.
    ///
    /// # Errors
    /// The disk is full, or a limit of the format was reached.
    pub fn add(
        &mut self,
        shown: ShownFinding,
        mirrored: &Mirrored,
        alert: Option<AlertState>,
    ) -> Result<(), ReportWriteError> {
        match (&mut self.form, shown) {
            (ReportLayout::Xlsx(book), _) => book.add(shown, mirrored, alert)?,
            (ReportLayout::Csv(csv), ShownFinding::News(change)) => {
                csv.add(self.frame, change, mirrored)?;
            }
            (ReportLayout::Json(json), ShownFinding::News(change)) => {
                json.add(self.frame, change, mirrored)?;
            }
            (ReportLayout::Csv(_) | ReportLayout::Json(_), ShownFinding::Suppressed) => {}
        }
        Ok(())
    }

    /// Writes the rest of the report.
    ///
    /// # Errors
    /// The disk is full, or a limit of the format was reached.
    pub fn finish(self, closing: Closing<'_>) -> Result<(), ReportWriteError> {
        match self.form {
            ReportLayout::Xlsx(book) => book.finish(closing)?,
            ReportLayout::Csv(csv) => csv.finish()?,
            ReportLayout::Json(json) => json.finish()?,
        }
        Ok(())
    }
}

impl ReportFrame<'_> {
    fn project_of(&self, id: &AccountId) -> &str {
        match self.scope {
            Scope::Account(account, _) => &account.project,
            Scope::Overview(accounts) => accounts
                .get(id)
                .map_or("", |ranked| ranked.project.as_str()),
        }
    }

    fn is_overview(&self) -> bool {
        matches!(self.scope, Scope::Overview(_))
    }

    /// Whether the period is over.
    fn progress(&self) -> PeriodProgress {
        self.bounds.progress(self.built_at)
    }

    /// The age of the mirror's oldest source; `None` before the first sync.
    fn synced_at(&self) -> Option<Timestamp> {
        self.sources.values().min().copied()
    }

    /// A time in the reader's time zone.
    fn local(&self, moment: Option<Timestamp>) -> String {
        moment.map_or_else(String::new, |moment| {
            self.zone
                .to_datetime(moment)
                .strftime("%Y-%m-%d %H:%M")
                .to_string()
        })
    }
}

#[cfg(test)]
mod tests;
