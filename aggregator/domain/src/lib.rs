//! The business rules: the SOC's terms as types, and every decision as a pure function over them.
//!
//! Nothing here awaits, or reads a clock, a file, the environment or the network. `store`, `aws`
//! and `document` do that, and `actions` connect them.

pub mod access;
pub mod account;
pub mod account_matrix;
pub mod address;
pub mod alert;
pub mod audit;
pub mod bearer;
pub mod burst;
pub mod certificate;
pub mod channel;
pub mod check;
pub mod circuit;
pub mod control;
pub mod delivery;
pub mod doctor;
pub mod exception;
pub mod finding;
#[cfg(test)]
mod fuzz;
pub mod guide;
pub mod history;
pub mod hub;
pub mod ledger;
pub mod login;
pub mod membership;
pub mod mirror;
pub mod notice;
pub mod object;
pub mod proof;
pub mod quota;
pub mod redact;
pub mod release;
pub mod reminder;
pub mod report;
pub mod request;
pub mod retention;
pub mod retry;
pub mod routing;
pub mod run;
pub mod sanitize;
pub mod schedule;
pub mod search;
pub mod signed_token;
pub mod silence;
pub mod test_event;
pub mod word;
