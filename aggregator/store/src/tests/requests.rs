//! Contracts of `requests`, `request_wakes`, `request_polls` and `request_answers`.

use super::harness::{at, commit, on_each_engine, rewrite, text};
use hubward_domain::account::Language;
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::delivery::{DeliveryNext, DeliveryState};
use hubward_domain::ledger::LedgerEntry;
use hubward_domain::request::{Origin, Request, RequestState, RequestedChange, TicketAnswer};

fn request(id: &str, state: RequestState) -> Request {
    Request {
        id: text(id),
        origin: Origin::Jira,
        asked: RequestedChange {
            kind: text("add"),
            entry: LedgerEntry::default(),
        },
        reporter: text("美香"),
        language: Language::Ja,
        revision: 1,
        version: Some(at(0)),
        state,
        contacts_told: None,
        created_at: at(0),
        updated_at: at(0),
    }
}

fn approved() -> RequestState {
    RequestState::Approved {
        by: text("operator:mika"),
        at: at(0),
        invited: None,
        notified: Vec::new(),
        late: false,
    }
}

#[tokio::test]
async fn requests_come_back_and_an_approved_one_is_leased_until_it_is_released() {
    on_each_engine(async |store| {
        let open = request("SOC-1", RequestState::Open);
        let mut second = request("SOC-2", RequestState::Open);
        commit!(store, tx => {
            tx.put_request(&open).await.unwrap();
            tx.put_request(&second).await.unwrap();
            second.state = approved();
            second.contacts_told = Some(at(1));
            tx.put_request(&second).await.unwrap();
            assert_eq!(tx.hold_request("SOC-2").await.unwrap(), Some(second.clone()));
            assert_eq!(tx.hold_request("SOC-3").await.unwrap(), None);
        });
        assert_eq!(
            store.requests().await.unwrap(),
            [second.clone(), open.clone()],
            "newest first"
        );
        assert_eq!(
            store.requests_in("open").await.unwrap(),
            std::slice::from_ref(&open)
        );
        let page = async |state, offset| {
            let window = PageWindow { offset, limit: 1 };
            store.request_page(state, window).await.unwrap()
        };
        assert_eq!(page(None, 0).await, (vec![second.clone()], 2));
        assert_eq!(page(Some("open"), 0).await, (vec![open.clone()], 1));
        assert_eq!(page(Some("open"), 1).await, (vec![], 1));
        assert_eq!(store.request("SOC-1").await.unwrap(), Some(open));
        assert_eq!(store.request("SOC-3").await.unwrap(), None);
        assert!(store.due_work(&[], at(0)).await.unwrap().open_requests);
        let lease = async |now| {
            let leased = commit!(store, tx => tx.lease_request(at(now)).await.unwrap());
            leased.map(|request| request.id)
        };
        assert_eq!(lease(0).await, Some(text("SOC-2")));
        assert_eq!(lease(299).await, None, "it is held");
        assert_eq!(lease(300).await, Some(text("SOC-2")), "who held it is gone");
        commit!(store, tx => tx.release_request("SOC-2", at(301), at(600)).await.unwrap());
        assert_eq!(lease(599).await, None);
        commit!(store, tx => tx.make_requests_due(at(400)).await.unwrap());
        assert_eq!(lease(400).await, Some(text("SOC-2")));
    })
    .await;
}

#[tokio::test]
async fn an_issue_sleeps_only_if_it_was_not_woken_meanwhile() {
    on_each_engine(async |store| {
        commit!(store, tx => {
            tx.enqueue_issue("SOC-2", "1", at(1)).await.unwrap();
            tx.enqueue_issue("SOC-1", "1", at(0)).await.unwrap();
        });
        let lease = async |now| commit!(store, tx => tx.lease_issue(at(now)).await.unwrap());
        let first = lease(1).await.unwrap();
        assert_eq!(
            (first.key.as_str(), first.attempts),
            ("SOC-1", 1),
            "the longest due"
        );
        let second = lease(1).await.unwrap();
        assert_eq!(second.key, "SOC-2");
        assert_eq!(lease(300).await, None, "both are held");
        commit!(store, tx => {
            tx.enqueue_issue("SOC-1", "2", at(2)).await.unwrap();
            tx.ack_issue(&first, at(3)).await.unwrap();
            tx.ack_issue(&second, at(3)).await.unwrap();
        });
        let again = lease(3).await.unwrap();
        assert_eq!(
            (again.key.as_str(), again.queued_at.as_str(), again.attempts),
            ("SOC-1", "2", 2)
        );
        commit!(store, tx => tx.retry_issue("SOC-1", at(4), at(60)).await.unwrap());
        assert_eq!(lease(59).await, None);
        let again = lease(60).await.unwrap();
        commit!(store, tx => tx.ack_issue(&again, at(61)).await.unwrap());
        assert_eq!(lease(9_999).await, None);
    })
    .await;
}

#[tokio::test]
async fn of_each_project_it_is_known_when_it_was_polled() {
    on_each_engine(async |store| {
        commit!(store, tx => {
            assert_eq!(tx.polled_at("SOC").await.unwrap(), None);
            tx.put_polled("SOC", at(1)).await.unwrap();
            tx.put_polled("SOC", at(2)).await.unwrap();
            assert_eq!(tx.polled_at("SOC").await.unwrap(), Some(at(2)));
        });
    })
    .await;
}

#[tokio::test]
async fn a_tickets_answers_are_given_one_after_the_other() {
    on_each_engine(async |store| {
        let rejected = TicketAnswer::Rejected { reason: text("予算") };
        commit!(store, tx => {
            tx.put_answer("SOC-1", &TicketAnswer::Received, at(0)).await.unwrap();
            tx.put_answer("SOC-1", &rejected, at(0)).await.unwrap();
            tx.put_answer("SOC-2", &TicketAnswer::Complete, at(1)).await.unwrap();
        });
        let lease = async |now| commit!(store, tx => tx.lease_answer(at(now)).await.unwrap());
        let first = lease(0).await.unwrap();
        assert_eq!((first.position, first.attempts, &first.answer), (1, 1, &TicketAnswer::Received));
        assert_eq!(lease(0).await, None, "the second waits for the first");
        let other = lease(1).await.unwrap();
        assert_eq!(other.request_id, "SOC-2");
        let again = DeliveryNext::Again { at: at(60), why: text("503") };
        commit!(store, tx => {
            tx.record_answer(&first, &again, at(2)).await.unwrap();
            tx.record_answer(&other, &DeliveryNext::GivenUp { why: text("404") }, at(2)).await.unwrap();
        });
        assert_eq!(lease(59).await, None);
        let first = lease(60).await.unwrap();
        assert_eq!((first.attempts, first.last_error.as_deref()), (2, Some("503")));
        commit!(store, tx => tx.record_answer(&first, &DeliveryNext::Delivered, at(61)).await.unwrap());
        assert_eq!(lease(61).await.map(|queued| queued.answer), Some(rejected));
        let states = store.request_answers("SOC-1").await.unwrap();
        let states: Vec<_> = states.iter().map(|queued| queued.state).collect();
        assert_eq!(states, [DeliveryState::Delivered, DeliveryState::Pending]);
        assert_eq!(store.request_answers("SOC-2").await.unwrap()[0].state, DeliveryState::GivenUp);
        rewrite(&store, "UPDATE request_answers SET answer = '{}' WHERE request_id = 'SOC-2'").await;
        let error = store.request_answers("SOC-2").await.unwrap_err().to_string();
        assert!(error.contains("SOC-2") && error.contains("request_answers"), "{error}");
    })
    .await;
}
