//! Tests of the store against a real SQLite file; the contracts of its tables, below, on both engines.

mod access;
mod alerts;
mod deliveries;
mod evidence;
mod findings;
mod harness;
mod jobs;
mod ledger;
mod memberships;
mod requests;
mod whole;

mod reads;

use std::collections::BTreeMap;
use std::path::Path;

use futures::TryStreamExt;
use hubward_protocol::AccountId;
use serde_json::json;
use tempfile::TempDir;

use super::*;
use hubward_domain::account::{Account, AccountState, Language, ReportCadence};
use hubward_domain::audit::{self, Action, Actor, GENESIS, NewEvent};
use hubward_domain::finding::Mirrored;

fn database_url(directory: &TempDir) -> DatabaseUrl {
    DatabaseUrl::parse("sqlite:hubward.db", directory.path()).unwrap()
}

fn account(id: &str) -> Account {
    Account {
        account_id: id.parse().unwrap(),
        project: "受注システム".to_owned(),
        department: String::new(),
        environment: "production".to_owned(),
        contact: "Mika".to_owned(),
        contact_emails: vec!["mika@example.com".to_owned(), "ops@example.com".to_owned()],
        account_email: Some("root@example.com".to_owned()),
        language: Language::Ja,
        regions: vec!["us-east-1".parse().unwrap()],
        standards: vec!["nist-800-53/v/5.0.0".parse().unwrap()],
        report: ReportCadence::Monthly,
        state: AccountState::Leaving,
        request: "SOC-1".to_owned(),
        notes: "=1+1\n'quoted'".to_owned(),
        extra: vec![("費用コード".to_owned(), "007".to_owned())],
    }
}

async fn mirror_of(store: &Store, account: &AccountId) -> Vec<Mirrored> {
    let findings = store.findings_in_order(account);
    findings.try_collect().await.unwrap()
}

fn added(subject: &str) -> NewEvent {
    NewEvent {
        action: Action::AccountAdded,
        subject: subject.to_owned(),
        detail: json!({}),
    }
}

#[tokio::test]
async fn an_account_comes_back_as_it_was_written() {
    let directory = TempDir::new().unwrap();
    let (store, applied) = Store::migrate(&database_url(&directory)).await.unwrap();
    assert!(applied > 0);
    let mut tx = store.begin().await.unwrap();
    tx.put_account(&account("000000000001")).await.unwrap();
    tx.put_account(&account("000000000001")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.accounts().await.unwrap(), [account("000000000001")]);
}

#[tokio::test]
async fn what_is_not_committed_never_was() {
    let directory = TempDir::new().unwrap();
    let (store, _) = Store::migrate(&database_url(&directory)).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.put_account(&account("000000000001")).await.unwrap();
    drop(tx);
    assert!(store.accounts().await.unwrap().is_empty());
}

#[tokio::test]
async fn migrating_twice_changes_nothing_and_an_old_database_is_refused() {
    let directory = TempDir::new().unwrap();
    let database_url = database_url(&directory);
    assert!(matches!(
        Store::open(&database_url).await,
        Err(StoreError::NotMigrated { found: 0, .. })
    ));
    assert!(
        !database_url.file().unwrap().exists(),
        "opening creates nothing"
    );
    Store::migrate(&database_url).await.unwrap();
    let (_, applied) = Store::migrate(&database_url).await.unwrap();
    assert_eq!(applied, 0);
    let store = Store::open(&database_url).await.unwrap();

    let needed = migrations::newest();
    let rewrite = |by: i64| {
        let sql = format!(
            "UPDATE _sqlx_migrations SET version = version + {by} \
             WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&store.pool)
    };
    rewrite(1000).await.unwrap();
    let newer = needed + 1000;
    for refused in [
        Store::open(&database_url).await.err(),
        Store::migrate(&database_url).await.err(),
    ] {
        let Some(StoreError::TooNew { found, known }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!((found, known), (newer, needed));
    }
    sqlx::query("DELETE FROM _sqlx_migrations WHERE version > 1000")
        .execute(&store.pool)
        .await
        .unwrap();
    let older = Store::open(&database_url).await.err();
    let Some(StoreError::NotMigrated { found, .. }) = older else {
        panic!("{older:?}");
    };
    let applied = migrations::applied(&store.pool).await.unwrap();
    assert_eq!(applied.last(), Some(&found));
    assert!(found < needed);
}

#[cfg(unix)]
#[tokio::test]
async fn the_database_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let directory = TempDir::new().unwrap();
    let database_url = database_url(&directory);
    let (store, _) = Store::migrate(&database_url).await.unwrap();
    store.begin().await.unwrap().commit().await.unwrap();
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
    }
}

