//! Checks whether each account is monitored in each Region, and notifies people of the result.

pub(crate) mod announce;
pub(crate) mod run;
