//! What Hubward says to people, in Japanese and English.
//!
//! The words are in `locales/`, one file per subject; here, facts are put into them. Nothing here
//! prints, sends or decides.

pub mod alert;
pub mod audit;
pub mod aws;
pub mod backup;
pub mod check;
pub mod config;
pub mod dashboard;
pub mod doctor;
pub mod exception;
pub mod findings;
pub mod guide;
pub mod hub;
pub mod invite;
pub mod ledger;
pub mod ledger_s3;
pub mod problem;
pub mod release;
pub mod report;
pub mod request;
pub mod shape;
pub mod silence;
pub mod startup_error;
pub mod unlink;

/// A sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalizedMessage {
    /// What is the matter, and where.
    pub text: String,
    /// What helps; empty when the text says it all.
    pub hint: String,
}

impl LocalizedMessage {
    pub(crate) fn new(text: impl Into<String>, hint: impl Into<String>) -> Self {
        let (text, hint) = (text.into(), hint.into());
        Self { text, hint }
    }
}

#[cfg(test)]
mod tests;
