//! Reports of accounts that are not watched, or not everywhere, or of which that is not known: none of them says that
//! all is well.

use serde_json::{Value, json};

use super::findings::{MEMBER, OTHER};
use super::report::rows;
use crate::harness::findings::{control, import, threat};
use crate::harness::soc::{HOME, LINKED, Soc};

const NEVER: &str = "333333333333";
const INVITED: &str = "444444444444";
const DASH: &str = "–";

/// A SOC whose ledger has these accounts, in English and in Japanese in turn, with findings mirrored.
fn soc(accounts: &[&str]) -> Soc {
    let soc = Soc::new();
    let mut ledger = String::from("Account ID,Project,Contact email,Language\n");
    for (account, language) in accounts.iter().zip(["en", "ja"].into_iter().cycle()) {
        ledger.push_str(&format!("{account},P{account},a@example.com,{language}\n"));
    }
    let file = soc.write("ledger.csv", ledger);
    soc.hubward(["ledger", "import", file.to_str().unwrap()])
        .expect(0);
    soc
}

fn build(soc: &Soc, more: &[&str], code: i32) -> Value {
    let words = [
        "report", "build", "--out", "r", "--period", "2026-W47", "--json",
    ];
    let built = soc.hubward(words.into_iter().chain(more.iter().copied()));
    built.expect(code).json()
}

fn summary(soc: &Soc, name: &str, sheet: &str) -> Vec<Vec<String>> {
    rows(&soc.path(&format!("r/{name}_2026-W47.xlsx")), sheet)
}

/// The row of a table on the first sheet.
fn row<'r>(summary: &'r [Vec<String>], first: &str) -> &'r [String] {
    let found = summary.iter().find(|row| row[0] == first);
    found.unwrap_or_else(|| panic!("no row {first} in {summary:?}"))
}

fn denied(soc: &Soc) {
    for operation in ["GetMembers", "ListMembers"] {
        soc.cloud.fault(&json!({
            "service": "securityhub", "operation": operation,
            "error": { "code": "AccessDeniedException", "message": "no", "status": 403 },
        }));
    }
}

/// Makes what checks recorded older than `check.watch`.
fn age(soc: &Soc) {
    soc.database
        .rewrite("UPDATE memberships SET seen_at = '2026-01-01T00:00:00Z'");
}

#[test]
fn an_account_that_is_watched_nowhere_gets_no_report_and_is_first_in_the_overview() {
    let soc = soc(&[MEMBER, INVITED, NEVER]);
    soc.join(MEMBER, &[HOME, LINKED]);
    soc.hubward(["invite", INVITED]).expect(0);
    soc.hubward(["findings", "sync"]).expect(0);
    soc.cloud.forget_calls();
    for format in ["xlsx", "csv", "json"] {
        let built = build(&soc, &["--format", format], 0);
        let row = |id: &str| {
            let rows = built.as_array().unwrap().iter();
            rows.clone().find(|row| row["account_id"] == id).unwrap()
        };
        assert_eq!(row(MEMBER)["outcome"], "written");
        assert_eq!(row(MEMBER)["open"], 0, "it is watched: zero is zero");
        for (id, verdict) in [(NEVER, "not_invited"), (INVITED, "invited")] {
            let row = row(id);
            assert_eq!(row["outcome"], "skipped", "{row}");
            assert_eq!(row["detail"], "not watched");
            assert_eq!((&row["file"], &row["open"]), (&Value::Null, &Value::Null));
            for region in row["regions"].as_array().unwrap() {
                assert_eq!(region["watched"], false, "{region}");
                assert_eq!(region["verdict"], verdict, "{region}");
            }
            let file = soc.path(&format!("r/{id}_2026-W47.{format}"));
            assert!(!file.exists(), "{file:?}");
        }
    }
    assert_eq!(soc.cloud.mutating_calls(), Vec::<Value>::new());

    let overview = summary(&soc, "overview", "サマリー");
    let text = overview.concat().join(" ");
    assert!(text.contains("未監視: 3アカウント中 2アカウント"), "{text}");
    let ids: Vec<&str> = overview
        .iter()
        .map(|row| row[0].as_str())
        .filter(|first| [MEMBER, NEVER, INVITED].contains(first))
        .collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(ids[2], MEMBER, "those that are not watched come first");
    for (id, verdict) in [
        (NEVER, "未監視（未招待）"),
        (INVITED, "未監視（招待済み・未承諾）"),
    ] {
        let row = row(&overview, id);
        assert!(row[1].contains(verdict), "{row:?}");
        assert!(row[3..10].iter().all(|cell| cell == DASH), "{row:?}");
    }
    let json = std::fs::read_to_string(soc.path("r/overview_2026-W47.json")).unwrap();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        json.as_array().unwrap().len(),
        4,
        "two accounts in two Regions"
    );
    assert_eq!(json[0]["change"], "not_watched");
    assert_eq!(json[0]["severity"], Value::Null);

    // Named, it leaves something to do, and not a single file.
    for (lang, words) in [("en", "not watched"), ("ja", "未監視")] {
        let words_of = ["report", "build", NEVER, "--out", "alone", "--lang", lang];
        let said = soc.hubward(words_of).expect(3);
        assert!(said.stdout.contains(words), "{said:?}");
        assert!(
            said.stderr.contains(NEVER) && said.stderr.contains("hubward check"),
            "{said:?}"
        );
    }
    assert!(!soc.path("alone").exists());
}