#[tokio::test]
async fn eight_writers_on_two_pools_keep_one_unbroken_chain() {
    let directory = TempDir::new().unwrap();
    let (first, _) = Store::migrate(&database_url(&directory)).await.unwrap();
    let second = Store::open(&database_url(&directory)).await.unwrap();
    let writers = (0..8).map(|writer| {
        let store = if writer % 2 == 0 { &first } else { &second }.clone();
        tokio::spawn(async move {
            let actor = Actor::Operator(format!("writer {writer}"));
            for _ in 0..25 {
                let mut tx = store.begin().await?;
                tx.append_audit(jiff::Timestamp::UNIX_EPOCH, &actor, [added("a")])
                    .await?;
                tx.commit().await?;
            }
            Ok::<_, StoreError>(())
        })
    });
    for writer in futures::future::join_all(writers).await {
        writer.unwrap().unwrap();
    }
    let events = first.audit_events(0, 1000, None).await.unwrap();
    assert_eq!(events.len(), 200);
    audit::verify((0, GENESIS.to_owned()), &events).unwrap();
}

#[tokio::test]
async fn a_damaged_row_is_named_and_not_guessed_at() {
    let directory = TempDir::new().unwrap();
    let (store, _) = Store::migrate(&database_url(&directory)).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.put_account(&account("000000000001")).await.unwrap();
    tx.commit().await.unwrap();
    for (change, column, cause) in [
        ("state = 'gone'", "state", "\"gone\" cannot be parsed"),
        (
            "state = 'active', regions = '{'",
            "regions",
            "line 1 column",
        ),
        ("regions = '[]', notes = X'00'", "notes", "mismatched types"),
    ] {
        let change = format!("UPDATE accounts SET {change}");
        sqlx::query(sqlx::AssertSqlSafe(change))
            .execute(&store.pool)
            .await
            .unwrap();
        let error = store.accounts().await.unwrap_err();
        let place = format!("the column {column} of the row 000000000001 of accounts is damaged");
        assert_eq!(error.to_string(), place);
        let why = error.with_causes();
        assert!(why.starts_with(&place) && why.contains(cause), "{why}");
    }
}

#[test]
fn a_database_of_an_unknown_kind_is_refused() {
    for url in ["", "mysql://h/d", "sqlite:", "sqlite::memory:"] {
        assert!(DatabaseUrl::parse(url, Path::new("/")).is_err(), "{url}");
    }
    let database_url = DatabaseUrl::parse("sqlite:a?b#c%d.db", Path::new("/dir")).unwrap();
    assert_eq!(database_url.file().unwrap(), Path::new("/dir/a"));
    let secret = DatabaseUrl::parse("postgres://u:hunter2@h/d", Path::new("/")).unwrap();
    assert!(!format!("{secret:?} {secret}").contains("hunter2"));
}

