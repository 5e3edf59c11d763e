//! The SOC's own side in AWS: what must be there so that accounts are watched and threats arrive, and
//! what has to be changed for it. Pure; how it is seen and changed is `aws::hub`'s.
//!
//! What somebody else made is adopted where it does, added to where that takes nothing away, and
//! otherwise left alone, so that a person decides.

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

/// The name of what is made, where the configuration names none.
const QUEUE: &str = "hubward-alerts";

/// The tag on everything that is made.
pub const TAG_KEY: &str = "hubward:created-by";

/// Its value.
pub const TAG_VALUE: &str = "hubward";

/// The source of events that only prove the way from the bus to the queue.
pub const TEST_SOURCE: &str = "hubward.test";

/// One thing that must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HubPart {
    /// Security Hub, in one Region.
    SecurityHub,
    /// The linked Regions' findings come to the home Region.
    Aggregation,
    /// Where messages go that cannot be taken in.
    DeadLetterQueue,
    /// Where threats wait to be taken in.
    Queue,
    /// What puts them there, as Security Hub tells of them.
    ThreatRule,
    /// What puts those of the home Region there at once, as GuardDuty itself tells of them.
    GuardDutyRule,
    /// What puts test events there.
    TestRule,
}

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedHub {
    /// The SOC's account.
    pub administrator: AccountId,
    /// Where everything comes together.
    pub home: Region,
    /// The other Regions that are watched.
    pub linked: Vec<Region>,
    /// The queue's name.
    pub queue: String,
}

/// What there is; `E` is why something could not be seen.
#[derive(Clone, Debug)]
pub struct ObservedHub<E> {
    /// Whether Security Hub is on, home Region first.
    pub hubs: Vec<(Region, Result<bool, E>)>,
    /// The account's finding aggregator.
    pub aggregator: Result<Option<Aggregator>, E>,
    /// The dead-letter queue.
    pub dead_letter_queue: Result<Option<AlertQueue>, E>,
    /// The queue.
    pub queue: Result<Option<AlertQueue>, E>,
    /// The rules that have our names or feed the queue.
    pub rules: Result<Vec<Rule>, E>,
}

/// A finding aggregator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregator {
    /// Its ARN.
    pub arn: String,
    /// Where it is.
    pub home: String,
    /// AWS's word for which Regions it links.
    pub mode: String,
    /// The Regions that the word is about.
    pub regions: Vec<String>,
}

/// A queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertQueue {
    /// Its address.
    pub url: String,
    /// Whether it carries our tag.
    pub ours: bool,
    /// Its policy.
    pub policy: Option<String>,
    /// Its redrive policy.
    pub redrive: Option<String>,
    /// The KMS key that it is encrypted with.
    pub kms_key: Option<String>,
    /// Whether SQS encrypts it with its own key.
    pub sqs_encrypted: bool,
}

/// A rule of EventBridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Whether it carries our tag.
    pub ours: bool,
    /// Whether it works.
    pub enabled: bool,
    /// Which events it is for; a schedule has none.
    pub pattern: Option<Value>,
    /// Whether it sends them to the queue.
    pub feeds_queue: bool,
}

/// One thing, and how it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubItem<E> {
    /// Which.
    pub part: HubPart,
    /// Where.
    pub region: Region,
    /// How it is.
    pub state: HubState<E>,
}

/// How one thing is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HubState<E> {
    /// As it should be, whoever made it.
    Already,
    /// These changes make it so.
    Planned(Vec<HubChange>),
    /// Somebody else's does not do, and is not ours to change.
    Insufficient(Why),
    /// It could not be seen.
    Unseen(E),
}

/// What a person has to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Findings come together in another Region.
    AggregatedIn(String),
    /// Another rule has the name.
    ForeignRule(String),
    /// The queue's policy cannot be understood, so nothing is added to it.
    PolicyUnreadable,
    /// EventBridge may not use the key that AWS manages for SQS.
    KeyOfAws,
}

