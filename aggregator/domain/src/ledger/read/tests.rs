//! Tests of reading a sheet: every rule of the columns, and all problems at once.

use strum::VariantArray;

use super::super::{Area, Cell, Value};
use super::*;
use crate::account::{AccountState, ReportCadence};

const HEADERS: [&str; 3] = ["Account ID", "Project", "Contact email"];
const GOOD: [&str; 3] = ["123456789012", "Alpha", "a@example.com"];

fn rules() -> Rules {
    Rules {
        regions: ["ap-northeast-1", "us-east-1"]
            .map(|name| name.parse().unwrap())
            .to_vec(),
        language: Language::Ja,
        administrator: "999999999999".parse().unwrap(),
    }
}

/// A sheet of texts, starting at row 1; empty texts are no cells.
fn sheet(rows: &[&[&str]]) -> Sheet {
    let rows = (1..).zip(rows).map(|(number, texts)| SheetRow {
        number,
        cells: (0..)
            .zip(*texts)
            .filter(|(_, text)| !text.is_empty())
            .map(|(column, text)| Cell {
                column,
                value: Value::Text((*text).to_owned()),
                formula: false,
            })
            .collect(),
    });
    Sheet {
        name: "Ledger".to_owned(),
        rows: rows.collect(),
        merged: Vec::new(),
    }
}

/// The problems as short JSON, without the fields that the tests do not check.
fn problems(sheet: &Sheet) -> Vec<String> {
    read(sheet, &rules())
        .unwrap_err()
        .iter()
        .map(|problem| {
            let json = serde_json::to_value(problem).unwrap();
            let text = |key: &str| {
                json.get(key)
                    .and_then(|value| value.as_str())
                    .unwrap_or("")
                    .to_owned()
            };
            let kind = if text("reason").is_empty() {
                text("problem")
            } else {
                text("reason")
            };
            format!("{} {kind}", text("at"))
        })
        .collect()
}

#[test]
fn a_full_row_becomes_an_account() {
    let sheet = sheet(&[
        &[
            "備考",
            "AWSアカウントID",
            "プロジェクト",
            "部署",
            "環境",
            "担当者",
            "連絡先メール",
            "アカウントのメール",
            "言語",
            "リージョン",
            "セキュリティ基準",
            "レポート",
            "状態",
            "申請番号",
            "Cost center",
        ],
        &[
            "一行目\n二行目",
            "012345678901",
            "Alpha",
            "開発",
            "本番",
            "山田",
            "a@example.com; b@example.com",
            "root@example.com",
            "en",
            "us-east-1",
            "nist-800-53/v/5.0.0",
            "none",
            "leaving",
            "REQ-1",
            "4711",
        ],
    ]);
    let reading = read(&sheet, &rules()).unwrap();
    let [LedgerRow { row: 2, account }] = &reading.rows[..] else {
        panic!("{reading:?}");
    };
    assert_eq!(
        serde_json::to_value(account).unwrap(),
        serde_json::json!({
            "account_id": "012345678901", "project": "Alpha", "department": "開発",
            "environment": "本番", "contact": "山田",
            "contact_emails": ["a@example.com", "b@example.com"], "account_email": "root@example.com",
            "language": "en", "regions": ["us-east-1"], "standards": ["nist-800-53/v/5.0.0"],
            "report": "none", "state": "leaving", "request": "REQ-1", "notes": "一行目\n二行目",
            "extra": {"Cost center": "4711"},
        })
    );
    assert_eq!(
        reading.warnings,
        vec![Warning::UnknownColumns {
            at: sheet.address(1, 14),
            headers: vec!["Cost center".to_owned()],
        }]
    );
    assert_eq!(reading.columns.len(), LedgerColumn::VARIANTS.len());
}

#[test]
fn what_is_not_said_has_its_default() {
    let reading = read(&sheet(&[&HEADERS, &GOOD]), &rules()).unwrap();
    let account = &reading.rows[0].account;
    assert_eq!(account.language, Language::Ja);
    assert_eq!(account.report, ReportCadence::Weekly);
    assert_eq!(account.state, AccountState::Active);
    assert!(account.regions.is_empty() && account.standards.is_empty() && account.extra.is_empty());
    assert!(reading.warnings.is_empty());
    assert_eq!(reading.columns, LedgerColumn::REQUIRED);
}

