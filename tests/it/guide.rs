//! The guide: shown, checked, edited in a workbook and imported again, presented, published, and
//! served.

use std::fs;

use serde_json::{Value, json};

use super::findings::{MEMBER, watched};
use super::ledger_office::{saved_again, saved_as};
use crate::harness::browser::Browser;
use crate::harness::findings::{control, import, threat};
use crate::harness::office;
use crate::harness::soc::{HOME, Soc, path_str};

fn with_own() -> Soc {
    let soc = Soc::new();
    soc.configure("[guide]\ndirectory = \"guide\"");
    fs::create_dir_all(soc.path("guide/controls")).unwrap();
    soc
}

#[test]
fn whoever_asks_learns_what_a_control_means_and_what_to_do() {
    let soc = Soc::new();
    let list = soc.hubward(["guide", "list", "--json"]).expect(0).json();
    let s3_1 = list.as_array().unwrap();
    let s3_1 = s3_1.iter().find(|row| row["control"] == "S3.1").unwrap();
    assert_eq!(s3_1["policy"], "must");
    assert_eq!(s3_1["own"], false);
    let shown = soc
        .hubward(["guide", "show", "s3.1", "--lang", "ja"])
        .expect(0);
    for words in [
        "S3.1",
        "必須",
        "リスク",
        "put-public-access-block",
        "https://docs.aws.amazon.com/",
    ] {
        assert!(shown.stdout.contains(words), "{words}");
    }
    assert!(!shown.stdout.contains("```") && !shown.stdout.contains("**"));
    for kind in [
        "CryptoCurrency:EC2/BitcoinTool.B!DNS",
        "TTPs/Command and Control/CryptoCurrency:EC2-BitcoinTool.B!DNS",
    ] {
        let shown = soc.hubward(["guide", "show", kind]).expect(0);
        assert!(shown.stdout.contains("The first three steps"), "{kind}");
    }
    // A control of AWS's that the guide does not have: AWS's page helps.
    let absent = soc.hubward(["guide", "show", "Amplify.1"]).expect(1);
    assert!(
        absent
            .stderr
            .contains("https://docs.aws.amazon.com/console/securityhub/Amplify.1")
    );
    let unknown = soc.hubward(["guide", "show", "\u{1b}[2JNothing"]).expect(1);
    assert!(!unknown.stderr.contains('\u{1b}'));
    let right = soc.hubward(["guide", "check"]).expect(0);
    assert!(right.stderr.contains("No problems found"), "{right:?}");
}

#[test]
fn a_workbook_goes_out_is_edited_and_comes_back_without_loss() {
    let soc = with_own();
    let book = soc.path("guide.xlsx");
    for lang in ["en", "ja"] {
        soc.hubward(["guide", "export", path_str(&book), "--lang", lang])
            .expect(0);
        let sheets = office::read(&book, &[]);
        assert_eq!(sheets.as_array().unwrap().len(), 2);
        for sheet in sheets.as_array().unwrap() {
            assert!(sheet["filter"].is_string(), "it can be filtered: {sheet}");
            assert_eq!(sheet["frozen"], "B2");
            assert_eq!(sheet["formulas"], json!([]));
        }
        let again = soc
            .hubward(["guide", "import", path_str(&book), "--json"])
            .expect(0)
            .json();
        assert_eq!(again["changes"], json!([]), "{lang}");
        let count = rows(&sheets[0]) + rows(&sheets[1]);
        assert_eq!(again["unchanged"], count, "{lang}");
        let saved = saved_again(&book);
        let again = soc
            .hubward(["guide", "import", path_str(&saved), "--json"])
            .expect(0)
            .json();
        assert_eq!(again["changes"], json!([]), "{lang}, by LibreOffice");
        assert_eq!(again["unchanged"], count, "{lang}, by LibreOffice");
    }
    assert!(!soc.path("guide/controls/ACM.1.md").exists());

    // A person of the SOC relaxes a policy and adds a line, in another program.
    let sheets = office::read(&book, &[]);
    let row = row_of(&sheets[0], "S3.1");
    let edits = [
        format!("D{row}=may"),
        format!("L{row}=社内の\"ルール\" & a < b\n- 一\n- 二"),
    ];
    let header = &sheets[0]["rows"][0];
    assert_eq!(header[3], "方針");
    assert_eq!(header[11], "意味 (ja)");
    office::read(&book, &edits.each_ref().map(String::as_str));
    let dry = soc
        .hubward(["guide", "import", path_str(&book), "--dry-run", "--json"])
        .expect(0)
        .json();
    assert_eq!(dry["written"], false);
    assert_eq!(dry["changes"][0]["fields"], json!(["policy", "meaning.ja"]));
    assert!(!soc.path("guide/controls/S3.1.md").exists());
    soc.hubward(["guide", "import", path_str(&book)]).expect(0);
    let file = fs::read_to_string(soc.path("guide/controls/S3.1.md")).unwrap();
    assert!(file.contains("policy = \"may\""), "{file}");
    let list = soc.hubward(["guide", "list", "--json"]).expect(0).json();
    let own: Vec<&Value> = list
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["own"] == true)
        .collect();
    assert_eq!(own.len(), 1);
    assert_eq!(own[0]["policy"], "may");
    let again = soc
        .hubward(["guide", "import", path_str(&book), "--json"])
        .expect(0)
        .json();
    assert_eq!(again["changes"], json!([]));
    let trace = soc
        .database
        .read("SELECT detail FROM audit_events WHERE action = 'guide.changed'");
    assert_eq!(trace.len(), 1);
    assert!(
        trace[0].contains("meaning.ja") && trace[0].contains("guide.xlsx"),
        "{trace:?}"
    );
    soc.hubward(["audit", "verify"]).expect(0);
}

