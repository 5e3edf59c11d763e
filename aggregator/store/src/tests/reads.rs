//! Tests of what pages and the API read: on SQLite, and on PostgreSQL where `HUBWARD_TEST_POSTGRES` names a server.

use hubward_domain::account_matrix::{PageWindow, PlaceFilter, VerdictGroup};
use hubward_domain::check::ProofPolicy;
use hubward_domain::membership::{MemberStatus, Membership};
use hubward_protocol::AccountId;
use sqlx::{AnyConnection, Connection};

use super::*;
use crate::evidence::AccountRange;

/// An empty database of each engine that there is.
#[expect(
    clippy::disallowed_methods,
    reason = "where PostgreSQL runs is known to the environment of the tests alone"
)]
async fn engines(directory: &TempDir) -> Vec<DatabaseUrl> {
    let mut urls = vec![database_url(directory)];
    if let Ok(server) = std::env::var("HUBWARD_TEST_POSTGRES") {
        sqlx::any::install_default_drivers();
        let name = directory.path().file_name().unwrap().to_str().unwrap();
        let name = name.replace(|char: char| !char.is_ascii_alphanumeric(), "_");
        let name = format!("store_{}_{}", std::process::id(), name.to_lowercase());
        let mut connection = AnyConnection::connect(&format!("{server}/postgres"))
            .await
            .unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&mut connection)
            .await
            .unwrap();
        let url = format!("{server}/{name}");
        urls.push(DatabaseUrl::parse(&url, directory.path()).unwrap());
    }
    urls
}

fn named(id: &str, project: &str, contact: &str) -> Account {
    Account {
        project: project.to_owned(),
        contact: contact.to_owned(),
        state: AccountState::Active,
        ..account(id)
    }
}

fn seen(account: &str, region: &str, verdict: &str, since: &str) -> Membership {
    let since = since.parse().unwrap();
    Membership {
        account_id: account.parse().unwrap(),
        region: region.parse().unwrap(),
        status: Some(MemberStatus::Enabled),
        verdict: verdict.to_owned(),
        since,
        seen_at: since,
        associated_since: None,
        completed_at: None,
    }
}

