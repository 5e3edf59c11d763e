//! The golden file freezes how notices lie in the outbox and leave as webhooks: a queued row of an older program must
//! be readable, and a receiver must find every field where it was. Fields may be added to it, never renamed.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Notice;

const NOTICES_V1: &str = include_str!("../../golden/notices.v1.json");

fn golden() -> Vec<Value> {
    serde_json::from_str(NOTICES_V1).unwrap()
}

#[test]
fn every_frozen_notice_is_read_and_written_as_it_was() {
    for frozen in golden() {
        let notice: Notice = serde_json::from_value(frozen.clone())
            .unwrap_or_else(|error| panic!("{error}: {frozen}"));
        assert_eq!(serde_json::to_value(&notice).unwrap(), frozen);
    }
}

/// The tags that serde names where it meets an unknown one: every variant of the enum.
fn tags_of(error: &serde_json::Error) -> BTreeSet<String> {
    let text = error.to_string();
    let tags: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    tags.into_iter().skip(1).map(str::to_owned).collect()
}

#[test]
fn every_kind_of_notice_trouble_and_matter_is_frozen() {
    let unknown = serde_json::json!({ "type": "unknown", "data": {} });
    let kinds = tags_of(&serde_json::from_value::<Notice>(unknown).unwrap_err());
    let inner = |kind: &str, data: Value| {
        let notice = serde_json::json!({ "type": kind, "data": data });
        tags_of(&serde_json::from_value::<Notice>(notice).unwrap_err())
    };
    let troubles = inner(
        "operations.notice",
        serde_json::json!({ "trouble": "unknown" }),
    );
    let matters = inner(
        "contact.notice",
        serde_json::json!({
            "account_id": "111111111111", "project": "", "language": "en", "to": [],
            "matter": { "matter": "unknown" },
        }),
    );
    let frozen = |pointer: &str| -> BTreeSet<String> {
        golden()
            .iter()
            .filter_map(|notice| Some(notice.pointer(pointer)?.as_str()?.to_owned()))
            .collect()
    };
    assert_eq!(frozen("/type"), kinds);
    assert_eq!(frozen("/data/trouble"), troubles);
    assert_eq!(frozen("/data/matter/matter"), matters);
    assert!(kinds.len() >= 12 && troubles.len() >= 16 && matters.len() >= 3);
}

#[test]
fn a_row_of_before_a_field_existed_is_read() {
    let mut oldest = golden().swap_remove(0);
    let data = oldest["data"].as_object_mut().unwrap();
    for field in ["department", "language", "regions"] {
        data.remove(field);
    }
    assert!(serde_json::from_value::<Notice>(oldest).is_ok());
}
