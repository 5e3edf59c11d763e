//! Scheduled reports, each delivered once to each destination: a directory, a bucket, the contacts'
//! mail, and a message to the chat. After an interruption the rest follows; failures are retried
//! and reported.

use std::process::Stdio;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::harness::aws::{block_on, s3};
use crate::harness::browser::Browser;
use crate::harness::findings::{control, import, threat};
use crate::harness::mailbox::Mailbox;
use crate::harness::receiver::Receiver;
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc};

use super::findings::{MEMBER, OTHER, watched};

const BUCKET: &str = "soc-reports";
const MONTHLY: &str = "333333333333";
const SILENT: &str = "444444444444";

/// The last complete week and month in Tokyo, and the key of the week's reports.
fn periods() -> (String, String, String) {
    let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
    let today = tokyo.to_datetime(Timestamp::now()).date();
    let monday = today
        .tomorrow()
        .unwrap()
        .nth_weekday(-1, Weekday::Monday)
        .unwrap();
    let sunday = monday.yesterday().unwrap();
    let week = sunday.iso_week_date();
    let month = today.first_of_month().yesterday().unwrap();
    (
        format!("{:04}-W{:02}", week.year(), week.week()),
        month.strftime("%Y-%m").to_string(),
        sunday.strftime("reports/%Y/%m").to_string(),
    )
}

/// A SOC with findings of two accounts, and reports with all kinds of destinations.
fn sending(mailbox: &Mailbox, chat: &Receiver) -> Soc {
    let soc = watched();
    soc.configure(&format!(
        "[reports]\ndirectory = \"reports\"\nbucket = \"{BUCKET}\"\nmail = true\n\
         [mail]\nsmtp_url = \"{}\"\nfrom = \"SOC <soc@example.com>\"\n\
         [[channels]]\nname = \"chat\"\nkind = \"webhook\"\nurl = \"{}\"\nallow_private = true\n\
         [[routes]]\nevent = \"report\"\nchannel = \"chat\"\n\
         [[routes]]\nevent = \"operations\"\nchannel = \"chat\"",
        mailbox.url(),
        chat.url()
    ));
    let bucket = s3(&soc.cloud, ADMINISTRATOR, "us-east-1");
    block_on(bucket.create_bucket().bucket(BUCKET).send()).unwrap();
    import(
        &soc.cloud,
        MEMBER,
        HOME,
        &[
            control(MEMBER, HOME, "a", "S3.1", "HIGH"),
            threat(MEMBER, HOME, "t", "CRITICAL"),
        ],
    );
    let secret = control(OTHER, HOME, "secret-of-the-other", "KMS.4", "LOW");
    import(&soc.cloud, OTHER, HOME, &[secret]);
    soc.hubward(["findings", "sync"]).expect(0);
    soc
}

fn keys(soc: &Soc) -> Vec<String> {
    let bucket = s3(&soc.cloud, ADMINISTRATOR, "us-east-1");
    let listed = block_on(bucket.list_objects_v2().bucket(BUCKET).send()).unwrap();
    let keys = listed.contents().iter();
    keys.map(|it| it.key().unwrap().to_owned()).collect()
}

fn files(soc: &Soc) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(soc.path("reports")) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Account, destination and outcome of the rows.
fn outcomes(rows: &Value) -> Vec<String> {
    let rows = rows.as_array().unwrap().iter();
    let mut outcomes: Vec<String> = rows
        .map(|row| {
            let account = row["account_id"].as_str().unwrap_or("overview");
            let word = |key: &str| row[key].as_str().unwrap().to_owned();
            format!("{account} {} {}", word("destination"), word("outcome"))
        })
        .collect();
    outcomes.sort();
    outcomes
}

