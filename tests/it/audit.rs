//! No change without a trace, and no trace that can be rewritten unseen.

use crate::harness::soc::Soc;

#[test]
fn every_change_has_an_event_and_a_rewritten_one_shows() {
    let soc = Soc::new();
    soc.import(&[
        ("111111111111", "A", "a@example.com"),
        ("222222222222", "B", "b@example.com"),
    ]);
    soc.import(&[
        ("111111111111", "A2", "a@example.com"),
        ("222222222222", "B", "b@example.com"),
    ]);
    soc.hubward(["invite"]).expect(0);
    let events = soc.hubward(["audit", "list", "--json"]).expect(0).json();
    let actions: Vec<_> = events
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions[..3],
        ["account.added", "account.added", "account.changed"]
    );
    let requested = |what: &str| actions.iter().filter(|action| **action == what).count();
    assert_eq!(requested("membership.create_requested"), 4);
    assert_eq!(requested("membership.invite_requested"), 4);
    assert!(
        events[0]["actor"]
            .as_str()
            .unwrap()
            .starts_with("operator:")
    );

    let intact = soc.hubward(["audit", "verify", "--json"]).expect(0).json();
    assert_eq!(intact[0]["events"], 11);
    soc.database
        .rewrite("UPDATE audit_events SET actor = 'operator:nobody' WHERE sequence = 2");
    let broken = soc.hubward(["audit", "verify"]).expect(1);
    assert!(broken.stderr.contains("event 2"), "{broken:?}");
}

#[test]
fn the_history_of_one_account_is_its_own() {
    let soc = Soc::new();
    soc.import(&[
        ("111111111111", "A", "a@example.com"),
        ("222222222222", "B", "b@example.com"),
    ]);
    let history = soc
        .hubward(["account", "history", "222222222222", "--json"])
        .expect(0)
        .json();
    assert_eq!(history.as_array().unwrap().len(), 1);
    assert_eq!(history[0]["subject"], "222222222222");
    soc.hubward(["account", "history", "333333333333"])
        .expect(1);
}
