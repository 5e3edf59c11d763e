//! The baseline: what an account's set-up should be, from the command line and from the SOC's server. What
//! there is now is `observed`, and what has to be done is `plan`.

mod recorded_types;

use std::fmt;
use std::str::FromStr;

use hubward_protocol::api::{
    self, PublishingFrequency, RecorderMode, Recording, RecordingFrequency,
};
use hubward_protocol::{AccountId, Region};
use serde::Serialize;

pub(crate) use recorded_types::{
    GLOBAL_TYPES, RecordedType, TYPES_AS_OF, needed_types, security_hub_types,
};

/// What one account should be, in all its Regions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Baseline {
    /// The account to set up: the caller's own.
    pub(crate) account: AccountId,
    /// The only account whose invitation is accepted.
    pub(crate) administrator: AccountId,
    /// The home Region first.
    pub(crate) regions: Vec<Region>,
    /// The standards to enable in every Region.
    pub(crate) standards: Vec<StandardId>,
    /// The one Region that records the global IAM types. Opt-in Regions cannot record them, so this is
    /// `None` if there are no others.
    pub(crate) global_region: Option<Region>,
    /// Whether to create a recorder if there is none.
    pub(crate) config: RecorderMode,
    /// What our recorder records.
    pub(crate) recording: Recording,
    /// How often our recorder records.
    pub(crate) recording_frequency: RecordingFrequency,
    /// The paid GuardDuty plans to enable in our detector, as names of AWS's detector features.
    pub(crate) guardduty_features: Vec<String>,
    /// How often a new detector publishes updates of a finding.
    pub(crate) finding_publishing_frequency: PublishingFrequency,
}

/// What the command line asks for. The server fills in what is left empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestedBaseline {
    /// The only account whose invitation is accepted. The server cannot change it.
    pub(crate) administrator: AccountId,
    /// Without duplicates, the home Region first.
    pub(crate) regions: Vec<Region>,
    /// Without duplicates.
    pub(crate) standards: Vec<StandardId>,
}

impl Baseline {
    /// The baseline without a server.
    pub(crate) fn from_request(account: AccountId, requested: RequestedBaseline) -> Self {
        Self {
            account,
            administrator: requested.administrator,
            global_region: first_default_region(&requested.regions),
            regions: requested.regions,
            standards: if requested.standards.is_empty() {
                vec![StandardId::default_standard()]
            } else {
                requested.standards
            },
            config: RecorderMode::default(),
            recording: Recording::default(),
            recording_frequency: RecordingFrequency::default(),
            guardduty_features: Vec::new(),
            finding_publishing_frequency: PublishingFrequency::default(),
        }
    }

    /// The server's baseline. The Regions and standards of the command line replace the server's.
    pub(crate) fn from_server(
        account: AccountId,
        offered: api::Baseline,
        requested: RequestedBaseline,
    ) -> Result<Self, InvalidStandard> {
        // The home Region records the global types even if this run does not include it.
        let home = Some(offered.home_region)
            .filter(|home| offered.regions.contains(home) && !home.is_opt_in());
        let standards = if requested.standards.is_empty() {
            let names = offered.standards.iter();
            names.map(|name| name.parse()).collect::<Result<_, _>>()?
        } else {
            requested.standards
        };
        Ok(Self {
            account,
            administrator: requested.administrator,
            global_region: home.or_else(|| first_default_region(&offered.regions)),
            regions: if requested.regions.is_empty() {
                each_once(offered.regions)
            } else {
                requested.regions
            },
            standards: each_once(standards),
            config: offered.config,
            recording: offered.recording,
            recording_frequency: offered.recording_frequency,
            guardduty_features: offered.guardduty_features,
            finding_publishing_frequency: offered.finding_publishing_frequency,
        })
    }
}

/// The first Region that is not an opt-in Region.
fn first_default_region(regions: &[Region]) -> Option<Region> {
    regions.iter().copied().find(|region| !region.is_opt_in())
}

/// Removes duplicates, and keeps the order.
pub(crate) fn each_once<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    items.into_iter().fold(Vec::new(), |mut kept, item| {
        if !kept.contains(&item) {
            kept.push(item);
        }
        kept
    })
}

/// A standard, identified by the part of its ARN that is the same in every Region, such as
/// `aws-foundational-security-best-practices/v/1.0.0`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct StandardId(String);

impl StandardId {
    /// The standard to enable if none is requested.
    pub(crate) fn default_standard() -> Self {
        Self("aws-foundational-security-best-practices/v/1.0.0".to_owned())
    }

