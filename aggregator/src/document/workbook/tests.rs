//! What is written is read again exactly, whatever the texts.

use super::*;
use crate::document::sheet;
use crate::domain::account::{AccountState, ReportCadence};
use crate::domain::ledger::{Problem, Reading, Rules, Sheet, Value, diff, read};

/// Texts that other programs stumble over.
const TEXTS: [&str; 24] = [
    "",
    "plain",
    "=HYPERLINK(\"x\")",
    "+81",
    "-1",
    "@SUM(A1)",
    "'quoted",
    "'=1",
    "''+1",
    "＝全角",
    "two\nlines",
    "say \"hi\"",
    "a,b;c\td",
    "日本語　全角空白",
    "👩‍💻🎌",
    "_x000D_",
    "_x0041_",
    "<b>&amp;</b>",
    "1.23E+11",
    "TRUE",
    "0012",
    "#N/A",
    "{=1}",
    "%{at}",
];

fn rules() -> Rules {
    Rules {
        regions: ["ap-northeast-1", "us-east-1", "eu-west-1"]
            .map(|name| name.parse().unwrap())
            .to_vec(),
        language: Language::En,
        administrator: "999999999999".parse().unwrap(),
    }
}

/// Accounts that differ in every way that a small deterministic generator can make them.
fn accounts(seed: u64, count: u64) -> Vec<Account> {
    let mut state = seed;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let one_line = |text: &str| text.replace(['\n', '\t'], " ");
    (0..count)
        .map(|number| {
            let mut text = || TEXTS[next(TEXTS.len())];
            let (project, department, environment) =
                (one_line(text()), one_line(text()), one_line(text()));
            let (contact, request, notes) = (one_line(text()), one_line(text()), text().to_owned());
            let extra = [("Owner", text()), ("=Cost", text()), ("備考2", text())]
                .map(|(name, value)| (name.to_owned(), value.to_owned()));
            Account {
                account_id: format!("{:012}", number * 7 + 1).parse().unwrap(),
                project: if project.is_empty() {
                    "P".to_owned()
                } else {
                    project
                },
                department,
                environment,
                contact,
                contact_emails: ["a@example.com", "b+c@example.co.jp", "-x@example.com"][next(3)..]
                    .iter()
                    .map(|address| (*address).to_owned())
                    .collect(),
                account_email: [None, Some("+root@example.com".to_owned())][next(2)].clone(),
                language: Language::ALL[next(2)],
                regions: rules().regions[next(4)..].to_vec(),
                standards: [
                    "nist-800-53/v/5.0.0",
                    "aws-foundational-security-best-practices/v/1.0.0",
                ][next(3)..]
                    .iter()
                    .map(|name| name.parse().unwrap())
                    .collect(),
                report: ReportCadence::ALL[next(3)],
                state: AccountState::ALL[next(3)],
                request,
                notes,
                extra: extra[next(4)..].to_vec(),
            }
        })
        .collect()
}

fn read_back(bytes: &[u8], name: &str) -> (Sheet, Result<Reading, Vec<Problem>>) {
    let sheet = sheet::read(bytes, name).unwrap();
    let reading = read(&sheet, &rules());
    (sheet, reading)
}

#[test]
fn what_is_written_is_read_again_exactly() {
    for seed in 1..40 {
        let accounts = accounts(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed), 25);
        for (format, name) in [(Format::Xlsx, "ledger.xlsx"), (Format::Csv, "ledger.csv")] {
            let language = Language::ALL[usize::try_from(seed % 2).unwrap()];
            let bytes = write(&accounts, format, language).unwrap();
            let (_, reading) = read_back(&bytes, name);
            let reading = reading.unwrap();
            let plan = diff(&accounts, &reading, true);
            assert!(
                plan.is_empty() && plan.unchanged == 25,
                "{name} {seed}: {plan:?}"
            );
            // Stricter than a plan: an unknown column that is empty is written as an empty one.
            for (row, account) in reading.rows.iter().zip(&accounts) {
                let mut read = row.account.clone();
                read.extra.retain(|(_, value)| !value.is_empty());
                let mut written = account.clone();
                written.extra.retain(|(_, value)| !value.is_empty());
                written.extra.sort();
                read.extra.sort();
                assert_eq!(read, written, "{name} {seed}");
            }
        }
    }
}

#[test]
fn every_cell_of_a_workbook_is_text() {
    let bytes = write(&accounts(7, 25), Format::Xlsx, Language::Ja).unwrap();
    let (sheet, _) = read_back(&bytes, "ledger.xlsx");
    assert_eq!(sheet.name, "台帳");
    for cell in sheet.rows.iter().flat_map(|row| &row.cells) {
        assert!(
            !cell.formula && matches!(cell.value, Value::Text(_)),
            "{cell:?}"
        );
    }
}

#[test]
fn no_cell_of_a_csv_starts_like_a_formula() {
    let bytes = write(&accounts(7, 25), Format::Csv, Language::En).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with('\u{feff}'));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    for record in reader.records() {
        for cell in &record.unwrap() {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝']),
                "{cell:?}"
            );
        }
    }
}

#[test]
fn a_template_has_the_headers_and_explains_them() {
    for language in Language::ALL {
        let explanations: Vec<_> = Column::ALL
            .map(|column| (column, "why".to_owned()))
            .to_vec();
        let bytes = template(Format::Xlsx, language, &explanations).unwrap();
        let (sheet, reading) = read_back(&bytes, "template.xlsx");
        assert_eq!(sheet.rows.len(), 1);
        assert_eq!(sheet.rows[0].cells.len(), Column::ALL.len());
        let at = sheet.address(2, 0);
        assert_eq!(reading.unwrap_err(), [Problem::NoRows { at }]);
        let csv = template(Format::Csv, language, &[]).unwrap();
        assert_eq!(
            read_back(&csv, "template.csv").0.rows[0].cells.len(),
            Column::ALL.len()
        );
    }
    assert_eq!(template(Format::Json, Language::En, &[]).unwrap(), b"[]\n");
}

#[test]
fn unknown_columns_that_differ_only_in_case_are_one() {
    let mut accounts = accounts(3, 2);
    accounts[0].extra = vec![("Owner".to_owned(), "x".to_owned())];
    accounts[1].extra = vec![("OWNER ".to_owned(), "y".to_owned())];
    let bytes = write(&accounts, Format::Csv, Language::En).unwrap();
    assert!(diff(&accounts, &read_back(&bytes, "a.csv").1.unwrap(), false).is_empty());
}

#[test]
fn json_is_the_array_that_programs_know() {
    let accounts = accounts(3, 2);
    let json: serde_json::Value =
        serde_json::from_slice(&write(&accounts, Format::Json, Language::En).unwrap()).unwrap();
    assert_eq!(json, serde_json::to_value(&accounts).unwrap());
}

#[test]
fn the_extension_names_the_format() {
    assert_eq!(Format::of("out/ledger.XLSX"), Ok(Format::Xlsx));
    assert_eq!(Format::of("ledger.csv"), Ok(Format::Csv));
    assert_eq!(Format::of("ledger.json"), Ok(Format::Json));
    for name in ["ledger", "ledger.xls", ".xlsx.bak"] {
        assert!(Format::of(name).is_err(), "{name}");
    }
}
