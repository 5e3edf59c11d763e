//! Snapshots of every sentence, in both languages.

use hubward_protocol::Region;
use strum::VariantArray;

use super::*;
use hubward_domain::ledger::{CellAddress, Foreign, LedgerRefusal, UnreadableFile};

fn at(row: u32, column: u32) -> CellAddress {
    let sheet = "Ledger".to_owned();
    CellAddress { sheet, row, column }
}

fn problems() -> Vec<LedgerProblem> {
    let account = || "123456789012".parse().unwrap();
    let mut problems = vec![
        LedgerProblem::NoHeader { at: at(1, 0) },
        LedgerProblem::NoRows { at: at(2, 0) },
        LedgerProblem::MissingColumn {
            at: at(1, 0),
            column: LedgerColumn::ContactEmail,
        },
        LedgerProblem::DuplicateHeader {
            at: at(1, 3),
            first: at(1, 1),
            header: "Project".to_owned(),
        },
        LedgerProblem::EmptyHeader {
            at: at(1, 4),
            data: at(7, 4),
        },
        LedgerProblem::Merged {
            at: at(2, 0),
            area: "Ledger!A2:A5".to_owned(),
        },
        LedgerProblem::Formula { at: at(7, 1) },
        LedgerProblem::ErrorValue {
            at: at(7, 1),
            error: "#N/A".to_owned(),
        },
        LedgerProblem::Missing {
            at: at(7, 1),
            column: LedgerColumn::Project,
        },
        LedgerProblem::DuplicateAccount {
            at: at(7, 0),
            first: at(3, 0),
            account: account(),
        },
        LedgerProblem::Administrator {
            at: at(7, 0),
            account: account(),
        },
        LedgerProblem::More { count: 12 },
    ];
    problems.extend(
        refusals()
            .into_iter()
            .map(|refusal| LedgerProblem::Refused {
                at: at(7, 2),
                header: "Some header".to_owned(),
                refusal,
            }),
    );
    problems
}

fn refusals() -> Vec<LedgerRefusal> {
    let found = || "FOUND".to_owned();
    let regions: Vec<Region> = ["ap-northeast-1", "us-east-1"]
        .map(|name| name.parse().unwrap())
        .to_vec();
    vec![
        LedgerRefusal::AccountIdNumber { found: found() },
        LedgerRefusal::AccountIdShort { found: found() },
        LedgerRefusal::AccountIdSeparated { found: found() },
        LedgerRefusal::AccountIdExponent { found: found() },
        LedgerRefusal::AccountIdForm { found: found() },
        LedgerRefusal::EmailForm { found: found() },
        LedgerRefusal::EmailNotAscii { found: found() },
        LedgerRefusal::EmailTooLong { found: found() },
        LedgerRefusal::SeveralAccountEmails,
        LedgerRefusal::Language { found: found() },
        LedgerRefusal::RegionUnknown { found: found() },
        LedgerRefusal::RegionNotOfHub {
            found: "eu-west-1".parse().unwrap(),
            hub: regions,
        },
        LedgerRefusal::StandardArn {
            found: found(),
            instead: None,
        },
        LedgerRefusal::StandardArn {
            found: found(),
            instead: Some("nist-800-53/v/5.0.0".to_owned()),
        },
        LedgerRefusal::StandardForm { found: found() },
        LedgerRefusal::Report { found: found() },
        LedgerRefusal::State { found: found() },
        LedgerRefusal::LineBreak,
        LedgerRefusal::ControlCharacter {
            character: "U+0007".to_owned(),
        },
        LedgerRefusal::TooLong {
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

fn unreadables() -> Vec<UnreadableFile> {
    let detail = || "DETAIL".to_owned();
    let mut reasons = vec![
        UnreadableFile::Empty,
        UnreadableFile::TooLarge {
            bytes: 20 * 1024 * 1024 + 1,
            limit: 20 * 1024 * 1024,
        },
        UnreadableFile::Extension {
            found: "xls".to_owned(),
        },
        UnreadableFile::Damaged { detail: detail() },
        UnreadableFile::Bomb {
            part: "xl/styles.xml".to_owned(),
        },
        UnreadableFile::NoSheet,
        UnreadableFile::Broken { detail: detail() },
        UnreadableFile::TooManyRows {
            at: at(20_001, 0),
            limit: 20_000,
        },
        UnreadableFile::TooManyColumns {
            at: at(1, 200),
            limit: 200,
        },
        UnreadableFile::TooMuch { at: at(9, 9) },
        UnreadableFile::Undecodable { line: 3 },
        UnreadableFile::UnclosedQuote { line: 3 },
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
        UnreadableFile::Foreign { content, expected }
    }));
    reasons
}

fn everything(language: Language) -> Vec<LocalizedMessage> {
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
    for &language in Language::VARIANTS {
        let lines: Vec<_> = everything(language)
            .into_iter()
            .map(|message| format!("{}\n  {}", message.text, message.hint))
            .collect();
        insta::assert_snapshot!(language.as_str(), lines.join("\n"));
    }
}

#[test]
fn each_problem_names_its_cell_first() {
    for &language in Language::VARIANTS {
        for one in problems() {
            let text = problem(&one, language).text;
            let place = one.at().map(ToString::to_string).unwrap_or_default();
            assert!(text.starts_with(&place), "{text}");
        }
    }
}

#[test]
fn what_a_file_says_is_never_taken_for_a_place_to_fill() {
    let refusal = LedgerRefusal::AccountIdForm {
        found: "%{at} %{found}".to_owned(),
    };
    let one = LedgerProblem::Refused {
        at: at(7, 0),
        header: String::new(),
        refusal,
    };
    assert!(problem(&one, Language::En).text.contains("%{at} %{found}"));
}
