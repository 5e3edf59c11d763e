//! What one account's set-up should be: the Regions, the standards and the administrator that the
//! caller asked for. It is what is wanted; what is there is `observed`, what is to be done is `plan`.

use std::fmt;
use std::str::FromStr;

use hubward_protocol::{AccountId, Region};
use serde::Serialize;

/// The baseline of one run: one account, in all its Regions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Baseline {
    /// The account that is set up: the caller's own.
    pub(crate) account: AccountId,
    /// The only account whose invitation is ever accepted.
    pub(crate) administrator: AccountId,
    /// The Regions, the home Region first.
    pub(crate) regions: Vec<Region>,
    /// The standards that every Region should have enabled.
    pub(crate) standards: Vec<StandardId>,
}

impl Baseline {
    /// The one Region that records the global IAM types: the first that every account has. An opt-in Region cannot record them, so a baseline of opt-in Regions alone has
    /// none that does.
    pub(crate) fn global_region(&self) -> Option<Region> {
        self.regions
            .iter()
            .copied()
            .find(|region| !region.is_opt_in())
    }
}

/// A standard by the part of its ARN that is the same in every Region, such as
/// `aws-foundational-security-best-practices/v/1.0.0`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct StandardId(String);

impl StandardId {
    /// The standard that is enabled when none is asked for.
    pub(crate) fn default_standard() -> Self {
        Self("aws-foundational-security-best-practices/v/1.0.0".to_owned())
    }

    /// Whether an ARN that AWS listed is this standard's.
    pub(crate) fn names(&self, arn: &str) -> bool {
        arn.strip_suffix(self.0.as_str())
            .is_some_and(|before| before.ends_with('/'))
    }

    /// Whether this program has heard of the standard. Only asked where AWS does not say what it
    /// offers, as it does not before Security Hub is on.
    pub(crate) fn is_well_known(&self) -> bool {
        WELL_KNOWN.contains(&self.0.as_str())
    }
}

/// Source: the Security Hub user guide's list of standards, November 2026.
const WELL_KNOWN: [&str; 11] = [
    "aws-foundational-security-best-practices/v/1.0.0",
    "ai-security-best-practices/v/1.0.0",
    "cis-aws-foundations-benchmark/v/5.0.0",
    "cis-aws-foundations-benchmark/v/3.0.0",
    "cis-aws-foundations-benchmark/v/1.4.0",
    "cis-aws-foundations-benchmark/v/1.2.0",
    "nist-800-53/v/5.0.0",
    "nist-800-171/v/2.0.0",
    "pci-dss/v/3.2.1",
    "pci-dss/v/4.0.1",
    "aws-resource-tagging-standard/v/1.0.0",
];

/// The text cannot be a standard's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InvalidStandard;

impl FromStr for StandardId {
    type Err = InvalidStandard;

    /// Takes the short name, and a whole ARN as the console shows it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let suffix = if text.starts_with("arn:") {
            let found = [":standards/", ":ruleset/", ":subscription/"]
                .iter()
                .find_map(|mark| text.split_once(mark));
            found.ok_or(InvalidStandard)?.1
        } else {
            text
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/.-_".contains(&byte);
        if suffix.is_empty() || suffix.len() > 128 || !suffix.bytes().all(plain) {
            return Err(InvalidStandard);
        }
        Ok(Self(suffix.to_owned()))
    }
}

impl fmt::Display for StandardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for InvalidStandard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the name of a standard, such as pci-dss/v/4.0.1")
    }
}

impl std::error::Error for InvalidStandard {}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline(regions: &[&str]) -> Baseline {
        Baseline {
            account: "111111111111".parse().unwrap(),
            administrator: "999999999999".parse().unwrap(),
            regions: regions.iter().map(|name| name.parse().unwrap()).collect(),
            standards: vec![StandardId::default_standard()],
        }
    }

    #[test]
    fn the_global_region_is_the_first_that_every_account_has() {
        let of = |regions: &[&str]| baseline(regions).global_region().map(Region::as_str);
        assert_eq!(of(&["us-west-2", "us-east-1"]), Some("us-west-2"));
        assert_eq!(of(&["ap-east-1", "us-east-1"]), Some("us-east-1"));
        assert_eq!(of(&["ap-east-1"]), None);
    }

    #[test]
    fn a_standard_is_named_by_its_suffix_or_its_arn() {
        let cis: StandardId = "cis-aws-foundations-benchmark/v/1.2.0".parse().unwrap();
        for arn in [
            "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0",
            "arn:aws:securityhub:eu-west-1::standards/cis-aws-foundations-benchmark/v/1.2.0",
        ] {
            assert_eq!(arn.parse(), Ok(cis.clone()));
            assert!(cis.names(arn));
        }
        assert!(!cis.names("arn:aws:securityhub:::ruleset/xcis-aws-foundations-benchmark/v/1.2.0"));
        assert!(!cis.names("cis-aws-foundations-benchmark/v/1.2.0"));
        for wrong in ["", "a b", "\u{1b}[31m", "arn:aws:s3:::bucket"] {
            assert_eq!(
                wrong.parse::<StandardId>(),
                Err(InvalidStandard),
                "{wrong:?}"
            );
        }
    }
}
