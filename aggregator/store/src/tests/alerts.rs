//! Contracts of `alerts`, `alert_findings`, `alert_arrivals`, `alert_escalations`, `alert_handling` and
//! `write_backs`.

use std::collections::BTreeMap;

use super::account;
use super::harness::{at, commit, on_each_engine, text};
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::alert::arrival::{Arrival, IngestSource};
use hubward_domain::alert::handling::Handling;
use hubward_domain::alert::write_back::WriteBackStatus;
use hubward_domain::alert::{Alert, AlertFacts, AlertFilter, AlertState, Severity};

const EVERY: PageWindow = PageWindow {
    offset: 0,
    limit: 10,
};

pub(super) fn alert(id: &str, severity: Severity, last_seen: i64) -> Alert {
    Alert {
        id: text(id),
        finding_id: format!("finding of {id}"),
        account_id: "000000000001".parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
        kind: text("UnauthorizedAccess:EC2/SSHBruteForce"),
        severity,
        title: text("総当たり"),
        state: AlertState::Open,
        count: 1,
        first_seen: at(0),
        last_seen: at(last_seen),
        facts: AlertFacts {
            description: text("d"),
            ..AlertFacts::default()
        },
    }
}

fn arrival(stored: i64) -> Arrival {
    Arrival {
        door: IngestSource::Push,
        aws_created_at: Some(at(0)),
        event_at: None,
        received_at: at(1),
        stored_at: at(stored),
    }
}

#[tokio::test]
async fn an_alert_is_found_by_its_id_its_findings_and_what_it_is() {
    on_each_engine(async |store| {
        let (high, mut low) = (alert("a", Severity::High, 1), alert("b", Severity::Low, 2));
        commit!(store, tx => {
            tx.put_account(&account("000000000001")).await.unwrap();
            tx.put_alert(&high).await.unwrap();
            tx.put_alert(&low).await.unwrap();
            low.count = 7;
            low.state = AlertState::Resolved;
            tx.put_alert(&low).await.unwrap();
            assert_eq!(tx.alert("b").await.unwrap(), Some(low.clone()));
            assert_eq!(tx.alert("c").await.unwrap(), None);
            assert_eq!(tx.alert_of_finding("finding of a").await.unwrap(), Some(high.clone()));
        });
        let found = async |filter: AlertFilter| store.alerts(&filter, EVERY).await.unwrap();
        let all = || AlertFilter::default();
        assert_eq!(
            found(all()).await,
            (vec![low.clone(), high.clone()], 2),
            "newest first"
        );
        let second = PageWindow {
            offset: 1,
            limit: 1,
        };
        assert_eq!(
            store.alerts(&all(), second).await.unwrap(),
            (vec![high.clone()], 2)
        );
        for (filter, expected) in [
            (
                AlertFilter {
                    state: Some(AlertState::Open),
                    ..all()
                },
                vec!["a"],
            ),
            (
                AlertFilter {
                    severity: Some(Severity::Low),
                    ..all()
                },
                vec!["b"],
            ),
            (
                AlertFilter {
                    region: "eu-west-1".parse().ok(),
                    ..all()
                },
                vec![],
            ),
            (
                AlertFilter {
                    account: "000000000001".parse().ok(),
                    ..all()
                },
                vec!["b", "a"],
            ),
            (
                AlertFilter {
                    id: Some(text("a")),
                    ..all()
                },
                vec!["a"],
            ),
            (
                AlertFilter {
                    search: text("SSHBRUTE"),
                    ..all()
                },
                vec!["b", "a"],
            ),
            (
                AlertFilter {
                    search: text("受注"),
                    ..all()
                },
                vec!["b", "a"],
            ),
            (
                AlertFilter {
                    search: text("_"),
                    ..all()
                },
                vec![],
            ),
        ] {
            let (alerts, count) = found(filter.clone()).await;
            let ids: Vec<_> = alerts.iter().map(|alert| alert.id.as_str()).collect();
            assert_eq!(
                (ids.len(), ids),
                (usize::try_from(count).unwrap(), expected),
                "{filter:?}"
            );
        }
        assert_eq!(
            store.count_open_alerts().await.unwrap(),
            BTreeMap::from([(text("HIGH"), 1)])
        );
        let states = BTreeMap::from([(text("open"), 1), (text("resolved"), 1)]);
        assert_eq!(store.count_alerts().await.unwrap(), states);
    })
    .await;
}