#[test]
fn a_region_that_is_not_watched_has_no_numbers_in_any_format() {
    let soc = soc(&[MEMBER, OTHER]);
    for account in [MEMBER, OTHER] {
        soc.join(account, &[HOME]);
        let mut passed = control(account, HOME, "p", "S3.2", "INFORMATIONAL");
        passed["Compliance"]["Status"] = json!("PASSED");
        let failed = control(account, HOME, "f", "S3.1", "HIGH");
        import(&soc.cloud, account, HOME, &[passed, failed]);
    }
    soc.hubward(["findings", "sync"]).expect(0);
    let built = build(&soc, &[], 0);
    assert_eq!(built[0]["open"], 1);
    assert_eq!(built[0]["regions"][1]["watched"], false);
    for (account, sheet, words) in [
        (MEMBER, "Summary", "NOT WATCHED: us-east-1"),
        (OTHER, "サマリー", "未監視のリージョン: us-east-1"),
    ] {
        let summary = summary(&soc, account, sheet);
        let text = summary.concat().join(" ");
        assert!(text.contains(words), "{words}: {text}");
        let home = row(&summary, HOME);
        assert_eq!(
            (home[8].as_str(), home[9].as_str()),
            ("1", "50 %"),
            "{home:?}"
        );
        let linked = row(&summary, LINKED);
        assert_eq!(linked[6..10], [DASH, "", DASH, DASH], "{linked:?}");
    }
    let controls = summary(&soc, MEMBER, "Controls");
    let at = controls[0].iter().position(|it| it == "Failed by Region");
    assert_eq!(
        controls[1][at.unwrap()],
        format!("{HOME}: 1\n{LINKED}: {DASH}")
    );
    let findings = summary(&soc, MEMBER, "Threats").concat().join(" ");
    assert!(
        findings.contains(&format!("only about the watched Regions: {HOME}")),
        "{findings}"
    );

    build(&soc, &["--format", "json"], 0);
    build(&soc, &["--format", "csv"], 0);
    let read = |format: &str| {
        std::fs::read_to_string(soc.path(&format!("r/{MEMBER}_2026-W47.{format}"))).unwrap()
    };
    let json: Value = serde_json::from_str(&read("json")).unwrap();
    assert_eq!(json[0]["change"], "not_watched");
    assert_eq!(json[0]["region"], LINKED);
    assert_eq!(json[0]["age_days"], Value::Null);
    assert_eq!(json[1]["control_id"], "S3.1");
    let csv = read("csv");
    let first = csv.lines().nth(1).unwrap();
    assert!(
        first.contains("NOT WATCHED") && first.contains(LINKED),
        "{csv}"
    );
}

