//! The tables of a report: their columns and the content of their cells.

use std::borrow::Cow;

use rust_i18n::t;

use super::ReportFrame;
use super::cell::ReportCell;
use super::column::{CellStyle, SheetColumn};
use super::words;
use crate::guide_words;
use hubward_domain::alert::AlertState;
use hubward_domain::finding::{Finding, Mirrored};
use hubward_domain::guide::GuideAdvice;
use hubward_domain::report::{ControlScore, MonthlyChange, age_in_days, console_link};

fn column(header: Cow<'_, str>, width: f64, look: CellStyle) -> SheetColumn {
    SheetColumn {
        header: header.into_owned(),
        width,
        look,
        printed: true,
    }
}

/// A column to copy from, which is too wide to print.
fn reference(header: Cow<'_, str>, width: f64) -> SheetColumn {
    SheetColumn {
        printed: false,
        ..column(header, width, CellStyle::Quiet)
    }
}

/// The account's columns, which only a report of several accounts needs.
fn owner_columns(frame: &ReportFrame<'_>) -> Vec<SheetColumn> {
    let locale = frame.language.as_str();
    if !frame.is_overview() {
        return Vec::new();
    }
    vec![
        column(t!("report.account", locale = locale), 15.0, CellStyle::Text),
        column(t!("report.project", locale = locale), 22.0, CellStyle::Text),
    ]
}

fn owner<'a>(frame: &'a ReportFrame<'_>, finding: &'a Finding) -> Vec<ReportCell<'a>> {
    if !frame.is_overview() {
        return Vec::with_capacity(16);
    }
    vec![
        finding.account_id.as_str().into(),
        frame.project_of(&finding.account_id).into(),
    ]
}

/// For how many days the finding has been open.
fn age<'a>(frame: &ReportFrame<'_>, mirrored: &Mirrored) -> ReportCell<'a> {
    let days = age_in_days(mirrored, frame.built_at);
    days.and_then(|days| u64::try_from(days).ok())
        .map_or(ReportCell::Empty, ReportCell::Number)
}

/// All open findings, and those that were resolved in the period.
pub(super) fn findings_columns(frame: &ReportFrame<'_>) -> Vec<SheetColumn> {
    let locale = frame.language.as_str();
    let mut columns = owner_columns(frame);
    columns.extend([
        column(t!("report.change", locale = locale), 10.0, CellStyle::State),
        column(
            t!("report.severity", locale = locale),
            13.0,
            CellStyle::Severity,
        ),
        column(t!("report.kind", locale = locale), 13.0, CellStyle::Text),
        column(t!("report.control", locale = locale), 14.0, CellStyle::Text),
        column(t!("report.title", locale = locale), 52.0, CellStyle::Text),
        column(
            t!("report.resource", locale = locale),
            46.0,
            CellStyle::Text,
        ),
        column(t!("report.region", locale = locale), 16.0, CellStyle::Text),
        column(t!("report.opened", locale = locale), 17.0, CellStyle::Text),
        column(t!("report.age", locale = locale), 10.0, CellStyle::Days),
        column(t!("report.updated", locale = locale), 17.0, CellStyle::Text),
        column(t!("report.closed", locale = locale), 17.0, CellStyle::Text),
        column(
            t!("report.workflow", locale = locale),
            13.0,
            CellStyle::Text,
        ),
        reference(t!("report.link", locale = locale), 48.0),
        reference(t!("report.console", locale = locale), 48.0),
        reference(t!("report.finding_id", locale = locale), 60.0),
    ]);
    columns
}

pub(super) fn finding<'a>(
    frame: &'a ReportFrame<'_>,
    change: MonthlyChange,
    mirrored: &'a Mirrored,
) -> Vec<ReportCell<'a>> {
    let Mirrored { finding, life } = mirrored;
    let language = frame.language;
    let mut cells = owner(frame, finding);
    let closed = life.closed_at.filter(|_| change == MonthlyChange::Resolved);
    cells.extend([
        words::change(change, language).into(),
        ReportCell::Severity(finding.severity),
        words::kind(finding.kind, language).into(),
        finding.control_id.as_str().into(),
        finding.title.as_str().into(),
        finding.resource.as_str().into(),
        finding.region.as_str().into(),
        frame.local(life.opened_at).into(),
        age(frame, mirrored),
        frame.local(finding.updated_at).into(),
        frame.local(closed).into(),
        words::workflow(finding.workflow, language).into(),
        finding.link.as_str().into(),
        console(finding),
        finding.id.as_str().into(),
    ]);
    cells
}

