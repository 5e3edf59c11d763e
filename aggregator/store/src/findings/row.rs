//! Parses a row of the table: its words, its times, and what is damaged.

use std::borrow::Cow;
use std::str::FromStr;

use serde::Deserialize;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::columns::{Cause, Columns, parsed};
use crate::{Engine, Result, StoreError};
use hubward_domain::finding::{Finding, Life, Mirrored};
use hubward_domain::history::{CountedFinding, HistoryStatus};

/// The columns that [`mirrored`] parses: a row as one JSON array, because every value of a row
/// costs SQLite's driver a copy of it and one of its column's name, and a report reads a million
/// rows. In the order of [`JsonColumns`].
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
struct JsonColumns<'a> {
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
    let columns: JsonColumns<'_> = serde_json::from_str(row.try_get(0)?)
        .map_err(|error| StoreError::damaged("findings", "?", "finding", error))?;
    let key = columns.finding_id.as_str();
    let life = Life {
        opened_at: maybe(&columns.opened_at, "opened_at", key)?,
        closed_at: maybe(&columns.closed_at, "closed_at", key)?,
    };
    let finding = Finding {
        account_id: parse(&columns.account_id, "account_id", key)?,
        standards: serde_json::from_str(&columns.standards)
            .map_err(|error| StoreError::damaged("findings", key, "standards", error))?,
        kind: parse(&columns.kind, "kind", key)?,
        severity: parse(&columns.severity, "severity", key)?,
        compliance: maybe(&columns.compliance_status, "compliance_status", key)?,
        workflow: parse(&columns.workflow_status, "workflow_status", key)?,
        record: parse(&columns.record_state, "record_state", key)?,
        created_at: maybe(&columns.created_at, "created_at", key)?,
        updated_at: maybe(&columns.updated_at, "updated_at", key)?,
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
pub(crate) fn counted(row: Columns<'_>) -> Result<Option<CountedFinding>> {
    let status = HistoryStatus::of(
        row.parse("record_state")?,
        row.parse("workflow_status")?,
        row.maybe("compliance_status")?,
    );
    let Some(status) = status else {
        return Ok(None);
    };
    let mut resource: String = row.get("resource")?;
    if resource.is_empty() {
        resource = row.get("finding_id")?;
    }
    Ok(Some(CountedFinding {
        region: row.get("region")?,
        kind: row.parse("kind")?,
        resource,
        severity: row.parse("severity")?,
        status,
        standards: row.json("standards")?,
    }))
}

fn parse<T: FromStr<Err: Into<Cause>>>(text: &str, column: &'static str, key: &str) -> Result<T> {
    parsed(text).map_err(|cause| StoreError::damaged("findings", key, column, cause))
}

fn maybe<T: FromStr<Err: Into<Cause>>>(
    text: &str,
    column: &'static str,
    key: &str,
) -> Result<Option<T>> {
    let set = !text.is_empty();
    set.then(|| parse(text, column, key)).transpose()
}
