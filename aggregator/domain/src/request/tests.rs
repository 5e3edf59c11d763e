//! Tests: a reporter, who can name any account, must not be able to change accounts of others.

use jiff::SignedDuration;

use super::*;
use crate::account::{Account, AccountState};
use crate::ledger::{EntryRefused, Intent, LedgerProblem, Rules};
use crate::membership::{MemberStatus, Membership};

fn rules() -> Rules {
    Rules {
        regions: ["ap-northeast-1", "us-east-1"]
            .map(|name| name.parse().unwrap())
            .to_vec(),
        language: Language::Ja,
        administrator: "999999999999".parse().unwrap(),
    }
}

fn asked(kind: &str, fields: &[(LedgerColumn, &str)]) -> RequestedChange {
    let mut entry = LedgerEntry::default();
    for (column, text) in fields {
        entry.set(*column, *text);
    }
    RequestedChange {
        kind: kind.to_owned(),
        entry,
    }
}

fn record(state: AccountState) -> Account {
    let entry = asked(
        "add",
        &[
            (LedgerColumn::AccountId, "111111111111"),
            (LedgerColumn::Project, "Orders"),
            (LedgerColumn::ContactEmail, "mika@example.com"),
        ],
    )
    .entry;
    let plan = entry.plan(Intent::Add, &[], &rules()).unwrap();
    let account = plan.added.into_iter().next().unwrap().account;
    Account { state, ..account }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn request(asked: RequestedChange) -> Request {
    Request {
        id: "SOC-1".to_owned(),
        origin: Origin::Jira,
        asked,
        reporter: "Ken".to_owned(),
        language: Language::En,
        revision: 2,
        version: Some(at(100)),
        state: RequestState::Open,
        contacts_told: None,
        created_at: at(1),
        updated_at: at(1),
    }
}

const NEW: [(LedgerColumn, &str); 3] = [
    (LedgerColumn::AccountId, "222222222222"),
    (LedgerColumn::Project, "Payments"),
    (LedgerColumn::ContactEmail, "pay@example.com"),
];

#[test]
fn a_kind_is_recognized_by_its_words_in_both_languages_and_never_guessed() {
    for (text, kind) in [
        ("add", Some(RequestKind::Add)),
        ("Add an AWS account", Some(RequestKind::Add)),
        ("AWSアカウントの追加", Some(RequestKind::Add)),
        ("変更申請", Some(RequestKind::Change)),
        ("アカウント連携の解除", Some(RequestKind::Remove)),
        // The "add" in "address" is not a kind.
        ("Change of address", Some(RequestKind::Change)),
        ("追加・解除", None),
        ("add or remove", None),
        ("", None),
        ("Question", None),
    ] {
        assert_eq!(RequestKind::of_text(text), kind, "{text}");
    }
}

#[test]
fn only_a_new_account_is_approved_without_a_person() {
    let ledger = [record(AccountState::Active)];
    let judged = |kind: &str, fields: &[(LedgerColumn, &str)]| {
        let asked = asked(kind, fields);
        let ready = judge("SOC-1", &asked, &ledger, &rules()).unwrap();
        (request(asked), ready)
    };
    let (add, ready) = judged("add", &NEW);
    assert_eq!(may_approve_alone(&add, &ready, true), Ok(()));
    assert_eq!(
        may_approve_alone(&add, &ready, false),
        Err(NotApprovable::NeedsPerson)
    );
    let mine = (LedgerColumn::AccountId, "111111111111");
    for (kind, fields) in [
        (
            "change",
            vec![mine, (LedgerColumn::ContactEmail, "eve@example.com")],
        ),
        ("remove", vec![mine]),
    ] {
        let (request, ready) = judged(kind, &fields);
        let contacts = vec!["mika@example.com".to_owned()];
        assert_eq!(
            may_approve_alone(&request, &ready, true),
            Err(NotApprovable::ContactsNotTold(contacts.clone()))
        );
        // A person cannot approve either until the contacts on record have been notified.
        assert_eq!(
            may_approve(&request, &ready, None, None),
            Err(NotApprovable::ContactsNotTold(contacts))
        );
        assert_eq!(may_approve(&request, &ready, Some(2), Some(at(1))), Ok(()));
        assert_eq!(
            may_approve(&request, &ready, Some(1), Some(at(1))),
            Err(NotApprovable::Revised { now: 2 })
        );
    }
}

#[test]
fn adding_an_existing_account_changes_no_account() {
    let ledger = [record(AccountState::Active)];
    let stolen = asked(
        "add",
        &[
            (LedgerColumn::AccountId, "111111111111"),
            (LedgerColumn::Project, "Mine now"),
            (LedgerColumn::ContactEmail, "eve@example.com"),
        ],
    );
    let Err(Obstacle::Refused { refused }) = judge("SOC-1", &stolen, &ledger, &rules()) else {
        panic!("it was taken");
    };
    assert!(matches!(refused, EntryRefused::AlreadyInLedger(_)));
    // An account that has left may be added again, by a person's decision.
    let ledger = [record(AccountState::Left)];
    let ready = judge("SOC-1", &stolen, &ledger, &rules()).unwrap();
    assert!(ready.record.is_some());
    assert_eq!(ready.plan.changed[0].after.state, AccountState::Active);
    assert!(may_approve_alone(&request(stolen), &ready, true).is_err());
}

#[test]
fn a_removal_changes_the_state_and_nothing_else() {
    let ledger = [record(AccountState::Active)];
    let remove = asked(
        "remove",
        &[
            (LedgerColumn::AccountId, "111111111111"),
            (LedgerColumn::ContactEmail, "eve@example.com"),
            (LedgerColumn::Notes, "=cmd|' /C calc'!A0"),
        ],
    );
    let ready = judge("SOC-1", &remove, &ledger, &rules()).unwrap();
    let fields = &ready.plan.changed[0].fields;
    assert_eq!(fields.len(), 1);
    assert_eq!(
        (&fields[0].field[..], &fields[0].after[..]),
        ("state", "leaving")
    );
    for state in [AccountState::Leaving, AccountState::Left] {
        assert_eq!(
            judge("SOC-1", &remove, &[record(state)], &rules()),
            Err(Obstacle::NothingToChange)
        );
    }
}

#[test]
fn a_form_speaks_neither_of_the_state_nor_clears_what_it_leaves_empty() {
    let ledger = [record(AccountState::Active)];
    let change = asked(
        "change",
        &[
            (LedgerColumn::AccountId, "111111111111"),
            (LedgerColumn::State, "left"),
            (LedgerColumn::Request, "SOC-999"),
            (LedgerColumn::Project, "  "),
            (LedgerColumn::Contact, "Ken"),
        ],
    );
    let ready = judge("SOC-1", &change, &ledger, &rules()).unwrap();
    let fields = &ready.plan.changed[0].fields;
    assert_eq!(fields.len(), 1);
    assert_eq!(fields[0].field, "contact");
}

#[test]
fn what_is_wrong_is_all_said_at_once() {
    let bad = asked(
        "add",
        &[
            (LedgerColumn::AccountId, "1.23457E+11"),
            (LedgerColumn::Project, "a\u{7}b"),
        ],
    );
    let Err(Obstacle::Refused {
        refused: EntryRefused::Problems(problems),
    }) = judge("SOC-1", &bad, &[], &rules())
    else {
        panic!("it was taken");
    };
    assert_eq!(problems.len(), 3, "{problems:?}");
    let missing = |problem: &LedgerProblem| matches!(problem, LedgerProblem::MissingColumn { .. });
    assert_eq!(
        problems.iter().filter(|problem| missing(problem)).count(),
        1
    );
    assert!(matches!(
        judge("SOC-1", &asked("?", &NEW), &[], &rules()),
        Err(Obstacle::Kind { .. })
    ));
}

fn ticket(asked: RequestedChange, updated: i64, closed: bool) -> Ticket {
    Ticket {
        key: "SOC-1".to_owned(),
        asked,
        reporter: "Ken".to_owned(),
        updated: at(updated),
        closed,
    }
}

#[test]
fn the_same_issue_twice_is_one_request() {
    let first = ticket(asked("add", &NEW), 100, false);
    assert_eq!(taking(None, &first), Taking::New);
    let known = request(asked("add", &NEW));
    assert_eq!(taking(Some(&known), &first), Taking::Unchanged);
    // Our own comment changes the issue, but not its content.
    let commented = ticket(asked("add", &NEW), 200, false);
    assert_eq!(taking(Some(&known), &commented), Taking::Unchanged);
    let other = asked("remove", &NEW);
    let revised = ticket(other.clone(), 200, false);
    assert_eq!(taking(Some(&known), &revised), Taking::Revised);
    // A response that was overtaken.
    let old = ticket(other.clone(), 50, false);
    assert_eq!(taking(Some(&known), &old), Taking::Unchanged);
    let closed = ticket(asked("add", &NEW), 200, true);
    assert_eq!(taking(Some(&known), &closed), Taking::Withdrawn);
    assert_eq!(taking(None, &closed), Taking::Unchanged);
    let mut approved = known;
    approved.state = RequestState::Approved {
        by: "operator:mika".to_owned(),
        at: at(150),
        invited: None,
        notified: Vec::new(),
        late: false,
    };
    assert_eq!(taking(Some(&approved), &revised), Taking::TooLate);
    if let RequestState::Approved { late, .. } = &mut approved.state {
        *late = true;
    }
    assert_eq!(taking(Some(&approved), &revised), Taking::Unchanged);
}

fn observed(region: &str, verdict: &str, second: i64) -> Membership {
    Membership {
        account_id: "111111111111".parse().unwrap(),
        region: region.parse().unwrap(),
        status: Some(MemberStatus::Enabled),
        verdict: verdict.to_owned(),
        since: at(second),
        seen_at: at(second),
        associated_since: None,
        completed_at: None,
    }
}

#[test]
fn a_request_is_complete_when_the_listing_says_so_in_every_region() {
    let account = record(AccountState::Active);
    let patience = SignedDuration::from_secs(1_000);
    let judge = |observed: &[Membership], now: i64| {
        let places = RegionProgress::all(&account, &rules().regions, observed);
        progress(
            RequestKind::Add,
            &account,
            &places,
            at(100),
            at(now),
            patience,
        )
    };
    let both = [
        observed("ap-northeast-1", "complete", 200),
        observed("us-east-1", "complete", 200),
    ];
    assert_eq!(judge(&both, 300), RequestProgress::Complete);
    // Observations from before the decision do not count.
    let old = [
        observed("ap-northeast-1", "complete", 50),
        observed("us-east-1", "complete", 200),
    ];
    assert_eq!(judge(&old, 300), RequestProgress::Underway);
    assert_eq!(judge(&[], 300), RequestProgress::Underway);
    let RequestProgress::Stuck(late) = judge(&both[..1], 2_000) else {
        panic!("a request never waits permanently");
    };
    assert_eq!((late.len(), &late[0].why[..]), (1, "not_invited"));
    let refused = [observed("us-east-1", "resigned", 200)];
    let RequestProgress::Stuck(hopeless) = judge(&refused, 300) else {
        panic!("waiting does not help");
    };
    assert_eq!(hopeless[0].why, "resigned");
}

#[test]
fn a_removal_is_complete_when_the_account_has_left() {
    let patience = SignedDuration::from_secs(1_000);
    let judge = |state| {
        let account = record(state);
        progress(
            RequestKind::Remove,
            &account,
            &[],
            at(0),
            at(9_999),
            patience,
        )
    };
    assert_eq!(judge(AccountState::Leaving), RequestProgress::Underway);
    assert_eq!(judge(AccountState::Left), RequestProgress::Complete);
}

#[test]
fn a_ticket_is_closed_by_what_its_workflow_offers() {
    let offered = [
        ("5", "Cancel request", true),
        ("7", "Start work", false),
        ("11", "Resolve", true),
    ];
    assert_eq!(closing(Transition::Resolve, offered), Some("11"));
    assert_eq!(closing(Transition::Decline, offered), Some("5"));
    let japanese = [
        ("1", "対応開始", false),
        ("2", "却下", true),
        ("3", "完了", true),
    ];
    assert_eq!(closing(Transition::Resolve, japanese), Some("3"));
    assert_eq!(closing(Transition::Decline, japanese), Some("2"));
    assert_eq!(closing(Transition::Decline, [("3", "完了", true)]), None);
}
