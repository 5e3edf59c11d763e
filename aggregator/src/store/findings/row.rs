//! Takes a row of the table apart: its words, its times, and what is damaged.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::domain::finding::{
    Compliance, Finding, Kind, Life, Mirrored, RecordState, Severity, Workflow,
};
use crate::domain::history::{Counted, Status};
use crate::store::{Result, StoreError};

pub(super) fn mirrored(row: &AnyRow) -> Result<Mirrored> {
    let key: &str = row.try_get("finding")?;
    let text = |column: &str| row.try_get::<String, _>(column);
    let account: &str = row.try_get("account_id")?;
    let finding = Finding {
        id: text("finding_id")?,
        product_arn: text("product_arn")?,
        account_id: account.parse().map_err(|_| damaged(key, "account_id"))?,
        region: text("region")?,
        kind: word(row, "kind", Kind::ALL, Kind::as_str, key)?,
        control_id: text("control_id")?,
        standards: standards(row, key)?,
        finding_type: text("finding_type")?,
        title: text("title")?,
        resource: text("resource")?,
        resource_type: text("resource_type")?,
        link: text("link")?,
        severity: word(row, "severity", Severity::ALL, Severity::as_str, key)?,
        compliance: compliance(row, key)?,
        workflow: word(row, "workflow_status", Workflow::ALL, Workflow::as_str, key)?,
        record: word(
            row,
            "record_state",
            RecordState::ALL,
            RecordState::as_str,
            key,
        )?,
        note: text("note")?,
        created_at: time(row, "created_at", key)?,
        updated_at: time(row, "updated_at", key)?,
    };
    let life = life(row, key)?;
    Ok(Mirrored { finding, life })
}

/// What is counted of a row, and nothing of an archived one.
pub(in crate::store) fn counted(row: &AnyRow) -> Result<Option<Counted>> {
    let key: &str = row.try_get("finding")?;
    let record = word(
        row,
        "record_state",
        RecordState::ALL,
        RecordState::as_str,
        key,
    )?;
    let workflow = word(row, "workflow_status", Workflow::ALL, Workflow::as_str, key)?;
    let Some(status) = Status::of(record, workflow, compliance(row, key)?) else {
        return Ok(None);
    };
    let mut resource: String = row.try_get("resource")?;
    if resource.is_empty() {
        resource = row.try_get("finding_id")?;
    }
    Ok(Some(Counted {
        region: row.try_get("region")?,
        kind: word(row, "kind", Kind::ALL, Kind::as_str, key)?,
        resource,
        severity: word(row, "severity", Severity::ALL, Severity::as_str, key)?,
        status,
        standards: standards(row, key)?,
    }))
}

fn compliance(row: &AnyRow, key: &str) -> Result<Option<Compliance>> {
    let column = "compliance_status";
    if row.try_get::<&str, _>(column)?.is_empty() {
        return Ok(None);
    }
    word(row, column, Compliance::ALL, Compliance::as_str, key).map(Some)
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
    row.try_get::<Option<&str>, _>(column)?
        .map(|text| text.parse().map_err(|_| damaged(key, column)))
        .transpose()
}

pub(super) fn word<T: Copy, const N: usize>(
    row: &AnyRow,
    column: &'static str,
    all: [T; N],
    name: fn(T) -> &'static str,
    key: &str,
) -> Result<T> {
    let text: &str = row.try_get(column)?;
    all.into_iter()
        .find(|value| name(*value) == text)
        .ok_or_else(|| damaged(key, column))
}

pub(super) fn damaged(key: &str, why: &str) -> StoreError {
    StoreError::Damaged {
        table: "findings",
        row: key.to_owned(),
        why: why.to_owned(),
    }
}
