//! What a person reads, as snapshots.

use super::*;

const ARGUMENTS: &str = "--administrator 999999999999";

fn step(step: Step, state: State, detail: &str, hint: Option<&str>) -> StepReport {
    StepReport {
        step,
        state,
        detail: detail.to_owned(),
        hint: hint.map(str::to_owned),
        on: None,
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
                Some("nothing to do; look again in some minutes"),
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

#[test]
fn a_result_in_english() {
    insta::assert_snapshot!(report(&example(), ARGUMENTS, Lang::En));
}

#[test]
fn a_result_in_japanese() {
    insta::assert_snapshot!(report(&example(), ARGUMENTS, Lang::Ja));
}

#[test]
fn no_line_is_wider_than_a_terminal() {
    for lang in [Lang::En, Lang::Ja] {
        for line in report(&example(), ARGUMENTS, lang).lines() {
            assert!(line.width() <= WIDTH, "{} columns: {line}", line.width());
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
