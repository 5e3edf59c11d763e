//! Reports for projects: each with its own findings only, in its own language.

use std::io::{Cursor, Read};
use std::path::Path;

use calamine::{Reader, Xlsx};
use serde_json::{Value, json};

use super::findings::{MEMBER, OTHER, watched};
use crate::harness::alerts::{event, finding};
use crate::harness::findings::{control, import, threat};
use crate::harness::server::Server;
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc};

const ENGLISH: [&str; 6] = [
    "Summary",
    "Controls",
    "Findings",
    "Threats",
    "Suppressed",
    "About",
];
const JAPANESE: [&str; 6] = [
    "サマリー",
    "コントロール",
    "検出結果",
    "脅威",
    "抑制",
    "このレポートについて",
];

/// All texts of a sheet's rows.
pub(super) fn rows(file: &Path, sheet: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = calamine::open_workbook(file).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    range
        .rows()
        .map(|row| row.iter().map(ToString::to_string).collect())
        .collect()
}

fn names(file: &Path) -> Vec<String> {
    let book: Xlsx<_> = calamine::open_workbook(file).unwrap();
    book.sheet_names()
}

/// All files inside a workbook, unpacked and concatenated.
pub(super) fn inside(file: &Path) -> String {
    let bytes = std::fs::read(file).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut all = String::new();
    for index in 0..archive.len() {
        archive
            .by_index(index)
            .unwrap()
            .read_to_string(&mut all)
            .unwrap();
    }
    all
}

fn cell<'a>(rows: &'a [Vec<String>], header: &str, row: usize) -> &'a str {
    let column = rows[0].iter().position(|name| name == header).unwrap();
    &rows[row][column]
}

fn filled() -> Soc {
    let soc = watched();
    let mut passed = control(MEMBER, HOME, "p", "S3.2", "INFORMATIONAL");
    passed["Compliance"]["Status"] = json!("PASSED");
    passed["Workflow"] = json!({ "Status": "RESOLVED" });
    let mut evil = control(MEMBER, HOME, "evil", "S3.1", "LOW");
    evil["Title"] = json!("=HYPERLINK(\"http://evil\")");
    let mut put_away = control(MEMBER, HOME, "quiet", "IAM.1", "MEDIUM");
    put_away["Workflow"] = json!({ "Status": "SUPPRESSED" });
    let high = control(MEMBER, LINKED, "high", "S3.1", "HIGH");
    import(
        &soc.cloud,
        MEMBER,
        HOME,
        &[
            passed,
            evil,
            put_away,
            threat(MEMBER, HOME, "t", "CRITICAL"),
        ],
    );
    import(&soc.cloud, MEMBER, LINKED, &[high]);
    let mut secret = control(OTHER, HOME, "secret-of-the-other", "KMS.4", "HIGH");
    secret["Title"] = json!("鍵のローテーションが無効です");
    import(
        &soc.cloud,
        OTHER,
        HOME,
        &[secret, threat(OTHER, HOME, "t-other", "HIGH")],
    );
    soc.hubward(["findings", "sync"]).expect(0);
    soc
}

