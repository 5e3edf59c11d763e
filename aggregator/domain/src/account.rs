//! One row of the ledger: an AWS account, its owners, and what was agreed with them.
//!
//! Whether the account is really monitored is in `membership`; only AWS knows that.

use std::fmt;
use std::str::FromStr;

use hubward_protocol::{AccountId, Region};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// A ledger row, with all columns that Hubward knows and the unknown ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Account {
    /// The account.
    pub account_id: AccountId,
    /// The project that owns it.
    pub project: String,
    /// The project's department; empty if unknown.
    pub department: String,
    /// For example production or staging; empty if unknown.
    pub environment: String,
    /// The responsible person's name; empty if unknown.
    pub contact: String,
    /// The recipients of reports and reminders; at least one.
    pub contact_emails: Vec<String>,
    /// The AWS account's own (root) address, which `CreateMembers` needs. Hubward sends nothing to
    /// it.
    pub account_email: Option<String>,
    /// The language of messages to the contacts.
    pub language: Language,
    /// The Regions to monitor; empty means the hub's Regions.
    pub regions: Vec<Region>,
    /// The standards to enable; empty means the baseline's standards.
    pub standards: Vec<Standard>,
    /// How often a report is sent.
    pub report: ReportCadence,
    /// Whether the account is to be monitored, is being unlinked, or was unlinked.
    pub state: AccountState,
    /// The request (ticket) that added the row; empty if none.
    pub request: String,
    /// Free text, or empty.
    pub notes: String,
    /// Columns that Hubward does not know, in the file's order. They are kept and exported again.
    #[serde(serialize_with = "as_map")]
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub extra: Vec<(String, String)>,
}

/// A language of messages and pages.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    IntoStaticStr,
    EnumString,
    VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Language {
    /// Japanese.
    Ja,
    /// English.
    #[default]
    En,
}

/// How often an account's report is sent.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    IntoStaticStr,
    EnumString,
    VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum ReportCadence {
    /// Every week.
    #[default]
    Weekly,
    /// Every month.
    Monthly,
    /// Only on demand.
    None,
}

/// The state of an account in the ledger.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    IntoStaticStr,
    EnumString,
    VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum AccountState {
    /// It is monitored, or is to be monitored.
    #[default]
    Active,
    /// It is to be unlinked.
    Leaving,
    /// It was unlinked; the row keeps its history.
    Left,
}

/// A Security Hub standard without partition and Region, such as
/// `aws-foundational-security-best-practices/v/1.0.0`: the part of the ARN that is the same
/// everywhere.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[schema(pattern = "^[a-z0-9-]{1,80}/v/[0-9.]{1,80}$")]
#[serde(try_from = "String", into = "String")]
pub struct Standard(String);

/// The text does not have the form `NAME/v/VERSION`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a standard of the form NAME/v/VERSION")]
pub struct InvalidStandard(String);

impl Standard {
    /// `NAME/v/VERSION`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Standard {
    type Err = InvalidStandard;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = |part: &str, allowed: fn(u8) -> bool| {
            (1..=80).contains(&part.len()) && part.bytes().all(allowed)
        };
        match text.split('/').collect::<Vec<_>>().as_slice() {
            [name, "v", version]
                if word(name, |b| {
                    b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'
                }) && word(version, |b| b.is_ascii_digit() || b == b'.') =>
            {
                Ok(Self(text.to_owned()))
            }
            _ => Err(InvalidStandard(text.chars().take(80).collect())),
        }
    }
}

impl TryFrom<String> for Standard {
    type Error = InvalidStandard;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Standard> for String {
    fn from(standard: Standard) -> Self {
        standard.0
    }
}

impl fmt::Display for Standard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Language {
    /// The language's code.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl ReportCadence {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl AccountState {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

fn as_map<S: serde::Serializer>(
    pairs: &[(String, String)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, value)| (name, value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standard_is_the_part_of_the_arn_that_is_the_same_everywhere() {
        assert!(
            "aws-foundational-security-best-practices/v/1.0.0"
                .parse::<Standard>()
                .is_ok()
        );
        assert!("nist-800-53/v/5.0.0".parse::<Standard>().is_ok());
        for wrong in [
            "",
            "fsbp",
            "a/v/",
            "/v/1.0.0",
            "a/w/1.0.0",
            "a/v/1.0.0/x",
            "A b/v/1.0.0",
            "arn:aws:securityhub:us-east-1::standards/nist-800-53/v/5.0.0",
        ] {
            assert!(wrong.parse::<Standard>().is_err(), "{wrong}");
        }
    }
}
