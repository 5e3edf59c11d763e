//! Whether each account is watched in each Region, and notifying people of the result.

pub mod announce;
pub mod run;
