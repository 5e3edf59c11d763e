//! Tests of what an import would change, and of the guard against a file that would change too much.

use strum::VariantArray;

use super::super::LedgerRow;
use super::*;
use crate::account::{Language, ReportCadence};

fn account(number: u64) -> Account {
    Account {
        account_id: format!("{number:012}").parse().unwrap(),
        project: "Alpha".to_owned(),
        department: "Dev".to_owned(),
        environment: String::new(),
        contact: String::new(),
        contact_emails: vec!["a@example.com".to_owned()],
        account_email: Some("root@example.com".to_owned()),
        language: Language::En,
        regions: vec!["us-east-1".parse().unwrap()],
        standards: Vec::new(),
        report: ReportCadence::Monthly,
        state: AccountState::Active,
        request: "REQ-1".to_owned(),
        notes: "kept".to_owned(),
        extra: vec![("Owner".to_owned(), "Hanako".to_owned())],
    }
}

fn reading(accounts: &[Account], columns: &[LedgerColumn]) -> Reading {
    Reading {
        rows: (2..)
            .zip(accounts)
            .map(|(row, account)| LedgerRow {
                row,
                account: account.clone(),
            })
            .collect(),
        columns: columns.to_vec(),
        warnings: Vec::new(),
    }
}

#[test]
fn added_changed_unchanged_and_missing_are_distinguished() {
    let current = [account(1), account(2), account(3)];
    let changed = Account {
        project: "Beta".to_owned(),
        contact_emails: vec!["b@example.com".to_owned(), "c@example.com".to_owned()],
        ..account(2)
    };
    let plan = diff(
        &current,
        &reading(
            &[account(4), changed.clone(), account(1)],
            LedgerColumn::VARIANTS,
        ),
        false,
    );
    assert_eq!(
        plan.added,
        [AddedAccount {
            row: 2,
            account: account(4)
        }]
    );
    assert_eq!(plan.unchanged, 1);
    assert_eq!(plan.missing, [account(3)]);
    assert!(plan.leaving.is_empty());
    let field = |field: &str, before: &str, after: &str| FieldChange {
        field: field.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
    };
    assert_eq!(
        plan.changed,
        [AccountChange {
            row: Some(3),
            before: account(2),
            after: changed,
            fields: vec![
                field("project", "Alpha", "Beta"),
                field(
                    "contact_emails",
                    "a@example.com",
                    "b@example.com; c@example.com"
                ),
            ],
        }]
    );
}

#[test]
fn only_pruning_makes_a_missing_account_leave_and_only_an_active_one() {
    let gone = |state| Account {
        state,
        ..account(2)
    };
    for (state, missing) in [
        (AccountState::Active, 1),
        (AccountState::Leaving, 0),
        (AccountState::Left, 0),
    ] {
        let current = [account(1), gone(state)];
        let reading = reading(&[account(1)], LedgerColumn::VARIANTS);
        let plan = diff(&current, &reading, false);
        assert_eq!(
            (plan.missing.len(), plan.leaving.len()),
            (missing, 0),
            "{state:?}"
        );
        assert!(plan.is_empty());
        let plan = diff(&current, &reading, true);
        assert_eq!(
            (plan.missing.len(), plan.leaving.len()),
            (0, missing),
            "{state:?}"
        );
        assert!(plan.leaving.iter().all(|change| change.row.is_none()
            && change.after == gone(AccountState::Leaving)
            && change.fields[0].field == "state"));
    }
}

#[test]
fn a_column_that_the_file_lacks_stays_as_it_is() {
    // The reader gave every absent column its default.
    let read = Account {
        project: "Beta".to_owned(),
        department: String::new(),
        account_email: None,
        language: Language::Ja,
        regions: Vec::new(),
        report: ReportCadence::Weekly,
        request: String::new(),
        notes: String::new(),
        extra: Vec::new(),
        ..account(1)
    };
    let plan = diff(
        &[account(1)],
        &reading(&[read], &LedgerColumn::REQUIRED),
        false,
    );
    assert_eq!(
        plan.changed[0].after,
        Account {
            project: "Beta".to_owned(),
            ..account(1)
        }
    );
}

#[test]
fn an_empty_cell_empties_or_gives_the_default() {
    let read = Account {
        notes: String::new(),
        report: ReportCadence::Weekly,
        extra: vec![("Owner".to_owned(), String::new())],
        ..account(1)
    };
    let plan = diff(
        &[account(1)],
        &reading(std::slice::from_ref(&read), LedgerColumn::VARIANTS),
        false,
    );
    assert_eq!(plan.changed[0].after, read);
    let fields: Vec<_> = plan.changed[0]
        .fields
        .iter()
        .map(|change| change.field.as_str())
        .collect();
    assert_eq!(fields, ["report", "notes", "Owner"]);
}

