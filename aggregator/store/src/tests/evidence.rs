//! Contracts of `sightings`, `evidence_readings` and `step_history`, and of all that a check judges by.

use std::collections::BTreeMap;

use hubward_protocol::{AccountId, Region};

use super::account;
use super::harness::{at, commit, on_each_engine, rewrite};
use crate::StoreError;
use crate::evidence::AccountRange;
use hubward_domain::check::{
    AccountRegion, ControlSighting, EvidenceKind, ProofPolicy, ProofStep, Sighting, StepHistory,
};

const IDS: [&str; 2] = ["000000000001", "000000000002"];

fn place(account: &str) -> AccountRegion {
    (account.parse().unwrap(), region())
}

fn region() -> Region {
    "us-east-1".parse().unwrap()
}

fn sighting(account: &str, kind: EvidenceKind, passed: bool, seconds: i64) -> ControlSighting {
    ControlSighting {
        place: place(account),
        kind,
        sighting: Sighting {
            passed,
            at: at(seconds),
            reason_code: if passed {
                ""
            } else {
                "CONFIG_RECORDER_DISABLED"
            }
            .to_owned(),
            description: String::new(),
            is_suppressed: !passed,
        },
    }
}

#[tokio::test]
async fn of_each_kind_the_newest_finding_is_kept_whatever_the_order() {
    on_each_engine(async |store| {
        let standard = EvidenceKind::Standard("nist-800-53/v/5.0.0".parse().unwrap());
        let old = sighting(IDS[0], EvidenceKind::Config, true, 10);
        let new = sighting(IDS[0], EvidenceKind::Config, false, 20);
        let same = sighting(IDS[0], EvidenceKind::Config, true, 20);
        let others = [
            sighting(IDS[0], standard.clone(), true, 5),
            sighting(IDS[1], EvidenceKind::GuardDuty, true, 7),
        ];
        commit!(store, tx => {
            tx.put_sightings(&[&old, &new, &old, &others[0]]).await.unwrap();
            tx.put_sightings(&[&old, &others[1]]).await.unwrap();
            // Of two at the same time, the one that says that something is wrong.
            tx.put_sightings(&[&same]).await.unwrap();
            tx.put_sightings(&[]).await.unwrap();
        });
        let all = store.sightings(AccountRange::All).await.unwrap();
        let first = BTreeMap::from([
            (EvidenceKind::Config, new.sighting.clone()),
            (standard, others[0].sighting.clone()),
        ]);
        assert_eq!(all[&place(IDS[0])], first);
        assert_eq!(all.len(), 2);
        let account: AccountId = IDS[1].parse().unwrap();
        let one = store.sightings(AccountRange::one(&account)).await.unwrap();
        assert_eq!(one.into_keys().collect::<Vec<_>>(), [place(IDS[1])]);
        commit!(store, tx => assert_eq!(tx.forget_sightings(at(10)).await.unwrap(), 2));
        assert_eq!(store.sightings(AccountRange::All).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_reading_never_goes_back() {
    on_each_engine(async |store| {
        for seconds in [10, 30, 20] {
            commit!(store, tx => tx.put_evidence_reading(region(), at(seconds)).await.unwrap());
        }
        let readings = store.evidence_readings().await.unwrap();
        assert_eq!(readings, BTreeMap::from([(region(), at(30))]));
    })
    .await;
}

#[tokio::test]
async fn what_is_judged_by_is_read_of_the_range_alone_and_a_damaged_row_is_named() {
    on_each_engine(async |store| {
        let (config, standard) = (
            ProofStep::Config,
            ProofStep::Standard("nist-800-53/v/5.0.0".parse().unwrap()),
        );
        let history = |proven_at| StepHistory {
            wanted_since: at(1),
            proven_at,
        };
        commit!(store, tx => {
            for id in IDS {
                tx.put_account(&account(id)).await.unwrap();
            }
            let steps: Vec<_> = IDS
                .iter()
                .flat_map(|id| {
                    [config.clone(), standard.clone()].map(|step| (place(id), step, history(None)))
                })
                .collect();
            tx.put_step_history(&steps).await.unwrap();
            tx.put_step_history(&[(place(IDS[0]), config.clone(), history(Some(at(2))))]).await.unwrap();
            tx.forget_steps(&[(place(IDS[0]), standard.clone())]).await.unwrap();
        });
        let first: AccountId = IDS[0].parse().unwrap();
        let evidence = store
            .evidence(AccountRange::one(&first), ProofPolicy::default())
            .await
            .unwrap();
        let kept = BTreeMap::from([(config, history(Some(at(2))))]);
        assert_eq!(evidence.history, BTreeMap::from([(place(IDS[0]), kept)]));
        assert_eq!(evidence.ledger.len(), 1);
        assert!(store.exceptions_in(AccountRange::All).await.unwrap().is_empty());
        rewrite(&store, "UPDATE step_history SET step = 'nothing' WHERE account_id = '000000000001'").await;
        let damaged = store.step_history(AccountRange::All).await.unwrap_err();
        assert!(matches!(damaged, StoreError::Damaged { table: "step_history", .. }), "{damaged}");
    })
    .await;
}