#[test]
fn each_account_gets_its_own_findings_in_its_own_language() {
    let soc = filled();
    let built = soc
        .hubward([
            "report", "build", "--out", "reports", "--period", "2026-W47", "--json",
        ])
        .expect(0)
        .json();
    let files: Vec<_> = built
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["file"].clone())
        .collect();
    assert_eq!(
        files,
        [
            format!("reports/{MEMBER}_2026-W47.xlsx"),
            format!("reports/{OTHER}_2026-W47.xlsx"),
            "reports/overview_2026-W47.xlsx".to_owned(),
        ]
    );
    assert_eq!(built[0]["account_id"], MEMBER);
    assert_eq!(built[2]["account_id"], Value::Null);

    let english = soc.path(files[0].as_str().unwrap());
    assert_eq!(names(&english), ENGLISH);
    let findings = rows(&english, "Findings");
    assert_eq!(findings.len(), 4, "{findings:?}");
    let severities: Vec<_> = (1..4).map(|row| cell(&findings, "Severity", row)).collect();
    assert_eq!(severities, ["Critical", "High", "Low"], "the worst first");
    assert_eq!(cell(&findings, "Region", 2), LINKED);
    assert_eq!(cell(&findings, "Change", 1), "New");
    assert_eq!(rows(&english, "Threats").len(), 2);
    let controls = rows(&english, "Controls");
    assert_eq!(cell(&controls, "Control", 1), "S3.1");
    assert_eq!(cell(&controls, "Failed", 1), "2");
    let suppressed = rows(&english, "Suppressed");
    assert_eq!(suppressed.len(), 2);
    assert_eq!(cell(&suppressed, "Control", 1), "IAM.1");
    let summary = rows(&english, "Summary").concat().join(" ");
    for words in [
        "Orders",
        MEMBER,
        "2026-W47",
        "50 %",
        "1 of 2 controls passed",
        HOME,
        "Open findings: 3",
    ] {
        assert!(summary.contains(words), "{words} is not in {summary}");
    }

    let japanese = soc.path(files[1].as_str().unwrap());
    assert_eq!(names(&japanese), JAPANESE);
    let findings = rows(&japanese, "検出結果");
    assert_eq!(findings.len(), 3);
    assert_eq!(cell(&findings, "重要度", 1), "高");
    assert_eq!(
        cell(&rows(&japanese, "コントロール"), "内容", 1),
        "鍵のローテーションが無効です"
    );

    let overview = soc.path(files[2].as_str().unwrap());
    assert_eq!(names(&overview), JAPANESE, "in the language of [locale]");
    assert_eq!(rows(&overview, "検出結果").len(), 6);
}

#[test]
fn a_report_never_holds_anything_of_another_account() {
    let soc = filled();
    soc.hubward(["report", "build", "--out", "r", "--period", "2026-11"])
        .expect(0);
    for (own, other) in [(MEMBER, OTHER), (OTHER, MEMBER)] {
        let file = soc.path(&format!("r/{own}_2026-11.xlsx"));
        let inside = inside(&file);
        assert!(inside.contains(own));
        for foreign in [other, "secret-of-the-other", "t-other"] {
            assert!(own == OTHER || !inside.contains(foreign), "{foreign}");
        }
        assert!(!inside.contains(other));
        for sheet in names(&file) {
            let cells = rows(&file, &sheet).concat();
            assert!(!cells.iter().any(|cell| cell.contains(other)), "{sheet}");
        }
    }
}

#[test]
fn a_title_that_looks_like_a_formula_is_text_in_every_format() {
    let soc = filled();
    for format in ["xlsx", "csv", "json"] {
        soc.hubward([
            "report", "build", MEMBER, "--out", "r", "--period", "2026-11", "--format", format,
        ])
        .expect(0);
    }
    let file = soc.path(&format!("r/{MEMBER}_2026-11.xlsx"));
    let inside = inside(&file);
    assert!(
        !inside.contains("<f>") && !inside.contains("<f "),
        "{inside}"
    );
    assert!(!inside.contains("<hyperlink"));
    let findings = rows(&file, "Findings");
    assert_eq!(cell(&findings, "Title", 3), "=HYPERLINK(\"http://evil\")");
    let csv = std::fs::read_to_string(soc.path(&format!("r/{MEMBER}_2026-11.csv"))).unwrap();
    assert!(csv.contains("\"'=HYPERLINK("), "{csv}");
    let json = std::fs::read_to_string(soc.path(&format!("r/{MEMBER}_2026-11.json"))).unwrap();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[2]["title"], "=HYPERLINK(\"http://evil\")");
    assert!(soc.path("r/overview_2026-11.csv").exists());
}

