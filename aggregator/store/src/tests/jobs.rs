//! Contracts of `job_runs`, `report_sendings`, `trials`, `refused_messages`, `runs` and `run_reports`.

use std::collections::BTreeMap;

use hubward_protocol::{Fact, RegionReport, State, Step, StepReport};
use jiff::SignedDuration;

use super::account;
use super::harness::{at, commit, on_each_engine, text};
use crate::evidence::AccountRange;
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::alert::arrival::{Incoming, IngestSource};
use hubward_domain::report::Period;
use hubward_domain::report::sending::{Destination, SendingProgress};
use hubward_domain::run::{Run, RunFilter};
use hubward_domain::test_event::{TestEvent, TestEventKind};

#[tokio::test]
async fn of_many_servers_one_does_each_due_time() {
    on_each_engine(async |store| {
        let take = async |job, due, holder, now| {
            commit!(store, tx => tx.take_job(job, at(due), holder, at(now)).await.unwrap())
        };
        assert!(take("watch", 0, "one", 0).await);
        assert!(!take("watch", 0, "other", 59).await, "it is held");
        assert!(commit!(store, tx => tx.hold_job("watch", "one", at(30)).await.unwrap()));
        assert!(!take("watch", 0, "other", 89).await, "and held longer");
        assert!(take("watch", 0, "other", 90).await, "who held it is gone");
        commit!(store, tx => {
            assert!(!tx.hold_job("watch", "one", at(91)).await.unwrap());
            tx.end_job("watch", "one", at(91), SignedDuration::from_secs(9)).await.unwrap();
            assert_eq!(tx.leave_job("watch", "one", at(91), Some("late")).await.unwrap(), None);
            assert_eq!(tx.leave_job("watch", "other", at(200), Some("no AWS")).await.unwrap(), Some(1));
        });
        assert!(!take("watch", 0, "one", 199).await);
        assert!(take("watch", 0, "one", 200).await);
        let run = store.job_runs().await.unwrap().remove(0);
        assert_eq!((run.failures, run.last_error.as_deref(), run.ended_at), (1, Some("no AWS"), None));
        commit!(store, tx => {
            tx.end_job("watch", "one", at(210), SignedDuration::from_millis(10_500)).await.unwrap();
            tx.pass_job("report", at(5), at(210)).await.unwrap();
            tx.pass_job("watch", at(500), at(500)).await.unwrap();
        });
        let [report, watch] = &store.job_runs().await.unwrap()[..] else {
            panic!("two jobs");
        };
        assert_eq!((report.job.as_str(), report.due_at, report.succeeded_at), ("report", at(5), None));
        assert_eq!((watch.failures, watch.succeeded_at, watch.duration), (0, Some(at(210)), Some(SignedDuration::from_millis(10_500))));
        assert_eq!(watch.due_at, at(0), "a job that is known is not passed");
        assert!(!take("watch", 0, "one", 999).await, "it is done");
        assert!(take("watch", 900, "one", 999).await);
    })
    .await;
}