#[test]
fn each_report_goes_once_to_each_place() {
    let (mailbox, chat) = (Mailbox::start(), Receiver::start());
    let soc = sending(&mailbox, &chat);
    let (week, _, month) = periods();
    let rows = soc.hubward(["run", "report", "--json"]).expect(0).json();
    let mut expected: Vec<String> = [MEMBER, OTHER]
        .iter()
        .flat_map(|id| {
            ["directory", "bucket", "mail", "channels"].map(|to| format!("{id} {to} sent"))
        })
        .collect();
    expected.extend(["directory", "bucket"].map(|to| format!("overview {to} sent")));
    expected.sort();
    assert_eq!(outcomes(&rows), expected);
    assert_eq!(
        files(&soc),
        [MEMBER, OTHER, "overview"].map(|name| format!("{name}_{week}.xlsx"))
    );
    assert_eq!(
        keys(&soc),
        [MEMBER, OTHER, "overview"].map(|name| format!("{month}/{name}_{week}.xlsx"))
    );
    let bucket = s3(&soc.cloud, ADMINISTRATOR, "us-east-1");
    for key in keys(&soc) {
        let head = block_on(bucket.head_object().bucket(BUCKET).key(&key).send()).unwrap();
        let by = head
            .server_side_encryption()
            .map(|by| by.as_str().to_owned());
        assert_eq!(by.as_deref(), Some("AES256"), "{key}");
    }

    let mails = mailbox.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].to, ["a@example.com"]);
    assert_eq!(mails[1].to, ["b@example.com"]);
    for (mail, own, other) in [(&mails[0], MEMBER, OTHER), (&mails[1], OTHER, MEMBER)] {
        assert!(
            mail.text
                .contains(&format!("<report.{own}.{week}@example.com>"))
        );
        assert!(
            mail.text
                .contains(&format!("filename=\"{own}_{week}.xlsx\""))
        );
        let workbook = attached(&mail.text);
        let kept = std::fs::read(soc.path(&format!("reports/{own}_{week}.xlsx"))).unwrap();
        assert!(workbook == kept, "the same as in the directory");
        let file = soc.write("attached.xlsx", workbook);
        assert!(!super::report::inside(&file).contains(other));
    }
    assert!(mails[0].text.contains("Subject: AWS security report"));
    assert!(
        mails[0].text.contains("(critical 1, high 1)"),
        "{}",
        mails[0].text
    );

    soc.hubward(["run", "deliver"]).expect(0);
    let messages = chat.bodies();
    assert_eq!(messages.len(), 1, "{messages:#?}");
    assert_eq!(messages[0]["type"], "report.delivered");
    assert_eq!(messages[0]["data"]["period"], week.as_str());
    assert_eq!(messages[0]["data"]["count"], 2);
    assert_eq!(
        messages[0]["data"]["reports"][0]["account_id"], MEMBER,
        "the worst first"
    );

    // Again: nothing is left to do.
    for words in [
        &["run", "report", "--json"][..],
        &["report", "send", "--json"],
    ] {
        let rows = soc.hubward(words.iter().copied()).expect(0).json();
        let rows = outcomes(&rows);
        assert_eq!(rows.len(), expected.len());
        assert!(rows.iter().all(|row| row.ends_with("already")), "{rows:?}");
    }
    soc.hubward(["run", "deliver"]).expect(0);
    assert_eq!((mailbox.mails().len(), chat.bodies().len()), (2, 1));

    // Unless an operator requests it: then as a new mail, not as a repetition.
    let rows = soc
        .hubward(["report", "send", MEMBER, "--again", "--yes", "--json"])
        .expect(0)
        .json();
    assert_eq!(outcomes(&rows).len(), 4);
    let mails = mailbox.mails();
    assert_eq!(mails.len(), 3);
    assert_eq!(mails[2].to, ["a@example.com"]);
    assert!(
        mails[2]
            .text
            .contains(&format!("<report.{MEMBER}.{week}.1@example.com>"))
    );
    let audit = soc.hubward(["audit", "list", "--json"]).expect(0).json();
    let sent = audit.as_array().unwrap().iter();
    let sent = sent
        .filter(|event| event["action"] == "report.sent")
        .count();
    assert_eq!(sent, 8 + 3);
    soc.hubward(["audit", "verify"]).expect(0);
}

/// The attachment of a mail.
fn attached(mail: &str) -> Vec<u8> {
    let (_, part) = mail.split_once("Content-Disposition: attachment").unwrap();
    let (_, body) = part.split_once("\n\n").unwrap();
    let (body, _) = body.split_once("\n--").unwrap();
    let base64: String = body.split_whitespace().collect();
    STANDARD.decode(base64).unwrap()
}

