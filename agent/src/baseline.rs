//! What one account's set-up should be: as the command line asks for it, and as the SOC's server says
//! it. It is what is wanted; what is there is `observed`, what is to be done is `plan`.

use std::fmt;
use std::str::FromStr;

use hubward_protocol::api::{
    self, PublishingFrequency, RecorderMode, Recording, RecordingFrequency,
};
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
    /// The one Region that records the global IAM types. An opt-in Region cannot record them, so a
    /// baseline of opt-in Regions alone has none that does.
    pub(crate) global_region: Option<Region>,
    /// Whether a recorder is made where none is.
    pub(crate) config: RecorderMode,
    /// What a recorder of ours records.
    pub(crate) recording: Recording,
    /// How often it records.
    pub(crate) recording_frequency: RecordingFrequency,
    /// GuardDuty's optional plans that a new detector has on, in AWS's words; it has no other.
    pub(crate) guardduty_features: Vec<String>,
    /// How often a new detector publishes updates of a finding.
    pub(crate) finding_publishing_frequency: PublishingFrequency,
}

/// What the command line asks for. What it leaves out, a server may say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The only account whose invitation is ever accepted: pinned here, whatever a server says.
    pub(crate) administrator: AccountId,
    /// The Regions, each once, the home Region first.
    pub(crate) regions: Vec<Region>,
    /// The standards, each once.
    pub(crate) standards: Vec<StandardId>,
}

impl Baseline {
    /// The baseline of the command line alone.
    pub(crate) fn asked_for(account: AccountId, asked: Asked) -> Self {
        Self {
            account,
            administrator: asked.administrator,
            global_region: first_that_every_account_has(&asked.regions),
            regions: asked.regions,
            standards: if asked.standards.is_empty() {
                vec![StandardId::default_standard()]
            } else {
                asked.standards
            },
            config: RecorderMode::default(),
            recording: Recording::default(),
            recording_frequency: RecordingFrequency::default(),
            guardduty_features: Vec::new(),
            finding_publishing_frequency: PublishingFrequency::default(),
        }
    }

    /// The server's baseline, with the Regions and standards of the command line where it names some.
    pub(crate) fn of_server(
        account: AccountId,
        said: api::Baseline,
        asked: Asked,
    ) -> Result<Self, InvalidStandard> {
        // The home Region records the global types, also where this run leaves it out.
        let home =
            Some(said.home_region).filter(|home| said.regions.contains(home) && !home.is_opt_in());
        let standards = if asked.standards.is_empty() {
            let said: Result<Vec<StandardId>, _> =
                said.standards.iter().map(|name| name.parse()).collect();
            said?
        } else {
            asked.standards
        };
        Ok(Self {
            account,
            administrator: asked.administrator,
            global_region: home.or_else(|| first_that_every_account_has(&said.regions)),
            regions: if asked.regions.is_empty() {
                each_once(said.regions)
            } else {
                asked.regions
            },
            standards: each_once(standards),
            config: said.config,
            recording: said.recording,
            recording_frequency: said.recording_frequency,
            guardduty_features: said.guardduty_features,
            finding_publishing_frequency: said.finding_publishing_frequency,
        })
    }
}

fn first_that_every_account_has(regions: &[Region]) -> Option<Region> {
    regions.iter().copied().find(|region| !region.is_opt_in())
}

/// What is named twice counts once.
pub(crate) fn each_once<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    items.into_iter().fold(Vec::new(), |mut kept, item| {
        if !kept.contains(&item) {
            kept.push(item);
        }
        kept
    })
}

/// The resource types that Security Hub's controls read, the global IAM types left out: what is
/// recorded for `security-hub-types`. AWS takes the whole list in every Region, also the types that
/// a Region does not have.
///
/// Source: "Required AWS Config resources for control findings" of the Security Hub user guide (all
/// controls, and the Foundational Security Best Practices), November 2026; less the 14 types that
/// AWS Config's API model (aws-sdk-config 1.131, `ResourceType`) does not list, because one name
/// that the API refuses would refuse the recorder.
pub(crate) fn security_hub_types() -> impl Iterator<Item = &'static str> {
    include_str!("baseline/security_hub_types.txt").lines()
}

