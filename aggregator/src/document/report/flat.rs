//! The findings of a report for programs and for whoever makes tables of their own: csv and json.

use csv::{Terminator, WriterBuilder};
use rust_i18n::t;
use serde_json::{Value, json};

use super::cell::{Cell, fitting};
use super::{Report, tables, words};
use crate::document::guard;
use crate::domain::finding::Mirrored;

/// Without it, Excel takes UTF-8 for the computer's old encoding.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// The rows of the sheet of findings, with whose they are.
pub(super) fn csv(report: &Report<'_>) -> Result<Vec<u8>, csv::Error> {
    let locale = report.language.as_str();
    let mut bytes = MARK.to_vec();
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(&mut bytes);
    let own = |index: usize| !report.is_overview() || index >= 2;
    let headers = tables::findings_columns(report);
    let headers = headers
        .iter()
        .enumerate()
        .filter(|(index, _)| own(*index))
        .map(|(_, column)| column.header.as_str());
    let account = t!("report.account", locale = locale);
    let project = t!("report.project", locale = locale);
    writer.write_record(
        [account.as_ref(), project.as_ref()]
            .into_iter()
            .chain(headers),
    )?;
    for ((_, mirrored), cells) in tables::news(report).zip(tables::findings(report)) {
        let account = &mirrored.finding.account_id;
        let cells = cells.iter().enumerate().filter(|(index, _)| own(*index));
        let texts = cells.map(|(_, cell)| said(cell, report));
        let record = [account.to_string(), report.project_of(account).to_owned()]
            .into_iter()
            .chain(texts)
            .map(|text| guard::guarded(&text).into_owned());
        writer.write_record(record)?;
    }
    writer.flush()?;
    drop(writer);
    Ok(bytes)
}

fn said(cell: &Cell, report: &Report<'_>) -> String {
    match cell {
        Cell::Text(text) | Cell::Quiet(text) => fitting(text).into_owned(),
        Cell::Number(number) => number.to_string(),
        Cell::Severity(severity) => words::severity(*severity, report.language).into_owned(),
    }
}

/// The same rows in AWS's words and RFC 3339 times.
pub(super) fn json(report: &Report<'_>) -> Result<Vec<u8>, serde_json::Error> {
    let rows: Vec<Value> = tables::news(report)
        .map(|(change, Mirrored { finding, life })| {
            json!({
                "account_id": finding.account_id,
                "project": report.project_of(&finding.account_id),
                "change": change.as_str(),
                "severity": finding.severity.as_str(),
                "kind": finding.kind.as_str(),
                "control_id": finding.control_id,
                "type": finding.finding_type,
                "title": finding.title,
                "resource": finding.resource,
                "resource_type": finding.resource_type,
                "region": finding.region,
                "opened_at": life.opened_at,
                "updated_at": finding.updated_at,
                "closed_at": life.closed_at,
                "workflow": finding.workflow.as_str(),
                "link": finding.link,
                "finding_id": finding.id,
            })
        })
        .collect();
    let mut bytes = serde_json::to_vec_pretty(&rows)?;
    bytes.push(b'\n');
    Ok(bytes)
}