#[test]
fn unknown_columns_are_merged_by_header_and_an_empty_one_is_no_change() {
    let read = Account {
        extra: vec![
            ("Floor".to_owned(), "3".to_owned()),
            (" OWNER".to_owned(), "Taro".to_owned()),
            ("Empty".to_owned(), String::new()),
        ],
        ..account(1)
    };
    let plan = diff(
        &[account(1)],
        &reading(&[read], LedgerColumn::VARIANTS),
        false,
    );
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        plan.changed[0].after.extra,
        [pair("Owner", "Taro"), pair("Floor", "3"), pair("Empty", "")]
    );
    assert_eq!(plan.changed[0].fields.len(), 2);

    let only_empty = Account {
        extra: vec![pair("Owner", "Hanako"), pair("Empty", "")],
        ..account(1)
    };
    let plan = diff(
        &[account(1)],
        &reading(&[only_empty], LedgerColumn::VARIANTS),
        false,
    );
    assert_eq!(plan.unchanged, 1);
}

#[test]
fn a_new_account_keeps_even_its_empty_unknown_columns() {
    let new = Account {
        extra: vec![("Owner".to_owned(), String::new())],
        ..account(1)
    };
    let plan = diff(
        &[],
        &reading(std::slice::from_ref(&new), LedgerColumn::VARIANTS),
        false,
    );
    assert_eq!(plan.added[0].account, new);
}

#[test]
fn the_guard_counts_states_not_rows() {
    let current: Vec<_> = (0..10).map(account).collect();
    let with_states = |leaving: u64| -> Vec<Account> {
        (0..10)
            .map(|number| Account {
                project: "every row changes".to_owned(),
                state: if number < leaving {
                    AccountState::Leaving
                } else {
                    AccountState::Active
                },
                ..account(number)
            })
            .collect()
    };
    let plan = |leaving| {
        diff(
            &current,
            &reading(&with_states(leaving), LedgerColumn::VARIANTS),
            false,
        )
    };
    assert_eq!(plan(3).guard(10, false), Ok(()));
    let refused = TooManyStateChanges {
        changes: 4,
        accounts: 10,
        limit_percent: 30,
    };
    assert_eq!(plan(4).guard(10, false), Err(refused));
    assert_eq!(plan(4).guard(10, true), Ok(()));
}

#[test]
fn pruning_counts_and_new_accounts_do_not() {
    let current: Vec<_> = (0..10).map(account).collect();
    let pruned = diff(
        &current,
        &reading(&current[4..], LedgerColumn::VARIANTS),
        true,
    );
    assert_eq!(pruned.state_changes(), 4);
    assert!(pruned.guard(10, false).is_err());
    assert_eq!(
        diff(
            &current,
            &reading(&current[3..], LedgerColumn::VARIANTS),
            true
        )
        .guard(10, false),
        Ok(())
    );
    let unpruned = diff(
        &current,
        &reading(&current[9..], LedgerColumn::VARIANTS),
        false,
    );
    assert_eq!(unpruned.guard(10, false), Ok(()));
    let left = Account {
        state: AccountState::Left,
        ..account(99)
    };
    assert_eq!(
        diff(&[], &reading(&[left], LedgerColumn::VARIANTS), false).guard(0, false),
        Ok(())
    );
}

#[test]
fn a_plan_is_json_for_programs() {
    let plan = diff(
        &[account(1)],
        &reading(&[account(2)], LedgerColumn::VARIANTS),
        true,
    );
    let json = serde_json::to_value(&plan).unwrap();
    assert_eq!(json["added"][0]["row"], 2);
    assert_eq!(json["added"][0]["account"]["account_id"], "000000000002");
    assert_eq!(json["leaving"][0]["row"], serde_json::Value::Null);
    assert_eq!(json["leaving"][0]["fields"][0]["after"], "leaving");
    assert_eq!(json["unchanged"], 0);
}

#[test]
fn the_time_grows_with_the_columns_and_not_with_their_square() {
    let ledger = |columns: usize| -> Vec<Account> {
        let extra: Vec<_> = (0..columns)
            .map(|column| (format!("費用コード {column}"), "007".to_owned()))
            .collect();
        let numbered = (1..=300).map(account);
        numbered
            .map(|account| Account {
                extra: extra.clone(),
                ..account
            })
            .collect()
    };
    // The fastest of some runs: whatever else the machine does makes a run slower, never faster.
    let fastest = |columns: usize| {
        let stored = ledger(columns);
        let file = reading(&stored, LedgerColumn::VARIANTS);
        let times = (0..5).map(|_| {
            let begun = std::time::Instant::now();
            assert_eq!(diff(&stored, &file, false).unchanged, stored.len());
            begun.elapsed()
        });
        times.min().unwrap()
    };
    // Ten times the columns: ten times the time, and not a hundred times. A busy machine may slow one side down, so
    // one pair of several has to show it; with the square of the columns none would.
    let linear = (0..10).any(|_| fastest(200) < fastest(20) * 30);
    assert!(linear, "{:?} {:?}", fastest(20), fastest(200));
}
