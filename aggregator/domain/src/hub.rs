//! The SOC's own account in AWS: what it needs so that accounts are monitored and threats arrive,
//! and the changes that lead there. Pure; `aws::hub` reads and changes the account.
//!
//! Existing resources of others are used if they suffice, and extended if that takes nothing away.
//! Otherwise they are left alone, and a person decides.

mod aggregation;
mod pattern;
mod queue;
mod rule;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use hubward_protocol::{AccountId, Region};
use serde::Serialize;
use serde_json::Value;
use strum::{IntoStaticStr, VariantArray};

/// The queue's name if the configuration has none.
const QUEUE: &str = "hubward-alerts";

/// The tag on all resources that Hubward creates.
pub const TAG_KEY: &str = "hubward:created-by";

/// The tag's value.
pub const TAG_VALUE: &str = "hubward";

/// The source of test events, which prove that events get from the bus to the queue.
pub const TEST_SOURCE: &str = "hubward.test";

/// One part of the setup, in the order of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum HubPart {
    /// Security Hub, in one Region.
    SecurityHub,
    /// The linked Regions' findings are aggregated in the home Region.
    #[strum(serialize = "finding_aggregation")]
    Aggregation,
    /// The queue for messages that cannot be processed.
    DeadLetterQueue,
    /// The queue for threats.
    #[strum(serialize = "alert_queue")]
    Queue,
    /// The rule that sends Security Hub's events about threats to the queue.
    ThreatRule,
    /// The rule that sends GuardDuty's own events of the home Region to the queue, minutes earlier.
    #[strum(serialize = "guardduty_rule")]
    GuardDutyRule,
    /// The rule that sends test events to the queue.
    TestRule,
}

/// The intended setup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedHub {
    /// The SOC's account.
    pub administrator: AccountId,
    /// The Region of the queue and of the aggregated findings.
    pub home: Region,
    /// The other monitored Regions.
    pub linked: Vec<Region>,
    pub queue: String,
}

/// The existing setup; `E` is why a part could not be read.
#[derive(Clone, Debug)]
pub struct ObservedHub<E> {
    /// Whether Security Hub is on, home Region first.
    pub hubs: Vec<(Region, Result<bool, E>)>,
    /// The account's finding aggregator.
    pub aggregator: Result<Option<Aggregator>, E>,
    pub dead_letter_queue: Result<Option<AlertQueue>, E>,
    pub queue: Result<Option<AlertQueue>, E>,
    /// The rules that have our names or send to the queue.
    pub rules: Result<Vec<Rule>, E>,
}

/// A finding aggregator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregator {
    pub arn: String,
    /// Its home Region.
    pub home: String,
    /// AWS's `RegionLinkingMode`.
    pub mode: String,
    /// The Regions that the mode refers to.
    pub regions: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertQueue {
    /// Its address.
    pub url: String,
    /// Whether it has our tag.
    pub ours: bool,
    pub policy: Option<String>,
    /// Its redrive policy.
    pub redrive: Option<String>,
    /// The KMS key that encrypts it.
    pub kms_key: Option<String>,
    /// Whether SQS encrypts it with SQS's own key.
    pub sqs_encrypted: bool,
}

/// A rule of EventBridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub name: String,
    /// Whether it has our tag.
    pub ours: bool,
    /// Whether it is enabled.
    pub enabled: bool,
    /// The events that it matches; a scheduled rule has none.
    pub pattern: Option<Value>,
    /// Whether it sends them to the queue.
    pub feeds_queue: bool,
}

/// One part of the setup, and its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubItem<E> {
    pub part: HubPart,
    pub region: Region,
    /// How it is.
    pub state: HubState<E>,
}

/// The state of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HubState<E> {
    /// As intended, whether or not Hubward created it.
    Already,
    /// These changes are needed.
    Planned(Vec<HubChange>),
    /// A resource of others does not suffice, and is not ours to change.
    Insufficient(Why),
    /// It could not be read.
    Unseen(E),
}

/// What a person has to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Findings are aggregated in another Region.
    AggregatedIn(String),
    /// Another rule has the name.
    ForeignRule(String),
    /// The queue's policy cannot be parsed, so nothing is added to it.
    PolicyUnreadable,
    /// EventBridge cannot use the AWS managed key of SQS.
    KeyOfAws,
}

