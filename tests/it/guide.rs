//! The guide: shown, checked, edited in a workbook and taken back, presented, published, and served.

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
    // A control of AWS's that the guide does not have: its own page helps.
    let absent = soc.hubward(["guide", "show", "Amplify.1"]).expect(1);
    assert!(
        absent
            .stderr
            .contains("https://docs.aws.amazon.com/console/securityhub/Amplify.1")
    );
    let unknown = soc.hubward(["guide", "show", "\u{1b}[2JNothing"]).expect(1);
    assert!(!unknown.stderr.contains('\u{1b}'));
    let right = soc.hubward(["guide", "check"]).expect(0);
    assert!(right.stderr.contains("Nothing is wrong"), "{right:?}");
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

    // Somebody of the SOC relaxes a policy and adds a line, in a program of their own.
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
    // Without a place for it there is nothing to import into.
    let other = Soc::new();
    let refused = other
        .hubward(["guide", "import", path_str(&book)])
        .expect(1);
    assert!(refused.stderr.contains("guide.directory"), "{refused:?}");
}

#[test]
fn a_company_s_own_entry_stands_in_front_and_a_broken_one_is_told_of() {
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
    let told = rows.iter().find(|row| row["check"] == "guide").unwrap();
    assert_eq!(told["state"], "warn");
    assert!(
        told["hint"]
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
fn the_static_site_has_a_page_for_each_entry_and_nothing_foreign() {
    let soc = Soc::new();
    let site = soc.path("site");
    soc.hubward(["guide", "site", path_str(&site)]).expect(0);
    let list = soc.hubward(["guide", "list", "--json"]).expect(0).json();
    for lang in ["ja", "en"] {
        let index = fs::read_to_string(site.join(lang).join("index.html")).unwrap();
        for row in list.as_array().unwrap() {
            let name = format!("{}.html", row["control"].as_str().unwrap());
            assert!(index.contains(&format!("href=\"{name}\"")), "{name}");
            let page = fs::read_to_string(site.join(lang).join(&name)).unwrap();
            assert!(page.contains("Content-Security-Policy") && !page.contains("<script"));
            // Links within the site lead somewhere.
            for link in page.split("href=\"").skip(1) {
                let link = link.split('"').next().unwrap();
                if !link.starts_with("https://") {
                    assert!(site.join(lang).join(link).exists(), "{name}: {link}");
                }
            }
        }
    }
    assert!(
        fs::read_to_string(site.join("guide.css"))
            .unwrap()
            .contains("@media print")
    );
}

#[test]
fn the_server_s_guide_is_for_whoever_is_logged_in_and_can_be_searched() {
    let soc = Soc::new();
    let made = soc
        .hubward(["token", "add", "v", "--role", "viewer"])
        .expect(0);
    let server = soc.serve();
    let browser = Browser::at(&server);
    for path in ["/guide", "/guide/S3.1"] {
        let page = browser.open(path);
        assert_eq!(page.status, 303, "{path}");
    }
    browser.log_in(made.stdout.trim()).expect(303);
    let all = browser.open("/guide?lang=en").expect(200).body;
    assert!(all.contains("href=\"/guide/S3.1\"") && all.contains("href=\"/guide/IAM.6\""));
    let found = browser
        .open("/guide?q=block%20public%20account")
        .expect(200)
        .body;
    assert!(found.contains("href=\"/guide/S3.1\"") && !found.contains("href=\"/guide/IAM.6\""));
    let found = browser.open("/guide?q=%3Cscript%3E").expect(200).body;
    assert!(
        !found.contains("<script") && found.contains("&#60;script") || found.contains("&lt;script")
    );
    let page = browser.open("/guide/s3.1?lang=ja").expect(200);
    for words in ["リスク", "必須", "href=\"/guide/S3.2\"", "<pre><code"] {
        assert!(page.body.contains(words), "{words}");
    }
    assert!(!page.body.contains("<script"));
    browser.open("/guide/Nothing.1").expect(404);
    browser.open("/guide/..%2f..%2fetc").expect(404);
}

#[test]
fn every_failed_control_of_a_report_has_guidance_or_aws_s_page() {
    let soc = watched();
    soc.configure("[guide]\nsite = \"https://wiki.example.com/guide\"");
    let known = control(MEMBER, HOME, "a", "S3.1", "HIGH");
    let absent = control(MEMBER, HOME, "b", "Amplify.1", "LOW");
    let excused = control(MEMBER, HOME, "c", "IAM.6", "HIGH");
    let findings = [known, absent, excused, threat(MEMBER, HOME, "t", "HIGH")];
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
    for row in controls.as_array().unwrap().iter().skip(1) {
        let told = row[link].as_str().unwrap();
        let expected = match row[0].as_str().unwrap() {
            "Amplify.1" => "https://docs.aws.amazon.com/console/securityhub/Amplify.1/remediation",
            "S3.1" => "https://wiki.example.com/guide/en/S3.1.html",
            _ => continue,
        };
        assert_eq!(told, expected);
        assert!(row[what].as_str().unwrap().len() > 20, "{row}");
    }
    let s3_1 = controls
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row[0] == "S3.1")
        .unwrap();
    assert_eq!(s3_1[column("Policy")], "Must");
    assert_eq!(s3_1[column("Effort")], "Minutes");
    // What an exception covers is not counted, and stands there with its reason and its end.
    let suppressed = sheet("Suppressed").to_string();
    assert!(suppressed.contains("a token is on its way") && suppressed.contains(&until));
    assert!(!sheet("Findings").to_string().contains("IAM.6"));
}
