//! An import, an invitation run and an unlink that are killed at any moment can be continued: in
//! the end, ledger and cloud are as after an undisturbed run, and no account is invited twice.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::aws::{block_on, s3, security_hub};
use crate::harness::cloud::Cloud;
use crate::harness::program::Program;
use crate::harness::receiver::Receiver;
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc, path_str};

/// At how many moments each of the three is killed.
const MOMENTS: u64 = 10;

/// Pseudorandom moments of a time span, the same ones in every run.
struct Moments(u64);

impl Moments {
    fn next(&mut self, span: Duration) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let micros = u64::try_from(span.as_micros()).unwrap().max(1);
        Duration::from_micros(self.0 % micros)
    }
}

/// Ids of so many accounts.
fn ids(count: u64) -> Vec<String> {
    (0..count)
        .map(|n| format!("{:012}", 100_000_000_000 + n))
        .collect()
}

/// Kills a program some time after its start; if it ended before that, returns how long it took.
fn kill(program: Program, after: Duration) -> Option<Duration> {
    let mut command = program.command();
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let begun = Instant::now();
    let mut running = command.spawn().unwrap();
    while begun.elapsed() < after {
        if running.try_wait().unwrap().is_some() {
            return Some(begun.elapsed());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    running.kill().unwrap();
    running.wait().unwrap();
    None
}

/// Prepares a SOC again and again, runs `work` in it, undisturbed the first time and killed and
/// repeated the other times, and compares the results of `observe`.
fn kill_at_moments(
    seed: u64,
    count: u64,
    prepare: impl Fn(&Soc),
    work: impl Fn(&Soc) -> Program,
    observe: impl Fn(&Soc) -> Value,
) {
    let mut cloud = Cloud::start();
    let mut moments = Moments(seed);
    let mut expected = None;
    let mut span = Duration::ZERO;
    let mut cut_off = 0;
    for moment in 0..=count {
        let soc = Soc::over(cloud);
        prepare(&soc);
        soc.cloud.forget_calls();
        let begun = Instant::now();
        if expected.is_some() {
            let after = moments.next(span);
            match kill(work(&soc), after) {
                None => cut_off += 1,
                // The machine is faster than before: the next moments are within the new span.
                Some(took) => span = took,
            }
            // A call that was already sent to AWS takes effect before the next run.
            soc.cloud.settle();
        }
        work(&soc).run().expect(0);
        if expected.is_none() {
            span = begun.elapsed();
        }
        soc.hubward(["audit", "verify"]).expect(0);
        let now = observe(&soc);
        match &expected {
            None => expected = Some(now),
            Some(expected) => assert_eq!(&now, expected, "killed at moment {moment} of {seed}"),
        }
        cloud = soc.leave_cloud();
    }
    assert!(cut_off > 0, "it was never killed in the middle");
}

/// The ledger and its audit events.
fn ledger(soc: &Soc) -> Value {
    let accounts = soc.hubward(["account", "list", "--json"]).expect(0).json();
    let audit = soc.hubward(["audit", "list", "--json"]).expect(0).json();
    let events = audit.as_array().unwrap().iter();
    let events: Vec<Value> = events
        .map(|event| json!([event["action"], event["subject"], event["detail"]]))
        .collect();
    json!({ "accounts": accounts, "events": events })
}

/// Checks that no account was invited more than once in a Region, and how many were.
fn each_invited_once(soc: &Soc, count: usize) {
    let mut sent: BTreeMap<String, usize> = BTreeMap::new();
    for call in soc.cloud.mutating_calls() {
        if call["operation"] == "InviteMembers" && call["error"].is_null() {
            for account in call["body"]["AccountIds"].as_array().unwrap() {
                let place = format!("{} {account}", call["region"]);
                *sent.entry(place).or_default() += 1;
            }
        }
    }
    assert_eq!(sent.len(), count);
    assert!(sent.values().all(|times| *times == 1), "{sent:#?}");
}

#[test]
fn an_import_that_is_killed_happened_whole_or_not_at_all() {
    let csv = |rows: u64, project: &str| {
        let rows = ids(rows).into_iter();
        let rows = rows.map(|id| format!("{id},{project},a@example.com,\n"));
        format!(
            "Account ID,Project,Contact email,State\n{}",
            rows.collect::<String>()
        )
    };
    kill_at_moments(
        0x9e37_79b9_7f4a_7c15,
        MOMENTS,
        |soc| {
            let file = soc.write("before.csv", csv(200, "A"));
            soc.hubward(["ledger", "import", path_str(&file)]).expect(0);
            soc.write("after.csv", csv(400, "B"));
        },
        |soc| {
            soc.program()
                .args(["ledger", "import", "after.csv", "--yes"])
        },
        ledger,
    );
}

#[test]
fn invitations_that_are_killed_are_gone_on_with_and_none_is_sent_twice() {
    kill_at_moments(
        0x2545_f491_4f6c_dd1d,
        MOMENTS,
        |soc| {
            let ids = ids(130);
            let rows: Vec<_> = ids
                .iter()
                .map(|id| (id.as_str(), "A", "a@example.com"))
                .collect();
            soc.import(&rows);
            soc.cloud
                .fault(&json!({ "service": "securityhub", "latency_ms": 40 }));
        },
        |soc| soc.program().args(["invite"]),
        |soc| {
            each_invited_once(soc, 260);
            soc.cloud.clear_faults();
            soc.cloud.state(ADMINISTRATOR)
        },
    );
}

#[test]
fn a_file_from_s3_whose_taking_in_is_killed_is_taken_in_again() {
    kill_at_moments(
        0x8d26_5d5d_a0f6_e3c1,
        MOMENTS / 2,
        |soc| {
            soc.configure("[ledger]\nbucket = \"soc-ledger\"\nkey = \"ledger.csv\"");
            let rows = ids(60).into_iter();
            let rows: String = rows.map(|id| format!("{id},A,a@example.com\n")).collect();
            let content = format!("Account ID,Project,Contact email\n{rows}");
            let bucket = s3(&soc.cloud, ADMINISTRATOR, "us-east-1");
            block_on(async {
                let make = bucket.create_bucket().bucket("soc-ledger");
                make.send().await.unwrap();
                let put = bucket.put_object().bucket("soc-ledger").key("ledger.csv");
                put.body(content.into_bytes().into()).send().await.unwrap();
            });
            soc.cloud
                .fault(&json!({ "service": "securityhub", "latency_ms": 20 }));
        },
        |soc| soc.program().args(["run", "ledger"]),
        |soc| {
            each_invited_once(soc, 120);
            soc.cloud.clear_faults();
            let accounts = soc.hubward(["account", "list", "--json"]).expect(0).json();
            let trace = ledger(soc);
            let added = trace["events"].as_array().unwrap().iter();
            let added = added.filter(|it| it[0] == "account.added").count();
            json!({ "accounts": accounts, "added": added, "cloud": soc.cloud.state(ADMINISTRATOR) })
        },
    );
}

#[test]
fn an_unlink_that_is_killed_is_continued_and_notified_once() {
    const ID: &str = "111111111111";
    let chat = Receiver::start();
    kill_at_moments(
        0xd1b5_4a32_d192_ed03,
        MOMENTS,
        |soc| {
            soc.configure(&format!(
                "[[channels]]\nname = \"chat\"\nkind = \"slack\"\nurl = \"{}\"\nallow_private = true\n\
                 [[routes]]\nevent = \"check\"\nchannel = \"chat\"",
                chat.url()
            ));
            soc.import(&[(ID, "A", "a@example.com")]);
            soc.hubward(["invite"]).expect(0);
            for region in [HOME, LINKED] {
                let member = security_hub(&soc.cloud, ID, region);
                block_on(async {
                    member.enable_security_hub().send().await.unwrap();
                    let invitations = member.list_invitations().send().await.unwrap();
                    let invitation = invitations.invitations()[0].invitation_id().unwrap();
                    let accept = member.accept_administrator_invitation();
                    let accept = accept.administrator_id(ADMINISTRATOR);
                    accept.invitation_id(invitation).send().await.unwrap();
                });
            }
            soc.hubward(["check"]).expect(3);
            soc.cloud
                .fault(&json!({ "service": "securityhub", "latency_ms": 40 }));
        },
        |soc| soc.program().args(["unlink", ID, "--yes"]),
        |soc| {
            soc.cloud.clear_faults();
            let messages = soc
                .database
                .read("SELECT subject FROM deliveries ORDER BY id");
            let shown = soc
                .hubward(["account", "show", ID, "--json"])
                .expect(0)
                .json();
            let check = soc.hubward(["check", "--json"]).expect(0).json();
            let changes = ledger(soc);
            let changes = changes["events"].as_array().unwrap().iter();
            let changes: Vec<&Value> = changes.filter(|it| it[0] == "account.changed").collect();
            json!({
                "messages": messages,
                "account": shown[0]["state"],
                "check": check,
                "changes": changes,
                "administrator": soc.cloud.state(ADMINISTRATOR),
                "member": soc.cloud.state(ID),
            })
        },
    );
}
