//! The ledger as an Excel file: a good file is imported and exported unchanged, a bad one changes
//! nothing and every bad cell is reported.

use std::io::Write;

use rust_xlsxwriter::{Format, Workbook};
use serde_json::{Value, json};

use crate::harness::soc::Soc;

const HEADERS: [&str; 5] = [
    "AWSアカウントID",
    "プロジェクト",
    "担当者",
    "連絡先メール",
    "備考",
];

fn workbook(fill: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("Ledger").unwrap();
    for (column, header) in HEADERS.iter().enumerate() {
        sheet
            .write_string(0, u16::try_from(column).unwrap(), *header)
            .unwrap();
    }
    fill(sheet);
    workbook.save_to_buffer().unwrap()
}

fn row(sheet: &mut rust_xlsxwriter::Worksheet, row: u32, cells: [&str; 4]) {
    for (column, cell) in cells.iter().enumerate() {
        sheet
            .write_string(row, u16::try_from(column).unwrap(), *cell)
            .unwrap();
    }
}

fn accounts(soc: &Soc) -> Value {
    soc.hubward(["account", "list", "--json"]).expect(0).json()
}

/// Imports a file that must be rejected without a change, and returns the messages.
fn refused(soc: &Soc, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let before = (
        accounts(soc),
        soc.hubward(["audit", "list", "--json"]).json(),
    );
    let file = soc.write(name, bytes);
    let ran = soc
        .hubward([
            "ledger",
            "import",
            file.to_str().unwrap(),
            "--yes",
            "--force",
            "--prune",
        ])
        .expect(1);
    assert_eq!(
        before,
        (
            accounts(soc),
            soc.hubward(["audit", "list", "--json"]).json()
        ),
        "{name} changed something"
    );
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    ran.stderr
}

#[test]
fn a_japanese_workbook_comes_in_whole_and_goes_out_again() {
    let soc = Soc::new();
    let bytes = workbook(|sheet| {
        row(
            sheet,
            1,
            [
                "111111111111",
                "受注システム",
                "美香",
                "mika@example.com;ops@example.com",
            ],
        );
        sheet
            .write_string(1, 4, "=HYPERLINK(\"http://evil\")")
            .unwrap();
        // As a number, as Excel stores it, without the leading zero.
        sheet.write_number(2, 0, 12_345_678_901.0).unwrap();
        sheet.write_string(2, 1, "Payments").unwrap();
        sheet.write_string(2, 3, "pay@example.com").unwrap();
    });
    let file = soc.write("台帳.xlsx", bytes);
    let import = soc
        .hubward(["ledger", "import", file.to_str().unwrap()])
        .expect(0);
    assert!(import.stderr.contains("Ledger!A3"), "{}", import.stderr);
    let ledger = accounts(&soc);
    assert_eq!(ledger[0]["account_id"], "012345678901");
    assert_eq!(
        ledger[1]["contact_emails"],
        json!(["mika@example.com", "ops@example.com"])
    );
    assert_eq!(ledger[1]["notes"], "=HYPERLINK(\"http://evil\")");
    assert_eq!(ledger[1]["language"], "ja");
    assert_eq!(ledger[1]["report"], "weekly");

    for name in ["out.xlsx", "out.csv"] {
        let out = soc.path(name);
        let out = out.to_str().unwrap();
        soc.hubward(["ledger", "export", out, "--lang", "ja"])
            .expect(0);
        let again = soc
            .hubward(["ledger", "import", out, "--json"])
            .expect(0)
            .json();
        assert_eq!(again["unchanged"], 2, "{name}: {again}");
        assert_eq!(again["written"], false, "{name}");
    }
    let out = soc.path("out.json");
    soc.hubward(["ledger", "export", out.to_str().unwrap()])
        .expect(0);
    let exported: Value = serde_json::from_slice(&std::fs::read(out).unwrap()).unwrap();
    assert_eq!(exported, ledger);
}

