//! A report: the period that it is about, what the mirror's findings amount to, and how it gets to its
//! readers.
//!
//! What is open is so as the mirror has it now; what is new or resolved is counted within the period.

mod console;
mod facts;
pub mod link;
mod period;
pub mod sending;
mod standing;

pub use console::console_link;
pub use facts::{
    AGES, Change, Control, Facts, Group, Resources, Score, Shown, Verdict, age_in_days,
};
pub use period::{Bounds, InvalidPeriod, Period};
pub use standing::{Standing, TREND, TrendPoint};
