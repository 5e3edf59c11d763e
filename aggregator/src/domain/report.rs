//! A report: the period that it is about, and what the mirror's findings amount to.
//!
//! What is open is so as the mirror has it now; what is new or resolved is counted within the period.

mod facts;
mod period;

pub use facts::{Change, Control, Facts, Group};
pub use period::{Bounds, InvalidPeriod, Period};
