//! What a member sees: a live table on a terminal, plain lines in a log, the costs before and the
//! next command after, explanations, and what can be undone; in both languages, on any terminal.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::harness::aws::{block_on, config};
use crate::harness::member::{MEMBER, Member, words};
use crate::harness::program::agent;
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED};

const CHANGES: [&str; 14] = [
    "create-service-linked-role",
    "put-recorder",
    "extend-recorder",
    "create-bucket",
    "block-public-access",
    "put-bucket-policy",
    "put-delivery-channel",
    "start-recorder",
    "create-detector",
    "enable-detector-features",
    "resume-detector",
    "enable-security-hub",
    "enable-standards",
    "accept-invitation",
];

/// The names of `stay` and its parts, which `explain` knows too.
const STAY: [&str; 5] = [
    "stay",
    "stay-role",
    "stay-log-group",
    "stay-function",
    "stay-schedule",
];

/// Runs a command on a terminal, types this, and returns its exit code and everything it showed.
fn on_terminal(mut command: Command, typed: &str) -> (Option<i32>, String) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("start a terminal");
    // The keyboard stays open: a terminal without one ends its program.
    let mut keyboard = child.stdin.take().expect("a keyboard");
    keyboard.write_all(typed.as_bytes()).expect("type");
    let mut shown = String::new();
    child
        .stdout
        .take()
        .expect("a screen")
        .read_to_string(&mut shown)
        .expect("read the screen");
    (child.wait().expect("its end").code(), shown)
}

#[test]
fn a_terminal_shows_a_live_table_and_asks() {
    let member = Member::invited();
    let program = member.program("setup").env("TERM", "xterm");
    let (code, shown) = on_terminal(program.on_a_terminal(100, 40), "y\n");
    assert_eq!(code, Some(0), "{shown}");
    // The plan comes first, with its costs and AWS's pricing pages.
    let plan = shown.split("[y/N]").next().expect("a plan");
    for part in [
        "planned",
        "https://aws.amazon.com/config/pricing/",
        "hubward-agent explain",
    ] {
        assert!(plan.contains(part), "{part} is not in {plan}");
    }
    let after = shown.split("[y/N]").nth(1).expect("a run");
    // The table is redrawn in place: the header, two Regions and the last line.
    assert!(after.contains("\u{1b}[4A\r\u{1b}[J"), "{after:?}");
    assert!(after.contains("* working"), "{after}");
    assert!(after.contains("Complete: everything is set up"), "{after}");
    assert!(after.contains("\u{1b}[32m"), "no color: {after:?}");
}

#[test]
fn whoever_says_no_has_changed_nothing() {
    let member = Member::invited();
    let program = member.program("setup --lang ja").env("TERM", "xterm");
    let (code, shown) = on_terminal(program.on_a_terminal(100, 40), "n\n");
    assert_eq!(code, Some(3), "{shown}");
    assert!(shown.contains("何も変更していません"), "{shown}");
    assert_eq!(member.mutating_calls(), Vec::<Value>::new());
}

#[test]
fn a_small_or_simple_terminal_and_a_log_get_plain_lines() {
    let member = Member::invited();
    let terminals = [(79, 40, "xterm"), (100, 3, "xterm"), (100, 40, "dumb")];
    for (number, (columns, rows, term)) in terminals.into_iter().enumerate() {
        let account = format!("22222222222{number}");
        member.invite_as(ADMINISTRATOR, &account);
        let program = member.program_of(&account, "setup --yes").env("TERM", term);
        let (code, shown) = on_terminal(program.on_a_terminal(columns, rows), "");
        assert_eq!(code, Some(0), "{shown}");
        assert!(!shown.contains("A\r\u{1b}[J"), "{shown:?}");
        assert!(shown.contains(": done: "), "{shown}");
        assert!(term != "dumb" || !shown.contains('\u{1b}'), "{shown:?}");
    }
    let log = member.agent("setup --yes").expect(0);
    assert!(!log.stderr.contains('\u{1b}') && !log.stdout.contains('\u{1b}'));
    for line in [
        "done: create the S3 bucket",
        "us-east-1: done: turn GuardDuty on",
        "ap-northeast-1: done: accept the invitation of 999999999999",
    ] {
        assert!(log.stderr.contains(line), "{line} is not in {}", log.stderr);
    }
}

#[test]
fn without_unicode_and_colour_everything_is_said() {
    let member = Member::invited();
    for (name, value) in [("LANG", "C"), ("LC_ALL", "POSIX")] {
        let plan = member.program("plan").env(name, value).run().expect(3);
        assert!(plan.stdout.is_ascii(), "{}", plan.stdout);
        assert!(plan.stderr.is_ascii(), "{}", plan.stderr);
        assert!(plan.stdout.contains("> planned"), "{}", plan.stdout);
    }
    let program = member
        .program("plan")
        .env("TERM", "xterm")
        .env("NO_COLOR", "1");
    let (_, shown) = on_terminal(program.on_a_terminal(100, 40), "");
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
}

