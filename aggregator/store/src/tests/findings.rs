//! Contracts of `findings`, `history`, `sync_state`, `swept_parts` and `exceptions`.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use hubward_protocol::Region;
use serde_json::{Value, json};

use super::account;
use super::alerts::alert;
use super::harness::{at, commit, on_each_engine, text};
use crate::Store;
use crate::findings::IncomingFinding;
use hubward_domain::alert::{AlertState, Severity};
use hubward_domain::exception::Exception;
use hubward_domain::finding::Life;
use hubward_domain::mirror::{Checkpoint, Sweep};

const MEMBER: &str = "000000000001";

fn home() -> Region {
    "us-east-1".parse().unwrap()
}

fn control(id: &str, control: &str, status: &str, workflow: &str) -> Value {
    json!({
        "Id": id, "AwsAccountId": MEMBER, "Region": "us-east-1", "Title": "t", "RecordState": "ACTIVE",
        "ProductArn": "arn:aws:securityhub:us-east-1::product/aws/securityhub",
        "Severity": {"Label": "HIGH"}, "CreatedAt": "2026-11-20T00:00:00Z",
        "UpdatedAt": "2026-11-21T00:00:00Z", "Resources": [{"Id": format!("resource {id}")}],
        "Compliance": {"Status": status, "SecurityControlId": control}, "Workflow": {"Status": workflow},
    })
}

async fn put(store: &Store, findings: &[Value], now: i64) {
    let incoming: Vec<_> = findings
        .iter()
        .map(|asff| IncomingFinding::of(&asff.to_string(), at(now)).unwrap())
        .collect();
    commit!(store, tx => {
        let keys: Vec<&str> = incoming.iter().map(|seen| seen.key.as_str()).collect();
        let known = tx.findings_before(&keys).await.unwrap();
        let rows: Vec<_> = incoming
            .iter()
            .map(|seen| (seen, Life::next(None, &seen.finding, at(now))))
            .collect();
        tx.put_findings(&rows, &known, home(), at(now)).await.unwrap();
    });
}

#[tokio::test]
async fn the_mirror_answers_for_an_account() {
    on_each_engine(async |store| {
        commit!(store, tx => {
            for id in [MEMBER, "000000000002"] {
                let mut row = account(id);
                row.state = hubward_domain::account::AccountState::Active;
                tx.put_account(&row).await.unwrap();
            }
            tx.put_alert(&alert("a", Severity::High, 1)).await.unwrap();
            let checkpoint = Checkpoint { read_to: at(7), swept_at: at(0) };
            tx.put_checkpoint("us-east-1", checkpoint).await.unwrap();
        });
        let findings = [
            control("passed", "Config.1", "PASSED", "NEW"),
            control("failed", "S3.1", "FAILED", "NEW"),
            control("suppressed", "S3.1", "FAILED", "SUPPRESSED"),
        ];
        put(&store, &findings, 0).await;
        let member = MEMBER.parse().unwrap();
        let mirrored: Vec<_> = store
            .findings_in_order(&member)
            .try_collect()
            .await
            .unwrap();
        let ids: Vec<_> = mirrored.iter().map(|one| one.finding.id.as_str()).collect();
        assert_eq!(
            ids,
            ["failed", "passed", "suppressed"],
            "what is open first"
        );
        let failed = IncomingFinding::of(&findings[1].to_string(), at(0)).unwrap();
        assert_eq!(mirrored[0].finding, failed.finding);
        let open = [(text("HIGH"), text("control"), 1)];
        assert_eq!(store.count_open_findings(&member).await.unwrap(), open);
        let controls = [(text("S3.1"), text("HIGH"), 1)];
        assert_eq!(store.failed_controls(&member).await.unwrap(), controls);
        let without = store.accounts_without_findings(home()).await.unwrap();
        assert_eq!(without, ["000000000002".parse().unwrap()]);
        let decided = store.decided(home()).await.unwrap();
        let decided: Vec<_> = decided.iter().map(|(_, id)| id.as_str()).collect();
        assert_eq!(decided, ["suppressed"]);
        let states = store.alert_states_of(&member).await.unwrap();
        assert_eq!(
            states,
            BTreeMap::from([(text("finding of a"), AlertState::Open)])
        );
        let key = |index: usize| {
            IncomingFinding::of(&findings[index].to_string(), at(0))
                .unwrap()
                .key
        };
        commit!(store, tx => {
            assert!(tx.is_suppressed(&key(2)).await.unwrap());
            assert!(!tx.is_suppressed(&key(1)).await.unwrap());
        });
    })
    .await;
}

