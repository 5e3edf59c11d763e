//! The tables of a report: which columns they have, and what stands in them.

use rust_i18n::t;

use super::Report;
use super::cell::Cell;
use super::sheet::Column;
use super::words;
use crate::domain::finding::{Finding, Kind, Mirrored};
use crate::domain::report::Change;

fn column(header: impl Into<String>, width: f64) -> Column {
    Column {
        header: header.into(),
        width,
        numbers: false,
        printed: true,
    }
}

/// A column of counts.
fn count(header: impl Into<String>) -> Column {
    Column {
        numbers: true,
        ..column(header, 12.0)
    }
}

/// A column to copy from, too wide for paper.
fn reference(header: impl Into<String>, width: f64) -> Column {
    Column {
        printed: false,
        ..column(header, width)
    }
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn quiet(text: impl Into<String>) -> Cell {
    Cell::Quiet(text.into())
}

/// Whose a row is: needed only where there are several.
fn owner_columns(report: &Report<'_>) -> Vec<Column> {
    let locale = report.language.as_str();
    if !report.is_overview() {
        return Vec::new();
    }
    vec![
        column(t!("report.account", locale = locale), 15.0),
        column(t!("report.project", locale = locale), 22.0),
    ]
}

fn owner(report: &Report<'_>, finding: &Finding) -> Vec<Cell> {
    if !report.is_overview() {
        return Vec::new();
    }
    vec![
        text(finding.account_id.as_str()),
        text(report.project_of(&finding.account_id)),
    ]
}

/// Everything that is open, and what was resolved in the period.
pub(super) fn findings_columns(report: &Report<'_>) -> Vec<Column> {
    let locale = report.language.as_str();
    let mut columns = owner_columns(report);
    columns.extend([
        column(t!("report.change", locale = locale), 10.0),
        column(t!("report.severity", locale = locale), 13.0),
        column(t!("report.kind", locale = locale), 13.0),
        column(t!("report.control", locale = locale), 14.0),
        column(t!("report.title", locale = locale), 52.0),
        column(t!("report.resource", locale = locale), 46.0),
        column(t!("report.region", locale = locale), 16.0),
        column(t!("report.opened", locale = locale), 17.0),
        column(t!("report.updated", locale = locale), 17.0),
        column(t!("report.closed", locale = locale), 17.0),
        column(t!("report.workflow", locale = locale), 13.0),
        reference(t!("report.link", locale = locale), 48.0),
        reference(t!("report.finding_id", locale = locale), 60.0),
    ]);
    columns
}

/// The rows that somebody has to look at; with what each of them is.
pub(super) fn news<'a>(
    report: &'a Report<'_>,
) -> impl Iterator<Item = (Change, &'a Mirrored)> + 'a {
    report
        .findings
        .iter()
        .filter_map(|mirrored| Some((Change::of(mirrored, report.bounds)?, mirrored)))
}

pub(super) fn findings(report: &Report<'_>) -> impl Iterator<Item = Vec<Cell>> {
    news(report).map(|(change, mirrored)| {
        let Mirrored { finding, life } = mirrored;
        let language = report.language;
        let mut cells = owner(report, finding);
        cells.extend([
            text(words::change(change, language)),
            Cell::Severity(finding.severity),
            text(words::kind(finding.kind, language)),
            text(&finding.control_id),
            text(&finding.title),
            text(&finding.resource),
            text(&finding.region),
            text(report.local(life.opened_at)),
            text(report.local(finding.updated_at)),
            text(report.local(life.closed_at)),
            text(words::workflow(finding.workflow, language)),
            quiet(&finding.link),
            quiet(&finding.id),
        ]);
        cells
    })
}

/// Controls over all accounts of the report.
pub(super) fn controls_columns(report: &Report<'_>) -> Vec<Column> {
    let locale = report.language.as_str();
    vec![
        column(t!("report.control", locale = locale), 14.0),
        column(t!("report.severity", locale = locale), 13.0),
        column(t!("report.title", locale = locale), 70.0),
        count(t!("report.failed", locale = locale)),
        count(t!("report.passed", locale = locale)),
        count(t!("report.unknown", locale = locale)),
        count(t!("report.suppressed", locale = locale)),
        column(t!("report.link", locale = locale), 56.0),
    ]
}

pub(super) fn controls(report: &Report<'_>) -> impl Iterator<Item = Vec<Cell>> {
    report.facts.worst_first().into_iter().map(|(id, control)| {
        vec![
            text(id),
            Cell::Severity(control.severity),
            text(&control.title),
            Cell::Number(control.failed),
            Cell::Number(control.passed),
            Cell::Number(control.unknown),
            Cell::Number(control.suppressed),
            quiet(&control.link),
        ]
    })
}

/// What GuardDuty saw.
pub(super) fn threats_columns(report: &Report<'_>) -> Vec<Column> {
    let locale = report.language.as_str();
    let mut columns = owner_columns(report);
    columns.extend([
        column(t!("report.change", locale = locale), 10.0),
        column(t!("report.severity", locale = locale), 13.0),
        column(t!("report.type", locale = locale), 46.0),
        column(t!("report.title", locale = locale), 56.0),
        column(t!("report.resource", locale = locale), 44.0),
        column(t!("report.region", locale = locale), 16.0),
        column(t!("report.opened", locale = locale), 17.0),
        column(t!("report.updated", locale = locale), 17.0),
        column(t!("report.workflow", locale = locale), 13.0),
        reference(t!("report.finding_id", locale = locale), 60.0),
    ]);
    columns
}

pub(super) fn threats(report: &Report<'_>) -> impl Iterator<Item = Vec<Cell>> {
    let threats = news(report).filter(|(_, mirrored)| mirrored.finding.kind == Kind::Threat);
    threats.map(|(change, Mirrored { finding, life })| {
        let language = report.language;
        let mut cells = owner(report, finding);
        cells.extend([
            text(words::change(change, language)),
            Cell::Severity(finding.severity),
            text(&finding.finding_type),
            text(&finding.title),
            text(&finding.resource),
            text(&finding.region),
            text(report.local(life.opened_at)),
            text(report.local(finding.updated_at)),
            text(words::workflow(finding.workflow, language)),
            quiet(&finding.id),
        ]);
        cells
    })
}

/// What somebody decided to leave.
pub(super) fn suppressed_columns(report: &Report<'_>) -> Vec<Column> {
    let locale = report.language.as_str();
    let mut columns = owner_columns(report);
    columns.extend([
        column(t!("report.severity", locale = locale), 13.0),
        column(t!("report.kind", locale = locale), 13.0),
        column(t!("report.control", locale = locale), 14.0),
        column(t!("report.title", locale = locale), 56.0),
        column(t!("report.resource", locale = locale), 46.0),
        column(t!("report.region", locale = locale), 16.0),
        column(t!("report.note", locale = locale), 44.0),
        column(t!("report.updated", locale = locale), 17.0),
        reference(t!("report.finding_id", locale = locale), 60.0),
    ]);
    columns
}

pub(super) fn suppressed(report: &Report<'_>) -> impl Iterator<Item = Vec<Cell>> {
    let all = report.findings.iter().map(|mirrored| &mirrored.finding);
    all.filter(|finding| finding.is_suppressed())
        .map(|finding| {
            let mut cells = owner(report, finding);
            cells.extend([
                Cell::Severity(finding.severity),
                text(words::kind(finding.kind, report.language)),
                text(&finding.control_id),
                text(&finding.title),
                text(&finding.resource),
                text(&finding.region),
                text(&finding.note),
                text(report.local(finding.updated_at)),
                quiet(&finding.id),
            ]);
            cells
        })
}
