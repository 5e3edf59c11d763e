//! Whether what must reach the queue does: by our rule, or by one that somebody else made.

use super::pattern::{matches, pattern, samples};
use super::{Change, Part, Rule, State, Wanted, Why};

pub(super) fn judge<E>(part: Part, rules: &[Rule], wanted: &Wanted) -> State<E> {
    let samples = samples(part, wanted);
    let lets_through = |rule: &Rule| {
        let pattern = rule.pattern.as_ref();
        rule.enabled && pattern.is_some_and(|p| samples.iter().all(|event| matches(p, event)))
    };
    if rules
        .iter()
        .any(|rule| rule.feeds_queue && lets_through(rule))
    {
        return State::Already;
    }
    let name = part.rule().to_owned();
    let put = Change::PutRule {
        name: name.clone(),
        pattern: pattern(part).to_string(),
    };
    let target = Change::PutTarget {
        rule: name.clone(),
        queue: wanted.queue_arn(&wanted.queue),
    };
    match rules.iter().find(|rule| rule.name == name) {
        None => State::Planned(vec![put, target]),
        // A further target takes nothing away from whoever made the rule.
        Some(rule) if lets_through(rule) => State::Planned(vec![target]),
        Some(rule) if rule.ours && rule.feeds_queue => State::Planned(vec![put]),
        Some(rule) if rule.ours => State::Planned(vec![put, target]),
        Some(rule) => State::Insufficient(Why::ForeignRule(rule.name.clone())),
    }
}
