//! The resource types that AWS Config has to record for Security Hub's controls, by standard and control. What
//! a recorder lacks of them is judged in `plan::config`.

/// When AWS's page was read that `security_hub_types.txt` is from. A type that AWS Config refused is asked for
/// again when this changes.
pub(crate) const TYPES_AS_OF: &str = "2026-12-01";

/// The global IAM types, which are recorded in one Region only.
pub(crate) const GLOBAL_TYPES: [&str; 4] = [
    "AWS::IAM::Group",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::IAM::User",
];

/// A resource type, and what needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RecordedType {
    pub(crate) name: &'static str,
    /// The letters of the standards that need it.
    standards: &'static str,
    controls: &'static str,
}

impl RecordedType {
    /// Whether it is one of the global IAM types.
    pub(crate) fn is_global(self) -> bool {
        GLOBAL_TYPES.contains(&self.name)
    }

    /// The ids of the controls that read it.
    pub(crate) fn controls(self) -> impl Iterator<Item = &'static str> {
        self.controls.split(' ')
    }
}

/// All types of all controls, and the global IAM types with them.
fn all_types() -> impl Iterator<Item = RecordedType> {
    let lines = include_str!("security_hub_types.txt").lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (name, rest) = line.split_once(' ')?;
            let (standards, controls) = rest.split_once(' ')?;
            Some(RecordedType {
                name,
                standards,
                controls,
            })
        })
}

/// What a new recorder records for `security-hub-types`: the types of all controls, so that a standard which is
/// enabled later finds its own recorded. Without the global IAM types.
pub(crate) fn security_hub_types() -> impl Iterator<Item = &'static str> {
    all_types()
        .filter(|recorded| !recorded.is_global())
        .map(|recorded| recorded.name)
}

/// The types that the controls of these standards need, given as ARNs or as their common ends. A standard that
/// this version does not know may need any type.
pub(crate) fn needed_types<'a>(standards: impl Iterator<Item = &'a str>) -> Vec<RecordedType> {
    let mut letters = String::new();
    let mut needs_all = false;
    for standard in standards {
        match letter(standard) {
            Some(known) => letters.push(known),
            None => needs_all = true,
        }
    }
    let is_needed = |recorded: &RecordedType| {
        needs_all
            || recorded
                .standards
                .contains(|letter| letters.contains(letter))
    };
    all_types().filter(is_needed).collect()
}

/// A standard's letter, from the legend of the list.
fn letter(standard: &str) -> Option<char> {
    let lines = include_str!("security_hub_types.txt").lines();
    lines
        .filter_map(|line| line.strip_prefix("# ")?.split_once("  "))
        .find(|(_, known)| {
            standard
                .strip_suffix(known)
                .is_some_and(|before| before.is_empty() || before.ends_with('/'))
        })
        .and_then(|(letter, _)| letter.chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::WELL_KNOWN;

    const FSBP: &str = "aws-foundational-security-best-practices/v/1.0.0";

    fn needed(standard: &str) -> Vec<&'static str> {
        let needed = needed_types([standard].into_iter());
        needed.iter().map(|recorded| recorded.name).collect()
    }

    #[test]
    fn the_list_is_clean() {
        let names: Vec<_> = all_types().map(|recorded| recorded.name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
        assert!(names.iter().all(|name| name.starts_with("AWS::")));
        assert!(GLOBAL_TYPES.iter().all(|name| names.contains(name)));
        assert!(!security_hub_types().any(|name| GLOBAL_TYPES.contains(&name)));
        // Compliance records are expensive, and no control reads them.
        assert!(!names.contains(&"AWS::Config::ResourceCompliance"));
        for recorded in all_types() {
            let is_control = |id: &str| {
                id.split_once('.')
                    .is_some_and(|(_, n)| n.parse::<u16>().is_ok())
            };
            assert!(recorded.controls().all(is_control), "{recorded:?}");
            assert!(!recorded.standards.is_empty(), "{recorded:?}");
        }
        let head = include_str!("security_hub_types.txt").lines().take(6);
        assert!(head.collect::<String>().contains(TYPES_AS_OF));
    }

    #[test]
    fn every_well_known_standard_has_its_types() {
        for standard in WELL_KNOWN {
            let types = needed(standard);
            assert!(!types.is_empty(), "{standard}");
            assert!(types.len() < all_types().count(), "{standard}");
            assert_eq!(
                needed(&format!(
                    "arn:aws:securityhub:us-east-1::standards/{standard}"
                )),
                types
            );
        }
        // As many as AWS's page lists.
        assert_eq!(needed(FSBP).len(), 111);
        assert_eq!(needed("cis-aws-foundations-benchmark/v/1.2.0").len(), 3);
        assert_eq!(
            needed("a-standard/of-tomorrow/v/1.0.0").len(),
            all_types().count()
        );
    }

    #[test]
    fn the_types_that_the_api_model_lacks_are_listed() {
        for name in [
            "AWS::ApiGateway::DomainName",
            "AWS::Bedrock::DataSource",
            "AWS::BedrockAgentCore::CodeInterpreterCustom",
            "AWS::BedrockAgentCore::Gateway",
            "AWS::DMS::ReplicationInstance",
            "AWS::DMS::ReplicationTask",
            "AWS::EKS::Nodegroup",
            "AWS::RDS::DBProxy",
            "AWS::RedshiftServerless::Workgroup",
            "AWS::SageMaker::MonitoringSchedule",
            "AWS::SageMaker::NotebookInstance",
            "AWS::WorkSpaces::WorkSpace",
        ] {
            assert!(needed(FSBP).contains(&name), "{name}");
            assert!(
                security_hub_types().any(|recorded| recorded == name),
                "{name}"
            );
        }
    }
}