fn console<'a>(finding: &Finding) -> ReportCell<'a> {
    console_link(finding).map_or(ReportCell::Empty, ReportCell::from)
}

/// Controls over all accounts of the report.
pub(super) fn controls_columns(frame: &ReportFrame<'_>) -> Vec<SheetColumn> {
    let locale = frame.language.as_str();
    let mut columns = vec![
        column(t!("report.control", locale = locale), 14.0, CellStyle::Text),
        column(
            t!("report.verdict", locale = locale),
            12.0,
            CellStyle::State,
        ),
        column(
            t!("report.severity", locale = locale),
            13.0,
            CellStyle::Severity,
        ),
        column(t!("report.title", locale = locale), 60.0, CellStyle::Text),
        column(t!("report.failed", locale = locale), 11.0, CellStyle::Bar),
        column(
            t!("report.passed", locale = locale),
            11.0,
            CellStyle::Number,
        ),
        column(
            t!("report.unknown", locale = locale),
            11.0,
            CellStyle::Number,
        ),
        column(
            t!("report.suppressed", locale = locale),
            11.0,
            CellStyle::Number,
        ),
    ];
    columns.push(if frame.is_overview() {
        column(
            t!("report.accounts_failed", locale = locale),
            12.0,
            CellStyle::Bar,
        )
    } else {
        column(t!("report.owner", locale = locale), 18.0, CellStyle::Blank)
    });
    columns.extend([
        column(t!("guide.policy", locale = locale), 12.0, CellStyle::State),
        column(t!("guide.effort", locale = locale), 12.0, CellStyle::State),
        column(
            t!("guide.what_to_do", locale = locale),
            60.0,
            CellStyle::Text,
        ),
        reference(t!("guide.title", locale = locale), 46.0),
        column(
            t!("report.standards", locale = locale),
            34.0,
            CellStyle::Quiet,
        ),
        reference(t!("report.link", locale = locale), 56.0),
    ]);
    columns
}

pub(super) fn control<'a>(
    frame: &ReportFrame<'_>,
    id: &'a str,
    control: &'a ControlScore,
) -> Vec<ReportCell<'a>> {
    let resources = &control.resources;
    let standards: Vec<String> = control
        .standards
        .keys()
        .map(|standard| words::standard(standard))
        .collect();
    let mut cells: Vec<ReportCell<'a>> = vec![
        id.into(),
        words::verdict(resources.verdict(), frame.language).into(),
        ReportCell::Severity(control.severity),
        control.title.as_str().into(),
        ReportCell::Number(resources.failed),
        ReportCell::Number(resources.passed),
        ReportCell::Number(resources.unknown),
        ReportCell::Number(resources.suppressed),
        if frame.is_overview() {
            ReportCell::Number(control.accounts)
        } else {
            ReportCell::Empty
        },
    ];
    cells.extend(advice(frame, id));
    cells.extend([standards.join("\n").into(), control.link.as_str().into()]);
    cells
}

/// The guide's advice on a control: policy, effort, what to do, and its page; or only AWS's page if
/// the guide has no entry.
fn advice<'a>(frame: &ReportFrame<'_>, id: &str) -> [ReportCell<'a>; 4] {
    let language = frame.language;
    match frame.guide.advice(id, language, frame.links) {
        GuideAdvice::Given {
            policy,
            effort,
            risk,
            console,
            link,
            ..
        } => [
            guide_words::policy(policy, language).into(),
            guide_words::effort(effort, language).into(),
            format!("{risk}\n{console}").into(),
            link.into(),
        ],
        GuideAdvice::Absent { link } => [
            ReportCell::Empty,
            ReportCell::Empty,
            guide_words::absent(language).into(),
            link.map_or(ReportCell::Empty, ReportCell::from),
        ],
    }
}

