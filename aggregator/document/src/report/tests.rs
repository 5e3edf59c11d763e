//! Tests of the written files: sheets, texts that must not become formulas, and limits.

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use serde_json::json;

use super::*;
use hubward_domain::account::{AccountState, ReportCadence};
use hubward_domain::finding::{Life, read};
use hubward_domain::guide::{Guide, Links};
use hubward_domain::report::MonthlyChange;

fn account(id: &str, project: &str) -> Account {
    Account {
        account_id: id.parse().unwrap(),
        project: project.to_owned(),
        department: "=1+1".to_owned(),
        environment: String::new(),
        contact: "Mika".to_owned(),
        contact_emails: vec!["mika@example.com".to_owned()],
        account_email: None,
        language: Language::En,
        regions: Vec::new(),
        standards: Vec::new(),
        report: ReportCadence::Weekly,
        state: AccountState::Active,
        request: String::new(),
        notes: String::new(),
        extra: Vec::new(),
    }
}

fn finding(id: &str, title: &str, workflow: &str) -> Mirrored {
    let finding = read(&json!({
        "Id": id, "AwsAccountId": "111111111111", "Region": "us-east-1", "Title": title,
        "ProductArn": "arn:aws:securityhub:us-east-1::product/aws/guardduty",
        "Severity": {"Label": "HIGH"}, "Workflow": {"Status": workflow},
        "Types": ["=TTPs/x"], "CreatedAt": "2026-11-17T00:00:00Z", "UpdatedAt": "2026-11-18T00:00:00Z",
    }))
    .unwrap();
    let life = Life::next(None, &finding, "2026-11-24T00:00:00Z".parse().unwrap());
    Mirrored { finding, life }
}

fn written_in(
    findings: &[Mirrored],
    format: ReportFormat,
    language: Language,
    sheet_rows: u32,
) -> Vec<u8> {
    let account = account("111111111111", "=HYPERLINK(\"http://evil\")");
    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    let period: Period = "2026-W47".parse().unwrap();
    let sources = BTreeMap::new();
    let guide = Guide::with(Vec::new());
    let links = Links::Server("https://soc.example.com".to_owned());
    let frame = ReportFrame {
        scope: Scope::Account(&account),
        regions: &["us-east-1".parse().unwrap()],
        period,
        bounds: period.bounds(&zone),
        sources: &sources,
        built_at: "2026-11-24T00:00:00Z".parse().unwrap(),
        zone: &zone,
        language,
        guide: &guide,
        links: &links,
        sheet_rows,
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut facts = ReportFacts::default();
    let mut writer = Writer::begin(&frame, format, file.path()).unwrap();
    for mirrored in findings {
        if let Some(shown) = facts.add(mirrored, frame.bounds, frame.built_at) {
            let alert = Some(AlertState::Acknowledged);
            writer.add(shown, mirrored, alert).unwrap();
        }
    }
    let open = Some(facts.open.clone());
    let trend: Vec<TrendPoint> = period
        .up_to(12)
        .into_iter()
        .map(|period| TrendPoint {
            period,
            open: open.clone(),
        })
        .collect();
    writer
        .finish(Closing {
            facts: &facts,
            trend: &trend,
            left_out: 0,
        })
        .unwrap();
    std::fs::read(file.path()).unwrap()
}

fn written(findings: &[Mirrored], format: ReportFormat, language: Language) -> Vec<u8> {
    written_in(findings, format, language, SHEET_ROWS)
}

fn open(bytes: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

#[test]
fn the_sheets_are_there_in_their_order_even_when_there_is_nothing_to_say() {
    for (language, names) in [
        (
            Language::En,
            [
                "Summary",
                "Controls",
                "Findings",
                "Threats",
                "Suppressed",
                "About",
            ],
        ),
        (
            Language::Ja,
            [
                "サマリー",
                "コントロール",
                "検出結果",
                "脅威",
                "抑制",
                "このレポートについて",
            ],
        ),
    ] {
        let book = open(written(&[], ReportFormat::Xlsx, language));
        assert_eq!(book.sheet_names(), names);
    }
}

#[test]
fn no_text_becomes_a_formula_or_a_link() {
    let long = "長".repeat(40_000);
    let findings = [
        finding("=cmd|' /C calc'!A0", "=HYPERLINK(\"http://evil\")", "NEW"),
        finding("b", "http://evil.example/", "SUPPRESSED"),
        finding("c", &long, "NEW"),
    ];
    let bytes = written(&findings, ReportFormat::Xlsx, Language::Ja);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes.clone())).unwrap();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let mut xml = String::new();
        file.read_to_string(&mut xml).unwrap();
        assert!(
            !xml.contains("<f>") && !xml.contains("<f "),
            "{}",
            file.name().unwrap()
        );
        assert!(!xml.contains("<hyperlink"), "{}", file.name().unwrap());
    }
    let mut book = open(bytes);
    let sheet = book.worksheet_range("検出結果").unwrap();
    let titles: Vec<String> = sheet.rows().map(|row| row[4].to_string()).collect();
    assert!(
        titles.contains(&"=HYPERLINK(\"http://evil\")".to_owned()),
        "{titles:?}"
    );
    assert!(titles.iter().any(|title| title.ends_with("[…]")));
    let all = sheet.rows().flatten();
    assert!(
        all.into_iter()
            .all(|cell| matches!(cell, Data::String(_) | Data::Float(_) | Data::Empty))
    );
    let suppressed = book.worksheet_range("抑制").unwrap();
    assert_eq!(suppressed.rows().count(), 2);
    let threats = book.worksheet_range("脅威").unwrap();
    let alerts: Vec<String> = threats.rows().map(|row| row[9].to_string()).collect();
    assert_eq!(alerts[..2], ["アラート", "対応中"]);
}

