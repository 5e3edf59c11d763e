//! Three servers on one PostgreSQL: one is killed, one sleeps past its leases, one is shut down;
//! nothing is lost, and nothing is done twice at once. Ignored with SQLite: `tests/run` runs it
//! with PostgreSQL.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

use crate::harness::alerts::{AlertQueue, event, finding};
use crate::harness::misbehaving_server::{Answer, Asked, OddServer};
use crate::harness::server::Server;
use crate::harness::soc::{HOME, Soc};

const MEMBER: &str = "111111111111";

/// A receiver that delays all senders until it is opened.
struct Room {
    server: OddServer,
    open: Arc<AtomicBool>,
}

impl Room {
    fn shut() -> Self {
        let open = Arc::<AtomicBool>::default();
        let now = Arc::clone(&open);
        let server = OddServer::start(move |_| {
            while !now.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(20));
            }
            Answer::http("200 OK", &[], "ok")
        });
        Self { server, open }
    }

    fn open(&self) {
        self.open.store(true, Ordering::Relaxed);
    }

    /// The received messages of a kind, such as `alert.opened`.
    fn heard(&self, kind: &str) -> Vec<Asked> {
        let mut heard = self.server.asked();
        heard.retain(|asked| body(asked)["type"] == kind);
        heard
    }

    /// The idempotency keys of each alert's messages, one per message.
    fn keys(&self) -> BTreeMap<String, Vec<String>> {
        let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for asked in self.heard("alert.opened") {
            let finding = body(&asked)["data"]["finding_id"].to_string();
            let key = asked.header("webhook-id").expect("a key").to_owned();
            keys.entry(finding).or_default().push(key);
        }
        keys
    }
}

fn body(asked: &Asked) -> Value {
    serde_json::from_str(&asked.body).expect("a JSON body")
}

/// What the servers share: a ledger, a queue, a receiver, and a record of every change of a job's
/// lease.
struct Replicas<'a> {
    soc: &'a Soc,
    queue: AlertQueue<'a>,
    room: &'a Room,
    /// When the daily check is due, once.
    due: String,
    put: usize,
}

/// A change of a job's lease, as recorded by the database; times in seconds.
#[derive(Debug, Clone, PartialEq)]
struct Change {
    job: String,
    due: String,
    holder: String,
    at: f64,
    until: f64,
    ended: bool,
}

fn soc(room: &Room) -> Soc {
    let soc = Soc::new();
    assert!(
        !soc.database.is_file(),
        "replicas share PostgreSQL, and HUBWARD_TEST_POSTGRES names none"
    );
    soc.import(&[(MEMBER, "A", "a@example.com")]);
    soc.configure(&format!(
        "[locale]\ntimezone = \"UTC\"\n[[channels]]\nname = \"room\"\nkind = \"webhook\"\n\
         url = \"{}/hook\"\nallow_private = true\n[[routes]]\nevent = \"alert\"\nchannel = \"room\"\n\
         [[routes]]\nevent = \"check\"\nchannel = \"room\"\n",
        room.server.url()
    ));
    for sql in [
        "CREATE TABLE turns (number BIGSERIAL, at TIMESTAMPTZ, job TEXT, due TEXT, holder TEXT, \
         until TEXT, ended BOOLEAN)",
        "CREATE FUNCTION note_turn() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN \
         INSERT INTO turns (at, job, due, holder, until, ended) VALUES (clock_timestamp(), NEW.job, \
         NEW.due_at, NEW.holder, NEW.leased_until, NEW.ended_at IS NOT NULL); RETURN NEW; END'",
        "CREATE TRIGGER note_turn AFTER INSERT OR UPDATE ON job_runs \
         FOR EACH ROW EXECUTE FUNCTION note_turn()",
    ] {
        soc.database.rewrite(sql);
    }
    soc
}