#[test]
fn what_cannot_be_read_is_unknown_gets_its_report_and_says_so() {
    let soc = soc(&[MEMBER, OTHER]);
    soc.join(MEMBER, &[HOME, LINKED]);
    soc.hubward(["findings", "sync"]).expect(0);
    denied(&soc);
    let words = [
        "report", "build", "--out", "r", "--period", "2026-W47", "--json",
    ];
    let built = soc.hubward(words).expect(0);
    assert!(built.stderr.contains("AccessDenied"), "{built:?}");
    let built = built.json();
    for index in 0..2 {
        assert_eq!(built[index]["outcome"], "written");
        assert_eq!(built[index]["open"], Value::Null, "{built}");
        assert_eq!(built[index]["regions"][0]["watched"], Value::Null);
    }
    for (account, sheet, words) in [
        (MEMBER, "Summary", "UNKNOWN whether watched"),
        (OTHER, "サマリー", "監視の状況が不明なリージョン"),
    ] {
        let cells = summary(&soc, account, sheet).concat();
        let text = cells.join(" ");
        assert!(
            text.contains(words) && !text.contains("AccessDenied"),
            "{text}"
        );
        assert!(
            cells
                .iter()
                .all(|cell| cell != "0" && !cell.contains("100 %")),
            "{text}"
        );
    }

    // Known findings are not withheld.
    soc.cloud.clear_faults();
    import(
        &soc.cloud,
        MEMBER,
        HOME,
        &[threat(MEMBER, HOME, "t", "CRITICAL")],
    );
    soc.hubward(["findings", "sync"]).expect(0);
    denied(&soc);
    assert_eq!(build(&soc, &[MEMBER], 0)[0]["open"], 1);
}

#[test]
fn a_recent_check_is_enough_and_an_old_one_is_not() {
    let soc = soc(&[MEMBER]);
    soc.join(MEMBER, &[HOME, LINKED]);
    soc.hubward(["findings", "sync"]).expect(0);
    let checked = soc.hubward(["check", "--json"]).json();
    denied(&soc);
    soc.cloud.forget_calls();
    let built = build(&soc, &[], 0);
    for region in built[0]["regions"].as_array().unwrap() {
        assert_eq!(region["watched"], true, "{region}");
        assert_eq!(region["verdict"], checked[0]["verdict"]);
    }
    assert_eq!(soc.cloud.calls(), Vec::<Value>::new(), "AWS was not asked");
    age(&soc);
    let built = build(&soc, &[], 0);
    assert_eq!(built[0]["regions"][0]["watched"], Value::Null, "{built}");
    soc.cloud.clear_faults();
    let built = build(&soc, &[], 0);
    assert_eq!(built[0]["regions"][0]["watched"], true, "{built}");
}

#[test]
fn what_is_known_of_a_membership_that_ended_is_no_longer_counted() {
    let soc = soc(&[MEMBER]);
    soc.join(MEMBER, &[HOME, LINKED]);
    for region in [HOME, LINKED] {
        let found = control(MEMBER, region, "f", "S3.1", "HIGH");
        import(&soc.cloud, MEMBER, region, &[found]);
    }
    soc.hubward(["findings", "sync"]).expect(0);
    assert_eq!(build(&soc, &[], 0)[0]["open"], 2);
    soc.resign(MEMBER, LINKED);
    let built = build(&soc, &[], 0);
    assert_eq!(built[0]["open"], 1);
    assert_eq!(built[0]["regions"][1]["verdict"], "resigned");
    let first = summary(&soc, MEMBER, "Summary");
    let text = first.concat().join(" ");
    for words in [
        "NOT WATCHED: us-east-1",
        "1 finding from the time when the Region was watched is left out",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(row(&first, LINKED)[2], "NOT WATCHED: ended by the member");
    assert_eq!(summary(&soc, MEMBER, "Findings").len(), 2);
    soc.resign(MEMBER, HOME);
    let built = build(&soc, &[], 0);
    assert_eq!(built[0]["outcome"], "skipped", "{built}");
    assert_eq!(built[1]["open"], Value::Null, "the overview of nothing");
    let overview = summary(&soc, "overview", "サマリー").concat();
    assert!(
        overview
            .iter()
            .all(|cell| cell != "0" && !cell.contains("100 %")),
        "{overview:?}"
    );
}

#[test]
fn a_report_of_this_week_says_that_it_is_an_interim_one() {
    let soc = soc(&[MEMBER, OTHER]);
    for account in [MEMBER, OTHER] {
        soc.join(account, &[HOME, LINKED]);
    }
    soc.hubward(["findings", "sync"]).expect(0);
    let built = soc.hubward(["report", "build", "--out", "r", "--json"]);
    let built = built.expect(0).json();
    assert_eq!(built[0]["interim"], true);
    for (index, sheet, words) in [
        (0, "Summary", "INTERIM REPORT"),
        (1, "サマリー", "中間レポート"),
    ] {
        let file = soc.path(built[index]["file"].as_str().unwrap());
        let text = rows(&file, sheet).concat().join(" ");
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(build(&soc, &[], 0)[0]["interim"], false);
}