/// One change: a single call to AWS that is safe to repeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum HubChange {
    /// Turns Security Hub on, without its default standards.
    EnableSecurityHub,
    /// Aggregates the findings of Regions.
    CreateAggregator { linked: Vec<Region> },
    /// Links more Regions; never fewer.
    UpdateAggregator {
        arn: String,
        /// AWS's `RegionLinkingMode`.
        mode: &'static str,
        /// The Regions that the mode refers to.
        regions: Vec<String>,
    },
    /// Makes a queue.
    CreateQueue {
        name: String,
        /// Its attributes, by AWS's names.
        attributes: BTreeMap<&'static str, String>,
    },
    /// Changes attributes of a queue.
    SetQueueAttributes {
        /// Its address.
        url: String,
        /// The attributes that change.
        attributes: BTreeMap<&'static str, String>,
    },
    /// Creates a rule, or corrects ours.
    PutRule {
        name: String,
        /// The events that it matches.
        pattern: String,
    },
    /// Lets a rule send to the queue.
    PutTarget {
        rule: String,
        /// The queue's ARN.
        queue: String,
    },
}

/// The changes to make, in a possible order.
pub fn plan<E: Clone>(observed: &ObservedHub<E>, wanted: &WantedHub) -> Vec<HubItem<E>> {
    let home = |part, state| HubItem {
        part,
        region: wanted.home,
        state,
    };
    let hubs = observed.hubs.iter().map(|(region, on)| HubItem {
        part: HubPart::SecurityHub,
        region: *region,
        state: judged(on, |on| {
            if *on {
                HubState::Already
            } else {
                HubState::Planned(vec![HubChange::EnableSecurityHub])
            }
        }),
    });
    let mut items: Vec<HubItem<E>> = hubs.collect();
    items.extend([
        home(
            HubPart::Aggregation,
            judged(&observed.aggregator, |found| {
                aggregation::judge(found.as_ref(), wanted)
            }),
        ),
        home(
            HubPart::DeadLetterQueue,
            judged(&observed.dead_letter_queue, |found| {
                let queue = observed.queue.as_ref().ok().and_then(Option::as_ref);
                queue::judge_dead_letter(found.as_ref(), queue, wanted)
            }),
        ),
        home(
            HubPart::Queue,
            judged(&observed.queue, |found| {
                queue::judge(found.as_ref(), wanted)
            }),
        ),
        home(
            HubPart::ThreatRule,
            judged(&observed.rules, |rules| {
                rule::judge(HubPart::ThreatRule, rules, wanted)
            }),
        ),
        home(
            HubPart::GuardDutyRule,
            judged(&observed.rules, |rules| {
                rule::judge(HubPart::GuardDutyRule, rules, wanted)
            }),
        ),
        home(
            HubPart::TestRule,
            judged(&observed.rules, |rules| {
                rule::judge(HubPart::TestRule, rules, wanted)
            }),
        ),
    ]);
    items
}

fn judged<T, E: Clone>(observed: &Result<T, E>, judge: impl Fn(&T) -> HubState<E>) -> HubState<E> {
    match observed {
        Ok(found) => judge(found),
        Err(error) => HubState::Unseen(error.clone()),
    }
}

impl HubPart {
    /// The part's word, in JSON and tables.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The name of the rule that this part is; empty for other parts.
    fn rule(self) -> &'static str {
        match self {
            Self::ThreatRule => "hubward-threats",
            Self::GuardDutyRule => "hubward-guardduty",
            Self::TestRule => "hubward-test",
            _ => "",
        }
    }
}

impl WantedHub {
    /// The setup that the configuration asks for; the queue's name is the last part of its URL.
    pub fn of(
        administrator: AccountId,
        home: Region,
        linked: Vec<Region>,
        queue_url: Option<&str>,
    ) -> Self {
        let named = queue_url
            .and_then(|url| url.trim_end_matches('/').rsplit('/').next())
            .filter(|name| !name.is_empty());
        Self {
            administrator,
            home,
            linked,
            queue: named.unwrap_or(QUEUE).to_owned(),
        }
    }

    /// The dead-letter queue's name.
    pub fn dead_letter_queue(&self) -> String {
        format!("{}-dead", self.queue)
    }

    /// A queue's ARN.
    pub fn queue_arn(&self, name: &str) -> String {
        format!("arn:aws:sqs:{}:{}:{name}", self.home, self.administrator)
    }

    /// The names of our rules.
    pub fn rules(&self) -> [&'static str; 3] {
        [
            HubPart::ThreatRule,
            HubPart::GuardDutyRule,
            HubPart::TestRule,
        ]
        .map(HubPart::rule)
    }

    /// A rule's ARN.
    pub(crate) fn rule_arn(&self, name: &str) -> String {
        format!(
            "arn:aws:events:{}:{}:rule/{name}",
            self.home, self.administrator
        )
    }

    fn regions(&self) -> impl Iterator<Item = Region> {
        std::iter::once(self.home).chain(self.linked.iter().copied())
    }
}