#[test]
fn a_table_that_is_longer_than_a_sheet_goes_on_on_the_next() {
    let findings: Vec<Mirrored> = (0..7)
        .map(|n| finding(&format!("f-{n}"), "a title", "NEW"))
        .collect();
    let mut book = open(written_in(&findings, ReportFormat::Xlsx, Language::Ja, 4));
    let names = book.sheet_names();
    assert_eq!(
        names[2..7],
        [
            "検出結果",
            "検出結果 (2)",
            "検出結果 (3)",
            "脅威",
            "脅威 (2)"
        ]
    );
    let mut ids = Vec::new();
    for name in &names[2..5] {
        let sheet = book.worksheet_range(name).unwrap();
        let rows: Vec<Vec<String>> = sheet
            .rows()
            .map(|row| row.iter().map(ToString::to_string).collect())
            .collect();
        assert_eq!(rows[0][0], "状況", "each has the header");
        assert!(rows.len() <= 4, "{name}");
        ids.extend(rows[1..].iter().map(|row| row[14].clone()));
    }
    let expected: Vec<String> = (0..7).map(|n| format!("f-{n}")).collect();
    assert_eq!(ids, expected, "nothing is lost and nothing twice");
}

#[test]
fn the_first_sheet_has_a_chart_and_the_tables_colors_by_condition() {
    let bytes = written(
        &[finding("f", "t", "NEW")],
        ReportFormat::Xlsx,
        Language::Ja,
    );
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut part = |name: &str| {
        let mut xml = String::new();
        let mut file = archive.by_name(name).unwrap();
        file.read_to_string(&mut xml).unwrap();
        xml
    };
    let chart = part("xl/charts/chart1.xml");
    assert!(
        chart.contains("barChart") && chart.contains("サマリー"),
        "{chart}"
    );
    let findings = part("xl/worksheets/sheet3.xml");
    for words in [
        "conditionalFormatting",
        "autoFilter",
        "state=\"frozen\"",
        "fitToPage",
    ] {
        assert!(findings.contains(words), "{words}");
    }
}

#[test]
fn a_csv_is_guarded_and_json_says_the_same() {
    let findings = [finding("-1", "=HYPERLINK(\"http://evil\")", "NEW")];
    let csv = String::from_utf8(written(&findings, ReportFormat::Csv, Language::En)).unwrap();
    assert!(
        csv.starts_with("\u{feff}Account ID,Project,Change,"),
        "{csv}"
    );
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1);
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
    }
    let json = written(&findings, ReportFormat::Json, Language::Ja);
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json[0]["finding_id"], "-1");
    assert_eq!(json[0]["change"], MonthlyChange::New.as_str());
    assert_eq!(json[0]["closed_at"], serde_json::Value::Null);
}
