//! The layout, as snapshots.

use std::collections::BTreeMap;

use strum::VariantArray;

use super::*;
use crate::text::Language;

const ARGUMENTS: &str = "--administrator 999999999999";

fn step(step: Step, state: State, detail: &str, hint: Option<&str>) -> StepReport {
    StepReport {
        step,
        state,
        detail: detail.to_owned(),
        hint: hint.map(str::to_owned),
        on: None,
        code: None,
        facts: BTreeMap::new(),
    }
}

fn example() -> RunReport {
    let region = |name: &str, config: StepReport| RegionReport {
        region: name.parse().unwrap(),
        steps: vec![
            config,
            step(Step::GuardDuty, State::Changed, "A detector is on", None),
            step(
                Step::SecurityHub,
                State::Already,
                "Security Hub is on",
                None,
            ),
            step(
                Step::Standards,
                State::Waiting,
                "AWS is still enabling aws-foundational-security-best-practices/v/1.0.0, pci-dss/v/4.0.1",
                Some("nothing to do; check again in a few minutes"),
            ),
            step(
                Step::Invitation,
                State::ManagedElsewhere,
                "別の管理者アカウントのメンバーです。調整が必要なため、担当者に連絡してください。",
                None,
            ),
        ],
    };
    RunReport {
        account: "012345678901".parse().unwrap(),
        administrator: "999999999999".parse().unwrap(),
        complete: false,
        regions: vec![
            region(
                "ap-northeast-1",
                step(
                    Step::Config,
                    State::Blocked,
                    "config:PutConfigurationRecorder was refused",
                    Some("ask"),
                ),
            ),
            region(
                "us-east-1",
                step(Step::Config, State::Already, "records", None),
            ),
        ],
        changes: 2,
    }
}

fn rendered(say: Say, unicode: bool, color: bool) -> String {
    let regions: Vec<Region> = vec!["ap-northeast-1".parse().unwrap()];
    let planned: Vec<_> = ChangeKind::VARIANTS
        .iter()
        .map(|kind| (*kind, regions.clone()))
        .collect();
    let view = ReportView {
        report: &example(),
        planned: &planned,
        arguments: ARGUMENTS,
        server_argument: "",
        guide: None,
    };
    report(&view, Style { unicode, color }, say)
}

#[test]
fn a_report_in_english() {
    insta::assert_snapshot!(rendered(Say(Language::En), true, false));
}

#[test]
fn a_report_in_japanese() {
    insta::assert_snapshot!(rendered(Say(Language::Ja), true, false));
}

#[test]
fn without_unicode_and_color_the_words_are_the_same() {
    let plain = rendered(Say(Language::En), false, false);
    let fact = "別の管理者アカウントのメンバーです。調整が必要なため、担当者に連絡してください。";
    // Texts from elsewhere stay as they are; all of ours is ASCII.
    assert!(
        plain
            .replace('\n', "")
            .replace("  ", "")
            .replace(fact, "")
            .is_ascii(),
        "{plain}"
    );
    assert!(!plain.contains('\u{1b}'));
    let colored = rendered(Say(Language::En), false, true);
    let mut without = colored.clone();
    for code in [31, 32, 33, 36, 0] {
        without = without.replace(&format!("\u{1b}[{code}m"), "");
    }
    let trimmed = |text: &str| {
        text.lines()
            .map(str::trim_end)
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(trimmed(&without), trimmed(&plain));
    assert_ne!(colored, plain);
}

#[test]
fn an_explanation_in_both_languages() {
    let all: Vec<_> = [Say(Language::En), Say(Language::Ja)]
        .into_iter()
        .map(|say| explanation(ChangeKind::StartRecorder.into(), None, say))
        .collect();
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn no_line_is_wider_than_a_terminal() {
    for say in [Say(Language::En), Say(Language::Ja)] {
        let mut all = vec![rendered(say, true, false), explanations("", say)];
        all.extend(crate::change::Topic::all().map(|topic| explanation(topic, None, say)));
        let lines = all.iter().flat_map(|text| text.lines());
        // An address is not wrapped, so that it can be copied.
        for line in lines.filter(|line| !line.starts_with("  https://")) {
            assert!(line.width() <= 80, "{} columns: {line}", line.width());
        }
    }
}

#[test]
fn japanese_breaks_anywhere_but_before_a_full_stop() {
    let text = "あ".repeat(40) + "。" + &"い".repeat(10);
    let lines = wrap(&text, 2);
    assert_eq!(lines.len(), 2);
    assert!(
        !lines.iter().any(|line| line.trim_start().starts_with('。')),
        "{lines:?}"
    );
}

#[test]
fn a_long_word_stays_whole() {
    let word = "x".repeat(100);
    assert_eq!(
        wrap(&format!("a {word} b"), 2),
        ["a".to_owned(), format!("  {word}"), "  b".to_owned()]
    );
}
