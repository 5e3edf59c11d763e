//! What `explain` explains: each kind of change of the set-up, `stay` as a whole, and each of its parts.

use std::str::FromStr;

use strum::VariantArray;

use super::kind::{Cost, PricePage};
use super::{ChangeKind, StayPart};

/// A topic of `explain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Change(ChangeKind),
    Stay,
    Part(StayPart),
}

/// There is no topic of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such topic")]
pub(crate) struct UnknownTopic;

impl Topic {
    /// All topics, in the order in which they are listed.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let changes = ChangeKind::VARIANTS.iter().copied().map(Self::Change);
        let parts = StayPart::VARIANTS.iter().copied().map(Self::Part);
        changes.chain([Self::Stay]).chain(parts)
    }

    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Change(kind) => kind.name(),
            Self::Stay => "stay",
            Self::Part(part) => part.name(),
        }
    }

    pub(crate) fn cost(self) -> Cost {
        match self {
            Self::Change(kind) => kind.cost(),
            Self::Stay | Self::Part(StayPart::Function) => Cost::ByUse(PricePage::Lambda),
            Self::Part(StayPart::LogGroup) => Cost::ByUse(PricePage::CloudWatch),
            // Events that EventBridge makes by a schedule are not charged, only those that others publish.
            Self::Part(StayPart::Role | StayPart::Schedule) => Cost::Free,
        }
    }

    /// The address of the page to read more on; `guide` is the address of the server's guide, whose entrance is the
    /// page where it has none of its own.
    pub(crate) fn help_page(self, guide: Option<&str>) -> String {
        let page = match (self, guide) {
            (Self::Change(kind), _) => return kind.help_page(guide),
            (_, Some(guide)) => return guide.to_owned(),
            (topic, None) => topic.aws_page(),
        };
        format!("https://docs.aws.amazon.com/{page}")
    }

    /// AWS's page about what `stay` makes.
    fn aws_page(self) -> &'static str {
        match self {
            Self::Change(_) => "securityhub/latest/userguide/securityhub-settingup.html",
            Self::Stay | Self::Part(StayPart::Function) => {
                "lambda/latest/dg/runtimes-provided.html"
            }
            Self::Part(StayPart::Role) => "lambda/latest/dg/lambda-intro-execution-role.html",
            Self::Part(StayPart::LogGroup) => "lambda/latest/dg/monitoring-cloudwatchlogs.html",
            Self::Part(StayPart::Schedule) => {
                "eventbridge/latest/userguide/eb-create-rule-schedule.html"
            }
        }
    }
}

impl From<ChangeKind> for Topic {
    fn from(kind: ChangeKind) -> Self {
        Self::Change(kind)
    }
}

impl FromStr for Topic {
    type Err = UnknownTopic;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::all()
            .find(|topic| topic.name() == name)
            .ok_or(UnknownTopic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_is_known_by_its_own_name() {
        for topic in Topic::all() {
            assert_eq!(topic.name().parse(), Ok(topic));
            assert!(topic.help_page(None).starts_with("https://"));
        }
        assert_eq!("everything".parse::<Topic>(), Err(UnknownTopic));
    }
}
