//! A report: the period that it is about, what the mirror's findings amount to, and how it gets to its
//! readers.
//!
//! What is open is so as the mirror has it now; what is new or resolved is counted within the period.

mod account_summary;
mod console;
mod facts;
pub mod link;
mod period;
pub mod sending;

pub use account_summary::{AccountSummary, TREND, TrendPoint};
pub use console::console_link;
pub use facts::{
    AGES, ControlScore, ControlVerdict, FindingGroup, MonthlyChange, ReportFacts, Resources, Score,
    ShownFinding, age_in_days,
};
pub use period::{InvalidPeriod, Period, PeriodBounds};
