//! Importing the ledger from S3: a new version is imported and missing accounts are invited, a bad
//! version changes nothing and is reported, and other objects are ignored.

use std::io::Cursor;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, Event,
    NotificationConfiguration, QueueConfiguration, VersioningConfiguration,
};
use calamine::{Reader, Xlsx};
use serde_json::{Value, json};

use crate::harness::aws::{block_on, s3, sqs};
use crate::harness::program::Outcome;
use crate::harness::receiver::Receiver;
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc};

const ID: &str = "111111111111";
const BUCKET: &str = "soc-ledger";
const HEADERS: &str = "Account ID,Project,Contact email,State\n";

/// A SOC whose ledger is imported from S3.
struct Door {
    soc: Soc,
    key: &'static str,
    queue: String,
    chat: Receiver,
}

impl Door {
    /// With a queue for S3's notifications of new versions.
    fn with_queue(key: &'static str) -> Self {
        let door = Self::new(key, "");
        let arn = format!("arn:aws:sqs:{HOME}:{ADMINISTRATOR}:hubward-ledger");
        let telling = QueueConfiguration::builder()
            .queue_arn(arn)
            .events(Event::S3ObjectCreated)
            .build()
            .unwrap();
        let telling = NotificationConfiguration::builder().queue_configurations(telling);
        let bucket = s3(&door.soc.cloud, ADMINISTRATOR, HOME);
        block_on(
            bucket
                .put_bucket_notification_configuration()
                .bucket(BUCKET)
                .notification_configuration(telling.build())
                .send(),
        )
        .unwrap();
        door.soc
            .configure(&format!("queue_url = \"{}\"", door.queue));
        door
    }

    fn new(key: &'static str, more: &str) -> Self {
        let soc = Soc::new();
        let chat = Receiver::start();
        soc.configure(&format!(
            "[[channels]]\nname = \"chat\"\nkind = \"webhook\"\nurl = \"{}\"\nallow_private = true\n\
             [[routes]]\nevent = \"operations\"\nchannel = \"chat\"\n\
             [ledger]\nbucket = \"{BUCKET}\"\nkey = \"{key}\"\n{more}",
            chat.url()
        ));
        let bucket = s3(&soc.cloud, ADMINISTRATOR, HOME);
        let place = CreateBucketConfiguration::builder()
            .location_constraint(BucketLocationConstraint::from(HOME))
            .build();
        block_on(
            bucket
                .create_bucket()
                .bucket(BUCKET)
                .create_bucket_configuration(place)
                .send(),
        )
        .unwrap();
        let queue = sqs(&soc.cloud, ADMINISTRATOR, HOME);
        let made = block_on(queue.create_queue().queue_name("hubward-ledger").send()).unwrap();
        soc.cloud.forget_calls();
        Self {
            soc,
            key,
            queue: made.queue_url.unwrap(),
            chat,
        }
    }

    fn keep_versions(&self) {
        let bucket = s3(&self.soc.cloud, ADMINISTRATOR, HOME);
        let kept = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled);
        let asked = bucket.put_bucket_versioning().bucket(BUCKET);
        block_on(asked.versioning_configuration(kept.build()).send()).unwrap();
    }

    fn put_at(&self, key: &str, content: impl Into<Vec<u8>>) {
        let body = ByteStream::from(content.into());
        let bucket = s3(&self.soc.cloud, ADMINISTRATOR, HOME);
        let asked = bucket.put_object().bucket(BUCKET).key(key).body(body);
        block_on(asked.send()).unwrap();
    }

    /// Uploads a ledger.
    fn put(&self, content: impl Into<Vec<u8>>) {
        self.put_at(self.key, content);
    }

    fn tell(&self, message: &str) {
        let queue = sqs(&self.soc.cloud, ADMINISTRATOR, HOME);
        let asked = queue.send_message().queue_url(&self.queue);
        block_on(asked.message_body(message).send()).unwrap();
    }

    fn look(&self, code: i32) -> Outcome {
        self.soc.hubward(["run", "ledger"]).expect(code)
    }

    /// The messages to operators.
    fn messages(&self) -> Vec<Value> {
        self.soc.hubward(["run", "deliver"]).expect(0);
        self.chat.bodies()
    }

    fn states(&self) -> Vec<String> {
        let accounts = self.soc.hubward(["account", "list", "--json"]).expect(0);
        let accounts = accounts.json();
        let rows = accounts.as_array().unwrap().iter();
        let messages = rows.map(|row| format!("{} {}", row["account_id"], row["state"]));
        messages.map(|row| row.replace('"', "")).collect()
    }

    fn audit(&self) -> Value {
        self.soc
            .hubward(["audit", "list", "--json"])
            .expect(0)
            .json()
    }

    /// The calls of one operation since the last time.
    fn calls(&self, operation: &str) -> Vec<Value> {
        let mut calls = self.soc.cloud.calls();
        calls.retain(|call| call["operation"] == operation);
        calls
    }

    /// The rows of the result workbook next to the ledger.
    fn result(&self) -> Vec<Vec<String>> {
        let bucket = s3(&self.soc.cloud, ADMINISTRATOR, HOME);
        let key = format!("{}.result.xlsx", self.key);
        let bytes = block_on(async {
            let asked = bucket.get_object().bucket(BUCKET).key(key);
            let answer = asked.send().await.unwrap();
            answer.body.collect().await.unwrap().into_bytes()
        });
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let name = book.sheet_names()[0].clone();
        let sheet = book.worksheet_range(&name).unwrap();
        let rows = sheet.rows();
        rows.map(|row| row.iter().map(ToString::to_string).collect())
            .collect()
    }
}

