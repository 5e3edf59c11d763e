//! Accounts added and edited by an operator's command: the same rules, diff and audit events as for
//! a file.

use serde_json::{Value, json};

use crate::harness::soc::{HOME, LINKED, Soc};

const ORDERS: &str = "111111111111";

fn accounts(soc: &Soc) -> Value {
    soc.hubward(["account", "list", "--json"]).expect(0).json()
}

fn events(soc: &Soc) -> usize {
    let events = soc.hubward(["audit", "list", "--json"]).expect(0).json();
    events.as_array().unwrap().len()
}

#[test]
fn an_account_is_added_and_edited_and_its_history_says_who_whence_and_when() {
    let soc = Soc::new();
    let add = [
        "account",
        "add",
        ORDERS,
        "--project",
        "受注",
        "--contact-email",
        "mika@example.com",
        "--contact-email",
        "ops@example.com",
        "--region",
        LINKED,
        "--set",
        "費用コード=007",
        "--json",
    ];
    let mut dry = add.to_vec();
    dry.push("--dry-run");
    let planned = soc.hubward(dry).expect(0).json();
    assert_eq!(
        (&planned["written"], accounts(&soc)),
        (&json!(false), json!([]))
    );
    assert_eq!(
        planned["effects"]["invitations"],
        json!([{ "account_id": ORDERS, "region": LINKED }])
    );
    let added = soc.hubward(add).expect(0).json();
    assert_eq!(added["added"], planned["added"]);
    let row = &accounts(&soc)[0];
    assert_eq!(
        row["contact_emails"],
        json!(["mika@example.com", "ops@example.com"])
    );
    assert_eq!(
        (&row["extra"]["費用コード"], &row["language"]),
        (&json!("007"), &json!("ja"))
    );
    // Adding an account twice is an error, and so is editing a missing one.
    soc.hubward([
        "account",
        "add",
        ORDERS,
        "--project",
        "B",
        "--contact-email",
        "b@example.com",
    ])
    .expect(1);
    soc.hubward(["account", "edit", "222222222222", "--project", "B"])
        .expect(1);

    // Only the given values change.
    let edited = soc
        .hubward([
            "account",
            "edit",
            ORDERS,
            "--contact",
            "Ken",
            "--region",
            HOME,
            "--region",
            LINKED,
            "--json",
        ])
        .expect(0)
        .json();
    let fields: Vec<&str> = edited["changed"][0]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["contact", "regions"]);
    assert_eq!(
        edited["effects"]["invitations"],
        json!([{ "account_id": ORDERS, "region": HOME }])
    );
    assert_eq!(accounts(&soc)[0]["extra"]["費用コード"], "007");
    let before = events(&soc);
    let nothing = soc
        .hubward(["account", "edit", ORDERS, "--contact", "Ken", "--json"])
        .expect(0);
    assert_eq!(
        (nothing.json()["written"].clone(), events(&soc)),
        (json!(false), before)
    );

    // Leaving needs a confirmation, and shows what stops.
    let leaving = ["account", "edit", ORDERS, "--state", "leaving"];
    soc.hubward(leaving).expect(1);
    assert_eq!(accounts(&soc)[0]["state"], "active");
    let said = soc.hubward([&leaving[..], &["--yes"]].concat()).expect(0);
    assert!(
        said.stderr.contains("reports stop") && said.stderr.contains("alerts stop"),
        "{said:?}"
    );

    // A file, and then the history: who, from where, when.
    let file = soc.write(
        "台帳.csv",
        format!("Account ID,Project,Contact email,State\n{ORDERS},受注2,mika@example.com,active\n"),
    );
    let bytes = std::fs::read(&file).unwrap();
    soc.hubward([
        "ledger",
        "import",
        file.to_str().unwrap(),
        "--yes",
        "--force",
    ])
    .expect(0);
    let history = soc
        .hubward(["account", "history", ORDERS, "--json"])
        .expect(0)
        .json();
    let history = history.as_array().unwrap();
    assert_eq!(history.len(), 4);
    for event in &history[..3] {
        assert_eq!(event["detail"]["by"], "command line");
        assert!(event["actor"].as_str().unwrap().starts_with("operator:"));
        assert!(event["at"].as_str().unwrap().ends_with('Z'));
    }
    let from_file = &history[3]["detail"];
    let sha256 = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(bytes));
    assert_eq!(
        (&from_file["file"], &from_file["sha256"]),
        (&json!("台帳.csv"), &json!(sha256))
    );
    let table = soc.hubward(["account", "history", ORDERS]).expect(0).stdout;
    assert!(
        table.contains(&sha256[..8]) && table.contains("command"),
        "{table}"
    );
}