fn rows(sheet: &Value) -> usize {
    sheet["rows"].as_array().unwrap().len() - 1
}

fn row_of(sheet: &Value, control: &str) -> usize {
    let rows = sheet["rows"].as_array().unwrap();
    rows.iter().position(|row| row[0] == control).unwrap() + 1
}

#[test]
fn a_wrong_workbook_changes_nothing_and_every_mistake_is_named_at_once() {
    let soc = with_own();
    let book = soc.path("guide.xlsx");
    soc.hubward(["guide", "export", path_str(&book)]).expect(0);
    office::read(
        &book,
        &[
            "D2=perhaps",
            "I3=tomorrow",
            "J4=http://example.com",
            "K5=# heading",
            "A6=Nothing.1",
            "M7=<b>x</b>",
            "N8=see [it](S3.777.md)",
        ],
    );
    let refused = soc.hubward(["guide", "import", path_str(&book)]).expect(1);
    for cell in ["D2", "I3", "J4", "K5", "A6", "M7"] {
        assert!(
            refused.stderr.contains(&format!("Controls!{cell}: ")),
            "{cell}: {refused:?}"
        );
    }
    assert_eq!(fs::read_dir(soc.path("guide/controls")).unwrap().count(), 0);
    let links = soc.path("links.xlsx");
    soc.hubward(["guide", "export", path_str(&links)]).expect(0);
    office::read(&links, &["A6=Nothing.1", "N8=see [it](S3.777.md)"]);
    let refused = soc.hubward(["guide", "import", path_str(&links)]).expect(1);
    for cell in ["A6", "N8"] {
        assert!(
            refused.stderr.contains(&format!("Controls!{cell}: ")),
            "{cell}: {refused:?}"
        );
    }
    for (name, content) in [
        ("a.xlsx", "no workbook"),
        ("a.csv", "x,y\n1,2\n"),
        ("a.doc", "x"),
    ] {
        let file = soc.write(name, content);
        soc.hubward(["guide", "import", path_str(&file)]).expect(1);
    }
    // Without a directory for it there is nothing to import into.
    let other = Soc::new();
    let refused = other
        .hubward(["guide", "import", path_str(&book)])
        .expect(1);
    assert!(refused.stderr.contains("guide.directory"), "{refused:?}");
}