fn csv(rows: &[&str]) -> Vec<u8> {
    format!("{HEADERS}{}\n", rows.join("\n")).into_bytes()
}

#[test]
fn a_new_version_that_its_event_tells_of_is_imported_and_the_missing_are_invited() {
    let door = Door::with_queue("台帳 2026/a+b.csv");
    door.keep_versions();
    door.put(csv(&[
        "111111111111,A,a@example.com,",
        "222222222222,B,b@example.com,",
    ]));
    let ran = door.look(0);
    assert!(ran.stderr.contains("2 new"), "{ran:?}");
    assert_eq!(
        door.states(),
        ["111111111111 active", "222222222222 active"]
    );
    let invited = door.calls("InviteMembers");
    assert_eq!(invited.len(), 2, "{invited:#?}");
    for call in &invited {
        assert_eq!(call["body"]["AccountIds"], json!([ID, "222222222222"]));
    }
    let bucket = s3(&door.soc.cloud, ADMINISTRATOR, HOME);
    let head = block_on(bucket.head_object().bucket(BUCKET).key(door.key).send()).unwrap();
    let version = head.version_id.unwrap();
    let events = door.audit();
    for event in events.as_array().unwrap() {
        let actor = event["actor"].as_str().unwrap();
        let place = format!("file:s3://{BUCKET}/{}", door.key);
        let sha256 = actor.rsplit_once("sha256:").unwrap().1;
        assert!(
            actor.starts_with(&place) && actor.contains(&version),
            "{actor}"
        );
        assert_eq!(sha256.len(), 64);
    }
    assert_eq!(events.as_array().unwrap().len(), 10);

    // The same event again, and an older one of another version, change nothing.
    door.soc.cloud.forget_calls();
    let key = "%E5%8F%B0%E5%B8%B3+2026/a%2Bb.csv";
    let again = json!({ "Records": [{ "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "s3": { "bucket": { "name": BUCKET }, "object": { "key": key, "versionId": version } } }] });
    for _ in 0..2 {
        door.tell(&again.to_string());
        door.look(0);
    }
    assert_eq!(door.calls("GetObject").len(), 2);
    assert!(door.calls("InviteMembers").is_empty());
    assert_eq!(door.audit(), events);
    // Uploaded again, it is a new version: an account that was changed in the meantime is set
    // right.
    door.soc.import(&[(ID, "changed", "a@example.com")]);
    door.put(csv(&[
        "111111111111,A,a@example.com,",
        "222222222222,B,b@example.com,",
    ]));
    let ran = door.look(0);
    assert!(ran.stderr.contains("1 changed"), "{ran:?}");
    assert!(door.messages().is_empty());
    door.soc.hubward(["audit", "verify"]).expect(0);
}

#[test]
fn without_a_queue_the_object_is_looked_at_and_fetched_only_when_it_is_another() {
    let door = Door::new("ledger.csv", "");
    let ran = door.look(0);
    assert!(ran.stderr.contains("does not exist"), "{ran:?}");
    door.put(csv(&["111111111111,A,a@example.com,"]));
    door.look(0);
    for _ in 0..2 {
        let ran = door.look(0);
        assert!(ran.stderr.contains("no new version"), "{ran:?}");
    }
    let answers: Vec<_> = door
        .calls("GetObject")
        .iter()
        .map(|call| call["status"].clone())
        .collect();
    assert_eq!(answers, [404, 200, 304, 304]);
    door.put(csv(&[
        "111111111111,A,a@example.com,",
        "222222222222,B,b@example.com,",
    ]));
    door.look(0);
    assert_eq!(door.states().len(), 2);
    assert_eq!(door.calls("InviteMembers").len(), 4);
}

#[test]
fn a_bad_file_changes_nothing_and_operators_are_notified_once_of_its_cells() {
    let door = Door::with_queue("ledger.csv");
    door.soc.configure("write_back = true");
    door.put(csv(&["111111111111,A,a@example.com,"]));
    door.look(0);
    let before = (door.states(), door.audit());
    door.soc.cloud.forget_calls();
    door.put(csv(&[
        "1.23457E+11,,a@example.com,",
        "222222222222,=cmd,taro,soon",
    ]));
    let ran = door.look(1);
    door.look(0);
    let messages = door.messages();
    assert_eq!(messages.len(), 1, "{messages:#?}");
    assert_eq!(messages[0]["type"], "operations.notice");
    assert_eq!(messages[0]["data"]["trouble"], "ledger_refused");
    let why = messages[0]["data"]["why"].to_string();
    for cell in ["A2", "B2", "C3", "D3"] {
        assert!(why.contains(cell), "{cell} is not in {why}");
        assert!(ran.stderr.contains(cell), "{ran:?}");
    }
    assert_eq!((door.states(), door.audit()), before);
    assert!(door.calls("InviteMembers").is_empty());
    // The errors are also in a file next to it, as text whatever they contain.
    let rows = door.result();
    assert_eq!(rows[0][1], format!("s3://{BUCKET}/ledger.csv"));
    let found = rows.iter().filter(|row| row[3].contains("D3")).count();
    assert_eq!(found, 1, "{rows:#?}");
    // The corrected file is imported.
    door.put(csv(&[
        "111111111111,A,a@example.com,",
        "222222222222,B,b@example.com,",
    ]));
    door.look(0);
    assert_eq!(door.states().len(), 2);
}

#[test]
fn a_file_that_would_let_too_many_go_is_refused() {
    let door = Door::new("ledger.csv", "");
    let rows: Vec<String> = (0..10)
        .map(|n| format!("10000000000{n},A,a@example.com,"))
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    door.put(csv(&rows));
    door.look(0);
    let before = door.states();
    let leaving: Vec<String> = rows.iter().map(|row| format!("{row}leaving")).collect();
    let leaving: Vec<&str> = leaving.iter().map(String::as_str).collect();
    door.put(csv(&leaving));
    door.look(1);
    assert_eq!(door.states(), before);
    let messages = door.messages();
    assert!(
        messages[0]["data"]["why"].to_string().contains("30"),
        "{messages:#?}"
    );
    // Three of ten accounts may leave; accounts that are missing in the file never do.
    door.put(csv(&leaving[..3]));
    door.look(0);
    let left = door
        .states()
        .iter()
        .filter(|row| row.ends_with("leaving"))
        .count();
    assert_eq!(left, 3);
}

#[test]
fn the_result_of_a_version_is_next_to_it_and_what_was_not_done_is_reported() {
    let door = Door::with_queue("ledger.csv");
    door.soc.configure("write_back = true");
    let knob = json!({ "unprocessed": { "operation": "InviteMembers", "reason": "Account is not valid" } });
    door.soc.cloud.account(ID, &knob);
    door.put(csv(&[
        "111111111111,A,a@example.com,",
        "222222222222,=1+1,b@example.com,",
    ]));
    let ran = door.look(3);
    assert!(ran.stderr.contains("Account is not valid"), "{ran:?}");
    let rows = door.result();
    let has = |words: [&str; 3]| {
        let row = |row: &&Vec<String>| {
            row[0] == words[0] && row[1] == words[1] && row[3].contains(words[2])
        };
        rows.iter()
            .find(row)
            .unwrap_or_else(|| panic!("{words:?} is not in {rows:#?}"));
    };
    has(["追加", "222222222222", "=1+1"]);
    has(["invited", "222222222222", "招待"]);
    has(["unprocessed", ID, "Account is not valid"]);
    let messages = door.messages();
    assert_eq!(messages[0]["data"]["trouble"], "ledger_incomplete");
    assert!(
        messages[0]["data"]["why"]
            .to_string()
            .contains("Account is not valid")
    );
    // The event of the result file starts no import.
    door.soc.cloud.forget_calls();
    door.look(0);
    let asked = door.calls("GetObject");
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["status"], 304);

    // If the result cannot be written, the import is not repeated.
    let denied = |body: &Value| body["data"]["why"].to_string().contains("explicit deny");
    door.put(csv(&["222222222222,C,b@example.com,"]));
    door.soc
        .cloud
        .fault(&json!({ "service": "s3", "operation": "PutObject",
        "error": { "code": "AccessDenied", "message": "explicit deny", "status": 403 } }));
    door.look(3);
    assert!(door.messages().iter().any(denied));
    door.look(0);
}

#[test]
fn hostile_objects_and_events_are_refused_or_ignored() {
    let door = Door::with_queue("ledger.xlsx");
    door.put_at("other.xlsx", "x");
    for message in [
        "no json".to_owned(),
        json!({ "Records": [{ "s3": {} }] }).to_string(),
        json!({ "Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET }).to_string(),
        json!({ "Records": [{ "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
            "s3": { "bucket": { "name": "evil" }, "object": { "key": "ledger.xlsx" } } }] })
        .to_string(),
        "[".repeat(200_000),
    ] {
        door.tell(&message);
    }
    let ran = door.look(0);
    assert!(ran.stderr.contains("does not exist"), "{ran:?}");
    assert_eq!(door.states(), [] as [&str; 0]);
    let large = vec![b'x'; 21 << 20];
    for (content, word) in [
        (large, "20"),
        (b"%PDF-1.7 not a ledger".to_vec(), "PDF"),
        (csv(&["111111111111,A,a@example.com,"]), "csv"),
        (b"PK\x03\x04 not a workbook".to_vec(), "ledger.xlsx"),
        (Vec::new(), "ledger.xlsx"),
    ] {
        door.put(content);
        let ran = door.look(1);
        assert!(
            ran.stderr.contains(word) && !ran.stderr.contains("panicked"),
            "{ran:?}"
        );
    }
    assert_eq!(door.messages().len(), 5);
    assert_eq!(door.states(), [] as [&str; 0]);
    assert!(door.calls("CreateMembers").is_empty());

    // A bucket that is not the administrator's own is not trusted.
    let strangers = s3(&door.soc.cloud, "666666666666", HOME);
    block_on(async {
        strangers
            .create_bucket()
            .bucket("evil")
            .create_bucket_configuration(
                CreateBucketConfiguration::builder()
                    .location_constraint(BucketLocationConstraint::from(HOME))
                    .build(),
            )
            .send()
            .await
            .unwrap();
        let ledger = ByteStream::from(csv(&["111111111111,A,a@example.com,"]));
        strangers
            .put_object()
            .bucket("evil")
            .key("ledger.csv")
            .body(ledger)
            .send()
            .await
            .unwrap();
    });
    let ran = door
        .soc
        .program()
        .env("HUBWARD_LEDGER__BUCKET", "evil")
        .env("HUBWARD_LEDGER__KEY", "ledger.csv")
        .args(["run", "ledger"])
        .run()
        .expect(1);
    assert!(ran.stderr.contains("s3:GetObject"), "{ran:?}");
    assert_eq!(door.states(), [] as [&str; 0]);
}

#[test]
fn the_server_imports_versions_by_itself_and_continues_after_a_failure() {
    let door = Door::with_queue("ledger.csv");
    let server = door.soc.serve();
    door.put(csv(&["111111111111,A,a@example.com,"]));
    let invited = |door: &Door, count: usize| {
        while door.calls("InviteMembers").len() < count {
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    };
    invited(&door, 2);
    door.soc.cloud.fault(
        &json!({ "service": "s3", "operation": "GetObject", "times": 1,
        "error": { "code": "AccessDenied", "message": "explicit deny", "status": 403 } }),
    );
    door.put(csv(&[
        "111111111111,A,a@example.com,",
        "222222222222,B,b@example.com,",
    ]));
    invited(&door, 4);
    drop(server);
    assert_eq!(door.states().len(), 2);
    for region in [HOME, LINKED] {
        let state = door.soc.cloud.state(ADMINISTRATOR);
        let members = &state["regions"][region]["members"];
        assert_eq!(
            members,
            &json!({ "111111111111": "Invited", "222222222222": "Invited" })
        );
    }
}

#[test]
fn an_incomplete_source_is_a_configuration_error_and_a_missing_one_is_reported() {
    let soc = Soc::new();
    let ran = soc.hubward(["run", "ledger"]).expect(1);
    assert!(ran.stderr.contains("ledger.bucket"), "{ran:?}");
    for (name, value, word) in [
        ("HUBWARD_LEDGER__BUCKET", "b", "ledger.key"),
        ("HUBWARD_LEDGER__KEY", "ledger.csv", "ledger.bucket"),
        (
            "HUBWARD_LEDGER__QUEUE_URL",
            "https://sqs.example.com/q",
            "ledger.bucket",
        ),
        ("HUBWARD_LEDGER__KEY", "ledger.pdf", ".xlsx"),
    ] {
        let ran = soc
            .program()
            .env(name, value)
            .args(["config", "check"])
            .run()
            .expect(1);
        let messages = format!("{}{}", ran.stdout, ran.stderr);
        assert!(messages.contains(word), "{messages}");
    }
}