#[test]
fn a_dry_run_shows_the_same_and_writes_nothing() {
    let soc = Soc::new();
    let file = soc.write(
        "l.csv",
        "Account ID,Project,Contact email\n111111111111,A,a@example.com\n",
    );
    let file = file.to_str().unwrap();
    let dry = soc
        .hubward(["ledger", "import", file, "--dry-run", "--json"])
        .expect(0)
        .json();
    assert_eq!(accounts(&soc), json!([]));
    let real = soc
        .hubward(["ledger", "import", file, "--json"])
        .expect(0)
        .json();
    assert_eq!(dry["added"], real["added"]);
    assert_eq!(
        (&dry["written"], &real["written"]),
        (&json!(false), &json!(true))
    );
}

#[test]
fn every_bad_cell_is_named_and_nothing_is_imported() {
    let soc = Soc::new();
    soc.import(&[("999000111222", "Before", "b@example.com")]);
    let said = refused(
        &soc,
        "broken.xlsx",
        workbook(|sheet| {
            row(
                sheet,
                1,
                ["11111111111", "short text id", "", "a@example.com"],
            );
            row(sheet, 2, ["222222222222", "A", "", "a@example.com"]);
            row(sheet, 3, ["222222222222", "twice", "", "a@example.com"]);
            row(sheet, 4, ["333333333333", "", "", "a@example.com"]);
            row(sheet, 5, ["444444444444", "no mail", "", ""]);
            row(sheet, 6, ["555555555555", "bad mail", "", "not a mail"]);
            row(sheet, 7, ["1234-5678-9012", "hyphens", "", "a@example.com"]);
            row(sheet, 8, ["1.23E+11", "scientific", "", "a@example.com"]);
            row(sheet, 9, ["666666666666", "x", "", "a@example.com"]);
            sheet.write_formula(9, 1, "=A1").unwrap();
            sheet.write_number(10, 0, 12.5).unwrap();
            sheet.write_string(10, 1, "fraction").unwrap();
            sheet.write_string(10, 3, "a@example.com").unwrap();
            row(
                sheet,
                11,
                ["999999999999", "the administrator", "", "a@example.com"],
            );
        }),
    );
    for cell in [
        "A2", "A4", "A3", "B5", "D6", "D7", "A8", "A9", "B10", "A11", "A12",
    ] {
        assert!(
            said.contains(&format!("Ledger!{cell}")),
            "{cell} is not named in {said}"
        );
    }
}

#[test]
fn a_table_that_is_none_is_refused_at_its_header() {
    let soc = Soc::new();
    let said = refused(&soc, "l.csv", "Account ID,Project\n111111111111,A\n");
    assert!(said.contains("Contact email"), "{said}");
    let said = refused(
        &soc,
        "merged.xlsx",
        workbook(|sheet| {
            sheet
                .merge_range(0, 3, 0, 4, "連絡先メール", &Format::new())
                .unwrap();
            row(sheet, 1, ["111111111111", "A", "", "a@example.com"]);
        }),
    );
    assert!(said.contains("Ledger!D1"), "{said}");
    let said = refused(
        &soc,
        "twice.csv",
        "Account ID,AWSアカウントID,Project,Contact email\n111111111111,111111111111,A,a@example.com\n",
    );
    assert!(said.contains("!B1"), "{said}");
    refused(&soc, "empty.csv", "Account ID,Project,Contact email\n");
}

