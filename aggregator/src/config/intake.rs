//! `[ledger]` and `[requests]`: where ledger rows and requests come from, in addition to the command line.

use serde::Deserialize;

use super::Secret;
use hubward_domain::ledger::LedgerColumn;
use hubward_domain::object::Object;

/// A ledger file in S3.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LedgerConfig {
    pub bucket: Option<String>,
    pub key: Option<String>,
    /// The queue that receives S3's events about new versions.
    pub queue_url: Option<String>,
    /// Whether the result of an import is written next to the object.
    pub write_back: bool,
}

impl LedgerConfig {
    /// The object, if bucket and key are configured.
    pub(crate) fn object(&self) -> Option<Object> {
        Some(Object {
            bucket: self.bucket.clone()?,
            key: self.key.clone()?,
        })
    }
}

/// Where requests come from.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Requests {
    /// Whether the dashboard has a request form.
    pub form: bool,
    /// Jira Service Management, if used.
    pub jira: Option<JiraConfig>,
}

/// A Jira Service Management project.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct JiraConfig {
    /// The site's URL, such as `https://example.atlassian.net`.
    pub site: String,
    pub project: String,
    /// The API user's email address.
    pub email: String,
    /// The API user's token.
    pub token: Secret,
    /// The secret that authenticates webhooks.
    pub webhook_secret: Option<Secret>,
    /// The Jira field id of each ledger column, by the column's name; `kind` is the field with the kind of
    /// request.
    #[serde(default)]
    pub fields: std::collections::BTreeMap<String, String>,
    /// Kinds of requests that need no approval.
    #[serde(default)]
    pub auto_approve: Vec<AutoApprove>,
}

impl JiraConfig {
    /// The mapped columns with their Jira field ids.
    pub(crate) fn columns(&self) -> Vec<(LedgerColumn, &str)> {
        self.fields
            .iter()
            .filter_map(|(name, field)| Some((LedgerColumn::of_name(name)?, field.as_str())))
            .collect()
    }

    /// The field with the kind of request; the issue type if none is mapped.
    pub(crate) fn kind_field(&self) -> &str {
        self.fields.get(KIND).map_or("issuetype", String::as_str)
    }

    /// Whether new accounts are approved automatically.
    pub(crate) fn auto_approves_adds(&self) -> bool {
        self.auto_approve.contains(&AutoApprove::Add)
    }
}

/// The key in `fields` for the kind of request.
pub(crate) const KIND: &str = "kind";

/// A kind of request that can be approved automatically.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AutoApprove {
    /// Adding an account. Changes and removals always need a person.
    Add,
}
