//! Contracts of `memberships`, of what is counted over it, of `trend` and of `told_quotas`.

use std::collections::BTreeMap;

use hubward_protocol::Region;

use super::account;
use super::harness::{at, commit, on_each_engine, text};
use crate::Store;
use hubward_domain::account_matrix::{PageWindow, PlaceFilter, VerdictGroup};
use hubward_domain::membership::{MemberStatus, Membership};
use hubward_domain::quota::Quota;

fn home() -> Region {
    "us-east-1".parse().unwrap()
}

pub(super) fn membership(id: &str, region: &str, verdict: &str, since: i64) -> Membership {
    Membership {
        account_id: id.parse().unwrap(),
        region: region.parse().unwrap(),
        status: (verdict != "not_invited").then_some(MemberStatus::Enabled),
        verdict: text(verdict),
        since: at(since),
        seen_at: at(10),
        associated_since: Some(at(since)),
        completed_at: (verdict == "complete").then(|| at(since)),
    }
}

/// One account of the ledger that is complete in one Region and drifted in the other, and a member that
/// the ledger does not have.
async fn filled(store: &Store) -> [Membership; 3] {
    let rows = [
        membership("000000000001", "ap-northeast-1", "drifted", 5),
        membership("000000000001", "us-east-1", "complete", 1),
        membership("000000000003", "us-east-1", "not_in_ledger", 3),
    ];
    commit!(store, tx => {
        tx.put_account(&account("000000000001")).await.unwrap();
        tx.put_account(&account("000000000002")).await.unwrap();
        tx.put_memberships(&rows).await.unwrap();
    });
    rows
}

#[tokio::test]
async fn memberships_are_replaced_by_account_and_region_and_announced_once() {
    on_each_engine(async |store| {
        let rows = filled(&store).await;
        assert_eq!(store.memberships().await.unwrap(), rows);
        assert_eq!(store.memberships_of(&rows[0].account_id).await.unwrap(), rows[..2]);
        let later = Membership { seen_at: at(20), ..membership("000000000001", "us-east-1", "not_invited", 20) };
        commit!(store, tx => {
            tx.put_memberships(std::slice::from_ref(&later)).await.unwrap();
            let known = tx.memberships().await.unwrap();
            assert_eq!(known.len(), 3);
            assert_eq!(known[&(later.account_id.clone(), home())], later);
            let mut announced = Vec::new();
            for verdict in ["complete", "complete", "drifted"] {
                announced.push(tx.announce_membership(&later.account_id, home(), verdict).await.unwrap());
            }
            assert_eq!(announced, [true, false, true]);
            tx.touch_memberships(at(15)).await.unwrap();
        });
        let seen: Vec<_> = store.memberships().await.unwrap().into_iter().map(|row| row.seen_at).collect();
        assert_eq!(seen, [at(15), at(20), at(15)], "no row is set back");
        let counts = store.count_memberships().await.unwrap();
        let expected = ["drifted", "not_in_ledger", "not_invited"].map(|verdict| (text(verdict), 1));
        assert_eq!(counts, BTreeMap::from(expected));
    })
    .await;
}

#[tokio::test]
async fn the_matrix_shows_and_counts_accounts_by_their_worst_verdict() {
    on_each_engine(async |store| {
        assert_eq!(store.last_seen().await.unwrap(), None);
        filled(&store).await;
        assert_eq!(store.last_seen().await.unwrap(), Some(at(10)));
        let lines = async |filter: PlaceFilter, offset, limit| {
            let (lines, all) = store
                .lines(&filter, PageWindow { offset, limit })
                .await
                .unwrap();
            let lines: Vec<_> = lines
                .iter()
                .map(|line| (line.account_id.to_string(), line.cells.len()))
                .collect();
            (lines, all)
        };
        let all = || PlaceFilter::default();
        let expected = [
            ("000000000003", 1),
            ("000000000001", 2),
            ("000000000002", 0),
        ];
        let (found, count) = lines(all(), 0, 10).await;
        assert_eq!(count, 3);
        // Both of the first two are drifted; the member that the ledger lacks has no project.
        assert_eq!(found, expected.map(|(id, cells)| (text(id), cells)));
        assert_eq!(
            lines(all(), 2, 10).await,
            (vec![(text("000000000002"), 0)], 3)
        );
        let filters = [
            PlaceFilter {
                search: text("受注"),
                ..all()
            },
            PlaceFilter {
                region: Some(home()),
                ..all()
            },
            PlaceFilter {
                verdicts: vec![text("complete")],
                region: Some(home()),
                ..all()
            },
            PlaceFilter {
                search: text("%"),
                ..all()
            },
        ];
        let mut counts = Vec::new();
        for filter in filters {
            counts.push(lines(filter, 0, 10).await.1);
        }
        assert_eq!(counts, [2, 2, 1, 0]);
        let mut places = store.count_places().await.unwrap();
        places.sort();
        assert_eq!(places[0], (text("ap-northeast-1"), text("drifted"), 1));
        assert_eq!(places.len(), 3);
        let worst = store.count_by_worst().await.unwrap();
        assert_eq!(
            (
                worst[&VerdictGroup::Drifted],
                worst[&VerdictGroup::Complete]
            ),
            (2, 0)
        );
        let outstanding = store.outstanding(VerdictGroup::Drifted, 1).await.unwrap();
        assert_eq!(outstanding.len(), 1);
        assert_eq!(
            outstanding[0].verdict, "not_in_ledger",
            "who waits longest is first"
        );
    })
    .await;
}

#[tokio::test]
async fn a_day_of_the_trend_is_written_anew() {
    on_each_engine(async |store| {
        filled(&store).await;
        commit!(store, tx => tx.put_trend("2026-11-23").await.unwrap());
        commit!(store, tx => {
            tx.put_memberships(&[membership("000000000001", "us-east-1", "drifted", 1)]).await.unwrap();
            tx.put_trend("2026-11-24").await.unwrap();
            tx.put_trend("2026-11-24").await.unwrap();
        });
        let day = |verdict, count| (text("2026-11-24"), text(verdict), count);
        assert_eq!(store.trend("2026-11-24").await.unwrap(), [day("drifted", 2), day("not_in_ledger", 1)]);
        assert_eq!(store.trend("2026-11-01").await.unwrap().len(), 5);
    })
    .await;
}

#[tokio::test]
async fn the_level_of_a_quota_is_exchanged() {
    on_each_engine(async |store| {
        commit!(store, tx => {
            let mut before = Vec::new();
            for (quota, level) in [(Quota::Members, 80), (Quota::Members, 80), (Quota::Invitations, 90), (Quota::Members, 0)] {
                before.push(tx.replace_quota_level(home(), quota, level).await.unwrap());
            }
            assert_eq!(before, [0, 80, 0, 80]);
            assert_eq!(tx.replace_quota_level(home(), Quota::Members, 0).await.unwrap(), 0);
        });
    })
    .await;
}