#[test]
fn every_problem_is_named_at_once_with_its_cell() {
    let sheet = sheet(&[
        &[
            "Account ID",
            "Project",
            "Contact email",
            "Language",
            "Regions",
            "Standards",
            "Report",
            "State",
            "Notes",
        ],
        &[
            "123456789012",
            "",
            "taro",
            "fr",
            "mars-1",
            "FSBP",
            "daily",
            "gone",
            "\u{1}",
        ],
        &["", "Beta", ""],
        &["999999999999", "Gamma", "g@example.com; also taro"],
        &["123456789012", "Delta", "d@example.com"],
    ]);
    assert_eq!(
        problems(&sheet),
        [
            "Ledger!B2 missing",
            "Ledger!C2 email_form",
            "Ledger!D2 language",
            "Ledger!E2 region_unknown",
            "Ledger!F2 standard_form",
            "Ledger!G2 report",
            "Ledger!H2 state",
            "Ledger!I2 control_character",
            "Ledger!A3 missing",
            "Ledger!C3 missing",
            "Ledger!A4 administrator",
            "Ledger!C4 email_form",
            "Ledger!A5 duplicate_account",
        ]
    );
    let duplicate = read(&sheet, &rules()).unwrap_err().pop().unwrap();
    let LedgerProblem::DuplicateAccount { first, .. } = duplicate else {
        panic!("{duplicate:?}");
    };
    assert_eq!(first.to_string(), "Ledger!A2");
}

#[test]
fn numbers_that_lost_their_zeros_are_padded_with_a_warning() {
    let mut sheet = sheet(&[
        &HEADERS,
        &GOOD,
        &["１２３４５６７８９０１３", "B", "b@example.com"],
    ]);
    sheet.rows[1].cells[0].value = Value::Number(12_345_678_901.0);
    let reading = read(&sheet, &rules()).unwrap();
    assert_eq!(reading.rows[0].account.account_id.as_str(), "012345678901");
    assert_eq!(
        reading.warnings,
        vec![
            Warning::Padded {
                at: sheet.address(2, 0),
                found: "12345678901".to_owned(),
                account: "012345678901".parse().unwrap(),
            },
            Warning::FullWidth {
                at: sheet.address(3, 0),
                account: "123456789013".parse().unwrap(),
            },
        ]
    );
}

#[test]
fn a_padded_number_and_its_text_are_the_same_account() {
    let mut sheet = sheet(&[&HEADERS, &GOOD, &["012345678901", "B", "b@example.com"]]);
    sheet.rows[1].cells[0].value = Value::Number(12_345_678_901.0);
    assert_eq!(problems(&sheet), ["Ledger!A3 duplicate_account"]);
}

#[test]
fn numbers_dates_and_truths_in_text_columns_become_text() {
    let mut sheet = sheet(&[
        &[
            "Account ID",
            "Project",
            "Contact email",
            "Department",
            "Request",
            "Notes",
            "Owner",
        ],
        &["123456789012", "x", "a@example.com", "x", "x", "x", "x"],
    ]);
    for (column, value) in [
        (1, Value::Number(7.0)),
        (3, Value::Number(1.5)),
        (4, Value::Date("2026-11-23".to_owned())),
        (5, Value::Bool(true)),
        (6, Value::Number(100_000_000_000.0)),
    ] {
        sheet.rows[1].cells[column].value = value;
    }
    let account = read(&sheet, &rules()).unwrap().rows.remove(0).account;
    assert_eq!(
        [
            &account.project,
            &account.department,
            &account.request,
            &account.notes,
            &account.extra[0].1
        ],
        ["7", "1.5", "2026-11-23", "TRUE", "100000000000"]
    );
}

#[test]
fn the_frame_of_the_table_is_judged_too() {
    assert_eq!(problems(&sheet(&[])), ["Ledger!A1 no_header"]);
    assert_eq!(problems(&sheet(&[&[], &["  "]])), ["Ledger!A1 no_header"]);
    assert_eq!(problems(&sheet(&[&HEADERS])), ["Ledger!A2 no_rows"]);
    assert_eq!(
        problems(&sheet(&[&HEADERS, &[" ", "\u{3000}"]])),
        ["Ledger!A2 no_rows"]
    );
    assert_eq!(
        problems(&sheet(&[&["Notes"], &["x"]])),
        [
            "Ledger!A1 missing_column",
            "Ledger!A1 missing_column",
            "Ledger!A1 missing_column"
        ]
    );
    assert_eq!(
        problems(&sheet(&[
            &[
                "Account ID",
                "Project",
                "Contact email",
                "AWSアカウントID",
                "Owner",
                " owner "
            ],
            &[
                "123456789012",
                "A",
                "a@example.com",
                "123456789012",
                "x",
                "y"
            ],
        ])),
        ["Ledger!D1 duplicate_header", "Ledger!F1 duplicate_header"]
    );
    assert_eq!(
        problems(&sheet(&[
            &["Account ID", "Project", "", "Contact email"],
            &["123456789012", "A", "", "a@example.com"],
            &["123456789013", "A", "lost", "a@example.com"],
            &["123456789014", "A", "lost", "a@example.com"],
        ])),
        ["Ledger!C1 empty_header"]
    );
    let long = "x".repeat(257);
    assert_eq!(
        problems(&sheet(&[
            &["Account ID", "Project", "Contact email", &long],
            &["123456789012", "A", "a@example.com", "data"],
        ])),
        ["Ledger!D1 too_long"]
    );
}