#[test]
fn what_is_resolved_in_the_period_is_shown_as_resolved() {
    let soc = filled();
    let mut fixed = control(MEMBER, LINKED, "high", "S3.1", "INFORMATIONAL");
    fixed["Compliance"]["Status"] = json!("PASSED");
    fixed["UpdatedAt"] = json!(jiff::Timestamp::now().to_string());
    import(&soc.cloud, MEMBER, LINKED, &[fixed]);
    soc.hubward(["findings", "sync"]).expect(0);
    let built = soc
        .hubward(["report", "build", MEMBER, "--out", "r", "--json"])
        .expect(0)
        .json();
    let findings = rows(&soc.path(built[0]["file"].as_str().unwrap()), "Findings");
    let changes: Vec<_> = (1..findings.len())
        .map(|row| cell(&findings, "Change", row))
        .collect();
    assert_eq!(changes.last(), Some(&"Resolved"), "{changes:?}");
    assert_eq!(
        changes
            .iter()
            .filter(|change| **change == "Resolved")
            .count(),
        1
    );
}

#[test]
fn the_sheets_say_what_comes_first_who_owns_it_and_how_far_people_are() {
    let soc = watched();
    let threat = finding(MEMBER, HOME, 1);
    let failed = control(MEMBER, HOME, "a", "S3.1", "MEDIUM");
    let mut put_away = control(MEMBER, HOME, "quiet", "IAM.1", "MEDIUM");
    put_away["Workflow"] = json!({ "Status": "SUPPRESSED" });
    put_away["Note"] = json!({
        "Text": "accepted until spring", "UpdatedBy": "ciso", "UpdatedAt": "2026-11-20T00:00:00Z",
    });
    import(
        &soc.cloud,
        MEMBER,
        HOME,
        &[threat.clone(), failed, put_away],
    );
    let server = Server::start(soc.program().env("HUBWARD_ALERTS__PUSH_SECRET", "a-key"));
    assert_eq!(server.push("a-key", event(&threat)).status, 202);
    drop(server);
    let alerts = soc.hubward(["alert", "list", "--json"]).expect(0).json();
    let id = alerts[0]["id"].as_str().unwrap();
    soc.hubward(["alert", "ack", id]).expect(0);
    soc.hubward(["findings", "sync"]).expect(0);
    let build = [
        "report", "build", "--out", "r", "--period", "2026-W47", "--json",
    ];
    let built = soc.hubward(build).expect(0).json();

    let book = soc.path(built[0]["file"].as_str().unwrap());
    let threats = rows(&book, "Threats");
    assert_eq!(cell(&threats, "Alert", 1), "acknowledged", "{threats:?}");
    let controls = rows(&book, "Controls");
    assert_eq!(cell(&controls, "Control", 1), "S3.1");
    assert_eq!(cell(&controls, "Owner", 1), "", "to be filled in");
    let suppressed = rows(&book, "Suppressed");
    assert_eq!(cell(&suppressed, "Reason", 1), "accepted until spring");
    assert!(
        cell(&suppressed, "Since", 1).starts_with("2026-11-20"),
        "{suppressed:?}"
    );
    let summary = rows(&book, "Summary").concat().join(" ");
    let at = |words: &str| {
        summary
            .find(words)
            .unwrap_or_else(|| panic!("{words}: {summary}"))
    };
    assert!(
        at("Password guessing") < at("S3.1 should hold"),
        "the threat first"
    );
    let about = rows(&book, "About").concat().join(" ");
    for words in ["2026-W47", HOME, LINKED, "Complete up to", "Still failing"] {
        assert!(about.contains(words), "{words} is not in {about}");
    }
    // The overview ranks accounts with a threat above those without findings.
    let overview = rows(&soc.path(built[2]["file"].as_str().unwrap()), JAPANESE[0]);
    let overview = overview.concat().join(" ");
    let of = |account: &str| overview.find(account).expect("ranked");
    assert!(of(MEMBER) < of(OTHER), "{overview}");
}

