//! Tests: a written ledger is read again exactly, whatever its texts.

use strum::VariantArray;

use super::*;
use crate::sheet;
use hubward_domain::account::{AccountState, ReportCadence};
use hubward_domain::ledger::{LedgerProblem, Reading, Rules, Sheet, Value, diff, read};

/// Texts that cause trouble in other programs.
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

/// Accounts with all variations that a small deterministic generator can make.
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
                language: Language::VARIANTS[next(2)],
                regions: rules().regions[next(4)..].to_vec(),
                standards: [
                    "nist-800-53/v/5.0.0",
                    "aws-foundational-security-best-practices/v/1.0.0",
                ][next(3)..]
                    .iter()
                    .map(|name| name.parse().unwrap())
                    .collect(),
                report: ReportCadence::VARIANTS[next(3)],
                state: AccountState::VARIANTS[next(3)],
                request,
                notes,
                extra: extra[next(4)..].to_vec(),
            }
        })
        .collect()
}

fn read_back(bytes: &[u8], name: &str) -> (Sheet, Result<Reading, Vec<LedgerProblem>>) {
    let sheet = sheet::read(bytes, name).unwrap();
    let reading = read(&sheet, &rules());
    (sheet, reading)
}

#[test]
fn what_is_written_is_read_again_exactly() {
    for seed in 1..40 {
        let accounts = accounts(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed), 25);
        for (format, name) in [
            (LedgerFormat::Xlsx, "ledger.xlsx"),
            (LedgerFormat::Csv, "ledger.csv"),
        ] {
            let language = Language::VARIANTS[usize::try_from(seed % 2).unwrap()];
            let bytes = write(&accounts, format, language).unwrap();
            let (_, reading) = read_back(&bytes, name);
            let reading = reading.unwrap();
            let plan = diff(&accounts, &reading, true);
            assert!(
                plan.is_empty() && plan.unchanged == 25,
                "{name} {seed}: {plan:?}"
            );
            // Stricter than a plan: an empty unknown column is written as an empty one.
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
    let bytes = write(&accounts(7, 25), LedgerFormat::Xlsx, Language::Ja).unwrap();
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
    let bytes = write(&accounts(7, 25), LedgerFormat::Csv, Language::En).unwrap();
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
    for &language in Language::VARIANTS {
        let explanations: Vec<_> = LedgerColumn::VARIANTS
            .iter()
            .map(|&column| (column, "why".to_owned()))
            .collect();
        let bytes = template(LedgerFormat::Xlsx, language, &explanations).unwrap();
        let (sheet, reading) = read_back(&bytes, "template.xlsx");
        assert_eq!(sheet.rows.len(), 1);
        assert_eq!(sheet.rows[0].cells.len(), LedgerColumn::VARIANTS.len());
        let at = sheet.address(2, 0);
        assert_eq!(reading.unwrap_err(), [LedgerProblem::NoRows { at }]);
        let csv = template(LedgerFormat::Csv, language, &[]).unwrap();
        assert_eq!(
            read_back(&csv, "template.csv").0.rows[0].cells.len(),
            LedgerColumn::VARIANTS.len()
        );
    }
    assert_eq!(
        template(LedgerFormat::Json, Language::En, &[]).unwrap(),
        b"[]\n"
    );
}

#[test]
fn unknown_columns_that_differ_only_in_case_are_one() {
    let mut accounts = accounts(3, 2);
    accounts[0].extra = vec![("Owner".to_owned(), "x".to_owned())];
    accounts[1].extra = vec![("OWNER ".to_owned(), "y".to_owned())];
    let bytes = write(&accounts, LedgerFormat::Csv, Language::En).unwrap();
    assert!(diff(&accounts, &read_back(&bytes, "a.csv").1.unwrap(), false).is_empty());
}

#[test]
fn json_is_the_array_that_programs_know() {
    let accounts = accounts(3, 2);
    let json: serde_json::Value =
        serde_json::from_slice(&write(&accounts, LedgerFormat::Json, Language::En).unwrap())
            .unwrap();
    assert_eq!(json, serde_json::to_value(&accounts).unwrap());
}

#[test]
fn the_extension_names_the_format() {
    assert_eq!(LedgerFormat::of("out/ledger.XLSX"), Ok(LedgerFormat::Xlsx));
    assert_eq!(LedgerFormat::of("ledger.csv"), Ok(LedgerFormat::Csv));
    assert_eq!(LedgerFormat::of("ledger.json"), Ok(LedgerFormat::Json));
    for name in ["ledger", "ledger.xls", ".xlsx.bak"] {
        assert!(LedgerFormat::of(name).is_err(), "{name}");
    }
}

mod any_ledger {
    //! Property tests: any ledger is the same after it was written and read.

    use proptest::collection::{btree_map, btree_set, vec};
    use proptest::option;
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};

    use super::*;

    /// A text that a single-line cell may have: trimmed, without control characters, not too long.
    fn line() -> impl Strategy<Value = String> {
        let hostile = select(TEXTS.to_vec()).prop_map(|text| text.replace(['\n', '\t'], " "));
        let any = "\\PC{0,40}".prop_map(|text: String| text);
        prop_oneof![any, hostile].prop_map(|text| kept(&text, false))
    }

    /// A text of several lines.
    fn paragraph() -> impl Strategy<Value = String> {
        let hostile = select(TEXTS.to_vec()).prop_map(str::to_owned);
        let any = vec("\\PC{0,20}", 0..4).prop_map(|lines: Vec<String>| lines.join("\n"));
        prop_oneof![any, hostile].prop_map(|text| kept(&text, true))
    }

    /// A text as the reader stores it, which is the only form that a ledger can have.
    fn kept(text: &str, lines: bool) -> String {
        let kept: String = text
            .chars()
            .filter(|c| {
                let breaks = matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}');
                let unseen = matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{feff}');
                !unseen && !breaks && (!c.is_control() || (lines && *c == '\n'))
            })
            .collect();
        kept.trim().to_owned()
    }

    fn account() -> impl Strategy<Value = Account> {
        let words = (line(), line(), line(), line(), line(), paragraph());
        let emails = btree_set("[a-z+=][a-z0-9]{1,8}@[a-z]{1,8}\\.example\\.com", 1..4);
        let lists = (
            subsequence(rules().regions, 0..=3),
            subsequence(
                vec![
                    "nist-800-53/v/5.0.0".to_owned(),
                    "cis-aws-foundations-benchmark/v/5.0.0".to_owned(),
                ],
                0..=2,
            ),
        );
        let choices = (
            select(Language::VARIANTS.to_vec()),
            select(ReportCadence::VARIANTS.to_vec()),
            select(AccountState::VARIANTS.to_vec()),
            option::of(Just("+root@example.com".to_owned())),
        );
        let extra = btree_map(
            select(vec!["Owner", "=Cost", "備考2", "費用コード"]),
            paragraph(),
            0..4,
        );
        (words, emails, lists, choices, extra).prop_map(
            |(words, emails, (regions, standards), choices, extra)| {
                let (project, department, environment, contact, request, notes) = words;
                let (language, report, state, account_email) = choices;
                Account {
                    account_id: "000000000001".parse().unwrap(),
                    project: if project.is_empty() {
                        "P".to_owned()
                    } else {
                        project
                    },
                    department,
                    environment,
                    contact,
                    contact_emails: emails.into_iter().collect(),
                    account_email,
                    language,
                    regions,
                    standards: standards.iter().map(|name| name.parse().unwrap()).collect(),
                    report,
                    state,
                    request,
                    notes,
                    extra: extra
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 96,
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn what_goes_out_comes_in_again(
            mut accounts in vec(account(), 1..12),
            language in select(Language::VARIANTS.to_vec()),
        ) {
            for (number, account) in (1..).zip(&mut accounts) {
                account.account_id = format!("{number:012}").parse().unwrap();
            }
            for (format, name) in [(LedgerFormat::Xlsx, "ledger.xlsx"), (LedgerFormat::Csv, "ledger.csv")] {
                let bytes = write(&accounts, format, language).unwrap();
                let reading = read_back(&bytes, name).1.unwrap();
                let plan = diff(&accounts, &reading, true);
                prop_assert!(plan.is_empty(), "{}: {:?}", name, plan.changed);
                prop_assert_eq!(plan.unchanged, accounts.len());
                // And into an empty ledger: exactly the same accounts.
                for (row, written) in reading.rows.iter().zip(&accounts) {
                    let mut read = row.account.clone();
                    let mut written = written.clone();
                    for account in [&mut read, &mut written] {
                        account.extra.retain(|(_, value)| !value.is_empty());
                        account.extra.sort();
                    }
                    prop_assert_eq!(read, written);
                }
            }
        }
    }
}

#[test]
fn the_time_grows_with_the_columns_and_not_with_their_square() {
    let ledger = |columns: usize| -> Vec<Account> {
        let extra: Vec<_> = (0..columns)
            .map(|column| (format!("費用コード {column}"), "007".to_owned()))
            .collect();
        let mut accounts = accounts(5, 200);
        for account in &mut accounts {
            account.extra.clone_from(&extra);
        }
        accounts
    };
    // The fastest of some runs: whatever else the machine does makes a run slower, never faster.
    let fastest = |columns: usize| {
        let accounts = ledger(columns);
        let times = (0..5).map(|_| {
            let begun = std::time::Instant::now();
            let table = table::LedgerTable::of(&accounts, Language::En);
            assert_eq!(table.headers.len(), LedgerColumn::VARIANTS.len() + columns);
            begun.elapsed()
        });
        times.min().unwrap()
    };
    // Ten times the columns: ten times the time, and not a hundred times. A busy machine may slow one side down, so
    // one pair of several has to show it; with the square of the columns none would.
    let linear = (0..10).any(|_| fastest(200) < fastest(20) * 30);
    assert!(linear, "{:?} {:?}", fastest(20), fastest(200));
}
