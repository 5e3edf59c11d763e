//! Where ledger rows and requests come from, besides the command line.

use serde::Deserialize;

use super::Secret;
use crate::domain::object::Object;

/// A ledger file that is kept in S3.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ledger {
    /// The bucket.
    pub bucket: Option<String>,
    /// The object's key.
    pub key: Option<String>,
    /// The queue that hears of new versions.
    pub queue_url: Option<String>,
    /// Whether what became of a version is written beside it.
    pub write_back: bool,
}

impl Ledger {
    /// The object, where one is named.
    pub fn object(&self) -> Option<Object> {
        Some(Object {
            bucket: self.bucket.clone()?,
            key: self.key.clone()?,
        })
    }
}

/// Where requests come from.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Requests {
    /// Jira Service Management, when used.
    pub jira: Option<Jira>,
}

/// A Jira Service Management project.
#[derive(Clone, Debug, Deserialize)]
pub struct Jira {
    /// Such as `https://example.atlassian.net`.
    pub site: String,
    /// The project's key.
    pub project: String,
    /// The API user.
    pub email: String,
    /// Its token.
    pub token: Secret,
    /// What signs or accompanies its webhooks.
    pub webhook_secret: Option<Secret>,
    /// Which field holds which column.
    #[serde(default)]
    pub fields: std::collections::BTreeMap<String, String>,
    /// Request types that need no approval.
    #[serde(default)]
    pub auto_approve: Vec<AutoApprove>,
}

/// A request type that may be approved by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AutoApprove {
    /// Adding an account. Changes and removals always need a person.
    Add,
}