#[test]
fn a_value_that_no_file_may_hold_is_refused_here_too() {
    let soc = Soc::new();
    let before = events(&soc);
    let bad = soc
        .hubward([
            "account",
            "add",
            ORDERS,
            "--project",
            "a\u{7}b",
            "--contact-email",
            "taro",
            "--region",
            "eu-west-9",
            "--language",
            "fr",
            "--report",
            "daily",
            "--state",
            "gone",
            "--standard",
            "fsbp",
            "--lang",
            "ja",
        ])
        .expect(1);
    for field in [
        "プロジェクト",
        "連絡先メール",
        "リージョン",
        "言語",
        "レポート",
        "状態",
        "セキュリティ基準",
    ] {
        assert!(
            bad.stderr.contains(field) || bad.stderr.contains("eu-west-9"),
            "{field}: {}",
            bad.stderr
        );
    }
    let missing = soc.hubward(["account", "add", ORDERS]).expect(1);
    assert!(missing.stderr.contains("Project") && missing.stderr.contains("Contact email"));
    let own = soc
        .hubward([
            "account",
            "add",
            "999999999999",
            "--project",
            "SOC",
            "--contact-email",
            "soc@example.com",
        ])
        .expect(1);
    assert!(own.stderr.contains("999999999999"));
    for set in ["nothing", "=x", "Project=stolen", "状態=left"] {
        soc.hubward(["account", "edit", ORDERS, "--set", set])
            .expect(1);
    }
    soc.hubward(["account", "add", "12345"]).expect(2);
    assert_eq!((accounts(&soc), events(&soc)), (json!([]), before));
}

#[test]
fn an_import_says_what_follows_before_it_is_made() {
    let soc = Soc::new();
    let rows: Vec<String> = (1..=8).map(|digit| digit.to_string().repeat(12)).collect();
    let ledger: Vec<_> = rows
        .iter()
        .map(|id| (id.as_str(), "P", "p@example.com"))
        .collect();
    soc.import(&ledger);
    soc.hubward(["invite", &rows[0]]).expect(0);
    soc.hubward(["check"]).expect(3);
    // One leaves, one wants no reports, one is new, and one comes back where it is already invited.
    let mut csv = String::from("Account ID,Project,Contact email,State,Report\n");
    for (id, rest) in [
        (&rows[1], "leaving,"),
        (&rows[2], "active,none"),
        (&"999000111222".to_owned(), "active,"),
    ] {
        csv.push_str(&format!("{id},P,p@example.com,{rest}\n"));
    }
    let file = soc.write("l.csv", csv);
    let file = file.to_str().unwrap();
    let dry = soc
        .hubward(["ledger", "import", file, "--dry-run", "--json"])
        .expect(0)
        .json();
    assert_eq!(dry["effects"]["invitations"].as_array().unwrap().len(), 2);
    assert_eq!(
        dry["effects"]["invitations"][0]["account_id"],
        "999000111222"
    );
    assert_eq!(dry["effects"]["reports_stop"], json!([rows[1], rows[2]]));
    assert_eq!(dry["effects"]["alerts_stop"], json!([rows[1]]));
    let said = soc
        .hubward(["ledger", "import", file, "--dry-run", "--lang", "ja"])
        .expect(0);
    assert!(
        said.stderr
            .contains("招待が必要になります: 1アカウント、計2件"),
        "{said:?}"
    );
    assert!(
        said.stdout.contains("report: \"weekly\" -> \"none\""),
        "{}",
        said.stdout
    );
}
