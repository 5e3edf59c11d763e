//! How the SOC's own side is, in words.

use rust_i18n::t;

use super::LocalizedMessage;
use crate::actions::hub::setup::{SetupItem, SetupOutcome, SetupRow};
use crate::aws::AwsFailure;
use hubward_domain::account::Language;
use hubward_domain::hub::{HubChange, HubPart, HubState, Why};

/// How one thing is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HubProgress {
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

impl HubProgress {
    /// Before anything is changed.
    pub(crate) fn of(item: &SetupItem) -> Self {
        match &item.state {
            HubState::Already => Self::Already,
            HubState::Planned(_) => Self::Planned,
            HubState::Insufficient(why) => Self::Insufficient(why.clone()),
            HubState::Unseen(failure) => Self::Failed(failure.clone()),
        }
    }

    /// Afterwards.
    pub(crate) fn after(row: &SetupRow) -> Self {
        match &row.outcome {
            SetupOutcome::Untouched => Self::of(&row.item),
            SetupOutcome::Changed => Self::Changed,
            SetupOutcome::Failed(failure) => Self::Failed(failure.clone()),
            SetupOutcome::NotSeen => Self::NotSeen,
            SetupOutcome::NotRecorded(why) => Self::NotRecorded(why.clone()),
        }
    }

    /// The word, in JSON and tables.
    pub(crate) fn as_str(&self) -> &'static str {
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
pub(crate) fn detail(item: &SetupItem, told: &HubProgress, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    match told {
        HubProgress::Already => LocalizedMessage::new(already(item.part, language), ""),
        HubProgress::Planned | HubProgress::Changed => {
            LocalizedMessage::new(changes(item, language), "")
        }
        HubProgress::Insufficient(why) => insufficient(why, language),
        HubProgress::Failed(failure) => super::aws::failure(failure, language),
        HubProgress::NotSeen => LocalizedMessage::new(
            t!("hub.not_seen", locale = locale),
            t!("hub.not_seen_hint", locale = locale),
        ),
        HubProgress::NotRecorded(why) => {
            LocalizedMessage::new(t!("hub.not_recorded", locale = locale, why = why), "")
        }
    }
}

fn already(part: HubPart, language: Language) -> String {
    let locale = language.as_str();
    match part {
        HubPart::SecurityHub => t!("hub.security_hub", locale = locale),
        HubPart::Aggregation => t!("hub.aggregation", locale = locale),
        HubPart::DeadLetterQueue => t!("hub.dead_letter_queue", locale = locale),
        HubPart::Queue => t!("hub.queue", locale = locale),
        HubPart::ThreatRule => t!("hub.threat_rule", locale = locale),
        HubPart::GuardDutyRule => t!("hub.guardduty_rule", locale = locale),
        HubPart::TestRule => t!("hub.test_rule", locale = locale),
    }
    .into_owned()
}

/// One line for each change.
fn changes(item: &SetupItem, language: Language) -> String {
    let HubState::Planned(changes) = &item.state else {
        return String::new();
    };
    let lines: Vec<String> = changes.iter().map(|it| change(it, language)).collect();
    lines.join("\n")
}

fn change(change: &HubChange, language: Language) -> String {
    let locale = language.as_str();
    let listed = |names: &[String]| names.join(", ");
    match change {
        HubChange::EnableSecurityHub => t!("hub.enable", locale = locale),
        HubChange::CreateAggregator { linked } => {
            let linked: Vec<String> = linked.iter().map(ToString::to_string).collect();
            t!("hub.aggregate", locale = locale, regions = listed(&linked))
        }
        HubChange::UpdateAggregator { mode, regions, .. } => t!(
            "hub.link",
            locale = locale,
            mode = mode,
            regions = listed(regions)
        ),
        HubChange::CreateQueue { name, .. } => t!("hub.create_queue", locale = locale, name = name),
        HubChange::SetQueueAttributes { url, attributes } => {
            let names: Vec<String> = attributes.keys().map(ToString::to_string).collect();
            t!(
                "hub.set_queue",
                locale = locale,
                url = url,
                attributes = listed(&names)
            )
        }
        HubChange::PutRule { name, pattern } => t!(
            "hub.put_rule",
            locale = locale,
            name = name,
            pattern = pattern
        ),
        HubChange::PutTarget { rule, queue } => {
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

fn insufficient(why: &Why, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    match why {
        Why::AggregatedIn(region) => LocalizedMessage::new(
            t!("hub.aggregated_in", locale = locale, region = region),
            t!("hub.aggregated_in_hint", locale = locale, region = region),
        ),
        Why::ForeignRule(name) => LocalizedMessage::new(
            t!("hub.foreign_rule", locale = locale, name = name),
            t!("hub.foreign_rule_hint", locale = locale, name = name),
        ),
        Why::PolicyUnreadable => LocalizedMessage::new(
            t!("hub.policy_unreadable", locale = locale),
            t!("hub.policy_unreadable_hint", locale = locale),
        ),
        Why::KeyOfAws => LocalizedMessage::new(
            t!("hub.key_of_aws", locale = locale),
            t!("hub.key_of_aws_hint", locale = locale),
        ),
    }
}
