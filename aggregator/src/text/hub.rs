//! Texts about the SOC's own side.

use strum::IntoStaticStr;

use super::LocalizedMessage;
use crate::actions::hub::setup::{SetupItem, SetupOutcome, SetupRow};
use crate::aws::AwsFailure;
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::hub::{HubChange, HubPart, HubState, Why};

/// The state of one resource, for people.
#[derive(Clone, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
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
    /// AWS accepted the calls, but does not show the change.
    #[strum(serialize = "failed")]
    NotConfirmed,
    /// The audit event could not be written.
    #[strum(serialize = "failed")]
    NotRecorded(String),
}

impl HubProgress {
    /// Before a change.
    pub(crate) fn of(item: &SetupItem) -> Self {
        match &item.state {
            HubState::Already => Self::Already,
            HubState::Planned(_) => Self::Planned,
            HubState::Insufficient(why) => Self::Insufficient(why.clone()),
            HubState::Unseen(failure) => Self::Failed(failure.clone()),
        }
    }

    /// After a change.
    pub(crate) fn after(row: &SetupRow) -> Self {
        match &row.outcome {
            SetupOutcome::Untouched => Self::of(&row.item),
            SetupOutcome::Changed => Self::Changed,
            SetupOutcome::Failed(failure) => Self::Failed(failure.clone()),
            SetupOutcome::NotConfirmed => Self::NotConfirmed,
            SetupOutcome::NotRecorded(why) => Self::NotRecorded(why.clone()),
        }
    }

    /// The word in JSON and tables.
    pub(crate) fn as_str(&self) -> &'static str {
        self.into()
    }
}

/// The state of one resource, and what to do.
pub(crate) fn detail(
    item: &SetupItem,
    progress: &HubProgress,
    language: Language,
) -> LocalizedMessage {
    let say = Say(language);
    match progress {
        HubProgress::Already => LocalizedMessage::new(already(item.part, language), ""),
        HubProgress::Planned | HubProgress::Changed => {
            LocalizedMessage::new(changes(item, language), "")
        }
        HubProgress::Insufficient(why) => insufficient(why, language),
        HubProgress::Failed(failure) => super::aws::failure(failure, language),
        HubProgress::NotConfirmed => {
            LocalizedMessage::new(say.hub_not_confirmed(), say.hub_not_confirmed_hint())
        }
        HubProgress::NotRecorded(why) => LocalizedMessage::new(say.hub_not_recorded(why), ""),
    }
}

fn already(part: HubPart, language: Language) -> String {
    let say = Say(language);
    match part {
        HubPart::SecurityHub => say.hub_security_hub(),
        HubPart::Aggregation => say.hub_aggregation(),
        HubPart::DeadLetterQueue => say.hub_dead_letter_queue(),
        HubPart::Queue => say.hub_queue(),
        HubPart::ThreatRule => say.hub_threat_rule(),
        HubPart::GuardDutyRule => say.hub_guardduty_rule(),
        HubPart::TestRule => say.hub_test_rule(),
    }
    .to_owned()
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
    let say = Say(language);
    let listed = |names: &[String]| names.join(", ");
    match change {
        HubChange::EnableSecurityHub => say.hub_enable().to_owned(),
        HubChange::CreateAggregator { linked } => {
            let linked: Vec<String> = linked.iter().map(ToString::to_string).collect();
            say.hub_aggregate(listed(&linked))
        }
        HubChange::UpdateAggregator { mode, regions, .. } => say.hub_link(mode, listed(regions)),
        HubChange::CreateQueue { name, .. } => say.hub_create_queue(name),
        HubChange::SetQueueAttributes { url, attributes } => {
            let names: Vec<String> = attributes.keys().map(ToString::to_string).collect();
            say.hub_set_queue(listed(&names), url)
        }
        HubChange::PutRule { name, pattern } => say.hub_put_rule(name, pattern),
        HubChange::PutTarget { rule, queue } => say.hub_put_target(queue, rule),
    }
}

fn insufficient(why: &Why, language: Language) -> LocalizedMessage {
    let say = Say(language);
    match why {
        Why::AggregatedIn(region) => LocalizedMessage::new(
            say.hub_aggregated_in(region),
            say.hub_aggregated_in_hint(region),
        ),
        Why::ForeignRule(name) => {
            LocalizedMessage::new(say.hub_foreign_rule(name), say.hub_foreign_rule_hint(name))
        }
        Why::PolicyUnreadable => LocalizedMessage::new(
            say.hub_policy_unreadable(),
            say.hub_policy_unreadable_hint(),
        ),
        Why::KeyOfAws => LocalizedMessage::new(say.hub_key_of_aws(), say.hub_key_of_aws_hint()),
    }
}
