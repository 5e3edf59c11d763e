//! Contracts of `deliveries` with its digests, `delivery_attempts`, `circuits` and `due_work`.

use std::collections::{BTreeMap, BTreeSet};

use super::alerts::alert;
use super::harness::{at, commit, on_each_engine, rewrite, text};
use crate::Store;
use crate::deliveries::DeliveryChoice;
use crate::due_work::DueWork;
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::alert::Severity;
use hubward_domain::alert::write_back::WriteBackStatus;
use hubward_domain::circuit::Circuit;
use hubward_domain::delivery::{DeliveryNext, DeliveryState, PostFilter};
use hubward_domain::notice::{Notice, TestNotice};

fn notice() -> Notice {
    Notice::Test(TestNotice {
        channel: text("soc"),
        actor: text("operator:mika"),
    })
}

async fn put(store: &Store, ids: &[&str]) {
    commit!(store, tx => {
        for id in ids {
            tx.put_delivery(id, "soc", &notice(), at(0)).await.unwrap();
        }
    });
}

fn again(seconds: i64) -> DeliveryNext {
    DeliveryNext::Again {
        at: at(seconds),
        why: text("503"),
    }
}

fn given_up() -> DeliveryNext {
    DeliveryNext::GivenUp { why: text("404") }
}

#[tokio::test]
async fn a_message_is_leased_tried_again_and_given_up() {
    on_each_engine(async |store| {
        let posts = store.posts();
        put(&store, &["a", "b", "c"]).await;
        assert!(posts.has_changed().unwrap(), "the workers are woken");
        let lease = async |choice, now| {
            commit!(store, tx => tx.lease_delivery("soc", choice, at(now)).await.unwrap()).map(|one| (one.id, one.attempts))
        };
        assert!(store.has_due("soc", at(0)).await.unwrap());
        assert!(!store.has_due("other", at(0)).await.unwrap());
        rewrite(&store, "UPDATE deliveries SET class = 'critical' WHERE id = 'b'").await;
        assert_eq!(lease(DeliveryChoice::Critical, 0).await, Some((text("b"), 1)));
        assert_eq!(lease(DeliveryChoice::Critical, 0).await, None, "it is held");
        assert_eq!(lease(DeliveryChoice::This("c"), 0).await, Some((text("c"), 1)));
        assert_eq!(lease(DeliveryChoice::Other, 0).await, Some((text("a"), 1)));
        assert_eq!(lease(DeliveryChoice::Next, 29).await, None);
        assert!(!store.has_due("soc", at(29)).await.unwrap());
        commit!(store, tx => {
            for (id, next) in [("a", again(40)), ("b", given_up()), ("c", DeliveryNext::Delivered)] {
                assert!(tx.record_attempt(id, 1, &next, at(1)).await.unwrap());
                tx.keep_attempt(id, &next, at(1)).await.unwrap();
                assert!(!tx.record_attempt(id, 2, &given_up(), at(1)).await.unwrap(), "another's attempt");
            }
            assert_eq!(tx.given_up().await.unwrap(), ["b"]);
            assert_eq!(tx.waiting_channels().await.unwrap(), ["soc"]);
        });
        assert_eq!(lease(DeliveryChoice::Next, 39).await, None);
        assert_eq!(lease(DeliveryChoice::Next, 40).await, Some((text("a"), 2)));
        let deliveries = store.deliveries_of(&notice().subject()).await.unwrap();
        let states: Vec<_> = deliveries.iter().map(|one| (one.id.as_str(), one.state, one.last_error.as_deref())).collect();
        assert_eq!(states, [
            ("a", DeliveryState::Pending, Some("503")),
            ("b", DeliveryState::GivenUp, Some("404")),
            ("c", DeliveryState::Delivered, None),
        ]);
        assert_eq!(deliveries[0].notice, notice());
        let tried = store.attempts_about(&notice().subject()).await.unwrap();
        let outcomes: Vec<_> = tried.iter().map(|(channel, tried)| (channel.as_str(), tried.outcome.as_str(), tried.attempt)).collect();
        assert_eq!(outcomes, [("soc", "again", 1), ("soc", "given_up", 1), ("soc", "delivered", 1)]);
        commit!(store, tx => {
            tx.replay_delivery("b", at(50)).await.unwrap();
            tx.replay_delivery("c", at(50)).await.unwrap();
            assert!(tx.given_up().await.unwrap().is_empty());
        });
        assert_eq!(lease(DeliveryChoice::Next, 50).await, Some((text("b"), 1)), "only what was given up");
        assert_eq!(lease(DeliveryChoice::Next, 50).await, None);
    })
    .await;
}

