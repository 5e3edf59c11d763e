//! Writes a report of one account, or the overview of several: a workbook for people, or its findings
//! as csv or json. Findings are handed over one by one and are on the disk then, so that a report of a
//! million rows needs no more memory than one of ten.
//!
//! What a product wrote is always text here, never a formula or a link: anybody may bring findings
//! into Security Hub.

mod about;
mod book;
mod cell;
mod column;
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

use hubward_domain::account::{Account, Language};
use hubward_domain::alert::AlertState;
use hubward_domain::finding::Mirrored;
use hubward_domain::guide::{Guide, Links};
use hubward_domain::report::{
    AccountSummary, Period, PeriodBounds, ReportFacts, ShownFinding, TrendPoint,
};

/// As many rows as a worksheet takes.
pub const SHEET_ROWS: u32 = 1_048_576;

/// The formats of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReportFormat {
    /// An Excel workbook.
    #[default]
    Xlsx,
    /// The findings, as comma-separated text that Excel opens as UTF-8.
    Csv,
    /// The findings, as an array of objects.
    Json,
}

/// Whom a report is about.
#[derive(Clone, Copy, Debug)]
pub enum Scope<'a> {
    /// One account.
    Account(&'a Account),
    /// Several, each with its own numbers.
    Overview(&'a BTreeMap<AccountId, Ranked>),
}

/// An account of the overview.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// Its project.
    pub project: String,
    /// How it stands.
    pub standing: AccountSummary,
}

/// What is known of a report before its first finding.
#[derive(Clone, Debug)]
pub struct ReportFrame<'a> {
    /// Whom it is about.
    pub scope: Scope<'a>,
    /// The Regions that are watched.
    pub regions: &'a [Region],
    /// What it is about.
    pub period: Period,
    /// The period's moments.
    pub bounds: PeriodBounds,
    /// Up to when each source was mirrored; empty when that never happened.
    pub sources: &'a BTreeMap<String, Timestamp>,
    /// When the report is written.
    pub built_at: Timestamp,
    /// The time zone of what is shown.
    pub zone: &'a TimeZone,
    /// The reader's language.
    pub language: Language,
    /// What is known of controls.
    pub guide: &'a Guide,
    /// Where the guide's pages are.
    pub links: &'a Links,
    /// How many rows a sheet takes before the next one continues it.
    pub sheet_rows: u32,
}

/// What is known of a report after its last finding.
#[derive(Clone, Copy, Debug)]
pub struct Closing<'a> {
    /// The numbers.
    pub facts: &'a ReportFacts,
    /// What was open at the end of some periods, the last of which is this report's.
    pub trend: &'a [TrendPoint],
    /// Findings that did not fit in.
    pub left_out: u64,
}

/// The report does not fit the format.
#[derive(Debug, thiserror::Error)]
pub enum ReportWriteError {
    /// A workbook's limits, or the disk's.
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
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Xlsx, Self::Csv, Self::Json];

    /// The extension of its files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Json => "json",
        }
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
    /// Begins a report in a file that is there.
    ///
    /// # Errors
    /// The file could not be opened, or the temporary ones of a workbook not be made.
    pub fn begin(
        frame: &'a ReportFrame<'a>,
        format: ReportFormat,
        file: &Path,
    ) -> Result<Self, ReportWriteError> {
        let form = match format {
            ReportFormat::Xlsx => ReportLayout::Xlsx(Box::new(book::Book::begin(frame, file)?)),
            ReportFormat::Csv => ReportLayout::Csv(Box::new(flat::Csv::begin(frame, file)?)),
            ReportFormat::Json => ReportLayout::Json(flat::Json::begin(file)?),
        };
        Ok(Self { frame, form })
    }

    /// Adds a finding, where it is shown, with how far people are with it as an alert.
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
                csv.add(self.frame, change, mirrored)?
            }
            (ReportLayout::Json(json), ShownFinding::News(change)) => {
                json.add(self.frame, change, mirrored)?
            }
            (ReportLayout::Csv(_) | ReportLayout::Json(_), ShownFinding::Suppressed) => {}
        }
        Ok(())
    }

    /// Writes the rest.
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
            Scope::Account(account) => &account.project,
            Scope::Overview(accounts) => accounts
                .get(id)
                .map_or("", |ranked| ranked.project.as_str()),
        }
    }

    fn is_overview(&self) -> bool {
        matches!(self.scope, Scope::Overview(_))
    }

    /// How old the mirror is: as old as its oldest part; `None` when it was never filled.
    fn synced_at(&self) -> Option<Timestamp> {
        self.sources.values().min().copied()
    }

    /// A moment, where the reader is.
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