#[tokio::test]
async fn a_report_is_sent_by_one_and_to_each_destination() {
    on_each_engine(async |store| {
        let week: Period = "2026-W47".parse().unwrap();
        let other: Period = "2026-11".parse().unwrap();
        let claim = async |holder, now| {
            commit!(store, tx => tx.claim_report("1", week, holder, at(now)).await.unwrap())
        };
        assert!(claim("one", 0).await);
        assert!(!claim("other", 14).await);
        assert!(claim("one", 14).await, "who has it keeps it");
        assert!(claim("other", 29).await, "who had it is gone");
        commit!(store, tx => tx.leave_report("1", week, "one").await.unwrap());
        assert!(!claim("one", 30).await);
        commit!(store, tx => tx.leave_report("1", week, "other").await.unwrap());
        assert!(claim("one", 30).await);

        let sent = SendingProgress::Sent { place: text("s3://b/k") };
        let failed = SendingProgress::Failed { attempts: 2, why: text("503") };
        let given_up = SendingProgress::GivenUp { why: text("404") };
        commit!(store, tx => {
            for (account, destination, progress) in [
                ("1", Destination::Bucket, &failed),
                ("1", Destination::Bucket, &sent),
                ("1", Destination::Mail, &failed),
                ("2", Destination::Mail, &given_up),
            ] {
                tx.put_report_sending(account, week, destination, progress, at(0)).await.unwrap();
            }
        });
        let of_first = BTreeMap::from([(Destination::Bucket, sent), (Destination::Mail, failed)]);
        let of_second = BTreeMap::from([(Destination::Mail, given_up)]);
        let all = BTreeMap::from([(text("1"), of_first.clone()), (text("2"), of_second)]);
        assert_eq!(store.report_sendings(week, None).await.unwrap(), all);
        let one = BTreeMap::from([(text("1"), of_first)]);
        assert_eq!(store.report_sendings(week, Some("1")).await.unwrap(), one);
        assert!(store.report_sendings(other, None).await.unwrap().is_empty());
        assert_eq!(store.report_round("1", week).await.unwrap(), 0);
        commit!(store, tx => tx.send_report_again("1", week, at(9)).await.unwrap());
        assert_eq!(store.report_round("1", week).await.unwrap(), 1);
        let again = store.report_sendings(week, Some("1")).await.unwrap();
        let nothing = SendingProgress::Failed { attempts: 0, why: text("") };
        assert!(again["1"].values().all(|progress| *progress == nothing), "{again:?}");
    })
    .await;
}

