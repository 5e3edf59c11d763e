//! Contracts of `sightings`, `evidence_readings`, `step_history`, `baseline_coverage` and the catalog of controls, and of
//! all that a check judges by.

use std::collections::{BTreeMap, BTreeSet};

use hubward_protocol::{AccountId, Region};

use super::account;
use super::harness::{at, commit, on_each_engine, rewrite};
use crate::StoreError;
use crate::evidence::AccountRange;
use hubward_domain::account::Standard;
use hubward_domain::check::{
    AccountRegion, ControlSighting, EvidenceKind, ProofPolicy, ProofStep, Sighting, StepCoverage,
    StepHistory,
};
use hubward_domain::control::{ControlState, ListedControl};

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

#[tokio::test]
async fn coverage_is_that_of_the_last_check() {
    on_each_engine(async |store| {
        let covered = |department: &str, missing| StepCoverage {
            department: department.to_owned(),
            step: ProofStep::GuardDuty,
            proven: 3,
            excepted: 0,
            unproven: 1,
            missing,
            not_member: 2,
            wanted_since: at(1),
        };
        for rows in [
            vec![covered("a", 1), covered("b", 0)],
            vec![covered("b", 4)],
            vec![],
        ] {
            commit!(store, tx => tx.put_baseline_coverage(&rows).await.unwrap());
            assert_eq!(store.baseline_coverage().await.unwrap(), rows);
        }
    })
    .await;
}

#[tokio::test]
async fn a_control_is_new_only_in_a_standard_that_was_read_and_retired_once_no_region_has_it() {
    on_each_engine(async |store| {
        let [fsbp, cis]: [Standard; 2] = [
            "aws-foundational-security-best-practices/v/1.0.0",
            "cis-aws-foundations-benchmark/v/5.0.0",
        ]
        .map(|standard| standard.parse().unwrap());
        let listed = |id: &str, is_available| ListedControl {
            control_id: id.to_owned(),
            title: format!("title of {id}"),
            severity: "HIGH".to_owned(),
            is_available,
        };
        let states = async || -> Vec<String> {
            let controls = store.controls().await.unwrap();
            let line = |control: &hubward_domain::control::CatalogControl| {
                let state: &str = control.state(at(40)).into();
                format!("{} {state} {}", control.control_id, control.standards.len())
            };
            controls.iter().map(line).collect()
        };
        let first = [listed("Config.1", true), listed("GuardDuty.1", false), listed("S3.1", true)];
        commit!(store, tx => {
            tx.put_controls(region(), &fsbp, &first, at(1)).await.unwrap();
            assert_eq!(tx.retire_controls(at(1)).await.unwrap(), 1, "no Region can check GuardDuty.1");
        });
        assert_eq!(states().await, ["Config.1 active 1", "GuardDuty.1 retired 0", "S3.1 active 1"]);
        let evidence = store
            .evidence(AccountRange::All, ProofPolicy::default())
            .await
            .unwrap();
        assert!(evidence.controls.has(region(), &fsbp, "Config.1"));
        assert!(!evidence.controls.has(region(), &fsbp, "GuardDuty.1"));
        // Another standard, read for the first time, has no new controls; the first one has.
        let later = [listed("Config.1", true), listed("EC2.190", true), listed("GuardDuty.1", true)];
        commit!(store, tx => {
            tx.put_controls(region(), &cis, &[listed("Config.1", true), listed("IAM.9", true)], at(2)).await.unwrap();
            tx.put_controls(region(), &fsbp, &later, at(3)).await.unwrap();
            tx.retire_controls(at(3)).await.unwrap();
            assert_eq!(tx.controls().await.unwrap().len(), 5);
        });
        let all = ["Config.1 active 2", "EC2.190 new 1", "GuardDuty.1 active 1", "IAM.9 active 1", "S3.1 retired 0"];
        assert_eq!(states().await, all);
        commit!(store, tx => {
            tx.forget_catalog(&BTreeSet::from([fsbp.clone()]), &[region()]).await.unwrap();
            tx.retire_controls(at(4)).await.unwrap();
        });
        assert_eq!(states().await[3], "IAM.9 retired 0");
        let control = store.controls().await.unwrap().remove(1);
        assert_eq!((control.first_seen, control.new_since), (at(3), Some(at(3))));
        assert_ne!(control.state(at(3)), ControlState::Retired);
    })
    .await;
}
