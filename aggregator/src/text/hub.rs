//! How the SOC's own side is, in words.

use rust_i18n::t;

use super::Message;
use crate::actions::hub::setup::{Item, Outcome, Row};
use crate::aws::AwsFailure;
use hubward_domain::account::Language;
use hubward_domain::hub::{Change, Part, State, Why};

/// How one thing is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// As it should be.
    Already,
    /// It would be changed.
    Planned,
    /// It was changed.
    Changed,
    /// A person has to decide.
    Insufficient(Why),
    /// A call failed.
    Failed(AwsFailure),
    /// AWS took the calls and does not show it.
    NotSeen,
    /// The trace could not be written.
    NotRecorded(String),
}

impl Told {
    /// Before anything is changed.
    pub fn of(item: &Item) -> Self {
        match &item.state {
            State::Already => Self::Already,
            State::Planned(_) => Self::Planned,
            State::Insufficient(why) => Self::Insufficient(why.clone()),
            State::Unseen(failure) => Self::Failed(failure.clone()),
        }
    }

    /// Afterwards.
    pub fn after(row: &Row) -> Self {
        match &row.outcome {
            Outcome::Untouched => Self::of(&row.item),
            Outcome::Changed => Self::Changed,
            Outcome::Failed(failure) => Self::Failed(failure.clone()),
            Outcome::NotSeen => Self::NotSeen,
            Outcome::NotRecorded(why) => Self::NotRecorded(why.clone()),
        }
    }

    /// The word, in JSON and tables.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Already => "already",
            Self::Planned => "planned",
            Self::Changed => "changed",
            Self::Insufficient(_) => "insufficient",
            Self::Failed(_) | Self::NotSeen | Self::NotRecorded(_) => "failed",
        }
    }
}

/// What is to be said of one thing, and what helps.
pub fn detail(item: &Item, told: &Told, language: Language) -> Message {
    let locale = language.as_str();
    match told {
        Told::Already => Message::new(already(item.part, language), ""),
        Told::Planned | Told::Changed => Message::new(changes(item, language), ""),
        Told::Insufficient(why) => insufficient(why, language),
        Told::Failed(failure) => super::aws::failure(failure, language),
        Told::NotSeen => Message::new(
            t!("hub.not_seen", locale = locale),
            t!("hub.not_seen_hint", locale = locale),
        ),
        Told::NotRecorded(why) => {
            Message::new(t!("hub.not_recorded", locale = locale, why = why), "")
        }
    }
}

fn already(part: Part, language: Language) -> String {
    let locale = language.as_str();
    match part {
        Part::SecurityHub => t!("hub.security_hub", locale = locale),
        Part::Aggregation => t!("hub.aggregation", locale = locale),
        Part::DeadLetterQueue => t!("hub.dead_letter_queue", locale = locale),
        Part::Queue => t!("hub.queue", locale = locale),
        Part::ThreatRule => t!("hub.threat_rule", locale = locale),
        Part::GuardDutyRule => t!("hub.guardduty_rule", locale = locale),
        Part::TestRule => t!("hub.test_rule", locale = locale),
    }
    .into_owned()
}

/// One line for each change.
fn changes(item: &Item, language: Language) -> String {
    let State::Planned(changes) = &item.state else {
        return String::new();
    };
    let lines: Vec<String> = changes.iter().map(|it| change(it, language)).collect();
    lines.join("\n")
}

fn change(change: &Change, language: Language) -> String {
    let locale = language.as_str();
    let listed = |names: &[String]| names.join(", ");
    match change {
        Change::EnableSecurityHub => t!("hub.enable", locale = locale),
        Change::CreateAggregator { linked } => {
            let linked: Vec<String> = linked.iter().map(ToString::to_string).collect();
            t!("hub.aggregate", locale = locale, regions = listed(&linked))
        }
        Change::UpdateAggregator { mode, regions, .. } => t!(
            "hub.link",
            locale = locale,
            mode = mode,
            regions = listed(regions)
        ),
        Change::CreateQueue { name, .. } => t!("hub.create_queue", locale = locale, name = name),
        Change::SetQueueAttributes { url, attributes } => {
            let names: Vec<String> = attributes.keys().map(ToString::to_string).collect();
            t!(
                "hub.set_queue",
                locale = locale,
                url = url,
                attributes = listed(&names)
            )
        }
        Change::PutRule { name, pattern } => t!(
            "hub.put_rule",
            locale = locale,
            name = name,
            pattern = pattern
        ),
        Change::PutTarget { rule, queue } => {
            t!(
                "hub.put_target",
                locale = locale,
                rule = rule,
                queue = queue
            )
        }
    }
    .into_owned()
}

fn insufficient(why: &Why, language: Language) -> Message {
    let locale = language.as_str();
    match why {
        Why::AggregatedIn(region) => Message::new(
            t!("hub.aggregated_in", locale = locale, region = region),
            t!("hub.aggregated_in_hint", locale = locale, region = region),
        ),
        Why::ForeignRule(name) => Message::new(
            t!("hub.foreign_rule", locale = locale, name = name),
            t!("hub.foreign_rule_hint", locale = locale, name = name),
        ),
        Why::PolicyUnreadable => Message::new(
            t!("hub.policy_unreadable", locale = locale),
            t!("hub.policy_unreadable_hint", locale = locale),
        ),
        Why::KeyOfAws => Message::new(
            t!("hub.key_of_aws", locale = locale),
            t!("hub.key_of_aws_hint", locale = locale),
        ),
    }
}
