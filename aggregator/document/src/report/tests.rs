//! Tests of the written files: sheets, texts that must not become formulas, and limits.

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use serde_json::json;

use super::*;
use hubward_domain::account::{AccountState, ReportCadence};
use hubward_domain::finding::{Life, read};
use hubward_domain::guide::{Guide, Links};
use hubward_domain::report::{MonthlyChange, RegionCoverage, RegionWatch};

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
    let coverage = coverage(&[("us-east-1", RegionWatch::Watched)]);
    let now = "2026-11-24T00:00:00Z";
    written_of(&coverage, findings, format, language, sheet_rows, now)
}

/// What is watched; the verdict is a status that goes with it.
fn coverage(regions: &[(&str, RegionWatch)]) -> Coverage {
    let regions = regions.iter().map(|(region, watch)| RegionCoverage {
        region: region.parse().unwrap(),
        watch: watch.clone(),
        verdict: match watch {
            RegionWatch::Watched => "complete",
            RegionWatch::NotWatched => "invited",
            RegionWatch::Unknown { .. } => "unknown",
        }
        .to_owned(),
        since: "2026-11-20T00:00:00Z".parse().unwrap(),
    });
    Coverage {
        regions: regions.collect(),
    }
}

fn denied() -> RegionWatch {
    RegionWatch::Unknown {
        why: "AccessDenied".to_owned(),
    }
}

fn written_of(
    coverage: &Coverage,
    findings: &[Mirrored],
    format: ReportFormat,
    language: Language,
    sheet_rows: u32,
    now: &str,
) -> Vec<u8> {
    let account = account("111111111111", "=HYPERLINK(\"http://evil\")");
    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    let period: Period = "2026-W47".parse().unwrap();
    let sources = BTreeMap::from([("us-east-1".to_owned(), now.parse().unwrap())]);
    let regions: Vec<Region> = coverage.regions.iter().map(|its| its.region).collect();
    let standards = ["aws-foundational-security-best-practices/v/1.0.0".to_owned()];
    let guide = Guide::with(Vec::new());
    let links = Links::Server("https://soc.example.com".to_owned());
    let frame = ReportFrame {
        scope: Scope::Account(&account, coverage),
        regions: &regions,
        standards: &standards,
        period,
        bounds: period.bounds(&zone),
        sources: &sources,
        built_at: now.parse().unwrap(),
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
            open: open
                .clone()
                .filter(|open| coverage.count(open.values().sum()).is_some()),
        })
        .collect();
    writer
        .finish(Closing {
            facts: &facts,
            trend: &trend,
            left_out: 0,
            outdated: 0,
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

/// The cells of a workbook's sheet, row by row.
fn sheet(bytes: &[u8], name: &str) -> Vec<Vec<String>> {
    let range = open(bytes.to_vec()).worksheet_range(name).unwrap();
    range
        .rows()
        .map(|row| row.iter().map(ToString::to_string).collect())
        .collect()
}

/// The row of a sheet whose first cell is this.
fn row<'s>(rows: &'s [Vec<String>], first: &str) -> &'s [String] {
    let found = rows.iter().find(|row| row[0] == first);
    found.unwrap_or_else(|| panic!("no {first} in {rows:?}"))
}

