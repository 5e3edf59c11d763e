//! Every change has an audit event, and a rewritten event is detected.

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
        .rewrite("UPDATE audit_events SET actor = 'operator:other' WHERE sequence = 2");
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

#[test]
fn a_row_edited_by_hand_is_found_whatever_was_edited() {
    let soc = Soc::new();
    let rows: Vec<_> = [
        "111111111111",
        "222222222222",
        "333333333333",
        "444444444444",
    ]
    .map(|id| (id, "P", "p@example.com"))
    .to_vec();
    soc.import(&rows);
    let head = soc.hubward(["audit", "verify", "--json"]).expect(0).json()[0]["head"].clone();
    let head = head.as_str().unwrap();
    soc.hubward(["audit", "verify", "--head", head]).expect(0);
    for edit in [
        "UPDATE audit_events SET at = '2026-01-01T00:00:00Z' WHERE sequence = 2",
        "UPDATE audit_events SET actor = 'operator:other' WHERE sequence = 2",
        "UPDATE audit_events SET action = 'account.changed' WHERE sequence = 2",
        "UPDATE audit_events SET subject = '999000999000' WHERE sequence = 2",
        "UPDATE audit_events SET detail = '{}' WHERE sequence = 2",
        "UPDATE audit_events SET hash = '00' WHERE sequence = 2",
        "UPDATE audit_events SET sequence = 99 WHERE sequence = 2",
        "DELETE FROM audit_events WHERE sequence = 2",
    ] {
        // A copy to restore what was edited, so that each edit is tested alone.
        soc.database
            .rewrite("CREATE TABLE before_edit AS SELECT * FROM audit_events");
        soc.database.rewrite(edit);
        let broken = soc.hubward(["audit", "verify", "--json"]).expect(1);
        assert_eq!(broken.json()[0]["intact"], false, "{edit}");
        soc.database.rewrite("DELETE FROM audit_events");
        soc.database
            .rewrite("INSERT INTO audit_events SELECT * FROM before_edit");
        soc.database.rewrite("DROP TABLE before_edit");
        soc.hubward(["audit", "verify"]).expect(0);
    }
    // A truncated chain is detected only by a head that was stored elsewhere.
    soc.database
        .rewrite("DELETE FROM audit_events WHERE sequence = 4");
    soc.hubward(["audit", "verify"]).expect(0);
    let cut = soc.hubward(["audit", "verify", "--head", head]).expect(1);
    assert!(cut.stderr.contains(head), "{cut:?}");
}