#[test]
fn the_cadence_says_who_gets_which_period() {
    let soc = Soc::new();
    let ledger = soc.write(
        "ledger.csv",
        format!(
            "Account ID,Project,Contact email,Report,State\n{MEMBER},A,a@example.com,weekly,\n\
             {MONTHLY},C,c@example.com,monthly,\n{SILENT},D,d@example.com,none,\n\
             555555555555,E,e@example.com,weekly,leaving\n"
        ),
    );
    soc.hubward(["ledger", "import", ledger.to_str().unwrap()])
        .expect(0);
    for account in [MEMBER, MONTHLY, SILENT] {
        soc.join(account, &[HOME, LINKED]);
    }
    soc.configure("[reports]\ndirectory = \"reports\"");
    let (week, month, _) = periods();
    // Without any sync, a report would look as if all were well.
    let refused = soc.hubward(["run", "report"]).expect(1);
    assert!(
        refused.stderr.contains("never been fetched completely")
            && refused.stderr.contains("hubward findings sync"),
        "{refused:?}"
    );
    assert!(files(&soc).is_empty());
    soc.hubward(["findings", "sync"]).expect(0);
    soc.hubward(["run", "report"]).expect(0);
    let mut expected = vec![
        format!("{MEMBER}_{week}.xlsx"),
        format!("{MONTHLY}_{month}.xlsx"),
        format!("overview_{month}.xlsx"),
        format!("overview_{week}.xlsx"),
    ];
    expected.sort();
    assert_eq!(files(&soc), expected);
    // An account without reports gets one if it is requested by its id.
    soc.hubward(["report", "send", SILENT, "--yes"]).expect(0);
    assert!(files(&soc).contains(&format!("{SILENT}_{week}.xlsx")));
    soc.hubward(["report", "send", "999999999998"]).expect(1);
    soc.hubward(["report", "send", "--period", "2026-W54"])
        .expect(2);
}

#[test]
fn without_a_destination_it_says_what_to_set() {
    let soc = Soc::new();
    soc.import(&[(MEMBER, "A", "a@example.com")]);
    let refused = soc.hubward(["run", "report"]).expect(1);
    assert!(refused.stderr.contains("reports.directory"), "{refused:?}");
}

#[test]
fn what_fails_is_tried_again_and_then_given_up_and_said() {
    let chat = Receiver::start();
    let soc = Soc::new();
    soc.import(&[
        (MEMBER, "A", "a@example.com"),
        (OTHER, "B", "b@example.com"),
    ]);
    soc.join(MEMBER, &[HOME, LINKED]);
    soc.configure(&format!(
        "[reports]\ndirectory = \"reports\"\nbucket = \"no-such-bucket\"\n\
         [[channels]]\nname = \"chat\"\nkind = \"webhook\"\nurl = \"{}\"\nallow_private = true\n\
         [[routes]]\nevent = \"operations\"\nchannel = \"chat\"",
        chat.url()
    ));
    soc.hubward(["findings", "sync"]).expect(0);
    let failed = soc
        .hubward(["report", "send", MEMBER, "--yes", "--json"])
        .expect(1)
        .json();
    assert_eq!(failed[0]["outcome"], "sent");
    assert_eq!(failed[1]["outcome"], "failed");
    let why = failed[1]["detail"].as_str().unwrap();
    assert!(
        why.contains("s3:PutObject") && why.contains("NoSuchBucket"),
        "{why}"
    );
    for _ in 0..4 {
        soc.hubward(["report", "send", MEMBER, "--yes"]).expect(1);
    }
    soc.hubward(["run", "deliver"]).expect(0);
    let messages = chat.bodies();
    assert_eq!(messages.len(), 1, "{messages:#?}");
    assert_eq!(messages[0]["data"]["trouble"], "report_not_sent");
    assert_eq!(messages[0]["data"]["destination"], "bucket");
    // It is not retried until an operator requests it.
    soc.cloud.forget_calls();
    soc.hubward(["report", "send", MEMBER]).expect(1);
    assert!(soc.cloud.mutating_calls().is_empty());
    let bucket = s3(&soc.cloud, ADMINISTRATOR, "us-east-1");
    block_on(bucket.create_bucket().bucket("no-such-bucket").send()).unwrap();
    soc.hubward(["report", "send", MEMBER, "--again", "--yes"])
        .expect(0);
}

