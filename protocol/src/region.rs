//! The AWS Regions that Hubward knows. The list is fixed on purpose: a Region's name becomes part of a host
//! name that is called with credentials, so no other names are accepted. A new Region needs a new release.
//! Whether an account has *enabled* a Region is not known here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

/// A commercial AWS Region, such as `ap-northeast-1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Region(&'static str);

/// The text is not the name of a Region in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRegion(String);

/// The Regions that every account has. Source: botocore 1.44 `endpoints.json`, partition `aws`.
const DEFAULT: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// The Regions that an account must opt in to: all that were opened since March 2019.
const OPT_IN: [&str; 17] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
];

impl Region {
    /// The Region's name, as AWS spells it.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// Whether an account must enable the Region before it can use it. Such a Region cannot be Security Hub's
    /// home Region, because aggregation rejects it, and it must not be the Region that records the global IAM
    /// types, because all Regions that cannot record them are opt-in Regions.
    pub fn is_opt_in(self) -> bool {
        OPT_IN.contains(&self.0)
    }

    /// All known Regions, first the ones that every account has.
    pub fn known() -> impl Iterator<Item = Self> {
        DEFAULT.into_iter().chain(OPT_IN).map(Self)
    }
}

impl FromStr for Region {
    type Err = InvalidRegion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::known()
            .find(|region| region.0 == text)
            .ok_or_else(|| InvalidRegion(text.chars().take(40).collect()))
    }
}

// Not derived, because the list of names is a value and not part of the type.
#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Region {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("An AWS Region that Hubward knows"))
            .enum_values(Some(Self::known().map(Self::as_str)))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Region {}

// Not derived: for a `&'static str`, serde would require the input to live as long.
impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl fmt::Display for InvalidRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a known AWS Region", self.0)
    }
}

impl std::error::Error for InvalidRegion {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_names_are_regions() {
        assert_eq!(
            "eu-west-3".parse::<Region>().map(Region::as_str),
            Ok("eu-west-3")
        );
        for wrong in [
            "",
            "EU-WEST-3",
            "eu-west-9",
            "evil.example#",
            "us-east-1.evil.example",
        ] {
            assert!(wrong.parse::<Region>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_list_has_no_name_twice() {
        let mut names: Vec<_> = Region::known().collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), DEFAULT.len() + OPT_IN.len());
    }
}
