//! Where ledger rows and requests come from, besides the command line.

use serde::Deserialize;

use super::Secret;
use hubward_domain::ledger::LedgerColumn;
use hubward_domain::object::Object;

/// A ledger file that is kept in S3.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LedgerConfig {
    /// The bucket.
    pub bucket: Option<String>,
    /// The object's key.
    pub key: Option<String>,
    /// The queue that hears of new versions.
    pub queue_url: Option<String>,
    /// Whether what became of a version is written beside it.
    pub write_back: bool,
}

impl LedgerConfig {
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
    /// Whether the dashboard has a form for them.
    pub form: bool,
    /// Jira Service Management, when used.
    pub jira: Option<JiraConfig>,
}

/// A Jira Service Management project.
#[derive(Clone, Debug, Deserialize)]
pub struct JiraConfig {
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
    /// Which of the fields holds which column, by the column's name; `kind` is the one that
    /// says what is to be done.
    #[serde(default)]
    pub fields: std::collections::BTreeMap<String, String>,
    /// Request types that need no approval.
    #[serde(default)]
    pub auto_approve: Vec<AutoApprove>,
}

impl JiraConfig {
    /// The columns that are mapped, with the ids of the fields.
    pub fn columns(&self) -> Vec<(LedgerColumn, &str)> {
        self.fields
            .iter()
            .filter_map(|(name, field)| Some((LedgerColumn::of_name(name)?, field.as_str())))
            .collect()
    }

    /// The field that says what is to be done: where none is mapped, the type.
    pub fn kind_field(&self) -> &str {
        self.fields.get(KIND).map_or("issuetype", String::as_str)
    }

    /// Whether new accounts need no person's approval.
    pub fn adds_alone(&self) -> bool {
        self.auto_approve.contains(&AutoApprove::Add)
    }
}

/// What `fields` calls the field that says what is to be done.
pub const KIND: &str = "kind";

/// A request type that may be approved by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AutoApprove {
    /// Adding an account. Changes and removals always need a person.
    Add,
}