#[tokio::test]
async fn of_many_workers_one_gets_a_message_and_a_damaged_one_is_in_nobodys_way() {
    use hubward_domain::delivery::{DeliveryNext, DeliveryState};
    use hubward_domain::notice::{Notice, TestNotice};

    let directory = TempDir::new().unwrap();
    let (store, _) = Store::migrate(&database_url(&directory)).await.unwrap();
    let now: jiff::Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
    let notice = Notice::Test(TestNotice {
        channel: "soc".to_owned(),
        actor: "operator:mika".to_owned(),
    });
    let mut tx = store.begin().await.unwrap();
    for id in ["damaged", "first", "second"] {
        tx.put_delivery(id, "soc", &notice, now).await.unwrap();
    }
    sqlx::query("UPDATE deliveries SET notice = '{}' WHERE id = 'damaged'")
        .execute(&mut *tx.0)
        .await
        .unwrap();
    tx.commit().await.unwrap();

    let lease = |now: jiff::Timestamp| {
        let store = store.clone();
        async move {
            let mut tx = store.begin().await.unwrap();
            let leased = tx
                .lease_delivery("soc", crate::deliveries::DeliveryChoice::Next, now)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            leased.map(|delivery| (delivery.id, delivery.attempts))
        }
    };
    assert_eq!(lease(now).await, None, "the damaged one is given up");
    let (one, other) = tokio::join!(lease(now), lease(now));
    let mut leased = [one.unwrap().0, other.unwrap().0];
    leased.sort();
    assert_eq!(leased, ["first", "second"]);
    assert_eq!(lease(now).await, None, "both are held");

    // The lease of a dead worker expires; a delivered message stays delivered.
    let mut tx = store.begin().await.unwrap();
    assert!(
        tx.record_attempt("first", 1, &DeliveryNext::Delivered, now)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    let later = "2026-11-24T00:01:00Z".parse().unwrap();
    assert_eq!(lease(later).await, Some(("second".to_owned(), 2)));
    let mut tx = store.begin().await.unwrap();
    let late = DeliveryNext::Again {
        at: now,
        why: "late".to_owned(),
    };
    assert!(!tx.record_attempt("first", 1, &late, later).await.unwrap());
    // The result of the worker that lost its lease is ignored.
    let given_up = DeliveryNext::GivenUp {
        why: "late".to_owned(),
    };
    for next in [&late, &given_up] {
        assert!(!tx.record_attempt("second", 1, next, later).await.unwrap());
    }
    tx.commit().await.unwrap();
    assert_eq!(lease(later).await, None, "it is held, and not given up");
    // A success is recorded, whichever worker reports it.
    let mut tx = store.begin().await.unwrap();
    assert!(
        tx.record_attempt("second", 1, &DeliveryNext::Delivered, later)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    let first = &store.count_deliveries().await.unwrap();
    let delivered = DeliveryState::Delivered.as_str().to_owned();
    assert_eq!(first.get(&("soc".to_owned(), delivered)), Some(&2));
}

#[tokio::test]
async fn a_finding_comes_back_as_it_was_written_and_what_a_source_shows_no_more_is_archived() {
    let directory = TempDir::new().unwrap();
    let (store, _) = Store::migrate(&database_url(&directory)).await.unwrap();
    let asff = json!({
        "Id": "f", "AwsAccountId": "000000000001", "Region": "us-east-1", "Title": "長い '題名'",
        "Severity": {"Label": "HIGH"}, "CreatedAt": "2026-11-20T00:00:00Z", "Unknown": [1.5, null],
    });
    let finding = hubward_domain::finding::read(&asff).unwrap();
    let (first, second): (jiff::Timestamp, jiff::Timestamp) = (
        "2026-11-24T00:00:00Z".parse().unwrap(),
        "2026-11-24T00:00:01Z".parse().unwrap(),
    );
    let life = hubward_domain::finding::Life::next(None, &finding, first);
    let mirrored = hubward_domain::finding::Mirrored { finding, life };
    let key = mirrored.finding.key();
    let region = "us-east-1".parse().unwrap();
    let seen = crate::findings::IncomingFinding::of(&asff.to_string(), first).unwrap();
    let mut tx = store.begin().await.unwrap();
    for _ in 0..2 {
        let known = tx.findings_before(&[&key]).await.unwrap();
        tx.put_findings(&[(&seen, life)], &known, region, first)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let account = mirrored.finding.account_id.clone();
    assert_eq!(mirror_of(&store, &account).await, [mirrored]);

    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.archive_unseen(region, first).await.unwrap(), 0);
    let elsewhere = "eu-west-1".parse().unwrap();
    assert_eq!(tx.archive_unseen(elsewhere, second).await.unwrap(), 0);
    assert_eq!(tx.archive_unseen(region, second).await.unwrap(), 1);
    tx.commit().await.unwrap();
    let archived = mirror_of(&store, &account).await;
    assert_eq!(archived[0].life.closed_at, Some(second));
    assert!(!archived[0].finding.is_open());
}

#[tokio::test]
async fn an_event_changes_a_finding_that_the_mirror_has_and_makes_none() {
    let directory = TempDir::new().unwrap();
    let (store, _) = Store::migrate(&database_url(&directory)).await.unwrap();
    let at = |text: &str| -> jiff::Timestamp { text.parse().unwrap() };
    let (first, second) = (at("2026-11-24T00:00:00Z"), at("2026-11-24T01:00:00Z"));
    let asff = |status: &str, updated: &str| {
        json!({
            "Id": "f", "AwsAccountId": "000000000001", "Region": "us-east-1",
            "Severity": {"Label": "HIGH"}, "CreatedAt": "2026-11-20T00:00:00Z",
            "Workflow": {"Status": status}, "UpdatedAt": updated,
        })
    };
    let (old, touched) = ("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z");
    let seen =
        crate::findings::IncomingFinding::of(&asff("NEW", touched).to_string(), first).unwrap();
    let life = hubward_domain::finding::Life::next(None, &seen.finding, first);
    let mut tx = store.begin().await.unwrap();
    let unknown = tx.follow_findings(&[asff("NEW", touched)], first).await;
    assert_eq!(unknown.unwrap(), 0, "a sync brings it");
    let region = "ap-northeast-1".parse().unwrap();
    tx.put_findings(&[(&seen, life)], &BTreeMap::new(), region, first)
        .await
        .unwrap();
    while tx.count_due(jiff::civil::date(2026, 11, 24)).await.unwrap() {}
    let events = [
        json!("nothing"),
        json!({"Id": "f", "AwsAccountId": "unknown"}),
        asff("RESOLVED", old),
        asff("SUPPRESSED", touched),
        asff("SUPPRESSED", touched),
    ];
    assert_eq!(tx.follow_findings(&events, second).await.unwrap(), 1);
    while tx.count_due(jiff::civil::date(2026, 11, 25)).await.unwrap() {}
    tx.commit().await.unwrap();
    let account = "000000000001".parse().unwrap();
    let [found] = &mirror_of(&store, &account).await[..] else {
        panic!("one finding");
    };
    assert!(found.finding.is_suppressed());
    assert_eq!(found.life.closed_at, Some(second));
    let history = store.history_of(&account).await.unwrap();
    let days = [23, 24, 25].map(|day| jiff::civil::date(2026, 11, day));
    let tallies = hubward_domain::history::tallies(&history, &days);
    let updated = |day: usize| {
        tallies[day]
            .as_ref()
            .map(|day| (day.open.values().sum::<u64>(), day.suppressed))
    };
    assert_eq!(
        [updated(0), updated(1), updated(2)],
        [None, Some((1, 0)), Some((0, 1))]
    );
    // A finding that a full reading misses is archived, whatever events said.
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.archive_unseen(region, second).await.unwrap(), 1);
    tx.commit().await.unwrap();
}