impl<'a> Replicas<'a> {
    fn new(soc: &'a Soc, room: &'a Room) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        // Time enough for the first server to start and do its first work.
        let due = now.expect("a clock").as_secs() + 30;
        let (hours, minutes, seconds) = (due / 3_600 % 24, due / 60 % 60, due % 60);
        Self {
            soc,
            queue: AlertQueue::new(soc),
            room,
            due: format!("{seconds} {minutes} {hours} * * *"),
            put: 0,
        }
    }

    fn start(&self) -> Server {
        Server::start(
            self.soc
                .program()
                .env("HUBWARD_ALERTS__QUEUE_URL", &self.queue.url)
                .env("HUBWARD_CHECK__SCHEDULE", &self.due),
        )
    }

    /// Creates more threats.
    fn put(&mut self, count: usize) {
        let events: Vec<String> = (self.put..self.put + count)
            .map(|number| event(&finding(MEMBER, HOME, number)))
            .collect();
        self.queue.put_all(&events);
        self.put += count;
    }

    /// A server in the middle of its work: the receiver delays its messages, AWS its daily check.
    fn in_the_middle(&mut self) -> Server {
        let server = self.start();
        let watched = || self.changes("watch").iter().any(|change| change.ended);
        wait_for("the check at the start", watched);
        self.soc.cloud.fault(&json!({
            "service": "securityhub", "operation": "ListMembers", "ending": "hang",
        }));
        // It begins at once with a call to AWS.
        wait_for("the daily check", || !self.changes("check").is_empty());
        self.put(20);
        // As many as it has workers, and then no more.
        let mut on_their_way = 0;
        while on_their_way == 0 || self.room.keys().len() > on_their_way {
            on_their_way = self.room.keys().len();
            std::thread::sleep(Duration::from_secs(1));
        }
        server
    }

    /// AWS and the receiver answer again.
    fn answer(&self) {
        self.soc.cloud.clear_faults();
        self.room.open();
    }

    fn undelivered(&self) -> Vec<String> {
        self.soc.database.read(
            "SELECT state || ' ' || attempts || ' ' || subject FROM deliveries \
             WHERE state <> 'delivered' ORDER BY position",
        )
    }

    /// Whether every threat is an alert, and every alert was delivered.
    fn all_delivered(&self) -> bool {
        let alerts = self.soc.database.read("SELECT id FROM alerts");
        alerts.len() == self.put && self.undelivered().is_empty()
    }

    /// The changes of a job's leases, except those without a holder.
    fn changes(&self, job: &str) -> Vec<Change> {
        let rows = self.soc.database.read(
            "SELECT concat_ws('|', job, due, holder, extract(epoch FROM at), \
             extract(epoch FROM until::timestamptz), ended) FROM turns \
             WHERE holder <> '' ORDER BY number",
        );
        let read = |row: &String| {
            let parts: Vec<&str> = row.split('|').collect();
            Change {
                job: parts[0].to_owned(),
                due: parts[1].to_owned(),
                holder: parts[2].to_owned(),
                at: parts[3].parse().expect("a time"),
                until: parts[4].parse().expect("a time"),
                ended: parts[5] == "t",
            }
        };
        let all = rows.iter().map(read);
        all.filter(|change| job.is_empty() || change.job == job)
            .collect()
    }

    /// Checks that no lease was taken before its holder ended, left or lost it; that no server
    /// wrote to a lease it had lost; and that each due time ended once.
    fn nothing_was_done_twice(&self) {
        let mut last: BTreeMap<String, Change> = BTreeMap::new();
        let mut gone = BTreeSet::new();
        let mut ended = BTreeSet::new();
        for change in self.changes("") {
            assert!(!gone.contains(&change.holder), "too late: {change:?}");
            if let Some(before) = last.get(&change.job)
                && before.holder != change.holder
            {
                let is_free = before.ended || before.until <= change.at;
                assert!(is_free, "twice at once: {before:?}, {change:?}");
                gone.insert(before.holder.clone());
            }
            if change.ended {
                let once = ended.insert((change.job.clone(), change.due.clone()));
                assert!(once, "done twice: {change:?}");
            }
            last.insert(change.job.clone(), change);
        }
    }

    /// Checks that another server took the daily check over, and that its result was delivered
    /// once.
    fn the_check_was_taken_over(&self) {
        let changes = self.changes("check");
        let holders: BTreeSet<&str> = changes
            .iter()
            .map(|change| change.holder.as_str())
            .collect();
        assert_eq!(holders.len(), 2, "{changes:#?}");
        let ended: Vec<&Change> = changes.iter().filter(|change| change.ended).collect();
        assert_eq!(ended.len(), 1, "{changes:#?}");
        assert_ne!(ended[0].holder, changes[0].holder);
        assert_eq!(ended[0].due, changes[0].due);
        let posts: BTreeSet<Option<String>> = (self.room.heard("check.changed").iter())
            .map(|asked| asked.header("webhook-id").map(str::to_owned))
            .collect();
        assert_eq!(posts.len(), 1, "{posts:?}");
    }

    /// Checks that every alert was delivered, always with the same key.
    fn every_alert_came(&self) {
        let keys = self.room.keys();
        assert_eq!(keys.len(), self.put);
        for (finding, keys) in &keys {
            let different: BTreeSet<&String> = keys.iter().collect();
            assert_eq!(different.len(), 1, "{finding}: {keys:?}");
        }
    }
}