#[test]
fn a_file_that_is_no_ledger_is_named_by_its_type() {
    let soc = Soc::new();
    let rubbish: Vec<u8> = (0..1_000_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    refused(&soc, "rubbish.xlsx", &rubbish);
    refused(&soc, "empty.xlsx", b"");
    assert!(refused(&soc, "really.xlsx", b"%PDF-1.7\n").contains("PDF"));
    refused(&soc, "text.xlsx", "Account ID,Project,Contact email\n");
    refused(&soc, "ledger.pdf", b"%PDF-1.7\n");
    let whole = workbook(|sheet| row(sheet, 1, ["111111111111", "A", "", "a@example.com"]));
    refused(&soc, "cut.xlsx", &whole[..whole.len() / 2]);
    refused(&soc, "bomb.xlsx", bomb());
    let far = workbook(|sheet| {
        sheet.write_string(1_048_575, 16_383, "far away").unwrap();
    });
    refused(&soc, "far.xlsx", far);
}

/// A workbook whose only sheet has 1 GiB of blanks.
fn bomb() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("[Content_Types].xml", options).unwrap();
    zip.write_all(b"<Types/>").unwrap();
    zip.start_file("xl/workbook.xml", options).unwrap();
    zip.write_all(b"<workbook/>").unwrap();
    zip.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..1024 {
        zip.write_all(&blanks).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_file_that_lacks_most_accounts_is_not_taken_for_the_truth() {
    let soc = Soc::new();
    let ids: Vec<String> = (0..10).map(|n| format!("{:012}", 100 + n)).collect();
    let rows: Vec<_> = ids
        .iter()
        .map(|id| (id.as_str(), "P", "a@example.com"))
        .collect();
    soc.import(&rows);
    let file = soc.write(
        "half.csv",
        "Account ID,Project,Contact email\n000000000100,P,a@example.com\n",
    );
    let file = file.to_str().unwrap();
    let states = |state: &str| {
        accounts(&soc)
            .as_array()
            .unwrap()
            .iter()
            .filter(|account| account["state"] == state)
            .count()
    };
    // Without --prune a missing row is only reported.
    let plain = soc
        .hubward(["ledger", "import", file, "--json"])
        .expect(0)
        .json();
    assert_eq!(plain["missing"].as_array().unwrap().len(), 9);
    assert_eq!(states("active"), 10);
    // With it, nine of ten are too many.
    let refused = soc
        .hubward(["ledger", "import", file, "--prune", "--yes"])
        .expect(1);
    assert!(refused.stderr.contains("--force"), "{refused:?}");
    assert_eq!(states("active"), 10);
    // There is no terminal to confirm.
    soc.hubward(["ledger", "import", file, "--prune", "--force"])
        .expect(1);
    assert_eq!(states("active"), 10);
    soc.hubward(["ledger", "import", file, "--prune", "--force", "--yes"])
        .expect(0);
    assert_eq!(states("leaving"), 9);
}

#[test]
fn an_export_never_leaves_half_a_file() {
    let soc = Soc::new();
    soc.import(&[("111111111111", "A", "a@example.com")]);
    let file = soc.write("ledger.xlsx", "precious");
    // A directory that cannot be written to, as an example of all write errors.
    let gone = soc.path("gone/ledger.xlsx");
    let refused = soc
        .hubward(["ledger", "export", gone.to_str().unwrap()])
        .expect(1);
    assert!(refused.stderr.contains("gone"), "{refused:?}");
    let refused = soc
        .hubward([
            "ledger",
            "export",
            soc.path("ledger.docx").to_str().unwrap(),
        ])
        .expect(1);
    assert!(refused.stderr.contains(".xlsx"), "{refused:?}");
    soc.hubward(["ledger", "export", file.to_str().unwrap()])
        .expect(0);
    assert_ne!(std::fs::read(&file).unwrap(), b"precious");
}

#[test]
fn a_template_can_be_filled_in_and_imported() {
    let soc = Soc::new();
    for lang in ["ja", "en"] {
        let file = soc.path("template.csv");
        soc.hubward(["ledger", "template", file.to_str().unwrap(), "--lang", lang])
            .expect(0);
        let mut text = std::fs::read_to_string(&file).unwrap();
        text.push_str("111111111111,A,,,,a@example.com,,,,,,,,\n");
        let filled = soc.write("filled.csv", text);
        soc.hubward(["ledger", "import", filled.to_str().unwrap(), "--dry-run"])
            .expect(0);
    }
    let book = soc.path("template.xlsx");
    soc.hubward(["ledger", "template", book.to_str().unwrap()])
        .expect(0);
    let said = soc
        .hubward(["ledger", "import", book.to_str().unwrap()])
        .expect(1);
    assert!(said.stderr.contains("no account"), "{said:?}");
}
