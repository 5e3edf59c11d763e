//! Parses a row of the table: its words, its times, and what is damaged.

use crate::because;
use std::borrow::Cow;

use jiff::Timestamp;
use serde::Deserialize;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Engine, Result, StoreError};
use hubward_domain::finding::{
    Compliance, Finding, FindingKind, FindingSeverity, FindingWorkflow, Life, Mirrored, RecordState,
};
use hubward_domain::history::{CountedFinding, HistoryStatus};

/// The columns that [`mirrored`] parses: a row as one JSON array, because every value of a row
/// costs SQLite's driver a copy of it and one of its column's name, and a report reads a million
/// rows. In the order of [`Columns`].
pub(super) fn read(engine: Engine) -> String {
    let array = match engine {
        Engine::Sqlite => "json_array",
        Engine::Postgres => "json_build_array",
    };
    format!(
        "CAST({array}(finding_id, product_arn, account_id, region, control_id, standards, finding_type, title, resource, \
         resource_type, link, note, kind, severity, compliance_status, workflow_status, record_state, \
         COALESCE(created_at, ''), COALESCE(updated_at, ''), COALESCE(opened_at, ''), COALESCE(closed_at, '')) AS TEXT)"
    )
}

/// The columns of [`read`], in its order. An absent time is empty.
#[derive(Deserialize)]
struct Columns<'a> {
    finding_id: String,
    product_arn: String,
    #[serde(borrow)]
    account_id: Cow<'a, str>,
    region: String,
    control_id: String,
    #[serde(borrow)]
    standards: Cow<'a, str>,
    finding_type: String,
    title: String,
    resource: String,
    resource_type: String,
    link: String,
    note: String,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    severity: Cow<'a, str>,
    #[serde(borrow)]
    compliance_status: Cow<'a, str>,
    #[serde(borrow)]
    workflow_status: Cow<'a, str>,
    #[serde(borrow)]
    record_state: Cow<'a, str>,
    #[serde(borrow)]
    created_at: Cow<'a, str>,
    #[serde(borrow)]
    updated_at: Cow<'a, str>,
    #[serde(borrow)]
    opened_at: Cow<'a, str>,
    #[serde(borrow)]
    closed_at: Cow<'a, str>,
}

pub(super) fn mirrored(row: &AnyRow) -> Result<Mirrored> {
    let columns: Columns<'_> =
        serde_json::from_str(row.try_get(0)?).map_err(|error| damaged("?", &error.to_string()))?;
    let key = columns.finding_id.as_str();
    let time = |text: &str, column| moment(Some(text).filter(|it| !it.is_empty()), column, key);
    let life = Life {
        opened_at: time(&columns.opened_at, "opened_at")?,
        closed_at: time(&columns.closed_at, "closed_at")?,
    };
    let account = columns.account_id.parse();
    let finding = Finding {
        account_id: account.map_err(|error| damaged(key, &because("account_id", &error)))?,
        standards: standards(&columns.standards, key)?,
        kind: known(
            &columns.kind,
            "kind",
            FindingKind::ALL,
            FindingKind::as_str,
            key,
        )?,
        severity: severity(&columns.severity, key)?,
        compliance: compliance(&columns.compliance_status, key)?,
        workflow: workflow(&columns.workflow_status, key)?,
        record: record(&columns.record_state, key)?,
        created_at: time(&columns.created_at, "created_at")?,
        updated_at: time(&columns.updated_at, "updated_at")?,
        id: columns.finding_id,
        product_arn: columns.product_arn,
        region: columns.region,
        control_id: columns.control_id,
        finding_type: columns.finding_type,
        title: columns.title,
        resource: columns.resource,
        resource_type: columns.resource_type,
        link: columns.link,
        note: columns.note,
    };
    Ok(Mirrored { finding, life })
}

/// The facts that the history counts; `None` for an archived finding.
pub(crate) fn counted(row: &AnyRow) -> Result<Option<CountedFinding>> {
    let key: &str = row.try_get("finding")?;
    let status = HistoryStatus::of(
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
    Ok(Some(CountedFinding {
        region: row.try_get("region")?,
        kind: known(
            row.try_get("kind")?,
            "kind",
            FindingKind::ALL,
            FindingKind::as_str,
            key,
        )?,
        resource,
        severity: severity(row.try_get("severity")?, key)?,
        status,
        standards: standards(row.try_get("standards")?, key)?,
    }))
}

fn severity(word: &str, key: &str) -> Result<FindingSeverity> {
    known(
        word,
        "severity",
        FindingSeverity::ALL,
        FindingSeverity::as_str,
        key,
    )
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

fn workflow(word: &str, key: &str) -> Result<FindingWorkflow> {
    known(
        word,
        "workflow_status",
        FindingWorkflow::ALL,
        FindingWorkflow::as_str,
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

fn standards(list: &str, key: &str) -> Result<Vec<String>> {
    serde_json::from_str(list).map_err(|error| damaged(key, &because("standards", &error)))
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
    text.map(|text| {
        text.parse()
            .map_err(|error| damaged(key, &because(column, &error)))
    })
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