#[tokio::test]
async fn a_test_event_arrives_once_or_is_missed_once() {
    on_each_engine(async |store| {
        let event = |id: &str, kind, sent| TestEvent {
            id: text(id),
            kind,
            actor: text("operator:mika"),
            sent_at: at(sent),
            event_at: None,
            door: None,
            received_at: None,
            stored_at: None,
        };
        let (test, canary, lost) = (
            event("t", TestEventKind::Test, 0),
            event("c", TestEventKind::Canary, 1),
            event("l", TestEventKind::Canary, 2),
        );
        let message = Incoming {
            door: IngestSource::Queue,
            id: text("m"),
            body: text("{}"),
            received_at: at(4),
        };
        commit!(store, tx => {
            for event in [&test, &canary, &lost] {
                tx.put_test_event(event).await.unwrap();
            }
        });
        assert_eq!(
            store.last_test_event(TestEventKind::Canary).await.unwrap(),
            None,
            "none has arrived"
        );
        let arrived = TestEvent {
            event_at: Some(at(3)),
            door: Some(text("queue")),
            received_at: Some(at(4)),
            stored_at: Some(at(5)),
            ..canary
        };
        commit!(store, tx => {
            let first = tx.record_test_arrival("c", &message, Some(at(3)), at(5)).await.unwrap();
            assert_eq!(first, Some(arrived.clone()));
            assert_eq!(tx.record_test_arrival("c", &message, Some(at(3)), at(6)).await.unwrap(), None);
            assert_eq!(tx.record_test_arrival("x", &message, None, at(6)).await.unwrap(), None);
            let missed = tx.mark_missing_test_events(TestEventKind::Canary, at(3), at(9)).await.unwrap();
            assert_eq!(missed, std::slice::from_ref(&lost));
            assert!(tx.mark_missing_test_events(TestEventKind::Canary, at(3), at(9)).await.unwrap().is_empty());
        });
        assert_eq!(store.test_event("c").await.unwrap(), Some(arrived.clone()));
        assert_eq!(store.test_event("x").await.unwrap(), None);
        assert_eq!(
            store.last_test_event(TestEventKind::Canary).await.unwrap(),
            Some(arrived)
        );
        // The newest that arrived stays, however old.
        assert_eq!(
            commit!(store, tx => tx.forget_test_events(at(99)).await.unwrap()),
            2
        );
        assert!(store.test_event("c").await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn a_message_that_is_not_understood_is_kept_once() {
    on_each_engine(async |store| {
        commit!(store, tx => {
            assert!(tx.keep_refused("m", "\0 is no text on PostgreSQL", "no JSON", at(1)).await.unwrap());
            assert!(!tx.keep_refused("m", "again", "no JSON", at(2)).await.unwrap());
            assert!(tx.keep_refused("n", "{}", "no source", at(3)).await.unwrap());
            assert_eq!(tx.count_refused_since(at(0)).await.unwrap(), 2);
            assert_eq!(tx.count_refused_since(at(1)).await.unwrap(), 1);
        });
        assert_eq!(store.count_refused_messages().await.unwrap(), 2);
    })
    .await;
}

fn run(name: &str, sequence: u32, heartbeat: i64) -> Run {
    Run {
        account_id: "000000000001".parse().unwrap(),
        run: text(name),
        agent_version: text("0.1.0"),
        caller: text("arn:aws:sts::000000000001:assumed-role/Admin/mika"),
        sequence,
        complete: sequence > 1,
        started_at: at(0),
        last_heartbeat: at(heartbeat),
    }
}

#[tokio::test]
async fn a_run_is_as_its_newest_heartbeat_says() {
    on_each_engine(async |store| {
        commit!(store, tx => {
            tx.put_account(&account("000000000001")).await.unwrap();
            assert!(tx.put_run(&run("a", 2, 20)).await.unwrap());
            assert!(!tx.put_run(&run("a", 1, 10)).await.unwrap(), "it came late");
            assert!(tx.put_run(&run("b", 1, 30)).await.unwrap());
        });
        let (a, b) = (run("a", 2, 20), run("b", 1, 30));
        assert_eq!(store.runs().await.unwrap(), [b.clone(), a.clone()]);
        let found = async |filter: RunFilter| {
            let window = PageWindow {
                offset: 0,
                limit: 1,
            };
            store.runs_that(&filter, window).await.unwrap()
        };
        let all = || RunFilter::default();
        assert_eq!(found(all()).await, (vec![b.clone()], 2));
        assert_eq!(
            found(RunFilter {
                complete: Some(true),
                ..all()
            })
            .await,
            (vec![a], 1)
        );
        assert_eq!(
            found(RunFilter {
                search: text("受注"),
                ..all()
            })
            .await
            .1,
            2
        );
        assert_eq!(
            found(RunFilter {
                account: "000000000002".parse().ok(),
                ..all()
            })
            .await
            .1,
            0
        );
        let counts = store.count_runs().await.unwrap();
        assert_eq!(
            (counts.complete, counts.incomplete, counts.last_heartbeat),
            (1, 1, Some(at(30)))
        );
        commit!(store, tx => {
            for number in 0..101 {
                tx.put_run(&run(&format!("many {number:03}"), 1, 100 + number)).await.unwrap();
            }
        });
        let names = store.runs().await.unwrap();
        assert_eq!(names.len(), 100, "a member cannot fill the disk");
        assert_eq!(names[99].run, "many 001");
    })
    .await;
}

#[tokio::test]
async fn an_agents_last_report_of_a_region_is_kept() {
    on_each_engine(async |store| {
        let account = "000000000001".parse().unwrap();
        let report = |state| RegionReport {
            region: "us-east-1".parse().unwrap(),
            steps: vec![StepReport {
                step: Step::GuardDuty,
                state,
                detail: text("d"),
                hint: None,
                on: None,
                code: Some(text("config_recorder_custom_role")),
                facts: BTreeMap::from([(text("role"), Fact::Text(text("arn:aws:iam::1:role/r")))]),
            }],
        };
        commit!(store, tx => {
            for (state, seconds) in [(State::Blocked, 1), (State::Already, 2)] {
                tx.put_run_report(&account, &report(state), at(seconds), "caller").await.unwrap();
            }
        });
        let reports = store
            .run_reports(AccountRange::one(&account))
            .await
            .unwrap();
        assert_eq!(reports.len(), 1);
        let kept = &reports[&(account, "us-east-1".parse().unwrap())];
        assert_eq!(
            (kept.at, &kept.steps),
            (at(2), &report(State::Already).steps)
        );
    })
    .await;
}