#[test]
fn no_line_of_a_plan_is_wider_than_80_columns_in_either_language() {
    let member = Member::invited();
    for lang in ["en", "ja"] {
        let plan = member
            .program(&format!("plan --lang {lang}"))
            .run()
            .expect(3);
        // The next command is not wrapped, so that it can be copied.
        let lines: Vec<_> = plan.stdout.trim_end().lines().collect();
        for line in &lines[..lines.len() - 1] {
            let width: usize = line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
            // Symbols are narrow, and a bucket's name is one word.
            assert!(
                width <= 84 || line.contains("hubward-config-"),
                "{width}: {line}"
            );
        }
        assert!(lines.last().expect("lines").contains("hubward-agent setup"));
    }
}

#[test]
fn every_change_is_explained_in_both_languages_without_credentials() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let run = |words: &str| agent(directory.path()).args(words.split(' ')).run();
    for change in CHANGES.into_iter().chain(STAY) {
        let english = run(&format!("explain {change}")).expect(0).stdout;
        let page = "More:\n  https://docs.aws.amazon.com/";
        for part in ["Why:", "Cost:", "By hand", "  1. ", page] {
            assert!(english.contains(part), "{part} is not in {english}");
        }
        let japanese = run(&format!("explain {change} --lang ja")).expect(0).stdout;
        let page = "詳しい説明:\n  https://docs.aws.amazon.com/";
        for part in ["理由:", "費用:", "手順:", "  1. ", page] {
            assert!(japanese.contains(part), "{part} is not in {japanese}");
        }
    }
    let all = run("explain --json").expect(0).json();
    let named: Vec<_> = all
        .as_array()
        .expect("changes")
        .iter()
        .map(|one| words(one, "change"))
        .collect();
    assert_eq!(named, [&CHANGES[..], &STAY[..]].concat());
    for one in all.as_array().expect("changes") {
        let page = one["price_page"].as_str();
        let is_free = words(one, "cost") == "Free of charge.";
        assert_eq!(page.is_none(), is_free, "{one}");
    }
    let unknown = run("explain everything").expect(2);
    assert!(
        unknown.stderr.contains("start-recorder"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn an_explanation_leads_to_the_guide_of_the_soc_s_server_without_a_call() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let run = |words: &str| agent(directory.path()).args(words.split(' ')).run();
    // Nothing listens at this address.
    let server = "--server http://127.0.0.1:1";
    let shown_text = run(&format!("explain start-recorder {server} --lang ja")).expect(0);
    let page = "詳しい説明:\n  http://127.0.0.1:1/guide/Config.1";
    assert!(shown_text.stdout.contains(page), "{}", shown_text.stdout);
    // A long line is wrapped between words, and text to be copied is one word.
    let flat = |shown: &str| shown.replace("\n  ", " ");
    let all = run(&format!("explain {server}")).expect(0).stdout;
    assert!(flat(&all).contains(&format!("CHANGE {server}")), "{all}");
    let from_environment = agent(directory.path())
        .env("HUBWARD_SERVER", "https://soc.example.com/x'$(id)")
        .args(["explain"])
        .run()
        .expect(0)
        .stdout;
    let quoted = r"CHANGE --server 'https://soc.example.com/x'\''$(id)'";
    assert!(
        flat(&from_environment).contains(quoted),
        "{from_environment}"
    );
    for bad in ["http://soc.example.com", "nothing"] {
        let refused = run(&format!("explain --server {bad}")).expect(2);
        assert!(refused.stderr.contains(bad), "{}", refused.stderr);
    }
}

#[test]
fn a_plan_names_the_changes_that_can_be_explained() {
    let member = Member::invited();
    let plan = member.agent("plan").expect(3).stdout;
    // What changes something of ours that exists is not in the plan of a fresh account.
    let later = [
        "extend-recorder",
        "enable-detector-features",
        "resume-detector",
    ];
    for change in CHANGES {
        let is_planned = plan.contains(change);
        assert_eq!(is_planned, !later.contains(&change), "{change}");
    }
    // Without changes there are no costs.
    member.set_up(0);
    let done = member.agent("plan").expect(0).stdout;
    assert!(!done.contains("pricing"), "{done}");
    assert!(!done.contains("hubward-agent setup"), "{done}");
}

#[test]
fn undo_shows_what_was_created_and_runs_nothing() {
    let member = Member::invited();
    let undo = |more: &[&str]| member.shell_of(MEMBER).args(["undo"]).args(more).run();
    let nothing = undo(&[]).expect(0).stdout;
    assert!(nothing.starts_with("# Nothing in account"), "{nothing}");
    // Resources of others are not listed.
    member.put_recorder("default", None);
    member.set_up(3);
    member.cloud.forget_calls();

    let shown = undo(&[]).expect(0).stdout;
    let commands: Vec<_> = shown
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    assert!(
        commands.iter().all(|line| line.starts_with("aws ")),
        "{shown}"
    );
    for command in [
        "aws securityhub disable-security-hub --region ap-northeast-1",
        "aws securityhub disable-security-hub --region us-east-1",
        "aws configservice delete-configuration-recorder --configuration-recorder-name hubward --region ap-northeast-1",
        "aws s3 rb s3://hubward-config-111111111111-ap-northeast-1-an --force --region ap-northeast-1",
    ] {
        assert!(commands.contains(&command), "{command} is not in {shown}");
    }
    let of_the_foreign_one = commands
        .iter()
        .filter(|line| line.contains("configservice") && line.contains(LINKED));
    assert_eq!(of_the_foreign_one.count(), 0, "{shown}");
    let detector = block_on(
        crate::harness::aws::guardduty(&member.cloud, MEMBER, HOME)
            .list_detectors()
            .send(),
    )
    .expect("the detector");
    let id = detector.detector_ids().first().expect("an id");
    assert!(shown.contains(&format!("--detector-id {id} ")), "{shown}");
    assert_eq!(member.mutating_calls(), Vec::<Value>::new());

    let japanese = undo(&["--lang", "ja"]).expect(0).stdout;
    assert!(
        japanese.contains("コマンドは実行していません"),
        "{japanese}"
    );
    let report = undo(&["--json", "--region", LINKED]).expect(0).json();
    assert_eq!(report["account"], MEMBER);
    let regions = report["created"].as_array().expect("created");
    assert!(
        regions.iter().all(|one| one["region"] == LINKED),
        "{report}"
    );
}

#[test]
fn what_undo_says_takes_it_all_back() {
    let member = Member::invited();
    member.set_up(0);
    let client = config(&member.cloud, MEMBER, LINKED);
    block_on(async {
        client
            .stop_configuration_recorder()
            .configuration_recorder_name("hubward")
            .send()
            .await
            .expect("stop");
        client
            .delete_delivery_channel()
            .delivery_channel_name("hubward")
            .send()
            .await
            .expect("delete the channel");
        client
            .delete_configuration_recorder()
            .configuration_recorder_name("hubward")
            .send()
            .await
            .expect("delete the recorder");
    });
    let left = member
        .shell_of(MEMBER)
        .args(["undo", "--region", LINKED])
        .run()
        .expect(0)
        .stdout;
    assert!(!left.contains("configservice"), "{left}");
    assert!(left.contains("disable-security-hub"), "{left}");
}

#[test]
fn the_manual_is_in_the_readers_language() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let run = |words: &str, lang: &str| {
        agent(directory.path())
            .args(words.split(' '))
            .env("LANG", lang)
            .run()
    };
    let english = run("--help", "en_US.UTF-8").expect(0).stdout;
    assert!(english.contains("Commands:"), "{english}");
    for japanese in [
        run("--help", "ja_JP.UTF-8").expect(0).stdout,
        run("setup --help --lang ja", "C.UTF-8").expect(0).stdout,
    ] {
        assert!(japanese.contains("使い方"), "{japanese}");
        assert!(!japanese.contains("Usage"), "{japanese}");
    }
}

#[test]
fn the_closing_summary_says_what_is_done_and_who_acts_next() {
    let member = Member::invited();
    member.cloud.fault(&json!({
        "service": "guardduty", "operation": "CreateDetector", "account": MEMBER, "region": LINKED,
        "error": { "code": "AccessDeniedException", "status": 403, "message": "no" },
    }));
    for (lang, parts) in [
        (
            "en",
            [
                "1 of 10 steps are open",
                "Waiting for you",
                "Next: hubward-agent setup",
            ],
        ),
        (
            "ja",
            [
                "10 個のうち 1 個",
                "対応待ち",
                "次のコマンド: hubward-agent setup",
            ],
        ),
    ] {
        let shown_text = member
            .agent(&format!("setup --yes --lang {lang}"))
            .expect(3)
            .stdout;
        for part in parts {
            assert!(shown_text.contains(part), "{part} is not in {shown_text}");
        }
        let next = shown_text.trim_end().lines().last().expect("a last line");
        assert!(
            next.contains(&format!("--administrator {ADMINISTRATOR}")),
            "{next}"
        );
    }
}