#[tokio::test]
async fn a_finding_belongs_to_one_alert_whose_own_is_first() {
    on_each_engine(async |store| {
        let one = alert("z", Severity::High, 1);
        commit!(store, tx => {
            tx.claim_finding("a claimed one").await.unwrap();
            tx.claim_finding("another").await.unwrap();
            tx.let_go_of_finding("a claimed one").await.unwrap();
            tx.put_alert(&one).await.unwrap();
            tx.put_alert_finding("z", "another", 3).await.unwrap();
            tx.put_alert_finding("z", &one.finding_id, 2).await.unwrap();
            tx.claim_finding("another").await.unwrap();
            tx.let_go_of_finding("another").await.unwrap();
            let findings = tx.findings_of_alert(&one).await.unwrap();
            assert_eq!(findings, [(one.finding_id.clone(), 2), (text("another"), 3)]);
            assert_eq!(tx.alert_of_finding("another").await.unwrap(), Some(one.clone()));
        });
        assert_eq!(store.alert_id_of("another").await.unwrap(), Some(text("z")));
        assert_eq!(store.alert_id_of("a claimed one").await.unwrap(), None);
        let findings = store
            .alert_findings(&[text("z"), text("unknown")])
            .await
            .unwrap();
        assert_eq!(
            findings,
            BTreeMap::from([(text("z"), vec![one.finding_id, text("another")])])
        );
        assert!(store.alert_findings(&[]).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_fold_is_of_the_newest_alert_that_is_not_resolved() {
    on_each_engine(async |store| {
        commit!(store, tx => {
            for (id, seen) in [("a", 1), ("b", 3), ("c", 2)] {
                let mut alert = alert(id, Severity::High, seen);
                if id == "b" {
                    alert.state = AlertState::Resolved;
                }
                tx.put_alert(&alert).await.unwrap();
                tx.put_fold(id, "fold").await.unwrap();
            }
            let found = tx.alert_of_fold("fold").await.unwrap();
            assert_eq!(found.map(|alert| alert.id), Some(text("c")));
            assert_eq!(tx.alert_of_fold("other").await.unwrap(), None);
        });
    })
    .await;
}

#[tokio::test]
async fn of_an_alert_the_first_arrival_counts() {
    on_each_engine(async |store| {
        commit!(store, tx => {
            tx.put_alert(&alert("a", Severity::High, 1)).await.unwrap();
            tx.put_arrival("a", &arrival(2)).await.unwrap();
            tx.put_arrival("a", &arrival(9)).await.unwrap();
            assert_eq!(tx.arrival("a").await.unwrap(), Some(arrival(2)));
        });
        assert_eq!(store.arrival("a").await.unwrap(), Some(arrival(2)));
        assert_eq!(store.arrival("b").await.unwrap(), None);
        let since = async |account, since| store.arrived_since(account, at(since)).await.unwrap();
        assert_eq!(
            since("000000000001", 2).await,
            Some((text("a"), arrival(2)))
        );
        assert_eq!(since("000000000001", 3).await, None);
        assert_eq!(since("000000000002", 0).await, None);
    })
    .await;
}

#[tokio::test]
async fn alerts_wait_until_they_are_escalated_and_critical_ones_go_on() {
    on_each_engine(async |store| {
        commit!(store, tx => {
            for (id, severity) in [("h", Severity::High), ("c", Severity::Critical), ("l", Severity::Low)] {
                tx.put_alert(&alert(id, severity, 1)).await.unwrap();
                tx.put_arrival(id, &arrival(2)).await.unwrap();
            }
        });
        let waiting = async |before, limit| {
            let found = store.waiting_alerts(at(before), limit).await.unwrap();
            found.into_iter().map(|(id, _, waiting)| (id, waiting.since, waiting.last_escalation)).collect::<Vec<_>>()
        };
        assert!(waiting(1, 10).await.is_empty(), "stored later");
        let ids: Vec<_> = waiting(2, 2).await.into_iter().map(|(id, ..)| id).collect();
        assert_eq!(ids, ["c", "h"], "the worst first");
        commit!(store, tx => {
            for (id, level) in [("c", 1), ("h", 1), ("c", 2)] {
                tx.put_escalation(id, level, at(5)).await.unwrap();
            }
        });
        let expected = [(text("c"), at(2), Some((2, at(5)))), (text("l"), at(2), None)];
        assert_eq!(waiting(9, 10).await, expected);
        // Opened again by a person, it waits from then on.
        let touched = Handling { changed_at: Some(at(7)), ..Handling::default() };
        commit!(store, tx => tx.put_handling("h", &touched).await.unwrap());
        assert_eq!(waiting(9, 10).await[1], (text("h"), at(7), Some((1, at(5)))));
    })
    .await;
}

#[tokio::test]
async fn what_people_last_said_of_an_alert_is_kept() {
    on_each_engine(async |store| {
        let said = Handling {
            assignee: text("mika"),
            note: text("見ています"),
            changed_at: Some(at(3)),
            changed_by: text("operator:mika"),
        };
        commit!(store, tx => {
            assert_eq!(tx.handling("a").await.unwrap(), Handling::default());
            tx.put_handling("a", &Handling { note: text("before"), ..said.clone() }).await.unwrap();
            tx.put_handling("a", &said).await.unwrap();
            assert_eq!(tx.handling("a").await.unwrap(), said);
        });
        let found = store.handlings(&[text("a"), text("b")]).await.unwrap();
        assert_eq!(found, BTreeMap::from([(text("a"), said)]));
        assert!(store.handlings(&[]).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_a_person_did_is_written_back_and_not_what_was_before() {
    on_each_engine(async |store| {
        commit!(store, tx => {
            tx.put_write_back("b", WriteBackStatus::Resolved, at(1)).await.unwrap();
            tx.put_first_write_back("a", at(2)).await.unwrap();
            tx.put_first_write_back("b", at(3)).await.unwrap();
        });
        let due = async |now, limit| {
            let due = store.due_write_backs(at(now), limit).await.unwrap();
            due.into_iter()
                .map(|one| (one.alert_id, one.status, one.attempts))
                .collect::<Vec<_>>()
        };
        let (a, b) = (
            (text("a"), WriteBackStatus::Notified, 1),
            (text("b"), WriteBackStatus::Resolved, 1),
        );
        assert_eq!(due(2, 10).await, [b.clone(), a.clone()]);
        assert_eq!(due(2, 1).await, std::slice::from_ref(&b));
        assert_eq!(due(1, 10).await, [b]);
        let tried = store.due_write_backs(at(2), 10).await.unwrap();
        commit!(store, tx => {
            tx.record_write_back(&tried[1], "pending", at(60), Some("throttled")).await.unwrap();
            tx.record_write_back(&tried[0], "done", at(2), None).await.unwrap();
        });
        assert!(due(59, 10).await.is_empty());
        assert_eq!(
            due(60, 10).await,
            [(text("a"), WriteBackStatus::Notified, 2)]
        );
        // A person acts while the first is on its way: what comes of that says nothing about it.
        commit!(store, tx => {
            tx.put_write_back("a", WriteBackStatus::Resolved, at(61)).await.unwrap();
            tx.record_write_back(&tried[1], "done", at(62), None).await.unwrap();
        });
        assert_eq!(
            due(61, 10).await,
            [(text("a"), WriteBackStatus::Resolved, 1)]
        );
    })
    .await;
}
