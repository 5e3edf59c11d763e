//! Every sentence as a person reads it, in both languages.

use hubward_protocol::Region;

use super::*;
use hubward_domain::ledger::{Address, Foreign, Refusal, Unreadable};

fn at(row: u32, column: u32) -> Address {
    let sheet = "Ledger".to_owned();
    Address { sheet, row, column }
}

fn problems() -> Vec<Problem> {
    let account = || "123456789012".parse().unwrap();
    let mut problems = vec![
        Problem::NoHeader { at: at(1, 0) },
        Problem::NoRows { at: at(2, 0) },
        Problem::MissingColumn {
            at: at(1, 0),
            column: Column::ContactEmail,
        },
        Problem::DuplicateHeader {
            at: at(1, 3),
            first: at(1, 1),
            header: "Project".to_owned(),
        },
        Problem::EmptyHeader {
            at: at(1, 4),
            data: at(7, 4),
        },
        Problem::Merged {
            at: at(2, 0),
            area: "Ledger!A2:A5".to_owned(),
        },
        Problem::Formula { at: at(7, 1) },
        Problem::ErrorValue {
            at: at(7, 1),
            error: "#N/A".to_owned(),
        },
        Problem::Missing {
            at: at(7, 1),
            column: Column::Project,
        },
        Problem::DuplicateAccount {
            at: at(7, 0),
            first: at(3, 0),
            account: account(),
        },
        Problem::Administrator {
            at: at(7, 0),
            account: account(),
        },
        Problem::More { count: 12 },
    ];
    problems.extend(refusals().into_iter().map(|refusal| Problem::Refused {
        at: at(7, 2),
        header: "Some header".to_owned(),
        refusal,
    }));
    problems
}

fn refusals() -> Vec<Refusal> {
    let found = || "FOUND".to_owned();
    let regions: Vec<Region> = ["ap-northeast-1", "us-east-1"]
        .map(|name| name.parse().unwrap())
        .to_vec();
    vec![
        Refusal::AccountIdNumber { found: found() },
        Refusal::AccountIdShort { found: found() },
        Refusal::AccountIdSeparated { found: found() },
        Refusal::AccountIdExponent { found: found() },
        Refusal::AccountIdForm { found: found() },
        Refusal::EmailForm { found: found() },
        Refusal::EmailNotAscii { found: found() },
        Refusal::EmailTooLong { found: found() },
        Refusal::SeveralAccountEmails,
        Refusal::Language { found: found() },
        Refusal::RegionUnknown { found: found() },
        Refusal::RegionNotOfHub {
            found: "eu-west-1".parse().unwrap(),
            hub: regions,
        },
        Refusal::StandardArn {
            found: found(),
            instead: None,
        },
        Refusal::StandardArn {
            found: found(),
            instead: Some("nist-800-53/v/5.0.0".to_owned()),
        },
        Refusal::StandardForm { found: found() },
        Refusal::Report { found: found() },
        Refusal::State { found: found() },
        Refusal::LineBreak,
        Refusal::ControlCharacter {
            character: "U+0007".to_owned(),
        },
        Refusal::TooLong {
            length: 300,
            limit: 256,
        },
    ]
}

fn warnings() -> Vec<Warning> {
    let account = || "012345678901".parse().unwrap();
    vec![
        Warning::Padded {
            at: at(7, 0),
            found: "12345678901".to_owned(),
            account: account(),
        },
        Warning::FullWidth {
            at: at(7, 0),
            account: account(),
        },
        Warning::UnknownColumns {
            at: at(1, 8),
            headers: vec!["Owner".to_owned(), "Floor".to_owned()],
        },
    ]
}

fn unreadables() -> Vec<Unreadable> {
    let detail = || "DETAIL".to_owned();
    let mut reasons = vec![
        Unreadable::Empty,
        Unreadable::TooLarge {
            bytes: 20 * 1024 * 1024 + 1,
            limit: 20 * 1024 * 1024,
        },
        Unreadable::Extension {
            found: "xls".to_owned(),
        },
        Unreadable::Damaged { detail: detail() },
        Unreadable::Bomb {
            part: "xl/styles.xml".to_owned(),
        },
        Unreadable::NoSheet,
        Unreadable::Broken { detail: detail() },
        Unreadable::TooManyRows {
            at: at(20_001, 0),
            limit: 20_000,
        },
        Unreadable::TooManyColumns {
            at: at(1, 200),
            limit: 200,
        },
        Unreadable::TooMuch { at: at(9, 9) },
        Unreadable::Undecodable { line: 3 },
        Unreadable::UnclosedQuote { line: 3 },
    ];
    let contents = [
        Foreign::Workbook,
        Foreign::BinaryWorkbook,
        Foreign::OldWorkbook,
        Foreign::Encrypted,
        Foreign::Word,
        Foreign::PowerPoint,
        Foreign::OpenDocument,
        Foreign::Archive,
        Foreign::Compound,
        Foreign::Pdf,
        Foreign::Html,
        Foreign::Text,
        Foreign::Other {
            media_type: "image/png".to_owned(),
        },
        Foreign::Binary,
    ];
    reasons.extend(contents.map(|content| {
        let expected = if content == Foreign::Workbook {
            "csv"
        } else {
            "xlsx"
        };
        Unreadable::Foreign { content, expected }
    }));
    reasons
}

fn everything(language: Language) -> Vec<Message> {
    let too_many = TooManyStateChanges {
        changes: 4,
        accounts: 10,
        limit_percent: 30,
    };
    let mut messages: Vec<_> = problems()
        .iter()
        .map(|one| problem(one, language))
        .collect();
    messages.extend(warnings().iter().map(|one| warning(one, language)));
    messages.extend(
        unreadables()
            .iter()
            .map(|one| unreadable(one, "ledger.xlsx", language)),
    );
    messages.push(too_many_state_changes(&too_many, language));
    messages
}

#[test]
fn every_sentence_reads_well() {
    for language in Language::ALL {
        let lines: Vec<_> = everything(language)
            .into_iter()
            .map(|message| format!("{}\n  {}", message.text, message.hint))
            .collect();
        insta::assert_snapshot!(language.as_str(), lines.join("\n"));
    }
}

#[test]
fn each_problem_names_its_cell_first() {
    for language in Language::ALL {
        for one in problems() {
            let text = problem(&one, language).text;
            let place = one.at().map(ToString::to_string).unwrap_or_default();
            assert!(text.starts_with(&place), "{text}");
        }
    }
}

#[test]
fn what_a_file_says_is_never_taken_for_a_place_to_fill() {
    let refusal = Refusal::AccountIdForm {
        found: "%{at} %{found}".to_owned(),
    };
    let one = Problem::Refused {
        at: at(7, 0),
        header: String::new(),
        refusal,
    };
    assert!(problem(&one, Language::En).text.contains("%{at} %{found}"));
}
