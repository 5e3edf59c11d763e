//! Writes a report of one account, or the overview of several: a workbook for people, or its findings
//! as csv or json.
//!
//! What a product wrote is always text here, never a formula or a link: anybody may bring findings
//! into Security Hub.

mod cell;
mod flat;
mod sheet;
mod style;
mod summary;
mod tables;
mod words;
mod xlsx;

use std::collections::BTreeMap;

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::account::{Account, Language};
use crate::domain::finding::Mirrored;
use crate::domain::report::{Bounds, Facts, Period};

/// The formats of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// An Excel workbook.
    #[default]
    Xlsx,
    /// The findings, as comma-separated text that Excel opens as UTF-8.
    Csv,
    /// The findings, as an array of objects.
    Json,
}

/// Whom a report is about.
#[derive(Clone, Debug)]
pub enum Scope<'a> {
    /// One account.
    Account(&'a Account),
    /// Several, each with its own numbers.
    Overview(&'a BTreeMap<AccountId, (Account, Facts)>),
}

/// A report, ready to be written.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// Whom it is about.
    pub scope: Scope<'a>,
    /// The Regions that are watched.
    pub regions: &'a [Region],
    /// What it is about.
    pub period: Period,
    /// The period's moments.
    pub bounds: Bounds,
    /// The numbers.
    pub facts: &'a Facts,
    /// The findings that are news, open or suppressed, in the order in which they are shown.
    pub findings: &'a [Mirrored],
    /// Findings that did not fit in.
    pub left_out: u64,
    /// How old the mirror is; `None` when it was never filled.
    pub synced_at: Option<Timestamp>,
    /// When the report is written.
    pub built_at: Timestamp,
    /// The time zone of what is shown.
    pub zone: &'a TimeZone,
    /// The reader's language.
    pub language: Language,
}

/// The report does not fit the format.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A workbook's limits.
    #[error("the workbook could not be written")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The csv writer's refusal.
    #[error("the csv could not be written")]
    Csv(#[from] csv::Error),
    /// The JSON writer's refusal.
    #[error("the JSON could not be written")]
    Json(#[from] serde_json::Error),
}

impl Format {
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

/// The report's bytes.
///
/// # Errors
/// It does not fit the format.
pub fn write(report: &Report<'_>, format: Format) -> Result<Vec<u8>, WriteError> {
    match format {
        Format::Xlsx => Ok(xlsx::write(report)?),
        Format::Csv => Ok(flat::csv(report)?),
        Format::Json => Ok(flat::json(report)?),
    }
}

impl Report<'_> {
    fn project_of(&self, id: &AccountId) -> &str {
        match &self.scope {
            Scope::Account(account) => &account.project,
            Scope::Overview(accounts) => accounts
                .get(id)
                .map_or("", |(account, _)| account.project.as_str()),
        }
    }

    fn is_overview(&self) -> bool {
        matches!(self.scope, Scope::Overview(_))
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
