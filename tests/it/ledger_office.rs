//! The ledger in an office program: a file that it opens and saves again has the same content.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::harness::soc::{Soc, path_str};

/// Opens a file in LibreOffice and saves it as a workbook; returns the new one.
pub(super) fn saved_again(file: &Path) -> PathBuf {
    saved_as(file, "xlsx")
}

/// Opens a file in LibreOffice and saves it in another format; returns the new one.
pub(super) fn saved_as(file: &Path, format: &str) -> PathBuf {
    let out = file.with_extension("saved");
    let home = file.with_extension("home");
    let ran = Command::new("libreoffice")
        .arg(format!("-env:UserInstallation=file://{}", home.display()))
        .args(["--headless", "--convert-to", format, "--outdir"])
        .args([&out, &file.to_owned()])
        .stdin(Stdio::null())
        .output()
        .expect(
            "LibreOffice; tests/run installs it (Debian: libreoffice-calc, libreoffice-impress)",
        );
    assert!(ran.status.success(), "{ran:?}");
    let saved = out.join(file.with_extension(format).file_name().unwrap());
    assert!(saved.exists(), "{ran:?}");
    saved
}

fn part(workbook: &Path, wanted: impl Fn(&str) -> bool) -> String {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(workbook).unwrap()).unwrap();
    let names: Vec<String> = zip
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    let name = names
        .iter()
        .find(|name| wanted(name))
        .unwrap_or_else(|| panic!("{names:?}"));
    let mut text = String::new();
    zip.by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[test]
fn opened_and_saved_in_libreoffice_an_export_changes_nothing() {
    let soc = Soc::new();
    let csv = "\u{feff}Account ID,Project,Department,Contact,Contact email,Account email,Language,Regions,Standards,Report,State,Request,Notes,費用コード,Owner\n\
        000000000001,受注システム,第一事業部,佐藤　美香,mika@example.com;ops@example.com,root@example.com,ja,us-east-1,nist-800-53/v/5.0.0,monthly,active,SOC-1,\"1行目\n2行目\",007,=1+1\n\
        012345678901,Payments,,,pay@example.com,,en,,,none,leaving,,=HYPERLINK(\"http://evil\"),1.23E+11,TRUE\n\
        111111111111,'quoted,+81,-1,a@example.com,,,,,,,,\"say \"\"hi\"\", @SUM(A1)\",2026-11-24,12:30\n\
        222222222222,<b>&amp;</b>,👩‍💻🎌,1/2,b@example.com,,,,,,left,,\u{3000}全角,0012,#N/A\n";
    let file = soc.write("ledger.csv", csv);
    soc.hubward(["ledger", "import", path_str(&file), "--force", "--yes"])
        .expect(0);
    for lang in ["ja", "en"] {
        let out = soc.path(&format!("{lang}.xlsx"));
        soc.hubward(["ledger", "export", path_str(&out), "--lang", lang])
            .expect(0);
        let saved = saved_again(&out);
        let again = soc
            .hubward(["ledger", "import", path_str(&saved), "--json"])
            .expect(0)
            .json();
        assert_eq!(again["changed"], json!([]), "{lang}");
        assert_eq!(
            (&again["unchanged"], &again["written"], &again["warnings"]),
            (&json!(4), &json!(false), &json!([])),
            "{lang}"
        );
    }
}

#[test]
fn a_template_guides_the_person_who_fills_it_in() {
    let soc = Soc::new();
    let book = soc.path("template.xlsx");
    soc.hubward(["ledger", "template", path_str(&book), "--lang", "ja"])
        .expect(0);
    let sheet = part(&book, |name| name == "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("ySplit=\"1\"") && sheet.contains("state=\"frozen\""));
    for workbook in [book.clone(), saved_again(&book)] {
        let sheet = part(&workbook, |name| name == "xl/worksheets/sheet1.xml");
        for words in ["ja,en", "weekly,monthly,none", "active,leaving,left"] {
            assert!(sheet.contains(words), "no choice of {words}");
        }
        let notes = part(&workbook, |name| name.starts_with("xl/comments"));
        assert_eq!(
            notes.matches("<comment ").count(),
            14,
            "a note for each column"
        );
        assert!(notes.contains("ハイフンなし"));
        let styles = part(&workbook, |name| name == "xl/styles.xml");
        assert!(
            styles.contains("numFmtId=\"49\"") || styles.contains("formatCode=\"@\""),
            "{styles}"
        );
        // Still an empty ledger: nothing in it is taken for an account.
        let empty = soc
            .hubward(["ledger", "import", path_str(&workbook)])
            .expect(1);
        assert!(empty.stderr.contains("!A2"), "{empty:?}");
    }
}