/// One change, a single call to AWS, safe to repeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum HubChange {
    /// Turns Security Hub on, without its default standards.
    EnableSecurityHub,
    /// Brings Regions' findings together.
    CreateAggregator {
        /// The Regions.
        linked: Vec<Region>,
    },
    /// Links more Regions than before, never fewer.
    UpdateAggregator {
        /// Its ARN.
        arn: String,
        /// AWS's word for which Regions.
        mode: &'static str,
        /// The Regions that the word is about.
        regions: Vec<String>,
    },
    /// Makes a queue.
    CreateQueue {
        /// Its name.
        name: String,
        /// Its attributes, in AWS's words.
        attributes: BTreeMap<&'static str, String>,
    },
    /// Adds to a queue.
    SetQueueAttributes {
        /// Its address.
        url: String,
        /// The attributes that change.
        attributes: BTreeMap<&'static str, String>,
    },
    /// Makes a rule, or mends ours.
    PutRule {
        /// Its name.
        name: String,
        /// Which events it is for.
        pattern: String,
    },
    /// Lets a rule feed the queue.
    PutTarget {
        /// The rule's name.
        rule: String,
        /// The queue's ARN.
        queue: String,
    },
}

/// What has to be done, in an order in which it can be done.
pub fn plan<E: Clone>(seen: &ObservedHub<E>, wanted: &WantedHub) -> Vec<HubItem<E>> {
    let home = |part, state| HubItem {
        part,
        region: wanted.home,
        state,
    };
    let hubs = seen.hubs.iter().map(|(region, on)| HubItem {
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
            judged(&seen.aggregator, |found| {
                aggregation::judge(found.as_ref(), wanted)
            }),
        ),
        home(
            HubPart::DeadLetterQueue,
            judged(&seen.dead_letter_queue, |found| {
                let queue = seen.queue.as_ref().ok().and_then(Option::as_ref);
                queue::judge_dead_letter(found.as_ref(), queue, wanted)
            }),
        ),
        home(
            HubPart::Queue,
            judged(&seen.queue, |found| queue::judge(found.as_ref(), wanted)),
        ),
        home(
            HubPart::ThreatRule,
            judged(&seen.rules, |rules| {
                rule::judge(HubPart::ThreatRule, rules, wanted)
            }),
        ),
        home(
            HubPart::GuardDutyRule,
            judged(&seen.rules, |rules| {
                rule::judge(HubPart::GuardDutyRule, rules, wanted)
            }),
        ),
        home(
            HubPart::TestRule,
            judged(&seen.rules, |rules| {
                rule::judge(HubPart::TestRule, rules, wanted)
            }),
        ),
    ]);
    items
}

fn judged<T, E: Clone>(seen: &Result<T, E>, judge: impl Fn(&T) -> HubState<E>) -> HubState<E> {
    match seen {
        Ok(found) => judge(found),
        Err(error) => HubState::Unseen(error.clone()),
    }
}

impl HubPart {
    /// Every part, in the order in which it is told.
    pub const ALL: [Self; 7] = [
        Self::SecurityHub,
        Self::Aggregation,
        Self::DeadLetterQueue,
        Self::Queue,
        Self::ThreatRule,
        Self::GuardDutyRule,
        Self::TestRule,
    ];

    /// The part's word, in JSON and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SecurityHub => "security_hub",
            Self::Aggregation => "finding_aggregation",
            Self::DeadLetterQueue => "dead_letter_queue",
            Self::Queue => "alert_queue",
            Self::ThreatRule => "threat_rule",
            Self::GuardDutyRule => "guardduty_rule",
            Self::TestRule => "test_rule",
        }
    }

    /// The name of the rule that this part is; nothing for other parts.
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
    /// What the configuration wants; the queue's name is the last part of its address.
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
    pub fn rule_arn(&self, name: &str) -> String {
        format!(
            "arn:aws:events:{}:{}:rule/{name}",
            self.home, self.administrator
        )
    }

    fn regions(&self) -> impl Iterator<Item = Region> {
        std::iter::once(self.home).chain(self.linked.iter().copied())
    }
}
