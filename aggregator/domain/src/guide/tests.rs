//! Tests of the guide: the bundled entries, files, workbooks, both spellings of finding types, hostile text.

use strum::VariantArray;

use super::*;
use crate::account::Language;
use crate::ledger::{Cell, Sheet, SheetRow, Value};

fn guide() -> Guide {
    Guide::with(Vec::new())
}

fn own(path: &str, text: &str) -> Guide {
    let text = Ok(text.to_owned());
    let path = path.to_owned();
    Guide::with(vec![GuideFile { path, text }])
}

fn s3_1() -> GuideEntry {
    guide().entry(FieldKind::Control, "S3.1").unwrap().clone()
}

/// A sheet as `table::read_sheets` gets it from a workbook with these entries.
fn sheet(kind: FieldKind, entries: &[GuideEntry]) -> Sheet {
    let fields = kind.fields();
    let line = |number, texts: Vec<String>| SheetRow {
        number,
        cells: (0..)
            .zip(texts)
            .filter(|(_, text)| !text.is_empty())
            .map(|(column, text)| Cell {
                column,
                value: Value::Text(text),
                formula: false,
            })
            .collect(),
    };
    let headers = fields.iter().map(|field| field.header(Language::Ja));
    let mut rows = vec![line(1, headers.collect())];
    for (number, entry) in (2..).zip(entries) {
        let draft = entry.draft();
        let texts = fields.iter().map(|field| draft.get(*field).to_owned());
        rows.push(line(number, texts.collect()));
    }
    Sheet {
        name: kind.folder().to_owned(),
        rows,
        merged: Vec::new(),
    }
}

#[test]
fn nothing_is_wrong_with_the_bundled_guide() {
    let guide = guide();
    assert_eq!(guide.problems(), []);
    assert!(guide.controls().len() >= 5);
    assert!(guide.threats().count() >= 3);
    let (as_of, source) = guide.known_as_of();
    assert!(as_of.starts_with("20"), "{as_of}");
    assert!(source.starts_with("https://docs.aws.amazon.com/"));
    assert!(guide.knows("S3.1") && guide.knows("AUTOSCALING.5") && !guide.knows("S3.0"));
}

#[test]
fn an_entry_is_written_as_it_was_read() {
    let guide = guide();
    let controls = guide
        .controls()
        .into_iter()
        .cloned()
        .map(GuideEntry::Control);
    let threats = guide.threats().cloned().map(GuideEntry::Threat);
    for entry in controls.chain(threats) {
        let again = parse(entry.kind(), &write(&entry));
        assert_eq!(again.as_ref(), Ok(&entry), "{}", entry.key());
    }
}

#[test]
fn a_control_is_found_however_it_is_spelt() {
    let guide = guide();
    assert_eq!(guide.control("s3.1").unwrap().id, "S3.1");
    assert_eq!(guide.control("S3.1 "), None);
    assert_eq!(guide.control("Nothing.1"), None);
}

#[test]
fn a_threat_is_found_in_both_spellings() {
    let guide = guide();
    for kind in [
        "CryptoCurrency:EC2/BitcoinTool.B!DNS",
        "TTPs/Command and Control/CryptoCurrency:EC2-BitcoinTool.B!DNS",
    ] {
        let threat = guide.threat(kind).unwrap();
        assert_eq!(threat.family, "CryptoCurrency-EC2");
        for &language in Language::VARIANTS {
            assert_eq!(threat.steps(language).len(), 3);
            assert!(!threat.happened(language).contains('\n'));
        }
    }
    assert_eq!(guide.threat("Software and Configuration Checks"), None);
}

#[test]
fn a_control_without_an_entry_leads_to_aws() {
    let links = Links::Server("https://soc.example.com".to_owned());
    let advice = |id| guide().advice(id, Language::Ja, &links);
    let GuideAdvice::Given { link, policy, .. } = advice("S3.1") else {
        panic!("the guide has S3.1");
    };
    assert_eq!(policy, Policy::Must);
    assert_eq!(link, "https://soc.example.com/guide/S3.1");
    let address = "https://docs.aws.amazon.com/console/securityhub/Nothing.1/remediation";
    let link = Some(address.to_owned());
    assert_eq!(advice("Nothing.1"), GuideAdvice::Absent { link });
    assert_eq!(advice("../etc\n"), GuideAdvice::Absent { link: None });
}

#[test]
fn text_loses_its_marks_and_keeps_its_words() {
    let text = "**Before:** see `a` and [AWS](https://aws.example/x).\nMore.\n\n1. One [S3.1](S3.1.md)\n2. Two\n   - inner\n\n```sh\n# not a heading\naws x\n```";
    assert_eq!(
        plain(text),
        "Before: see a and AWS (https://aws.example/x). More.\n1. One S3.1\n2. Two\n  - inner\n# not a heading\naws x"
    );
    assert_eq!(plain("日本語の\n続き"), "日本語の続き");
}

#[test]
fn pages_have_no_html_and_no_address_of_others() {
    let text = "<script>alert(1)</script>\n\na <b onclick=x>b</b> [x](javascript:alert(1)) [y](http://x) [z](https://x.example) [S3.2](S3.2.md) ![p](https://x.example/p.png)";
    let page = html(text, FieldKind::Control, |target| {
        format!("/guide/{}", target.key)
    });
    for never in ["<script", "onclick", "javascript", "\"http://", "<img"] {
        assert!(!page.contains(never), "{never} in {page}");
    }
    assert!(page.contains("href=\"/guide/S3.2\""), "{page}");
    assert!(page.contains("href=\"https://x.example\""), "{page}");
}

