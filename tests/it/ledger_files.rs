//! The ledger as people really save it: csv of every kind, ten thousand rows, and files that were
//! damaged on the way.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::harness::soc::{Soc, path_str};

fn accounts(soc: &Soc) -> Value {
    soc.hubward(["account", "list", "--json"]).expect(0).json()
}

#[test]
fn a_csv_comes_in_the_same_however_excel_saved_it() {
    // Another order of columns, Japanese headers, an unknown column, full-width digits, spaces.
    let rows = "備考,連絡先メール,プロジェクト,AWSアカウントID,費用コード\r\n\
                =cmd|' /C calc'!A0,mika@example.com,受注システム  ,１１１１１１１１１１１１,007\r\n\
                \"1行目\r\n2行目\",pay@example.com;ops@example.com,決済 ,222222222222 ,@SUM(A1)\r\n";
    let (shift_jis, _, lossy) = encoding_rs::SHIFT_JIS.encode(rows);
    assert!(!lossy);
    let utf16: Vec<u8> = std::iter::once(0xFEFF)
        .chain(rows.replace(',', "\t").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut ledgers = BTreeSet::new();
    for bytes in [
        rows.as_bytes().to_vec(),
        format!("\u{feff}{rows}").into_bytes(),
        shift_jis.into_owned(),
        utf16,
        rows.replace("\r\n", "\n").into_bytes(),
    ] {
        let soc = Soc::new();
        let file = soc.write("台帳.csv", bytes);
        let said = soc.hubward(["ledger", "import", path_str(&file)]).expect(0);
        assert!(
            said.stderr.contains("Ledger!D2"),
            "full-width digits are said: {}",
            said.stderr
        );
        let ledger = accounts(&soc);
        assert_eq!(ledger[0]["notes"], "=cmd|' /C calc'!A0");
        assert_eq!(ledger[0]["project"], "受注システム");
        assert_eq!(ledger[0]["extra"]["費用コード"], "007");
        assert_eq!(
            ledger[1]["contact_emails"],
            json!(["pay@example.com", "ops@example.com"])
        );
        ledgers.insert(ledger.to_string());
        // An exported csv has no formulas, and is imported again unchanged.
        let out = soc.path("out.csv");
        soc.hubward(["ledger", "export", path_str(&out)]).expect(0);
        let text = std::fs::read_to_string(&out).unwrap();
        assert!(!text.contains(",=") && !text.contains(",@"), "{text}");
        let again = soc
            .hubward(["ledger", "import", path_str(&out), "--json"])
            .expect(0)
            .json();
        assert_eq!(
            (&again["unchanged"], &again["written"]),
            (&json!(2), &json!(false))
        );
    }
    assert_eq!(ledgers.len(), 1, "{ledgers:#?}");
}

#[test]
fn an_account_that_excel_rounded_is_refused_with_its_cell() {
    let soc = Soc::new();
    for rounded in ["1.23457E+11", "1.23E+11", "1.2E11"] {
        let file = soc.write(
            "l.csv",
            format!("Project,Contact email,Account ID\nA,a@example.com,111111111111\nB,b@example.com,{rounded}\n"),
        );
        let refused = soc.hubward(["ledger", "import", path_str(&file)]).expect(1);
        assert!(
            refused.stderr.contains("Ledger!C3") && refused.stderr.contains(rounded),
            "{refused:?}"
        );
        assert_eq!(accounts(&soc), json!([]));
    }
}

#[test]
fn ten_thousand_rows_are_one_change_or_none() {
    let soc = Soc::new();
    let mut csv = String::from("Account ID,Project,Department,Contact,Contact email,Notes\n");
    for row in 1..=10_000_u64 {
        writeln!(
            csv,
            "{row:012},Project {row},事業部 {},Mika,p{row}@example.com,\"備考, {row}\"",
            row % 40
        )
        .unwrap();
    }
    let file = soc.write(
        "broken.csv",
        format!("{csv}000000000001,twice,,,p@example.com,\n"),
    );
    let refused = soc.hubward(["ledger", "import", path_str(&file)]).expect(1);
    assert!(
        refused.stderr.contains("Ledger!A10002"),
        "{}",
        refused.stderr
    );
    assert_eq!(accounts(&soc), json!([]));
    let file = soc.write("ledger.csv", &csv);
    let done = soc
        .hubward(["ledger", "import", path_str(&file), "--json"])
        .expect(0)
        .json();
    assert_eq!(done["added"].as_array().unwrap().len(), 10_000);
    assert_eq!(accounts(&soc).as_array().unwrap().len(), 10_000);
    let out = soc.path("out.xlsx");
    soc.hubward(["ledger", "export", path_str(&out)]).expect(0);
    let again = soc
        .hubward(["ledger", "import", path_str(&out), "--json"])
        .expect(0)
        .json();
    assert_eq!(
        (&again["unchanged"], &again["written"]),
        (&json!(10_000), &json!(false))
    );
    let intact = soc.hubward(["audit", "verify", "--json"]).expect(0).json();
    assert_eq!(intact[0]["events"], 10_000);
}

#[test]
fn a_damaged_workbook_never_ends_the_program_and_never_comes_in_by_half() {
    let soc = Soc::new();
    let rows: Vec<String> = (1..=60_u64).map(|row| format!("{row:012}")).collect();
    let ledger: Vec<_> = rows
        .iter()
        .map(|id| (id.as_str(), "Project", "p@example.com"))
        .collect();
    soc.import(&ledger);
    let out = soc.path("whole.xlsx");
    soc.hubward(["ledger", "export", path_str(&out)]).expect(0);
    // Every row differs from the stored one, so a partial import would show.
    let whole = std::fs::read(&out).unwrap();
    let csv: String = std::iter::once("Account ID,Project,Contact email\n".to_owned())
        .chain(
            rows.iter()
                .map(|id| format!("{id},Renamed,p@example.com\n")),
        )
        .collect();
    let renamed = soc.write("renamed.csv", csv);
    soc.hubward(["ledger", "import", path_str(&renamed)])
        .expect(0);
    let before = accounts(&soc);
    let named = |ledger: &Value, project: &str| {
        let rows = ledger.as_array().unwrap().iter();
        rows.filter(|row| row["project"] == project).count()
    };
    assert_eq!(named(&before, "Renamed"), rows.len());
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    let (mut refused, mut taken) = (0, 0);
    for round in 0..60 {
        let mut bytes = whole.clone();
        match round % 3 {
            0 => {
                let at = next(bytes.len());
                bytes[at] ^= 1 << next(8);
            }
            1 => {
                let at = next(bytes.len());
                bytes[at] = u8::try_from(next(256)).unwrap();
            }
            _ => bytes.truncate(next(bytes.len())),
        }
        let file = soc.write("damaged.xlsx", &bytes);
        let ran = soc.hubward(["ledger", "import", path_str(&file), "--yes", "--force"]);
        assert!(!ran.stderr.contains("panicked"), "{round}: {}", ran.stderr);
        match ran.code {
            // Rejected: no row was imported.
            1 => {
                refused += 1;
                assert!(accounts(&soc) == before, "{round} changed something");
            }
            // The damage was where nothing is read: all rows were imported, and are reset.
            0 => {
                taken += 1;
                assert_eq!(named(&accounts(&soc), "Project"), rows.len(), "{round}");
                soc.hubward(["ledger", "import", path_str(&renamed)])
                    .expect(0);
            }
            code => panic!("{round}: {code} {}", ran.stderr),
        }
    }
    assert!(refused > 30, "{refused} refused, {taken} taken");
    soc.hubward(["audit", "verify"]).expect(0);
}