#[test]
fn a_region_that_is_not_watched_has_a_dash_and_never_a_zero() {
    let part = coverage(&[
        ("us-east-1", RegionWatch::Watched),
        ("eu-west-1", RegionWatch::NotWatched),
    ]);
    let now = "2026-11-24T00:00:00Z";
    let bytes = written_of(
        &part,
        &[],
        ReportFormat::Xlsx,
        Language::En,
        SHEET_ROWS,
        now,
    );
    let summary = sheet(&bytes, "Summary");
    let text = summary.concat().join(" ");
    assert!(text.contains("NOT WATCHED: eu-west-1"), "{text}");
    assert!(text.contains("Open findings in us-east-1: 0"), "{text}");
    let watched = row(&summary, "us-east-1");
    assert_eq!(watched[2], "Watched: complete");
    assert_eq!(watched[5], "2026-11-20 09:00");
    assert!(watched[6].starts_with("AWS Foundational"), "{watched:?}");
    assert_eq!((watched[8].as_str(), watched[9].as_str()), ("0", "–"));
    let unwatched = row(&summary, "eu-west-1");
    assert_eq!(unwatched[2], "NOT WATCHED: invited, not accepted");
    assert_eq!(unwatched[6..10], ["–", "", "–", "–"]);
    for name in ["Controls", "Findings", "Threats", "Suppressed"] {
        let rows = sheet(&bytes, name).concat().join(" ");
        assert!(
            rows.contains("only about the watched Regions: us-east-1"),
            "{rows}"
        );
    }
    let about = sheet(&bytes, "About").concat().join(" ");
    assert!(about.contains("NOT WATCHED: eu-west-1"), "{about}");
}

#[test]
fn what_cannot_be_read_has_no_zero_on_any_sheet_and_keeps_what_is_known() {
    let unknown = coverage(&[("us-east-1", denied())]);
    let now = "2026-11-24T00:00:00Z";
    for (language, name, words) in [
        (
            Language::En,
            "Summary",
            ["UNKNOWN whether watched: us-east-1", "Open findings: –"],
        ),
        (
            Language::Ja,
            "サマリー",
            [
                "監視の状況が不明なリージョン: us-east-1",
                "未対応の検出結果: –",
            ],
        ),
    ] {
        let bytes = written_of(&unknown, &[], ReportFormat::Xlsx, language, SHEET_ROWS, now);
        let cells = sheet(&bytes, name).concat();
        let text = cells.join(" ");
        for words in words {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(cells.iter().all(|cell| cell != "0"), "{text}");
        assert!(
            !text.contains("AccessDenied"),
            "the SOC's own affair: {text}"
        );
        assert!(!text.contains(": 0") && !text.contains("100 %"), "{text}");
        for name in open(bytes.clone()).sheet_names() {
            let cells = sheet(&bytes, &name).concat();
            assert!(cells.iter().all(|cell| cell != "0"), "{name}: {cells:?}");
        }
    }
    let known = [finding("f", "t", "NEW")];
    let bytes = written_of(
        &unknown,
        &known,
        ReportFormat::Xlsx,
        Language::En,
        SHEET_ROWS,
        now,
    );
    let summary = sheet(&bytes, "Summary");
    let text = summary.concat().join(" ");
    assert!(text.contains("Open findings that are known: 1"), "{text}");
    assert_eq!(row(&summary, "us-east-1")[8], "1");
    assert_eq!(sheet(&bytes, "Threats").len(), 2);
}

#[test]
fn rows_for_programs_begin_with_what_is_not_watched() {
    let part = coverage(&[
        ("us-east-1", RegionWatch::Watched),
        ("eu-west-1", RegionWatch::NotWatched),
    ]);
    let now = "2026-11-24T00:00:00Z";
    let findings = [finding("f", "t", "NEW")];
    let json = written_of(
        &part,
        &findings,
        ReportFormat::Json,
        Language::En,
        SHEET_ROWS,
        now,
    );
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 2);
    assert_eq!(json[0]["change"], "not_watched");
    assert_eq!(json[0]["region"], "eu-west-1");
    assert_eq!(json[0]["verdict"], "invited");
    for null in ["severity", "title", "age_days", "finding_id"] {
        assert_eq!(json[0][null], serde_json::Value::Null, "{null}");
    }
    assert_eq!(json[1]["finding_id"], "f");
    let csv = written_of(
        &part,
        &findings,
        ReportFormat::Csv,
        Language::En,
        SHEET_ROWS,
        now,
    );
    let mut reader = csv::Reader::from_reader(csv.as_slice());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    let first: Vec<&str> = rows[0].iter().collect();
    assert_eq!(first[0], "111111111111");
    assert_eq!(first[2], "NOT WATCHED");
    assert!(
        first.contains(&"eu-west-1") && first.contains(&"–"),
        "{first:?}"
    );
    assert!(!first.contains(&"0"), "{first:?}");
}

