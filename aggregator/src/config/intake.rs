//! Where ledger rows and requests come from, besides the command line.

use serde::Deserialize;

use super::Secret;

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
    /// Whether changes made elsewhere are written back to it.
    pub write_back: bool,
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