#[test]
fn a_company_s_own_entry_overrides_the_bundled_one_and_a_broken_one_is_reported() {
    let soc = with_own();
    let book = soc.path("guide.xlsx");
    soc.hubward(["guide", "export", path_str(&book), "--lang", "en"])
        .expect(0);
    let sheets = office::read(&book, &[]);
    let row = row_of(&sheets[0], "S3.1");
    office::read(&book, &[&format!("D{row}=not_needed")]);
    soc.hubward(["guide", "import", path_str(&book)]).expect(0);
    let own = soc.path("guide/controls/S3.1.md");
    let file = fs::read_to_string(&own).unwrap();
    fs::write(&own, file.replace("policy = ", "politics = ")).unwrap();
    fs::write(soc.path("guide/controls/S3.2.md"), [0xff, 0xfe]).unwrap();
    let wrong = soc.hubward(["guide", "check", "--lang", "ja"]).expect(1);
    assert!(
        wrong.stderr.contains("controls/S3.1.md: 「politics」"),
        "{wrong:?}"
    );
    assert!(wrong.stderr.contains("controls/S3.2.md: "), "{wrong:?}");
    let list = soc.hubward(["guide", "list", "--json"]).expect(0);
    assert!(list.stderr.contains("controls/S3.1.md"), "{list:?}");
    let rows = list.json();
    let s3_1 = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["control"] == "S3.1")
        .unwrap();
    assert_eq!(
        (&s3_1["policy"], &s3_1["own"]),
        (&json!("must"), &json!(false))
    );
    let doctor = soc.hubward(["doctor", "--json"]).json();
    let rows = doctor.as_array().unwrap();
    let answer = rows.iter().find(|row| row["check"] == "guide").unwrap();
    assert_eq!(answer["state"], "warn");
    assert!(
        answer["hint"]
            .as_str()
            .unwrap()
            .contains("hubward guide check")
    );
}

#[test]
fn a_deck_is_read_back_with_its_tables() {
    let soc = Soc::new();
    for (lang, title) in [("en", "What joining costs"), ("ja", "参加にかかる費用")] {
        let file = soc.path(&format!("{lang}.pptx"));
        soc.hubward(["guide", "export", path_str(&file), "--lang", lang])
            .expect(0);
        let slides = office::read(&file, &[]);
        let slides = slides.as_array().unwrap();
        assert!(slides.len() >= 8, "{}", slides.len());
        let costs = slides.iter().find(|slide| slide["title"] == title).unwrap();
        assert_eq!(costs["tables"][0].as_array().unwrap().len(), 5);
        let whole = json!(slides).to_string();
        assert!(whole.contains("install.sh | sh -s -- --administrator 999999999999"));
        assert!(
            whole.contains("S3.1") && !whole.contains("deck."),
            "{whole}"
        );
        let printed = fs::read(saved_as(&file, "pdf")).unwrap();
        assert!(printed.starts_with(b"%PDF"), "LibreOffice opens it");
    }
    soc.hubward(["guide", "export", path_str(&soc.path("guide.odp"))])
        .expect(1);
}