/// What GuardDuty detected.
pub(super) fn threats_columns(frame: &ReportFrame<'_>) -> Vec<SheetColumn> {
    let locale = frame.language.as_str();
    let mut columns = owner_columns(frame);
    columns.extend([
        column(t!("report.change", locale = locale), 10.0, CellStyle::State),
        column(
            t!("report.severity", locale = locale),
            13.0,
            CellStyle::Severity,
        ),
        column(t!("report.type", locale = locale), 46.0, CellStyle::Text),
        column(t!("report.title", locale = locale), 56.0, CellStyle::Text),
        column(
            t!("report.resource", locale = locale),
            44.0,
            CellStyle::Text,
        ),
        column(t!("report.region", locale = locale), 16.0, CellStyle::Text),
        column(t!("report.opened", locale = locale), 17.0, CellStyle::Text),
        column(t!("report.age", locale = locale), 10.0, CellStyle::Days),
        column(t!("report.updated", locale = locale), 17.0, CellStyle::Text),
        column(t!("report.alert", locale = locale), 14.0, CellStyle::State),
        column(
            t!("report.workflow", locale = locale),
            13.0,
            CellStyle::Text,
        ),
        reference(t!("report.console", locale = locale), 48.0),
        reference(t!("report.finding_id", locale = locale), 60.0),
    ]);
    columns
}

pub(super) fn threat<'a>(
    frame: &'a ReportFrame<'_>,
    change: MonthlyChange,
    mirrored: &'a Mirrored,
    alert: Option<AlertState>,
) -> Vec<ReportCell<'a>> {
    let Mirrored { finding, life } = mirrored;
    let language = frame.language;
    let mut cells = owner(frame, finding);
    let alert = alert.map_or_else(
        || t!("report.no_alert", locale = language.as_str()),
        |state| words::alert(state, language),
    );
    cells.extend([
        words::change(change, language).into(),
        ReportCell::Severity(finding.severity),
        finding.finding_type.as_str().into(),
        finding.title.as_str().into(),
        finding.resource.as_str().into(),
        finding.region.as_str().into(),
        frame.local(life.opened_at).into(),
        age(frame, mirrored),
        frame.local(finding.updated_at).into(),
        alert.into(),
        words::workflow(finding.workflow, language).into(),
        console(finding),
        finding.id.as_str().into(),
    ]);
    cells
}

/// The suppressed findings.
pub(super) fn suppressed_columns(frame: &ReportFrame<'_>) -> Vec<SheetColumn> {
    let locale = frame.language.as_str();
    let mut columns = owner_columns(frame);
    columns.extend([
        column(
            t!("report.severity", locale = locale),
            13.0,
            CellStyle::Severity,
        ),
        column(t!("report.kind", locale = locale), 13.0, CellStyle::Text),
        column(t!("report.control", locale = locale), 14.0, CellStyle::Text),
        column(t!("report.title", locale = locale), 56.0, CellStyle::Text),
        column(
            t!("report.resource", locale = locale),
            46.0,
            CellStyle::Text,
        ),
        column(t!("report.region", locale = locale), 16.0, CellStyle::Text),
        column(t!("report.reason", locale = locale), 44.0, CellStyle::Text),
        column(
            t!("report.suppressed_since", locale = locale),
            17.0,
            CellStyle::Text,
        ),
        reference(t!("report.finding_id", locale = locale), 60.0),
    ]);
    columns
}

pub(super) fn suppressed<'a>(
    frame: &'a ReportFrame<'_>,
    mirrored: &'a Mirrored,
) -> Vec<ReportCell<'a>> {
    let Mirrored { finding, life } = mirrored;
    let mut cells = owner(frame, finding);
    // If it was never observed open, the product's last update is all that is known.
    let since = life.closed_at.or(finding.updated_at);
    cells.extend([
        ReportCell::Severity(finding.severity),
        words::kind(finding.kind, frame.language).into(),
        finding.control_id.as_str().into(),
        finding.title.as_str().into(),
        finding.resource.as_str().into(),
        finding.region.as_str().into(),
        finding.note.as_str().into(),
        frame.local(since).into(),
        finding.id.as_str().into(),
    ]);
    cells
}
