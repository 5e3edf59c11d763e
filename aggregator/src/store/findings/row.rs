//! Takes a row of the table apart: its words, its times, and what is damaged.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::domain::finding::{
    Compliance, Finding, Kind, Life, Mirrored, RecordState, Severity, Workflow,
};
use crate::domain::history::{Counted, Status};
use crate::store::{Result, StoreError};

/// What [`mirrored`] reads. Short values share a column, because every value of a row costs SQLite's driver a copy of it
/// and one of its column's name: a report reads a million rows.
pub(super) const READ: &str = "finding_id, product_arn, account_id, region, control_id, standards, finding_type, title, \
     resource, resource_type, link, note, \
     kind || ' ' || severity || ' ' || compliance_status || ' ' || workflow_status || ' ' || record_state AS words, \
     COALESCE(created_at, '') || ' ' || COALESCE(updated_at, '') || ' ' || COALESCE(opened_at, '') || ' ' \
     || COALESCE(closed_at, '') AS times";

pub(super) fn mirrored(row: &AnyRow) -> Result<Mirrored> {
    let key: &str = row.try_get("finding_id")?;
    let text = |column: &str| row.try_get::<String, _>(column);
    let account: &str = row.try_get("account_id")?;
    let mut words = row.try_get::<&str, _>("words")?.split(' ');
    let mut word = || words.next().unwrap_or_default();
    let mut times = row.try_get::<&str, _>("times")?.split(' ');
    let mut time = |column| moment(times.next().filter(|time| !time.is_empty()), column, key);
    let finding = Finding {
        id: key.to_owned(),
        product_arn: text("product_arn")?,
        account_id: account.parse().map_err(|_| damaged(key, "account_id"))?,
        region: text("region")?,
        control_id: text("control_id")?,
        standards: standards(row, key)?,
        finding_type: text("finding_type")?,
        title: text("title")?,
        resource: text("resource")?,
        resource_type: text("resource_type")?,
        link: text("link")?,
        note: text("note")?,
        kind: known(word(), "kind", Kind::ALL, Kind::as_str, key)?,
        severity: known(word(), "severity", Severity::ALL, Severity::as_str, key)?,
        compliance: compliance(word(), key)?,
        workflow: workflow(word(), key)?,
        record: record(word(), key)?,
        created_at: time("created_at")?,
        updated_at: time("updated_at")?,
    };
    let life = Life {
        opened_at: time("opened_at")?,
        closed_at: time("closed_at")?,
    };
    Ok(Mirrored { finding, life })
}

/// What is counted of a row, and nothing of an archived one.
pub(in crate::store) fn counted(row: &AnyRow) -> Result<Option<Counted>> {
    let key: &str = row.try_get("finding")?;
    let status = Status::of(
        record(row.try_get("record_state")?, key)?,
        workflow(row.try_get("workflow_status")?, key)?,
        compliance(row.try_get("compliance_status")?, key)?,
    );
    let Some(status) = status else {
        return Ok(None);
    };
    let mut resource: String = row.try_get("resource")?;
    if resource.is_empty() {
        resource = row.try_get("finding_id")?;
    }
    Ok(Some(Counted {
        region: row.try_get("region")?,
        kind: known(row.try_get("kind")?, "kind", Kind::ALL, Kind::as_str, key)?,
        resource,
        severity: known(
            row.try_get("severity")?,
            "severity",
            Severity::ALL,
            Severity::as_str,
            key,
        )?,
        status,
        standards: standards(row, key)?,
    }))
}

fn compliance(word: &str, key: &str) -> Result<Option<Compliance>> {
    if word.is_empty() {
        return Ok(None);
    }
    known(
        word,
        "compliance_status",
        Compliance::ALL,
        Compliance::as_str,
        key,
    )
    .map(Some)
}

fn workflow(word: &str, key: &str) -> Result<Workflow> {
    known(
        word,
        "workflow_status",
        Workflow::ALL,
        Workflow::as_str,
        key,
    )
}

pub(super) fn record(word: &str, key: &str) -> Result<RecordState> {
    known(
        word,
        "record_state",
        RecordState::ALL,
        RecordState::as_str,
        key,
    )
}

fn standards(row: &AnyRow, key: &str) -> Result<Vec<String>> {
    serde_json::from_str(row.try_get("standards")?).map_err(|_| damaged(key, "standards"))
}

pub(super) fn life(row: &AnyRow, key: &str) -> Result<Life> {
    Ok(Life {
        opened_at: time(row, "opened_at", key)?,
        closed_at: time(row, "closed_at", key)?,
    })
}

pub(super) fn time(row: &AnyRow, column: &'static str, key: &str) -> Result<Option<Timestamp>> {
    moment(row.try_get(column)?, column, key)
}

fn moment(text: Option<&str>, column: &'static str, key: &str) -> Result<Option<Timestamp>> {
    text.map(|text| text.parse().map_err(|_| damaged(key, column)))
        .transpose()
}

fn known<T: Copy, const N: usize>(
    word: &str,
    column: &'static str,
    all: [T; N],
    name: fn(T) -> &'static str,
    key: &str,
) -> Result<T> {
    all.into_iter()
        .find(|value| name(*value) == word)
        .ok_or_else(|| damaged(key, column))
}

pub(super) fn damaged(key: &str, why: &str) -> StoreError {
    StoreError::Damaged {
        table: "findings",
        row: key.to_owned(),
        why: why.to_owned(),
    }
}