#[test]
fn a_title_above_the_headers_does_no_harm() {
    let mut sheet = sheet(&[
        &["AWS台帳 2026", "", "更新: 11/23"],
        &[],
        &HEADERS,
        &[],
        &GOOD,
    ]);
    sheet.merged.push(Area {
        first_row: 1,
        last_row: 1,
        first_column: 0,
        last_column: 1,
    });
    let reading = read(&sheet, &rules()).unwrap();
    assert_eq!(reading.rows[0].row, 5);
}

#[test]
fn merged_cells_are_refused_where_they_touch_the_table() {
    let mut sheet = sheet(&[&HEADERS, &GOOD, &["123456789013", "B", "b@example.com"]]);
    sheet.merged = vec![
        Area {
            first_row: 1,
            last_row: 1,
            first_column: 1,
            last_column: 2,
        },
        Area {
            first_row: 2,
            last_row: 3,
            first_column: 1,
            last_column: 1,
        },
        Area {
            first_row: 9,
            last_row: 12,
            first_column: 0,
            last_column: 1,
        },
        Area {
            first_row: 2,
            last_row: 3,
            first_column: 8,
            last_column: 9,
        },
    ];
    let areas: Vec<_> = read(&sheet, &rules()).unwrap_err();
    assert_eq!(
        areas,
        [
            LedgerProblem::Merged {
                at: sheet.address(1, 1),
                area: "Ledger!B1:C1".to_owned()
            },
            LedgerProblem::Merged {
                at: sheet.address(2, 1),
                area: "Ledger!B2:B3".to_owned()
            },
        ]
    );
}

#[test]
fn formulas_and_errors_are_never_data() {
    let mut sheet = sheet(&[
        &["Account ID", "Project", "Contact email", "Notes", "Owner"],
        &["123456789012", "A", "a@example.com", "n", "o"],
    ]);
    for column in [0, 1, 4] {
        sheet.rows[1].cells[column].formula = true;
    }
    sheet.rows[1].cells[2].value = Value::Error("#N/A".to_owned());
    sheet.rows[1].cells[3].value = Value::Error("#REF!".to_owned());
    assert_eq!(
        problems(&sheet),
        [
            "Ledger!A2 formula",
            "Ledger!B2 formula",
            "Ledger!C2 error_value",
            "Ledger!D2 error_value",
            "Ledger!E2 formula",
        ]
    );
    let formulas = sheet.rows.remove(1);
    sheet.rows.push(SheetRow {
        number: 2,
        cells: vec![Cell {
            column: 1,
            value: Value::Empty,
            formula: true,
        }],
    });
    // A row with nothing but a formula is not blank: it is meant to have a value.
    assert_eq!(
        problems(&sheet),
        [
            "Ledger!A2 missing",
            "Ledger!B2 formula",
            "Ledger!C2 missing"
        ]
    );
    sheet.rows[0].cells[4].formula = true;
    sheet.rows[0].cells[3].value = Value::Error("#NAME?".to_owned());
    sheet.rows[1] = formulas;
    assert_eq!(
        problems(&sheet)[..2],
        ["Ledger!D1 error_value", "Ledger!E1 formula"]
    );
}

#[test]
fn a_thousand_problems_are_enough_to_read() {
    let bad: [&str; 3] = ["x", "", "y"];
    let rows: Vec<&[&str]> = std::iter::once(&HEADERS[..])
        .chain((0..2_000).map(|_| &bad[..]))
        .collect();
    let problems = read(&sheet(&rows), &rules()).unwrap_err();
    assert_eq!(problems.len(), 1_001);
    assert_eq!(problems.last(), Some(&LedgerProblem::More { count: 5_000 }));
}

#[test]
fn cells_emptied_by_merging_are_not_missing_too() {
    let mut sheet = sheet(&[
        &HEADERS,
        &GOOD,
        &["123456789013", "", "b@example.com"],
        &["123456789014", "", "c@example.com"],
    ]);
    sheet.merged.push(Area {
        first_row: 2,
        last_row: 3,
        first_column: 1,
        last_column: 1,
    });
    assert_eq!(problems(&sheet), ["Ledger!B2 merged", "Ledger!B4 missing"]);
}

#[test]
fn an_unknown_column_is_news_only_once() {
    let sheet = sheet(&[
        &["Account ID", "Project", "Contact email", "Owner", "Floor"],
        &["123456789012", "A", "a@example.com", "Hanako", "3"],
    ]);
    let reading = read(&sheet, &rules()).unwrap();
    assert_eq!(reading.warnings_for(&[]), reading.warnings);
    let mut stored = reading.rows[0].account.clone();
    stored.extra.retain(|(name, _)| name == "Owner");
    assert_eq!(
        reading.warnings_for(std::slice::from_ref(&stored)),
        [Warning::UnknownColumns {
            at: sheet.address(1, 3),
            headers: vec!["Floor".to_owned()],
        }]
    );
    assert!(
        reading
            .warnings_for(&[reading.rows[0].account.clone()])
            .is_empty()
    );
}