#[test]
fn a_delivery_that_is_killed_continues_and_no_one_gets_two() {
    let (mailbox, chat) = (Mailbox::start(), Receiver::start());
    let soc = sending(&mailbox, &chat);
    // The other account's upload takes so long that the kill hits it: the first account's mail is
    // already sent.
    soc.cloud
        .fault(&json!({ "service": "s3", "operation": "PutObject", "latency_ms": 3000 }));
    let mut command = soc.program().args(["run", "report"]).command();
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut running = command.spawn().unwrap();
    while mailbox.mails().is_empty() {
        assert!(running.try_wait().unwrap().is_none(), "it ended");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    while !soc
        .path(&format!("reports/{OTHER}_{}.xlsx", periods().0))
        .exists()
    {
        assert!(running.try_wait().unwrap().is_none(), "it ended");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    // The file exists a moment before that is recorded; once the upload has begun, it is recorded.
    while soc.cloud.unfinished() == 0 {
        assert!(running.try_wait().unwrap().is_none(), "it ended");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    running.kill().unwrap();
    running.wait().unwrap();
    soc.cloud.settle();
    soc.cloud.clear_faults();

    let rows = soc.hubward(["run", "report", "--json"]).expect(0).json();
    let rows = outcomes(&rows);
    assert!(rows.contains(&format!("{MEMBER} mail already")), "{rows:?}");
    assert!(
        rows.contains(&format!("{OTHER} directory already")),
        "{rows:?}"
    );
    assert!(rows.contains(&format!("{OTHER} mail sent")), "{rows:?}");
    let to: Vec<_> = mailbox.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, [["a@example.com"], ["b@example.com"]]);
    soc.hubward(["run", "deliver"]).expect(0);
    let messages = chat.bodies();
    assert_eq!(messages.len(), 1, "{messages:#?}");
    assert_eq!(
        messages[0]["data"]["count"], 2,
        "both, though the first was sent before the cut"
    );
    assert_eq!(keys(&soc).len(), 3);
}

#[test]
fn the_server_sends_by_the_clock() {
    let soc = Soc::new();
    soc.import(&[(MEMBER, "A", "a@example.com")]);
    soc.join(MEMBER, &[HOME, LINKED]);
    // Every second; a new installation waits for its first due time.
    soc.configure("[reports]\nschedule = \"* * * * * *\"\ndirectory = \"reports\"");
    soc.hubward(["findings", "sync"]).expect(0);
    let server = soc.serve();
    while files(&soc).len() < 2 {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    drop(server);
    let (week, _, _) = periods();
    assert!(files(&soc).contains(&format!("{MEMBER}_{week}.xlsx")));
}

#[test]
fn a_report_too_large_to_attach_is_linked_for_who_has_no_login() {
    let (mailbox, chat) = (Mailbox::start(), Receiver::start());
    let soc = sending(&mailbox, &chat);
    let many: Vec<Value> = (0..400)
        .map(|number| {
            let mut finding = control(MEMBER, HOME, &format!("n{number}"), "S3.1", "HIGH");
            finding["UpdatedAt"] = json!(Timestamp::now().to_string());
            finding
        })
        .collect();
    for some in many.chunks(100) {
        import(&soc.cloud, MEMBER, HOME, some);
    }
    soc.hubward(["findings", "sync"]).expect(0);
    // As many letters as a cell can hold, all different.
    let mut state = 7_u64;
    for number in 0..400 {
        let title: String = std::iter::repeat_with(|| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            char::from(b'!' + 15 + u8::try_from((state >> 33) % 75).unwrap())
        })
        .filter(|char| *char != '\'')
        .take(32_000)
        .collect();
        soc.database.rewrite(&format!(
            "UPDATE findings SET title = '{title}' WHERE finding_id LIKE '%/n{number}'"
        ));
    }
    soc.hubward(["run", "report"]).expect(0);
    let mails = mailbox.mails();
    let text = mails[0].text.replace("=\n", "");
    assert!(!text.contains("Content-Disposition: attachment"));
    let (_, link) = text.split_once("/reports/").expect("a link");
    let link: String = link.chars().take_while(char::is_ascii_hexdigit).collect();

    let server = soc.serve();
    let reader = Browser::at(&server);
    let whole = reader.open(&format!("/reports/{link}")).expect(200);
    let name = format!("{MEMBER}_{}.xlsx", periods().0);
    let disposition = whole.header("content-disposition").unwrap();
    assert!(disposition.contains(&name), "{disposition}");
    // A link cannot be forged or changed.
    for made_up in [
        &link[2..],
        &format!("00{}", &link[2..]),
        "..%2fhubward.toml",
    ] {
        let refused = reader.open(&format!("/reports/{made_up}")).expect(404);
        assert!(refused.body.contains("<html"), "{}", refused.body);
    }
}

/// The current week and the next one in Tokyo.
fn this_week_and_the_next() -> (String, String) {
    let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
    let today = tokyo.to_datetime(Timestamp::now()).date();
    let week = |day: jiff::civil::Date| {
        let week = day.iso_week_date();
        format!("{:04}-W{:02}", week.year(), week.week())
    };
    (
        week(today),
        week(today.nth_weekday(1, Weekday::Monday).unwrap()),
    )
}

/// What is recorded of sendings.
fn recorded(soc: &Soc) -> Vec<String> {
    soc.database
        .read("SELECT account_id || ' ' || period FROM report_sendings ORDER BY 1")
}

#[test]
fn who_is_not_watched_gets_no_report_and_every_message_says_so() {
    let (mailbox, chat) = (Mailbox::start(), Receiver::start());
    let soc = sending(&mailbox, &chat);
    let (week, _, _) = periods();
    soc.import(&[
        (MEMBER, "Orders", "a@example.com"),
        (OTHER, "受注システム", "b@example.com"),
        (MONTHLY, "Half", "c@example.com"),
        (SILENT, "Never", "d@example.com"),
    ]);
    soc.join(MONTHLY, &[HOME]);
    let rows = soc.hubward(["run", "report", "--json"]).expect(0).json();
    let said = outcomes(&rows);
    for to in ["directory", "bucket", "mail", "channels"] {
        assert!(said.contains(&format!("{SILENT} {to} skipped")), "{said:?}");
        assert!(said.contains(&format!("{MONTHLY} {to} sent")), "{said:?}");
    }
    let skipped = rows.as_array().unwrap().iter();
    let skipped = skipped.filter(|row| row["outcome"] == "skipped");
    for row in skipped {
        assert_eq!(row["detail"], "not watched", "{row}");
    }
    let expected = [MEMBER, OTHER, MONTHLY, "overview"];
    assert_eq!(
        files(&soc),
        expected.map(|name| format!("{name}_{week}.xlsx"))
    );
    let mails = mailbox.mails();
    let to: Vec<&str> = mails.iter().map(|mail| mail.to[0].as_str()).collect();
    assert_eq!(to, ["a@example.com", "b@example.com", "c@example.com"]);
    let half = base64_body(&mails[2].text);
    assert!(
        half.contains(&format!("未監視のリージョン: {LINKED}")),
        "{half}"
    );
    assert!(!mails[0].text.contains("NOT WATCHED"), "{}", mails[0].text);
    soc.hubward(["run", "deliver"]).expect(0);
    let messages = chat.bodies();
    let data = &messages[0]["data"];
    assert_eq!(data["not_watched_count"], 1, "{data}");
    assert_eq!(data["not_watched"][0]["account_id"], SILENT);
    assert_eq!(data["count"], 3);
    assert_eq!(
        data["reports"][0]["account_id"], MONTHLY,
        "in part comes first"
    );
    assert_eq!(data["reports"][0]["not_watched"], json!([LINKED]));
    assert!(recorded(&soc).iter().all(|sent| !sent.starts_with(SILENT)));

    // Named, it is still skipped; and it gets its report once it has joined.
    let named = ["report", "send", SILENT, "--yes", "--lang", "ja"];
    let refused = soc.hubward(named).expect(3);
    assert!(refused.stdout.contains("未監視"), "{refused:?}");
    assert!(refused.stderr.contains(SILENT), "{refused:?}");
    soc.join(SILENT, &[HOME, LINKED]);
    soc.hubward(named).expect(0);
    assert!(files(&soc).contains(&format!("{SILENT}_{week}.xlsx")));
}

/// The text of a mail in Japanese, whose first part is its text.
fn base64_body(mail: &str) -> String {
    let (_, part) = mail
        .split_once("Content-Transfer-Encoding: base64")
        .unwrap();
    let (_, body) = part.split_once("\n\n").unwrap();
    let (body, _) = body.split_once("\n--").unwrap();
    let base64: String = body.split_whitespace().collect();
    String::from_utf8(STANDARD.decode(base64).unwrap()).unwrap()
}

#[test]
fn a_period_that_is_not_over_is_sent_only_as_an_interim_report() {
    let (mailbox, chat) = (Mailbox::start(), Receiver::start());
    let soc = sending(&mailbox, &chat);
    let (this, next) = this_week_and_the_next();
    let send = |period: &str, more: &[&str]| {
        let words = ["report", "send", "--yes", "--period", period];
        soc.hubward(words.into_iter().chain(more.iter().copied()))
    };
    let refused = send(&this, &[]).expect(1);
    for words in [&this, "is not over", "--interim"] {
        assert!(refused.stderr.contains(words), "{words}: {refused:?}");
    }
    let japanese = send(&this, &["--lang", "ja"]).expect(1);
    assert!(
        japanese.stderr.contains("まだ終了していない"),
        "{japanese:?}"
    );
    for more in [&[][..], &["--interim"]] {
        let refused = send(&next, more).expect(1);
        assert!(refused.stderr.contains("has not begun"), "{refused:?}");
    }
    let refused = send(&periods().0, &["--interim"]).expect(1);
    assert!(refused.stderr.contains("is over"), "{refused:?}");
    soc.hubward(["report", "send", "--interim", "--yes"])
        .expect(2);
    assert_eq!((files(&soc).len(), mailbox.mails().len()), (0, 0));
    assert_eq!(recorded(&soc), Vec::<String>::new());

    let rows = send(&this, &["--interim", "--json"]).expect(0).json();
    assert!(
        outcomes(&rows).iter().all(|row| row.ends_with("sent")),
        "{rows}"
    );
    assert_eq!(rows[0]["interim"], true);
    let names = [MEMBER, OTHER, "overview"].map(|name| format!("{name}_{this}_interim.xlsx"));
    assert_eq!(files(&soc), names);
    let first = super::report::rows(&soc.path(&format!("reports/{}", names[0])), "Summary");
    let first = first.concat().join(" ");
    assert!(
        first.contains(&format!("INTERIM REPORT: {this}")),
        "{first}"
    );
    let mails = mailbox.mails();
    assert!(
        mails[0].text.contains("Subject: [Interim] AWS"),
        "{}",
        mails[0].text
    );
    assert!(
        mails[0].text.contains("Interim report:"),
        "{}",
        mails[0].text
    );
    soc.hubward(["run", "deliver"]).expect(0);
    assert_eq!(chat.bodies()[0]["data"]["interim"], true);
    // It is not recorded: the next one is sent too, and the whole week's will be.
    assert_eq!(recorded(&soc), Vec::<String>::new());
    let again = send(&this, &["--interim", "--json"]).expect(0).json();
    assert!(
        outcomes(&again).iter().all(|row| row.ends_with("sent")),
        "{again}"
    );
    assert_eq!(mailbox.mails().len(), 4);
    let audit = soc.hubward(["audit", "list", "--json"]).expect(0).json();
    assert!(audit.to_string().contains("interim"), "{audit}");
}

#[test]
fn nothing_is_sent_without_an_answer_and_nothing_at_all_by_a_dry_run() {
    let (mailbox, chat) = (Mailbox::start(), Receiver::start());
    let soc = sending(&mailbox, &chat);
    soc.import(&[
        (MEMBER, "Orders", "a@example.com"),
        (OTHER, "受注システム", "b@example.com"),
        (SILENT, "Never", "d@example.com"),
    ]);
    let untouched = || {
        assert_eq!(files(&soc), Vec::<String>::new());
        assert_eq!(keys(&soc), Vec::<String>::new());
        assert_eq!(recorded(&soc), Vec::<String>::new());
        let claims = soc.database.read("SELECT account_id FROM report_claims");
        assert_eq!(claims, Vec::<String>::new());
        assert_eq!(mailbox.mails().len(), 0);
    };
    soc.cloud.forget_calls();
    let dry = ["report", "send", "--dry-run", "--json"];
    let rows = soc.hubward(dry).expect(0).json();
    let planned = outcomes(&rows);
    assert_eq!(planned.len(), 4 * 3 + 2, "{planned:?}");
    for row in &planned {
        let is_never = row.starts_with(SILENT);
        assert!(
            row.ends_with(if is_never { "skipped" } else { "planned" }),
            "{row}"
        );
    }
    assert_eq!(soc.cloud.mutating_calls(), Vec::<Value>::new());
    untouched();
    let refused = soc.hubward(["report", "send"]).expect(1);
    assert!(refused.stderr.contains("--yes"), "{refused:?}");
    let refused = soc.hubward(["report", "send", "--lang", "ja"]).expect(1);
    assert!(refused.stderr.contains("--yes"), "{refused:?}");
    untouched();
    soc.hubward(["report", "send", "--yes"]).expect(0);
    assert_eq!(files(&soc).len(), 3);
    // What is left is nothing, so that there is nothing to ask.
    soc.hubward(["report", "send"]).expect(0);
    let rows = soc.hubward(dry).expect(0).json();
    assert!(
        outcomes(&rows).iter().all(|row| !row.ends_with("planned")),
        "{rows}"
    );
}
