//! Contracts of `accounts`, `ledger_files` and `reminders`.

use std::collections::BTreeMap;

use super::account;
use super::harness::{at, commit, on_each_engine, text};
use hubward_domain::account::AccountState;
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::object::{Object, Version};
use hubward_domain::reminder::Reminder;

#[tokio::test]
async fn accounts_come_back_by_id_as_they_were_last_written() {
    on_each_engine(async |store| {
        let (first, second) = (account("000000000001"), account("000000000002"));
        let mut changed = second.clone();
        changed.state = AccountState::Active;
        changed.account_email = None;
        commit!(store, tx => {
            for account in [&second, &first, &changed] {
                tx.put_account(account).await.unwrap();
            }
            assert!(tx.has_account(&first.account_id).await.unwrap());
            let unknown = "000000000009".parse().unwrap();
            assert!(!tx.has_account(&unknown).await.unwrap());
            assert_eq!(tx.accounts().await.unwrap(), [first.clone(), changed.clone()]);
        });
        assert_eq!(
            store.accounts().await.unwrap(),
            [first.clone(), changed.clone()]
        );
        let wanted = [changed.account_id.clone(), "000000000009".parse().unwrap()];
        let found = store.accounts_of(&wanted).await.unwrap();
        assert_eq!(found.into_values().collect::<Vec<_>>(), [changed.clone()]);
        assert!(store.accounts_of(&[]).await.unwrap().is_empty());
        let projects = store.projects(&wanted).await.unwrap();
        assert_eq!(
            projects,
            BTreeMap::from([(changed.account_id.clone(), changed.project.clone())])
        );
        let window = PageWindow {
            offset: 1,
            limit: 1,
        };
        assert_eq!(
            store.account_page(window).await.unwrap(),
            (vec![changed.clone()], 2)
        );
        let counts = store.count_accounts().await.unwrap();
        assert_eq!(
            counts,
            BTreeMap::from([(text("active"), 1), (text("leaving"), 1)])
        );
    })
    .await;
}

#[tokio::test]
async fn of_each_object_the_version_that_was_last_taken_is_known() {
    on_each_engine(async |store| {
        let object = Object { bucket: text("b"), key: text("k/台帳.xlsx") };
        let other = Object { bucket: text("b"), key: text("other") };
        let [first, second] = [None, Some(text("v2"))].map(|id| Version { etag: text("e"), id });
        for (version, taken_at) in [(&first, at(0)), (&second, at(1))] {
            commit!(store, tx => tx.put_ledger_file(&object, version, "sha", taken_at).await.unwrap());
            assert_eq!(store.ledger_file(&object).await.unwrap().as_ref(), Some(version));
        }
        assert_eq!(store.ledger_file(&other).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn reminders_are_kept_by_account_until_they_are_forgotten() {
    on_each_engine(async |store| {
        let [one, other] = ["000000000001", "000000000002"].map(|id| id.parse().unwrap());
        let reminder = |count| Reminder { count, last_at: at(count) };
        commit!(store, tx => {
            tx.put_reminder(&one, reminder(1)).await.unwrap();
            tx.put_reminder(&one, reminder(2)).await.unwrap();
            tx.put_reminder(&other, reminder(1)).await.unwrap();
            let expected = BTreeMap::from([(one.clone(), reminder(2)), (other.clone(), reminder(1))]);
            assert_eq!(tx.reminders().await.unwrap(), expected);
            tx.forget_reminder(&one).await.unwrap();
            assert_eq!(tx.reminders().await.unwrap(), BTreeMap::from([(other, reminder(1))]));
        });
    })
    .await;
}