/// Waits for what servers do by themselves; the test runner ends a test that waits too long.
#[track_caller]
fn wait_for(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        let patience = Duration::from_secs(200);
        assert!(begun.elapsed() < patience, "{what} did not come");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
#[ignore = "runs on PostgreSQL"]
fn a_server_that_is_killed_in_the_middle_is_replaced_and_nothing_is_lost() {
    let room = Room::shut();
    let soc = soc(&room);
    let mut replicas = Replicas::new(&soc, &room);
    let killed = replicas.in_the_middle();
    let held = room.keys();
    killed.kill();
    replicas.answer();
    replicas.put(20);
    let _others = [replicas.start(), replicas.start()];
    wait_for("every alert", || replicas.all_delivered());
    wait_for("the check by another", || {
        replicas.changes("check").iter().any(|change| change.ended)
    });
    wait_for("its post", || !room.heard("check.changed").is_empty());
    replicas.the_check_was_taken_over();
    replicas.nothing_was_done_twice();
    replicas.every_alert_came();
    // The killed server's messages came again with the same key, because it was unknown whether
    // they had arrived.
    let keys = room.keys();
    for finding in held.keys() {
        assert!(keys[finding].len() > 1, "{finding}");
    }
}

#[test]
#[ignore = "runs on PostgreSQL"]
fn a_server_that_sleeps_past_its_leases_is_replaced_and_does_no_harm_when_it_wakes() {
    let room = Room::shut();
    let soc = soc(&room);
    let mut replicas = Replicas::new(&soc, &room);
    let sleeper = replicas.in_the_middle();
    sleeper.signal("STOP");
    replicas.answer();
    replicas.put(20);
    let others = [replicas.start(), replicas.start()];
    wait_for("every alert", || replicas.all_delivered());
    wait_for("the check by another", || {
        replicas.changes("check").iter().any(|change| change.ended)
    });
    wait_for("its post", || {
        !room.heard("check.changed").is_empty() && replicas.all_delivered()
    });
    let delivered = || {
        soc.database
            .read("SELECT id || ' ' || state || ' ' || attempts FROM deliveries ORDER BY id")
    };
    let (before, changes) = (delivered(), replicas.changes("check"));
    sleeper.signal("CONT");
    wait_for("the sleeper", || sleeper.get("/readyz") == 200);
    // By then it has tried to renew its leases: it does so three times a minute.
    std::thread::sleep(Duration::from_secs(25));
    assert_eq!(delivered(), before);
    assert_eq!(replicas.changes("check"), changes);
    replicas.the_check_was_taken_over();
    // It works again: alone, it delivers the next message.
    for other in others {
        other.kill();
    }
    replicas.put(10);
    wait_for("the alerts after that", || replicas.all_delivered());
    replicas.nothing_was_done_twice();
    replicas.every_alert_came();
}

#[test]
#[ignore = "runs on PostgreSQL"]
fn a_server_that_sleeps_in_the_middle_of_a_transaction_does_not_block_others() {
    let room = Room::shut();
    room.open();
    let soc = soc(&room);
    let mut replicas = Replicas::new(&soc, &room);
    let sleeper = replicas.start();
    let open = || {
        soc.database.read(
            "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() \
             AND state = 'idle in transaction'",
        )
    };
    // Any moment within a transaction of the server will do.
    let mut caught = Vec::new();
    for number in 0..2_000 {
        if number % 100 == 0 {
            replicas.put(20);
        }
        sleeper.signal("STOP");
        caught = open();
        if !caught.is_empty() {
            break;
        }
        sleeper.signal("CONT");
        std::thread::sleep(Duration::from_millis(7));
    }
    assert!(!caught.is_empty(), "it was never in a transaction");
    let _others = [replicas.start(), replicas.start()];
    replicas.put(20);
    wait_for("every alert", || replicas.all_delivered());
    wait_for("the end of its transaction", || {
        open().iter().all(|pid| !caught.contains(pid))
    });
    sleeper.signal("CONT");
    wait_for("the sleeper", || sleeper.get("/readyz") == 200);
    replicas.put(10);
    wait_for("the alerts after that", || replicas.all_delivered());
    replicas.nothing_was_done_twice();
    replicas.every_alert_came();
}

#[test]
#[ignore = "runs on PostgreSQL"]
fn a_server_that_is_shut_down_finishes_its_work_and_takes_nothing_new() {
    let room = Room::shut();
    let soc = soc(&room);
    let mut replicas = Replicas::new(&soc, &room);
    let ending = replicas.in_the_middle();
    let on_their_way = room.keys().len();
    ending.signal("TERM");
    // The others take its job at once; the lease of its messages has to expire.
    wait_for("the turn that it left", || {
        let last = replicas.changes("check").pop().expect("a turn");
        !last.ended && last.until <= last.at
    });
    replicas.answer();
    assert_eq!(ending.ended(), Some(0));
    assert_eq!(room.keys().len(), on_their_way, "nothing new was taken");
    for row in replicas.undelivered() {
        assert!(row.starts_with("pending 0 "), "{row}");
    }
    let _others = [replicas.start(), replicas.start()];
    wait_for("every alert", || replicas.all_delivered());
    wait_for("the check by another", || {
        replicas.changes("check").iter().any(|change| change.ended)
    });
    wait_for("its post", || !room.heard("check.changed").is_empty());
    replicas.the_check_was_taken_over();
    replicas.nothing_was_done_twice();
    replicas.every_alert_came();
    // No server died, so no message came twice.
    assert!(room.keys().values().all(|keys| keys.len() == 1));
}