#[test]
fn every_failed_control_of_a_report_has_guidance_or_aws_s_page() {
    let soc = watched();
    soc.configure("[guide]\nsite = \"https://wiki.example.com/guide\"");
    let known = control(MEMBER, HOME, "a", "S3.1", "HIGH");
    let absent = control(MEMBER, HOME, "b", "Amplify.1", "LOW");
    let excused = control(MEMBER, HOME, "c", "IAM.6", "HIGH");
    let threat = threat(MEMBER, HOME, "t", "HIGH");
    let mut findings = vec![known, absent, excused, threat];
    let demo = controls_of_the_demo();
    findings.extend(
        demo.iter()
            .map(|id| control(MEMBER, HOME, &format!("demo-{id}"), id, "LOW")),
    );
    import(&soc.cloud, MEMBER, HOME, &findings);
    soc.hubward(["findings", "sync"]).expect(0);
    let add = [
        "exception",
        "add",
        "--control",
        "IAM.6",
        "--account",
        MEMBER,
    ];
    let until = super::exceptions::day(30);
    let why = ["--reason", "a token is on its way", "--until", &until];
    soc.hubward(add.into_iter().chain(why)).expect(0);
    let build = ["report", "build", MEMBER, "--out", "reports", "--period"];
    soc.hubward(build.into_iter().chain(["2026-W48"])).expect(0);
    let book = office::read(&soc.path(&format!("reports/{MEMBER}_2026-W48.xlsx")), &[]);
    let sheet = |name: &str| {
        let sheets = book.as_array().unwrap().iter();
        let found = sheets.clone().find(|sheet| sheet["name"] == name);
        found.unwrap()["rows"].clone()
    };
    let controls = sheet("Controls");
    let column = |name: &str| {
        let header = controls[0].as_array().unwrap();
        header.iter().position(|cell| cell == name).unwrap()
    };
    let (link, what) = (
        column("Guide to controls and threats"),
        column("What to do"),
    );
    let (mut guided, mut left_to_aws) = (Vec::new(), Vec::new());
    for row in controls.as_array().unwrap().iter().skip(1) {
        let id = row[0].as_str().unwrap();
        let answer = row[link].as_str().unwrap();
        if answer == format!("https://wiki.example.com/guide/en/{id}.html") {
            guided.push(id);
        } else {
            let page = format!("https://docs.aws.amazon.com/console/securityhub/{id}/remediation");
            assert_eq!(answer, page);
            left_to_aws.push(id);
        }
        assert!(row[what].as_str().unwrap().len() > 20, "{row}");
    }
    assert!(guided.contains(&"S3.1") && left_to_aws.contains(&"Amplify.1"));
    // Of the demo's controls, one is explained by AWS only.
    for id in demo.iter().filter(|id| *id != "IAM.6") {
        let of_aws = left_to_aws.contains(&id.as_str());
        assert_eq!(of_aws, id == "CloudFront.1", "{id}");
        assert!(of_aws || guided.contains(&id.as_str()), "{id}");
    }
    let s3_1 = controls
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row[0] == "S3.1")
        .unwrap();
    assert_eq!(s3_1[column("Policy")], "Must");
    assert_eq!(s3_1[column("Effort")], "Minutes");
    // Findings under an exception are not counted, and are listed with its reason and end.
    let suppressed = sheet("Suppressed").to_string();
    assert!(suppressed.contains("a token is on its way") && suppressed.contains(&until));
    assert!(!sheet("Findings").to_string().contains("IAM.6"));
}

/// The ids of the controls that fail in the demo's reports.
fn controls_of_the_demo() -> Vec<String> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../packaging/demo.py");
    let text = fs::read_to_string(file).unwrap();
    let rows = text.lines().filter(|line| line.ends_with("\"FAILED\"),"));
    let ids: Vec<String> = rows
        .filter_map(|row| row.split('"').nth(1).map(str::to_owned))
        .collect();
    assert!(ids.len() > 3, "{ids:?}");
    ids
}

#[test]
fn an_account_s_page_leads_from_each_failed_control_to_what_to_do() {
    let soc = watched();
    let mut findings = vec![
        control(MEMBER, HOME, "a", "S3.8", "LOW"),
        control(MEMBER, HOME, "b", "S3.8", "HIGH"),
        control(MEMBER, HOME, "c", "CloudFront.1", "CRITICAL"),
        control(MEMBER, HOME, "d", "RDS.3", "MEDIUM"),
        control(MEMBER, HOME, "e", "<b>x", "LOW"),
    ];
    findings[3]["Compliance"]["Status"] = json!("PASSED");
    import(&soc.cloud, MEMBER, HOME, &findings);
    soc.hubward(["findings", "sync"]).expect(0);
    let made = soc
        .hubward(["token", "add", "v", "--role", "viewer"])
        .expect(0);
    let server = soc.serve();
    let browser = Browser::at(&server);
    browser.log_in(made.stdout.trim()).expect(303);
    let page = browser
        .open(&format!("/accounts/{MEMBER}?lang=en"))
        .expect(200)
        .body;
    let aws = "href=\"https://docs.aws.amazon.com/console/securityhub/CloudFront.1/remediation\"";
    let (first, second) = (
        page.find(aws).unwrap(),
        page.find("href=\"/guide/S3.8\"").unwrap(),
    );
    assert!(first < second, "the worst comes first");
    assert_eq!(page.matches("/guide/S3.8\"").count(), 1);
    let row = page[second..].split("</tr>").next().unwrap();
    assert!(row.contains("HIGH") && row.contains(">2<"), "{row}");
    assert!(!page.contains("/guide/RDS.3"));
    // An id that is not AWS's has no link.
    assert!(
        !page.contains("<b>x") && !page.contains("securityhub/<") && !page.contains("%3Cb%3Ex")
    );
}
