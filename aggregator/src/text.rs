//! The texts for people, in Japanese and English.
//!
//! The texts are in `locales/`, one file per noun; the modules here fill in the facts. Nothing here prints,
//! sends or decides.

pub(crate) mod alert;
pub(crate) mod audit;
pub(crate) mod aws;
pub(crate) mod backup;
pub(crate) mod baseline;
pub(crate) mod check;
pub(crate) mod config;
pub(crate) mod control;
pub(crate) mod dashboard;
pub(crate) mod doctor;
pub(crate) mod exception;
pub(crate) mod findings;
pub(crate) mod guide;
pub(crate) mod hub;
pub(crate) mod invite;
pub(crate) mod ledger;
pub(crate) mod ledger_s3;
pub(crate) mod problem;
pub(crate) mod release;
pub(crate) mod report;
pub(crate) mod request;
pub(crate) mod shape;
pub(crate) mod silence;
pub(crate) mod startup_error;
pub(crate) mod unlink;

/// A message for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LocalizedMessage {
    /// What happened, and where.
    pub text: String,
    /// What to do; empty if the text is enough.
    pub hint: String,
}

impl LocalizedMessage {
    pub(crate) fn new(text: impl Into<String>, hint: impl Into<String>) -> Self {
        let (text, hint) = (text.into(), hint.into());
        Self { text, hint }
    }
}