#[tokio::test]
async fn the_outbox_is_shown_counted_and_forgotten() {
    on_each_engine(async |store| {
        put(&store, &["a", "b"]).await;
        commit!(store, tx => {
            tx.put_delivery("c", "ops", &notice(), at(5)).await.unwrap();
            let subject = notice().subject();
            assert!(tx.was_notified(&subject, at(4)).await.unwrap());
            assert!(!tx.was_notified(&subject, at(5)).await.unwrap());
            assert!(!tx.was_notified("other", at(0)).await.unwrap());
            tx.record_attempt("b", 0, &DeliveryNext::Delivered, at(1)).await.unwrap();
            tx.keep_attempt("b", &DeliveryNext::Delivered, at(1)).await.unwrap();
        });
        let shown = async |filter: PostFilter, offset| {
            let (rows, all) = store
                .posted(&filter, PageWindow { offset, limit: 2 })
                .await
                .unwrap();
            (rows.into_iter().map(|row| row.id).collect::<Vec<_>>(), all)
        };
        let all = || PostFilter::default();
        assert_eq!(shown(all(), 0).await, (vec![text("c"), text("b")], 3));
        assert_eq!(shown(all(), 2).await, (vec![text("a")], 3));
        let delivered = PostFilter {
            state: Some(DeliveryState::Delivered),
            channel: text("soc"),
        };
        assert_eq!(shown(delivered, 0).await, (vec![text("b")], 1));
        let subject = notice().subject();
        let about = store
            .deliveries_about(&[subject.clone(), text("other")])
            .await
            .unwrap();
        assert_eq!(about.len(), 1);
        assert_eq!(about[&subject][2].channel, "ops");
        assert_eq!(about[&subject][2].kind, "test");
        assert!(store.deliveries_about(&[]).await.unwrap().is_empty());
        let counts = [("ops", "pending"), ("soc", "delivered"), ("soc", "pending")];
        let counts = counts.map(|(channel, state)| ((text(channel), text(state)), 1));
        assert_eq!(
            store.count_deliveries().await.unwrap(),
            BTreeMap::from(counts)
        );
        let oldest = BTreeMap::from([(text("ops"), at(5)), (text("soc"), at(0))]);
        assert_eq!(store.oldest_pending().await.unwrap(), oldest);
        commit!(store, tx => {
            assert_eq!(tx.forget_deliveries(at(0)).await.unwrap(), 0);
            assert_eq!(tx.forget_deliveries(at(9)).await.unwrap(), 1, "only what was delivered");
            assert_eq!(tx.forget_deliveries(at(9)).await.unwrap(), 0);
        });
        assert!(store.attempts_about(&subject).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_tells_of_an_alert_that_is_not_over_is_not_forgotten() {
    on_each_engine(async |store| {
        put(&store, &["a", "digest"]).await;
        commit!(store, tx => {
            tx.put_alert(&alert("x", Severity::High, 1)).await.unwrap();
            for id in ["a", "digest"] {
                tx.record_attempt(id, 0, &DeliveryNext::Delivered, at(1)).await.unwrap();
            }
            tx.gather("digest", &[text("a")]).await.unwrap();
        });
        rewrite(
            &store,
            "UPDATE deliveries SET subject = 'alert:x' WHERE id = 'a'",
        )
        .await;
        commit!(store, tx => assert_eq!(tx.forget_deliveries(at(9)).await.unwrap(), 0));
        rewrite(&store, "UPDATE alerts SET state = 'resolved'").await;
        commit!(store, tx => assert_eq!(tx.forget_deliveries(at(9)).await.unwrap(), 2));
    })
    .await;
}

#[tokio::test]
async fn a_digest_has_its_members_wait_and_share_its_fate() {
    on_each_engine(async |store| {
        put(&store, &["a", "b", "c", "single"]).await;
        rewrite(&store, "UPDATE deliveries SET class = 'alert' WHERE id IN ('a', 'b')").await;
        rewrite(&store, "UPDATE deliveries SET class = 'critical' WHERE id = 'c'").await;
        commit!(store, tx => {
            assert_eq!(tx.count_waiting("soc", 9).await.unwrap(), 3);
            assert_eq!(tx.count_waiting("soc", 2).await.unwrap(), 2, "no more are counted");
            assert!(tx.has_critical("soc", at(0)).await.unwrap());
            assert!(!tx.has_critical("ops", at(0)).await.unwrap());
            let waiting = tx.waiting("soc", 2, at(0)).await.unwrap();
            let ids: Vec<_> = waiting.iter().map(|one| one.id.as_str()).collect();
            assert_eq!(ids, ["c", "a"], "critical ones first, then the oldest");
            tx.put_delivery("digest", "soc", &notice(), at(0)).await.unwrap();
            tx.gather("digest", &[text("a"), text("b")]).await.unwrap();
            assert_eq!(tx.count_waiting("soc", 9).await.unwrap(), 1);
            let leased = tx.lease_delivery("soc", DeliveryChoice::This("digest"), at(0)).await.unwrap();
            assert_eq!(leased.map(|one| one.attempts), Some(1));
            assert!(tx.record_attempt("digest", 1, &again(40), at(1)).await.unwrap());
            tx.hurry("soc", at(2)).await.unwrap();
            let leased = tx.lease_delivery("soc", DeliveryChoice::This("digest"), at(2)).await.unwrap();
            assert_eq!(leased.map(|one| one.attempts), Some(2), "the channel works again");
            assert!(tx.record_attempt("digest", 2, &given_up(), at(3)).await.unwrap());
            assert_eq!(tx.given_up().await.unwrap(), ["digest"]);
        });
        let states: Vec<_> = store.deliveries_of(&notice().subject()).await.unwrap();
        let states: Vec<_> = states.iter().map(|one| (one.id.as_str(), one.state)).collect();
        assert_eq!(states[..2], [("a", DeliveryState::GivenUp), ("b", DeliveryState::GivenUp)]);
        assert_eq!(states[2], ("c", DeliveryState::Pending));
    })
    .await;
}

#[tokio::test]
async fn a_channel_that_works_has_no_circuit() {
    on_each_engine(async |store| {
        let open = Circuit::Open {
            failures: 5,
            since: at(0),
            probe_at: at(9),
            why: text("503"),
        };
        let closed = Circuit::Closed { failures: 2 };
        put(&store, &["a"]).await;
        commit!(store, tx => {
            assert_eq!(tx.circuit("soc").await.unwrap(), Circuit::default());
            tx.put_circuit("soc", &closed).await.unwrap();
            tx.put_circuit("soc", &open).await.unwrap();
            tx.put_circuit("ops", &closed).await.unwrap();
            tx.put_circuit("gone", &closed).await.unwrap();
            assert_eq!(tx.circuit("soc").await.unwrap(), open);
            tx.forget_circuits(&[text("soc"), text("ops")]).await.unwrap();
        });
        assert!(
            !store.has_due("soc", at(8)).await.unwrap(),
            "it is left alone"
        );
        assert!(store.has_due("soc", at(9)).await.unwrap());
        let known = BTreeMap::from([(text("ops"), closed), (text("soc"), open)]);
        assert_eq!(store.circuits().await.unwrap(), known);
        commit!(store, tx => tx.put_circuit("soc", &Circuit::default()).await.unwrap());
        assert_eq!(store.circuits().await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn one_statement_finds_all_that_is_due() {
    on_each_engine(async |store| {
        let channels = [text("soc"), text("ops"), text("it's")];
        let due = async |now| store.due_work(&channels, at(now)).await.unwrap();
        assert!(due(0).await.is_empty());
        put(&store, &["a"]).await;
        let open = Circuit::Open {
            failures: 5,
            since: at(0),
            probe_at: at(9),
            why: text("503"),
        };
        commit!(store, tx => {
            tx.put_delivery("b", "ops", &notice(), at(0)).await.unwrap();
            tx.put_delivery("c", "it's", &notice(), at(0)).await.unwrap();
            tx.put_delivery("d", "gone", &notice(), at(0)).await.unwrap();
            tx.put_circuit("ops", &open).await.unwrap();
            tx.put_write_back("alert", WriteBackStatus::Resolved, at(5)).await.unwrap();
            tx.enqueue_issue("SOC-1", "stamp", at(7)).await.unwrap();
        });
        let of = |channels: &[&str]| {
            channels
                .iter()
                .map(|name| text(name))
                .collect::<BTreeSet<_>>()
        };
        let expected = DueWork {
            channels: of(&["soc", "it's"]),
            ..DueWork::default()
        };
        assert_eq!(due(4).await, expected);
        assert!(due(5).await.write_backs && !due(5).await.requests);
        assert!(due(7).await.requests);
        assert_eq!(due(9).await.channels, of(&["soc", "ops", "it's"]));
        commit!(store, tx => {
            tx.lease_delivery("soc", DeliveryChoice::Next, at(9)).await.unwrap();
            tx.lease_issue(at(9)).await.unwrap();
        });
        let left = due(9).await;
        assert_eq!(
            (left.channels, left.requests),
            (of(&["ops", "it's"]), false),
            "what is leased is not due"
        );
    })
    .await;
}
