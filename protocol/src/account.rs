//! The id of an AWS account.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A 12-digit AWS account id, with leading zeros.
///
/// Source: IAM's `AccountIdType` and STS `GetCallerIdentity.Account` are `^\d{12}$`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    schema(pattern = "^[0-9]{12}$", examples("012345678901"))
)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

/// The text was not exactly twelve ASCII digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidAccountId(String);

impl AccountId {
    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountId {
    type Err = InvalidAccountId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidAccountId(text.chars().take(40).collect()))
        }
    }
}

impl TryFrom<String> for AccountId {
    type Error = InvalidAccountId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for InvalidAccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not an AWS account id (12 digits)", self.0)
    }
}

impl std::error::Error for InvalidAccountId {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_twelve_ascii_digits_are_an_account() {
        assert_eq!(
            "012345678901".parse::<AccountId>().map(String::from),
            Ok("012345678901".to_owned())
        );
        for wrong in [
            "",
            "12345678901",
            "1234567890123",
            "12345678901a",
            " 123456789012",
            "1234-5678-9012",
            "１２３４５６７８９０１２",
        ] {
            assert!(wrong.parse::<AccountId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_error_repeats_only_the_start_of_a_long_text() {
        let error = "x".repeat(10_000).parse::<AccountId>().unwrap_err();
        assert!(error.to_string().len() < 200);
    }
}