/// The accounts that a search finds.
async fn found(store: &Store, search: &str) -> Vec<String> {
    let filter = PlaceFilter::of(search, "", "");
    let (lines, all) = store.lines(&filter, PageWindow::ALL).await.unwrap();
    assert_eq!(i64::try_from(lines.len()).unwrap(), all, "{search}");
    let mut found: Vec<String> = lines
        .into_iter()
        .map(|line| line.account_id.to_string())
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn a_search_finds_an_account_in_any_width_and_case() {
    const FULL: &str = "000000000001";
    const HALF: &str = "000000000002";
    const OTHER: &str = "000000000003";
    let directory = TempDir::new().unwrap();
    for url in engines(&directory).await {
        let (store, _) = Store::migrate(&url).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        for row in [
            named(FULL, "ＡＢＣシステム", "Mika"),
            named(HALF, "abc ﾊﾞｯｸｱｯﾌﾟ", "ÄRZTE"),
            named(OTHER, "100%_Orders", "Ken"),
        ] {
            tx.put_account(&row).await.unwrap();
        }
        tx.commit().await.unwrap();
        let finds = [
            ("ＡＢＣ", vec![FULL, HALF]),
            ("abc", vec![FULL, HALF]),
            ("ABCｼｽﾃﾑ", vec![FULL]),
            ("バックアップ", vec![HALF]),
            ("ärzte", vec![HALF]),
            ("mika", vec![FULL]),
            ("０００３", vec![OTHER]),
            ("100%_o", vec![OTHER]),
            ("1%0", vec![]),
            ("システム\nmika", vec![]),
        ];
        for (search, wanted) in &finds {
            assert_eq!(found(&store, search).await, *wanted, "{search} {url:?}");
        }

        // A ledger of a version that had no keys yet.
        sqlx::query("UPDATE accounts SET search_key = NULL")
            .execute(&store.pool)
            .await
            .unwrap();
        assert!(found(&store, "abc").await.is_empty());
        let store = Store::open(&url).await.unwrap();
        for (search, wanted) in &finds {
            assert_eq!(found(&store, search).await, *wanted, "{search} {url:?}");
        }
    }
}

#[tokio::test]
async fn a_page_of_a_check_and_the_counts_are_those_of_all_rows() {
    let directory = TempDir::new().unwrap();
    let (home, linked) = ("ap-northeast-1", "us-east-1");
    let rows = [
        seen("000000000001", home, "complete", "2026-11-01T00:00:00Z"),
        seen("000000000001", linked, "invited", "2026-11-03T00:00:00Z"),
        seen("000000000002", home, "not_wanted", "2026-11-01T00:00:00Z"),
        seen("000000000003", home, "complete", "2026-11-01T00:00:00Z"),
        seen("000000000003", linked, "resigned", "2026-11-01T00:00:00Z"),
        seen("000000000004", home, "incomplete", "2026-11-02T00:00:00Z"),
        seen("000000000005", home, "new_word", "2026-11-02T00:00:00Z"),
    ];
    for url in engines(&directory).await {
        let (store, _) = Store::migrate(&url).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.put_memberships(&rows).await.unwrap();
        tx.commit().await.unwrap();

        let mut paged = Vec::new();
        for offset in 0..4 {
            let window = PageWindow {
                offset: offset * 2,
                limit: 2,
            };
            let (page, all) = store.membership_page(window).await.unwrap();
            assert_eq!(all, 6);
            paged.extend(page);
        }
        let wanted: Vec<Membership> = rows
            .iter()
            .filter(|row| row.verdict != "not_wanted")
            .cloned()
            .collect();
        assert_eq!(paged, wanted, "{url:?}");

        let worst = |counts: BTreeMap<VerdictGroup, i64>| counts.into_values().collect::<Vec<_>>();
        let counts = store.count_by_worst().await.unwrap();
        assert_eq!(worst(counts), [1, 1, 2, 0], "{url:?}");
        let waiting = store.outstanding(VerdictGroup::Waiting, 1).await.unwrap();
        assert_eq!(waiting[0].account_id.as_str(), "000000000004");
        let waiting = store.outstanding(VerdictGroup::Waiting, 9).await.unwrap();
        assert_eq!(waiting.len(), 2);

        // The member comes back: its account is no longer among the worst.
        let mut tx = store.begin().await.unwrap();
        let again = seen("000000000003", linked, "complete", "2026-11-05T00:00:00Z");
        tx.put_memberships(&[again]).await.unwrap();
        tx.commit().await.unwrap();
        let counts = store.count_by_worst().await.unwrap();
        assert_eq!(worst(counts), [0, 1, 2, 1], "{url:?}");
    }
}

#[tokio::test]
async fn evidence_is_that_of_the_range_alone() {
    let directory = TempDir::new().unwrap();
    for url in engines(&directory).await {
        let (store, _) = Store::migrate(&url).await.unwrap();
        let ids = ["000000000001", "000000000002", "000000000003"];
        let mut tx = store.begin().await.unwrap();
        for id in ids {
            tx.put_account(&named(id, "P", "")).await.unwrap();
        }
        tx.commit().await.unwrap();
        let [first, second, third] = ids.map(|id| id.parse::<AccountId>().unwrap());
        let known = |range| {
            let store = &store;
            async move {
                let evidence = store.evidence(range, ProofPolicy::default()).await.unwrap();
                evidence.ledger.into_keys().collect::<Vec<_>>()
            }
        };
        assert_eq!(
            known(AccountRange::one(&second)).await,
            std::slice::from_ref(&second),
            "{url:?}"
        );
        assert_eq!(
            known(AccountRange::Between(&second, &third)).await,
            [second.clone(), third.clone()]
        );
        assert_eq!(known(AccountRange::All).await, [first, second, third]);
    }
}