#[tokio::test]
async fn what_a_source_shows_no_more_is_archived_counted_and_forgotten() {
    on_each_engine(async |store| {
        let findings = [
            control("a", "S3.1", "FAILED", "NEW"),
            control("b", "S3.1", "FAILED", "NEW"),
        ];
        put(&store, &findings, 0).await;
        let day = |day| jiff::civil::date(2026, 11, day);
        commit!(store, tx => {
            assert!(tx.count_due(day(24)).await.unwrap());
            assert!(!tx.count_due(day(24)).await.unwrap(), "nothing is left to count");
            let key = IncomingFinding::of(&findings[0].to_string(), at(0)).unwrap().key;
            tx.saw_findings(&[&key], home(), at(5)).await.unwrap();
            assert_eq!(tx.archive_unseen("eu-west-1".parse().unwrap(), at(5)).await.unwrap(), 0);
            assert_eq!(tx.archive_unseen(home(), at(5)).await.unwrap(), 1);
            assert!(tx.count_due(day(25)).await.unwrap());
            let gone = control("a", "S3.1", "PASSED", "RESOLVED");
            let mut newer = gone.clone();
            newer["UpdatedAt"] = json!("2026-11-22T00:00:00Z");
            assert_eq!(tx.follow_findings(&[newer, json!("nothing")], at(6)).await.unwrap(), 1);
            while tx.count_due(day(26)).await.unwrap() {}
            assert_eq!(tx.forget_findings(at(0)).await.unwrap(), 0);
            assert_eq!(tx.forget_findings(at(1)).await.unwrap(), 1);
        });
        let member = MEMBER.parse().unwrap();
        let spans = store.history_of(&member).await.unwrap();
        let mut open: Vec<_> = spans
            .iter()
            .filter(|span| span.status == hubward_domain::history::HistoryStatus::Open)
            .map(|span| (span.from, span.until, span.count))
            .collect();
        open.sort();
        assert_eq!(open, [(day(24), day(25), 2), (day(25), day(26), 1)]);
        assert!(
            spans.iter().all(|span| span.region == "us-east-1"),
            "{spans:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_source_is_read_to_a_moment_and_swept_in_parts() {
    on_each_engine(async |store| {
        let checkpoint = |seconds| Checkpoint {
            read_to: at(seconds),
            swept_at: at(0),
        };
        commit!(store, tx => {
            tx.put_checkpoint("us-east-1", checkpoint(1)).await.unwrap();
            tx.put_checkpoint("us-east-1", checkpoint(2)).await.unwrap();
            tx.put_checkpoint("eu-west-1", checkpoint(3)).await.unwrap();
            tx.forget_checkpoint("eu-west-1").await.unwrap();
            tx.put_swept("us-east-1", "0", at(1)).await.unwrap();
            tx.put_swept("us-east-1", "0", at(1)).await.unwrap();
            tx.put_swept("us-east-1", "1", at(1)).await.unwrap();
        });
        let known = BTreeMap::from([(text("us-east-1"), checkpoint(2))]);
        assert_eq!(store.checkpoints().await.unwrap(), known);
        let mut sweep = store.sweep("us-east-1").await.unwrap().unwrap();
        sweep.read.sort();
        assert_eq!(
            sweep,
            Sweep {
                began_at: at(1),
                read: vec![text("0"), text("1")]
            }
        );
        commit!(store, tx => tx.forget_swept("us-east-1").await.unwrap());
        assert_eq!(store.sweep("us-east-1").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn an_exception_is_there_once_for_its_place_until_it_ends() {
    on_each_engine(async |store| {
        let exception = |id: &str, resource: Option<&str>| Exception {
            id: text(id),
            control: text("s3.1"),
            account_id: MEMBER.parse().unwrap(),
            resource: resource.map(text),
            reason: text("公開用"),
            until: jiff::civil::date(2026, 12, 31),
            suppressed: true,
            added_at: at(0),
            added_by: text("operator:mika"),
            warned_at: None,
        };
        let (whole, one) = (exception("1", None), exception("2", Some("resource b")));
        put(
            &store,
            &[
                control("a", "S3.1", "FAILED", "NEW"),
                control("b", "S3.1", "FAILED", "NEW"),
            ],
            0,
        )
        .await;
        commit!(store, tx => {
            assert!(tx.insert_exception(&whole).await.unwrap());
            assert!(!tx.insert_exception(&exception("3", None)).await.unwrap());
            assert!(tx.insert_exception(&one).await.unwrap());
        });
        assert_eq!(
            store.exceptions().await.unwrap(),
            [whole.clone(), one.clone()]
        );
        let covered = async |exception| {
            let covered = store.covered(exception).await.unwrap();
            covered
                .into_iter()
                .map(|named| named.id)
                .collect::<Vec<_>>()
        };
        assert_eq!(covered(&whole).await, ["a", "b"]);
        assert_eq!(covered(&one).await, ["b"]);
        commit!(store, tx => {
            assert!(tx.warn_of_exception("1", at(1)).await.unwrap());
            assert!(!tx.warn_of_exception("1", at(2)).await.unwrap());
            assert!(tx.end_exception("2", at(3)).await.unwrap());
            assert!(!tx.end_exception("2", at(3)).await.unwrap());
            assert!(!tx.warn_of_exception("2", at(3)).await.unwrap(), "it is over");
            assert!(tx.insert_exception(&exception("4", Some("resource b"))).await.unwrap());
        });
        let of_member = store.exceptions_of(&whole.account_id).await.unwrap();
        let left: Vec<_> = of_member
            .iter()
            .map(|one| (one.id.as_str(), one.warned_at))
            .collect();
        assert_eq!(left, [("1", Some(at(1))), ("4", None)]);
        assert!(
            store
                .exceptions_of(&"000000000002".parse().unwrap())
                .await
                .unwrap()
                .is_empty()
        );
    })
    .await;
}