    /// The part of its ARN that is the same in every Region.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the ARN of the standard in some Region.
    pub(crate) fn names(&self, arn: &str) -> bool {
        arn.strip_suffix(self.0.as_str())
            .is_some_and(|before| before.ends_with('/'))
    }

    /// Whether the standard is in our own list. Used only if AWS does not list what it offers, as before
    /// Security Hub is on.
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

/// The text cannot be the name of a standard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InvalidStandard;

impl FromStr for StandardId {
    type Err = InvalidStandard;

    /// Takes the short name, or a whole ARN as the console shows it.
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

    fn regions(names: &[&str]) -> Vec<Region> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn requested(names: &[&str], standards: &[&str]) -> RequestedBaseline {
        RequestedBaseline {
            administrator: "999999999999".parse().unwrap(),
            regions: regions(names),
            standards: standards.iter().map(|name| name.parse().unwrap()).collect(),
        }
    }

    fn account() -> AccountId {
        "111111111111".parse().unwrap()
    }

    fn offered(names: &[&str], home: &str) -> api::Baseline {
        api::Baseline {
            administrator: "999999999999".parse().unwrap(),
            regions: regions(names),
            home_region: home.parse().unwrap(),
            standards: vec!["pci-dss/v/4.0.1".to_owned()],
            config: RecorderMode::Adopt,
            recording: Recording::SecurityHubTypes,
            recording_frequency: RecordingFrequency::Daily,
            guardduty_features: vec!["S3_DATA_EVENTS".to_owned()],
            finding_publishing_frequency: PublishingFrequency::OneHour,
        }
    }

    #[test]
    fn the_global_region_is_the_first_that_every_account_has() {
        let of = |regions: &[&str]| {
            Baseline::from_request(account(), requested(regions, &[]))
                .global_region
                .map(Region::as_str)
        };
        assert_eq!(of(&["us-west-2", "us-east-1"]), Some("us-west-2"));
        assert_eq!(of(&["ap-east-1", "us-east-1"]), Some("us-east-1"));
        assert_eq!(of(&["ap-east-1"]), None);
    }

    #[test]
    fn the_servers_home_region_records_the_global_types_whatever_is_requested() {
        let of = |names: &[&str], offered_regions: &[&str], home: &str| {
            let offered = offered(offered_regions, home);
            let baseline =
                Baseline::from_server(account(), offered, requested(names, &[])).unwrap();
            baseline.global_region.map(Region::as_str)
        };
        let both = ["us-west-2", "us-east-1"];
        assert_eq!(of(&[], &both, "us-east-1"), Some("us-east-1"));
        assert_eq!(of(&["us-west-2"], &both, "us-east-1"), Some("us-east-1"));
        assert_eq!(of(&[], &both, "eu-west-1"), Some("us-west-2"));
        assert_eq!(of(&[], &["ap-east-1"], "us-east-1"), None);
    }

    #[test]
    fn the_command_line_overrides_regions_and_standards_only() {
        let of = |requested| {
            Baseline::from_server(account(), offered(&["us-east-1"], "us-east-1"), requested)
        };
        let servers = of(requested(&[], &[])).unwrap();
        assert_eq!(servers.regions, regions(&["us-east-1"]));
        assert_eq!(servers.standards, ["pci-dss/v/4.0.1".parse().unwrap()]);
        let ours = of(requested(&["eu-west-1"], &["nist-800-53/v/5.0.0"])).unwrap();
        assert_eq!(ours.regions, regions(&["eu-west-1"]));
        assert_eq!(ours.standards, ["nist-800-53/v/5.0.0".parse().unwrap()]);
        for baseline in [servers, ours] {
            assert_eq!(baseline.config, RecorderMode::Adopt);
            assert_eq!(baseline.recording_frequency, RecordingFrequency::Daily);
            assert_eq!(baseline.guardduty_features, ["S3_DATA_EVENTS"]);
        }
    }

    #[test]
    fn a_servers_invalid_standard_is_rejected() {
        let mut offered = offered(&["us-east-1"], "us-east-1");
        offered.standards = vec!["\u{1b}[31m".to_owned()];
        let refused = Baseline::from_server(account(), offered, requested(&[], &[]));
        assert_eq!(refused, Err(InvalidStandard));
    }

    #[test]
    fn duplicates_are_removed() {
        assert_eq!(each_once(vec![2, 1, 2, 1, 3]), [2, 1, 3]);
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
