//! Contracts of `access_tokens`, `sessions`, `settings`, `spent_challenges`, `audit_events`, `releases` and
//! `silences`.

use std::collections::BTreeSet;

use serde_json::json;

use super::harness::{at, commit, on_each_engine, rewrite, text};
use hubward_domain::access::{AccessToken, Role};
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::audit::{Action, Actor, EventFilter, NewEvent};
use hubward_domain::release::Release;
use hubward_domain::silence::{Matcher, Silence};

#[tokio::test]
async fn a_token_has_its_name_once_and_its_sessions_end_with_it() {
    on_each_engine(async |store| {
        let token = |name: &str, id: &str| AccessToken {
            name: text(name),
            role: Role::Operator,
            created_at: at(0),
            created_by: text("operator:mika"),
            id: text(id),
            hash: text("hash"),
        };
        commit!(store, tx => {
            let mut inserted = Vec::new();
            for token in [token("b", "1"), token("b", "2"), token("a", "3")] {
                inserted.push(tx.insert_access_token(&token).await.unwrap());
            }
            assert_eq!(inserted, [true, false, true]);
            tx.insert_session("s", "b", Some("b"), at(1), at(-9)).await.unwrap();
        });
        assert_eq!(
            store.access_tokens().await.unwrap(),
            [token("a", "3"), token("b", "1")]
        );
        assert_eq!(
            store.access_token("1").await.unwrap(),
            Some(token("b", "1"))
        );
        assert_eq!(store.access_token("2").await.unwrap(), None);
        let session = store.session("s").await.unwrap().unwrap();
        assert_eq!(
            (session.name.as_str(), session.token_role),
            ("b", Some(Role::Operator))
        );
        commit!(store, tx => {
            assert!(tx.delete_access_token("b").await.unwrap());
            assert!(!tx.delete_access_token("b").await.unwrap());
        });
        assert!(store.session("s").await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_session_lasts_until_it_is_old_or_ended() {
    on_each_engine(async |store| {
        commit!(store, tx => {
            tx.insert_session("old", "Mika", None, at(0), at(-9)).await.unwrap();
            tx.insert_session("new", "Mika", None, at(5), at(1)).await.unwrap();
            tx.touch_session("new", at(6)).await.unwrap();
        });
        assert!(
            store.session("old").await.unwrap().is_none(),
            "forgotten by the next"
        );
        let session = store.session("new").await.unwrap().unwrap();
        assert_eq!(
            (session.started_at, session.seen_at, session.token_role),
            (at(5), at(6), None)
        );
        commit!(store, tx => {
            tx.insert_session("ended", "Mika", None, at(5), at(1)).await.unwrap();
            tx.delete_session("ended").await.unwrap();
            assert_eq!(tx.forget_sessions(at(5)).await.unwrap(), 0);
            assert_eq!(tx.forget_sessions(at(6)).await.unwrap(), 1);
        });
        assert!(store.session("new").await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_setting_is_made_once_and_renewed_only_by_another_value() {
    on_each_engine(async |store| {
        commit!(store, tx => {
            assert_eq!(tx.setting("key", "first").await.unwrap(), "first");
            assert_eq!(tx.setting("key", "second").await.unwrap(), "first");
            assert!(!tx.renew_setting("key", "first").await.unwrap());
            assert!(tx.renew_setting("key", "second").await.unwrap());
            assert_eq!(tx.setting("key", "third").await.unwrap(), "second");
        });
    })
    .await;
}

#[tokio::test]
async fn a_challenge_is_spent_once_until_it_would_have_expired() {
    on_each_engine(async |store| {
        commit!(store, tx => {
            assert!(tx.spend_challenge("c", at(10), at(0)).await.unwrap());
            assert!(!tx.spend_challenge("c", at(10), at(10)).await.unwrap());
            assert!(tx.spend_challenge("c", at(20), at(11)).await.unwrap(), "forgotten by then");
            assert_eq!(tx.forget_challenges(at(20)).await.unwrap(), 0);
            assert_eq!(tx.forget_challenges(at(21)).await.unwrap(), 1);
        });
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_is_read_in_order_and_a_changed_row_breaks_it() {
    on_each_engine(async |store| {
        assert_eq!(store.audit_head().await.unwrap(), None);
        let new = |action, subject: &str| NewEvent {
            action,
            subject: text(subject),
            detail: json!({"n": subject}),
        };
        let actor = Actor::Operator(text("mika"));
        commit!(store, tx => {
            assert_eq!(tx.audit_head().await.unwrap(), None);
            let events = [new(Action::AccountAdded, "a"), new(Action::AccountAdded, "b")];
            tx.append_audit(at(0), &actor, events).await.unwrap();
            tx.append_audit(at(1), &actor, [new(Action::AccountChanged, "a")]).await.unwrap();
            let changed = Action::AccountChanged.as_str();
            assert_eq!(tx.last_audit(changed, "a").await.unwrap(), Some(at(1)));
            assert_eq!(tx.last_audit(changed, "b").await.unwrap(), None);
            assert_eq!(tx.audit_head().await.unwrap().map(|(sequence, _)| sequence), Some(3));
        });
        let events = store.audit_events(0, 10, None).await.unwrap();
        let sequences = |events: &[hubward_domain::audit::AuditEvent]| -> Vec<i64> {
            events.iter().map(|event| event.sequence).collect()
        };
        assert_eq!(sequences(&events), [1, 2, 3]);
        assert_eq!(events[1].detail, json!({"n": "b"}));
        assert_eq!(
            sequences(&store.audit_events(1, 1, None).await.unwrap()),
            [2]
        );
        assert_eq!(
            sequences(&store.audit_events(0, 10, Some("a")).await.unwrap()),
            [1, 3]
        );
        assert_eq!(sequences(&store.newest_events("a", 1).await.unwrap()), [3]);
        let filter = EventFilter {
            subject: text("a"),
            action: events[0].action.clone(),
        };
        let window = PageWindow {
            offset: 0,
            limit: 10,
        };
        let (found, count) = store.events_that(&filter, window).await.unwrap();
        assert_eq!((sequences(&found), count), (vec![1], 1));
        let (found, count) = store
            .events_that(
                &EventFilter::default(),
                PageWindow {
                    offset: 1,
                    limit: 1,
                },
            )
            .await
            .unwrap();
        assert_eq!((sequences(&found), count), (vec![2], 3));
        let actions: BTreeSet<String> = store
            .recorded_actions()
            .await
            .unwrap()
            .into_iter()
            .collect();
        assert_eq!(actions.len(), 2);
        assert_eq!(store.audit_head().await.unwrap().as_ref(), events.last());
        assert!(store.has_audit_hash(&events[0].hash).await.unwrap());
        assert!(!store.has_audit_hash("0").await.unwrap());
        assert_eq!(store.count_audit_events().await.unwrap(), 3);
        let head = store.verify_audit().await.unwrap().unwrap();
        assert_eq!((head.events, &head.hash), (3, &events[2].hash));
        rewrite(
            &store,
            "UPDATE audit_events SET subject = 'c' WHERE sequence = 2",
        )
        .await;
        assert_eq!(store.verify_audit().await.unwrap().unwrap_err().sequence, 2);
    })
    .await;
}

#[tokio::test]
async fn releases_are_ordered_as_versions_are() {
    on_each_engine(async |store| {
        let release = |version: &str| Release {
            version: version.parse().unwrap(),
            sha256: text("sha"),
            size: 6_000_000,
            added_at: at(0),
            added_by: text("operator:mika"),
        };
        let expected = ["0.10.0", "0.9.1", "0.9.1-rc.1"].map(release);
        commit!(store, tx => {
            for release in [&expected[1], &expected[2], &expected[0]] {
                tx.insert_release(release).await.unwrap();
            }
            assert_eq!(tx.releases().await.unwrap(), expected);
        });
        assert_eq!(store.releases().await.unwrap(), expected);
        let mut tx = store.begin().await.unwrap();
        assert!(
            tx.insert_release(&expected[0]).await.is_err(),
            "one of a version"
        );
    })
    .await;
}

#[tokio::test]
async fn a_silence_counts_what_it_silences_and_ends_once() {
    on_each_engine(async |store| {
        let silence = |id: &str, created: i64, matcher: Matcher| Silence {
            id: text(id),
            matcher,
            reason: text("侵入テスト"),
            created_by: text("operator:mika"),
            created_at: at(created),
            until: at(100),
            ended_at: None,
            count: 0,
        };
        let whole = Matcher {
            kind: Some(text("Recon:*")),
            account: "000000000001".parse().ok(),
            project: Some(text("P")),
            environment: Some(text("test")),
            region: "us-east-1".parse().ok(),
            critical: true,
        };
        let (first, second) = (silence("1", 0, whole), silence("2", 1, Matcher::default()));
        commit!(store, tx => {
            tx.put_silence(&first).await.unwrap();
            tx.put_silence(&second).await.unwrap();
            assert_eq!(tx.silences(at(99)).await.unwrap(), [first.clone(), second.clone()]);
            assert!(tx.silences(at(100)).await.unwrap().is_empty(), "over by then");
            tx.count_silenced("1").await.unwrap();
            tx.count_silenced("1").await.unwrap();
            assert!(tx.end_silence("2", at(50)).await.unwrap());
            assert!(!tx.end_silence("2", at(51)).await.unwrap());
            assert!(!tx.end_silence("1", at(100)).await.unwrap());
        });
        let kept = [
            Silence {
                ended_at: Some(at(50)),
                ..second
            },
            Silence { count: 2, ..first },
        ];
        assert_eq!(store.silences().await.unwrap(), kept, "newest first");
    })
    .await;
}