#[test]
fn a_report_of_a_period_that_is_not_over_says_so_on_its_first_page() {
    let whole = coverage(&[("us-east-1", RegionWatch::Watched)]);
    let text = |now| {
        let bytes = written_of(
            &whole,
            &[],
            ReportFormat::Xlsx,
            Language::En,
            SHEET_ROWS,
            now,
        );
        sheet(&bytes, "Summary").concat().join(" ")
    };
    let interim = text("2026-11-20T00:00:00Z");
    let until = "INTERIM REPORT: 2026-W47 is not over until 2026-11-23";
    assert!(interim.contains(until), "{interim}");
    let ahead = text("2026-11-10T00:00:00Z");
    assert!(
        ahead.contains("INTERIM REPORT: 2026-W47 has not begun"),
        "{ahead}"
    );
    assert!(!text("2026-11-24T00:00:00Z").contains("INTERIM"));
}

#[test]
fn the_overview_begins_with_the_accounts_that_are_not_watched() {
    let ranked = |project: &str, coverage, open| Ranked {
        project: project.to_owned(),
        coverage,
        standing: AccountSummary {
            open: BTreeMap::from([(hubward_domain::finding::FindingSeverity::High, open)]),
            ..AccountSummary::default()
        },
    };
    let whole = coverage(&[("us-east-1", RegionWatch::Watched)]);
    let none = coverage(&[("us-east-1", RegionWatch::NotWatched)]);
    let accounts = BTreeMap::from([
        ("111111111111".parse().unwrap(), ranked("Orders", whole, 9)),
        (
            "222222222222".parse().unwrap(),
            ranked("Unknown", coverage(&[("us-east-1", denied())]), 0),
        ),
        ("333333333333".parse().unwrap(), ranked("Never", none, 0)),
    ]);
    let zone = TimeZone::UTC;
    let period: Period = "2026-W47".parse().unwrap();
    let now: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
    let frame = ReportFrame {
        scope: Scope::Overview(&accounts),
        regions: &["us-east-1".parse().unwrap()],
        standards: &[],
        period,
        bounds: period.bounds(&zone),
        sources: &BTreeMap::from([("us-east-1".to_owned(), now)]),
        built_at: now,
        zone: &zone,
        language: Language::En,
        guide: &Guide::with(Vec::new()),
        links: &Links::Server("https://soc.example.com".to_owned()),
        sheet_rows: SHEET_ROWS,
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    let closing = Closing {
        facts: &ReportFacts::default(),
        trend: &[],
        left_out: 0,
        outdated: 2,
    };
    let writer = Writer::begin(&frame, ReportFormat::Xlsx, file.path()).unwrap();
    writer.finish(closing).unwrap();
    let summary = sheet(&std::fs::read(file.path()).unwrap(), "Summary");
    let ids: Vec<&str> = summary
        .iter()
        .map(|row| row[0].as_str())
        .filter(|first| first.len() == 12 && first.parse::<u64>().is_ok())
        .collect();
    assert_eq!(ids, ["333333333333", "222222222222", "111111111111"]);
    let never = row(&summary, "333333333333");
    assert_eq!(never[1], "Never\nNOT WATCHED: invited, not accepted");
    assert_eq!(never[3..10], ["–"; 7], "{never:?}");
    assert_eq!(row(&summary, "222222222222")[3..10], ["–"; 7]);
    assert_eq!(row(&summary, "111111111111")[4], "9");
    let text = summary.concat().join(" ");
    for words in [
        "NOT WATCHED: 1 of 3 accounts, and 1 more in part or unknown",
        "Watched: 1 of 3 accounts",
        "The list of members could not be read, so findings may be missing. AccessDenied",
        "2 findings from the time when the Region was watched are left out",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}