#[test]
fn the_overviews_trend_is_of_the_accounts_that_are_in_it() {
    let soc = filled();
    // The administrator's own findings are in its Security Hub too, and some of accounts that left.
    soc.database
        .rewrite("UPDATE history SET from_day = '2026-11-01'");
    for stranger in [ADMINISTRATOR, "444444444444"] {
        soc.database.rewrite(&format!(
            "INSERT INTO history (account_id, region, control_id, standard, kind, severity, status, from_day, \
             until_day, count) VALUES ('{stranger}', '{HOME}', 'S3.1', '', 'control', 'HIGH', 'open', '2026-11-01', \
             '9999-12-31', 570)"
        ));
    }
    let built = soc
        .hubward([
            "report", "build", "--out", "r", "--period", "2026-W47", "--json",
        ])
        .expect(0)
        .json();
    let overview = soc.path(built[2]["file"].as_str().unwrap());
    let summary = rows(&overview, JAPANESE[0]);
    let periods: Vec<_> = summary
        .iter()
        .filter_map(|row| {
            let at = row.iter().position(|cell| cell.starts_with("2026-W4"))?;
            let counts = row.get(at + 1..)?.iter();
            Some(
                counts
                    .filter_map(|cell| cell.parse::<u64>().ok())
                    .sum::<u64>(),
            )
        })
        .collect();
    let open = built[2]["open"].as_u64().unwrap();
    assert_eq!(open, 5);
    let tail = periods.iter().rev().take(3).copied().collect::<Vec<_>>();
    assert_eq!(tail, [open; 3], "{periods:?} of {summary:?}");
}

#[test]
fn a_wrong_account_period_format_or_directory_is_refused_and_leaves_nothing() {
    let soc = Soc::new();
    soc.import(&[(MEMBER, "Orders", "a@example.com")]);
    let refused = soc
        .hubward(["report", "build", "333333333333", "--out", "r"])
        .expect(1);
    assert!(refused.stderr.contains("333333333333"), "{refused:?}");
    for wrong in ["2026-W54", "2026-13", "../../x", "W47"] {
        soc.hubward(["report", "build", "--out", "r", "--period", wrong])
            .expect(2);
    }
    soc.hubward(["report", "build", "--out", "r", "--format", "pdf"])
        .expect(2);
    soc.hubward(["report", "build"]).expect(2);
    soc.write("file", "in the way");
    let refused = soc
        .hubward(["report", "build", "--out", "file/below", "--lang", "ja"])
        .expect(1);
    assert!(refused.stderr.contains("file/below"), "{refused:?}");
    assert!(!soc.path("r").exists());
    assert_eq!(
        std::fs::read_to_string(soc.path("file")).unwrap(),
        "in the way"
    );
}

#[test]
fn a_file_that_cannot_take_its_name_fails_alone_and_leaves_no_half() {
    let soc = Soc::new();
    soc.import(&[
        (MEMBER, "Orders", "a@example.com"),
        (OTHER, "B", "b@example.com"),
    ]);
    for account in [MEMBER, OTHER] {
        soc.join(account, &[HOME, LINKED]);
    }
    std::fs::create_dir_all(soc.path(&format!("r/{MEMBER}_2026-11.xlsx/full"))).unwrap();
    let built = soc
        .hubward([
            "report", "build", "--out", "r", "--period", "2026-11", "--json",
        ])
        .expect(1);
    let warned = built.stderr.contains("never been fetched");
    let rows = built.json();
    let outcomes: Vec<_> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["outcome"].clone())
        .collect();
    assert_eq!(outcomes, ["failed", "written", "written"]);
    assert!(rows[0]["detail"].as_str().unwrap().contains(MEMBER));
    assert!(warned, "{built:?}");
    let left: Vec<_> = std::fs::read_dir(soc.path("r"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "no temporary file stays");
}
