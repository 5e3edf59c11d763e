//! Bounds for what an agent reports about a Region, before it is stored and shown.

use hubward_protocol::{Fact, RegionReport, StepReport};

/// The longest code. Those of our agents are half as long.
const LONGEST_CODE: usize = 64;
/// The most facts of one step, and the most names in one of them.
const MOST_FACTS: usize = 8;
const MOST_NAMES: usize = 32;
/// The longest name of a fact, and the longest text in one, in characters.
const LONGEST_KEY: usize = 32;
const LONGEST_TEXT: usize = 256;

/// The report with codes and facts within bounds. A code that is no word is left out, and with it what its facts
/// would mean.
pub fn within_bounds(mut report: RegionReport) -> RegionReport {
    for step in &mut report.steps {
        bound(step);
    }
    report
}

fn bound(step: &mut StepReport) {
    step.code.take_if(|code| !is_word(code, LONGEST_CODE));
    if step.code.is_none() {
        step.facts.clear();
    }
    let facts = std::mem::take(&mut step.facts).into_iter();
    let facts = facts.filter(|(name, _)| is_word(name, LONGEST_KEY));
    step.facts = facts
        .take(MOST_FACTS)
        .map(|(name, fact)| (name, bounded(fact)))
        .collect();
}

fn is_word(text: &str, longest: usize) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=longest).contains(&text.len()) && text.bytes().all(plain)
}

fn bounded(fact: Fact) -> Fact {
    let short = |text: String| -> String {
        let shown = text.chars().filter(|char| !char.is_control());
        shown.take(LONGEST_TEXT).collect()
    };
    match fact {
        Fact::Number(number) => Fact::Number(number),
        Fact::Text(text) => Fact::Text(short(text)),
        Fact::List(names) => Fact::List(names.into_iter().take(MOST_NAMES).map(short).collect()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use hubward_protocol::{State, Step};

    use super::*;

    fn report(code: &str, facts: Vec<(&str, Fact)>) -> StepReport {
        let step = StepReport {
            step: Step::Config,
            state: State::Insufficient,
            detail: String::new(),
            hint: None,
            on: None,
            code: Some(code.to_owned()),
            facts: facts
                .into_iter()
                .map(|(name, fact)| (name.to_owned(), fact))
                .collect(),
        };
        let report = RegionReport {
            region: "us-east-1".parse().unwrap(),
            steps: vec![step],
        };
        within_bounds(report).steps.remove(0)
    }

    #[test]
    fn what_our_agents_send_is_kept() {
        let sent = vec![
            ("count", Fact::Number(12)),
            ("types", Fact::List(vec!["AWS::S3::Bucket".to_owned(); 20])),
        ];
        let kept = report(
            "config_recorder_missing_required_resource_types",
            sent.clone(),
        );
        let facts: BTreeMap<_, _> = sent
            .into_iter()
            .map(|(name, fact)| (name.to_owned(), fact))
            .collect();
        assert_eq!(kept.facts, facts);
        assert!(kept.code.is_some());
    }

    #[test]
    fn what_is_too_much_is_cut() {
        let names = Fact::List(vec!["n".repeat(5000); 5000]);
        let many: Vec<String> = (0..100).map(|number| format!("fact_{number}")).collect();
        let mut facts: Vec<_> = many
            .iter()
            .map(|name| (name.as_str(), names.clone()))
            .collect();
        facts.push(("\u{1b}[31m", Fact::Number(1)));
        let kept = report("code", facts);
        assert_eq!(kept.facts.len(), MOST_FACTS);
        for fact in kept.facts.values() {
            let Fact::List(names) = fact else {
                panic!("{fact:?}");
            };
            assert_eq!(names.len(), MOST_NAMES);
            assert!(names.iter().all(|name| name.len() == LONGEST_TEXT));
        }
        let text = |text: &str| report("code", vec![("role", Fact::Text(text.to_owned()))]);
        assert_eq!(text("a\u{0}b").facts["role"], Fact::Text("ab".to_owned()));
        for code in ["", "Not A Word", &"c".repeat(65), "<script>"] {
            let kept = report(code, vec![("count", Fact::Number(1))]);
            assert_eq!((kept.code, kept.facts.len()), (None, 0), "{code}");
        }
    }
}