/// The global IAM types. They are recorded in one Region only.
pub(crate) const GLOBAL_TYPES: [&str; 4] = [
    "AWS::IAM::Group",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::IAM::User",
];

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

    fn regions(names: &[&str]) -> Vec<Region> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn asked(names: &[&str], standards: &[&str]) -> Asked {
        Asked {
            administrator: "999999999999".parse().unwrap(),
            regions: regions(names),
            standards: standards.iter().map(|name| name.parse().unwrap()).collect(),
        }
    }

    fn account() -> AccountId {
        "111111111111".parse().unwrap()
    }

    fn said(names: &[&str], home: &str) -> api::Baseline {
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
            Baseline::asked_for(account(), asked(regions, &[]))
                .global_region
                .map(Region::as_str)
        };
        assert_eq!(of(&["us-west-2", "us-east-1"]), Some("us-west-2"));
        assert_eq!(of(&["ap-east-1", "us-east-1"]), Some("us-east-1"));
        assert_eq!(of(&["ap-east-1"]), None);
    }

    #[test]
    fn the_servers_home_region_records_the_global_types_whatever_is_asked_for() {
        let of = |asked_for: &[&str], said_regions: &[&str], home: &str| {
            let said = said(said_regions, home);
            let baseline = Baseline::of_server(account(), said, asked(asked_for, &[])).unwrap();
            baseline.global_region.map(Region::as_str)
        };
        let both = ["us-west-2", "us-east-1"];
        assert_eq!(of(&[], &both, "us-east-1"), Some("us-east-1"));
        assert_eq!(of(&["us-west-2"], &both, "us-east-1"), Some("us-east-1"));
        assert_eq!(of(&[], &both, "eu-west-1"), Some("us-west-2"));
        assert_eq!(of(&[], &["ap-east-1"], "us-east-1"), None);
    }

    #[test]
    fn the_command_line_has_the_last_word_on_regions_and_standards_only() {
        let of = |asked| Baseline::of_server(account(), said(&["us-east-1"], "us-east-1"), asked);
        let servers = of(asked(&[], &[])).unwrap();
        assert_eq!(servers.regions, regions(&["us-east-1"]));
        assert_eq!(servers.standards, ["pci-dss/v/4.0.1".parse().unwrap()]);
        let ours = of(asked(&["eu-west-1"], &["nist-800-53/v/5.0.0"])).unwrap();
        assert_eq!(ours.regions, regions(&["eu-west-1"]));
        assert_eq!(ours.standards, ["nist-800-53/v/5.0.0".parse().unwrap()]);
        for baseline in [servers, ours] {
            assert_eq!(baseline.config, RecorderMode::Adopt);
            assert_eq!(baseline.recording_frequency, RecordingFrequency::Daily);
            assert_eq!(baseline.guardduty_features, ["S3_DATA_EVENTS"]);
        }
    }

    #[test]
    fn a_server_cannot_say_what_is_no_standard() {
        let mut said = said(&["us-east-1"], "us-east-1");
        said.standards = vec!["\u{1b}[31m".to_owned()];
        let refused = Baseline::of_server(account(), said, asked(&[], &[]));
        assert_eq!(refused, Err(InvalidStandard));
    }

    #[test]
    fn the_recorded_types_are_a_clean_list() {
        let types: Vec<_> = security_hub_types().collect();
        let mut sorted = types.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(types, sorted);
        assert!(types.len() > 150);
        assert!(types.iter().all(|name| name.starts_with("AWS::")));
        assert!(!types.iter().any(|name| GLOBAL_TYPES.contains(name)));
        // Recording compliance is what makes AWS Config expensive, and no control reads it.
        assert!(!types.contains(&"AWS::Config::ResourceCompliance"));
    }

    #[test]
    fn what_is_given_twice_counts_once() {
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
