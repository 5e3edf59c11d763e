//! A report: its period, the numbers of its findings, and its delivery.
//!
//! Open findings are those that are open in the mirror now; new and resolved ones are counted
//! within the period.

mod account_summary;
mod console;
pub mod coverage;
mod facts;
pub mod link;
mod period;
pub mod sending;

pub use account_summary::{AccountSummary, TREND, TrendPoint};
pub use console::console_link;
pub use coverage::{Coverage, RegionCoverage, RegionWatch, WatchCounts};
pub use facts::{
    AGES, ControlScore, ControlVerdict, FindingGroup, MonthlyChange, ReportFacts, Resources, Score,
    ShownFinding, age_in_days,
};
pub use period::{InvalidPeriod, Period, PeriodBounds, PeriodProgress};
