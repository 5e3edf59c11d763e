//! Whether the events that must reach the queue do: by our rule, or by an existing one of others.

use super::pattern::{matches, pattern, samples};
use super::{HubChange, HubPart, HubState, Rule, WantedHub, Why};

pub(super) fn judge<E>(part: HubPart, rules: &[Rule], wanted: &WantedHub) -> HubState<E> {
    let samples = samples(part, wanted);
    let lets_through = |rule: &Rule| {
        let pattern = rule.pattern.as_ref();
        rule.enabled && pattern.is_some_and(|p| samples.iter().all(|event| matches(p, event)))
    };
    if rules
        .iter()
        .any(|rule| rule.feeds_queue && lets_through(rule))
    {
        return HubState::Already;
    }
    let name = part.rule().to_owned();
    let put = HubChange::PutRule {
        name: name.clone(),
        pattern: pattern(part).to_string(),
    };
    let target = HubChange::PutTarget {
        rule: name.clone(),
        queue: wanted.queue_arn(&wanted.queue),
    };
    match rules.iter().find(|rule| rule.name == name) {
        None => HubState::Planned(vec![put, target]),
        // An additional target takes nothing away from the rule's owner.
        Some(rule) if lets_through(rule) => HubState::Planned(vec![target]),
        Some(rule) if rule.ours && rule.feeds_queue => HubState::Planned(vec![put]),
        Some(rule) if rule.ours => HubState::Planned(vec![put, target]),
        Some(rule) => HubState::Insufficient(Why::ForeignRule(rule.name.clone())),
    }
}