#[test]
fn a_company_s_entry_overrides_the_bundled_one() {
    let text = write(&s3_1()).replace("policy = \"must\"", "policy = \"may\"");
    let guide = own("controls/S3.1.md", &text);
    assert_eq!(guide.problems(), []);
    assert_eq!(guide.control("S3.1").unwrap().policy, Policy::May);
    assert!(guide.is_own(FieldKind::Control, "S3.1") && !guide.is_own(FieldKind::Control, "S3.2"));
}

#[test]
fn everything_that_is_wrong_is_said_at_once_and_the_bundled_entry_stays() {
    let text = write(&s3_1())
        .replace(
            "policy = \"must\"",
            "policy = \"perhaps\"\ncolour = \"red\"",
        )
        .replace("reviewed = 2026", "reviewed = \"x\" #")
        .replace("## risk\nOne", "## risk\n\n## hazard\nOne")
        .replace("[S3.2](S3.2.md)", "[S3.2](http://x)")
        .replace("## cli\n", "## cli\n<b>x</b>\n");
    let guide = own("controls/S3.1.md", &text);
    assert_eq!(guide.control("S3.1").unwrap().policy, Policy::Must);
    let faults: Vec<&Fault> = guide.problems().iter().map(|it| &it.fault).collect();
    for expected in [
        Fault::Unknown {
            name: "colour".to_owned(),
        },
        Fault::Unknown {
            name: "hazard".to_owned(),
        },
        Fault::Missing,
        Fault::Date,
        Fault::Link {
            to: "http://x".to_owned(),
        },
        Fault::Markup { what: "HTML" },
    ] {
        assert!(
            faults.contains(&&expected),
            "{expected:?} not in {faults:?}"
        );
    }
    assert!(matches!(
        faults.iter().find(|it| matches!(it, Fault::Word { .. })),
        Some(Fault::Word { allowed, .. }) if allowed.len() == 4
    ));
}

#[test]
fn links_ids_and_names_are_looked_up() {
    let text = write(&s3_1());
    let other = text.replace("id = \"S3.1\"", "id = \"S3.999\"");
    let unknown = own("controls/S3.999.md", &other);
    assert_eq!(
        unknown.problems()[0].fault,
        Fault::UnknownControl,
        "{:?}",
        unknown.problems()
    );
    let named = own("controls/S3.3.md", &text);
    assert!(matches!(named.problems()[0].fault, Fault::FileName { .. }));
    let dead = own(
        "controls/S3.1.md",
        &text.replace("(S3.2.md)", "(S3.777.md)"),
    );
    assert!(
        dead.problems()
            .iter()
            .all(|it| matches!(&it.fault, Fault::DeadLink { to } if to == "S3.777"))
    );
    assert!(!dead.problems().is_empty());
    let broken = own("controls/S3.1.md", "no front matter");
    assert!(matches!(
        broken.problems()[0].fault,
        Fault::FrontMatter { .. }
    ));
}

#[test]
fn a_threat_has_three_steps() {
    let entry = guide()
        .entry(FieldKind::Threat, "AttackSequence")
        .unwrap()
        .clone();
    let text = write(&entry);
    let two: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("3. "))
        .collect();
    let faults = parse(FieldKind::Threat, &two.join("\n")).unwrap_err();
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert_eq!(faults[0].1, Fault::ThreeSteps { found: 2 });
}

#[test]
fn a_workbook_of_the_guide_changes_nothing() {
    let guide = guide();
    let controls: Vec<GuideEntry> = guide
        .controls()
        .into_iter()
        .cloned()
        .map(GuideEntry::Control)
        .collect();
    let threats: Vec<GuideEntry> = guide.threats().cloned().map(GuideEntry::Threat).collect();
    let sheets = [
        sheet(FieldKind::Control, &controls),
        sheet(FieldKind::Threat, &threats),
    ];
    let imported = read_sheets(&sheets, &guide).unwrap();
    assert_eq!(imported.changes, []);
    assert_eq!(imported.unchanged, controls.len() + threats.len());
}

#[test]
fn every_problem_of_a_workbook_names_its_cell() {
    let entry = s3_1();
    let mut table = sheet(FieldKind::Control, &[entry.clone(), entry]);
    let row = table.rows.get_mut(1).unwrap();
    row.cells[3].value = Value::Text("perhaps".to_owned());
    row.cells[8].value = Value::Error("#N/A".to_owned());
    let problems = read_sheets(&[table], &guide()).unwrap_err();
    let at = |problem: &TableProblem| match problem {
        TableProblem::Cell { at, .. } | TableProblem::Computed { at } => at.to_string(),
        other => format!("{other:?}"),
    };
    let cells: Vec<String> = problems.iter().map(at).collect();
    assert!(cells.contains(&"controls!D2".to_owned()), "{cells:?}");
    assert!(cells.contains(&"controls!I2".to_owned()), "{cells:?}");
    let twice = sheet(FieldKind::Control, &[s3_1(), s3_1()]);
    let problems = read_sheets(&[twice], &guide()).unwrap_err();
    assert_eq!(at(&problems[0]), "controls!A3");
    assert_eq!(
        read_sheets(&[], &guide()).unwrap_err(),
        [TableProblem::NoTable]
    );
}
