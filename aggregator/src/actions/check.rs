//! Checks whether each account is monitored in each Region, and notifies people of the result.

pub mod announce;
pub mod run;
