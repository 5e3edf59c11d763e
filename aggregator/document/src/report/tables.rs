//! The tables of a report: their columns and the content of their cells.

use hubward_protocol::Region;

use super::ReportFrame;
use super::cell::ReportCell;
use super::column::{CellStyle, SheetColumn};
use super::coverage::UNKNOWN;
use super::words;
use crate::guide_words;
use crate::say::Say;
use hubward_domain::alert::AlertState;
use hubward_domain::finding::{Finding, Mirrored};
use hubward_domain::guide::GuideAdvice;
use hubward_domain::report::{ControlScore, MonthlyChange, age_in_days, console_link};

fn column(header: &str, width: f64, look: CellStyle) -> SheetColumn {
    SheetColumn {
        header: header.to_owned(),
        width,
        look,
        printed: true,
    }
}

/// A column to copy from, which is too wide to print.
fn reference(header: &str, width: f64) -> SheetColumn {
    SheetColumn {
        printed: false,
        ..column(header, width, CellStyle::Quiet)
    }
}

/// The account's columns, which only a report of several accounts needs.
fn owner_columns(frame: &ReportFrame<'_>) -> Vec<SheetColumn> {
    let say = Say(frame.language);
    if !frame.is_overview() {
        return Vec::new();
    }
    vec![
        column(say.report_account(), 15.0, CellStyle::Text),
        column(say.report_project(), 22.0, CellStyle::Text),
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
    let say = Say(frame.language);
    let mut columns = owner_columns(frame);
    columns.extend([
        column(say.report_change(), 10.0, CellStyle::State),
        column(say.report_severity(), 13.0, CellStyle::Severity),
        column(say.report_kind(), 13.0, CellStyle::Text),
        column(say.report_control(), 14.0, CellStyle::Text),
        column(say.report_title(), 52.0, CellStyle::Text),
        column(say.report_resource(), 46.0, CellStyle::Text),
        column(say.report_region(), 16.0, CellStyle::Text),
        column(say.report_opened(), 17.0, CellStyle::Text),
        column(say.report_age(), 10.0, CellStyle::Days),
        column(say.report_updated(), 17.0, CellStyle::Text),
        column(say.report_closed(), 17.0, CellStyle::Text),
        column(say.report_workflow(), 13.0, CellStyle::Text),
        reference(say.report_link(), 48.0),
        reference(say.report_console(), 48.0),
        reference(say.report_finding_id(), 60.0),
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
    let say = Say(frame.language);
    let mut columns = vec![
        column(say.report_control(), 14.0, CellStyle::Text),
        column(say.report_verdict(), 12.0, CellStyle::State),
        column(say.report_severity(), 13.0, CellStyle::Severity),
        column(say.report_title(), 60.0, CellStyle::Text),
        column(say.report_failed(), 11.0, CellStyle::Bar),
        column(say.report_passed(), 11.0, CellStyle::Number),
        column(say.report_unknown(), 11.0, CellStyle::Number),
        column(say.report_suppressed(), 11.0, CellStyle::Number),
    ];
    columns.push(if frame.is_overview() {
        column(say.report_accounts_failed(), 12.0, CellStyle::Bar)
    } else {
        column(say.report_owner(), 18.0, CellStyle::Blank)
    });
    columns.extend([
        column(say.report_failed_in(), 24.0, CellStyle::Quiet),
        column(say.guide_policy(), 12.0, CellStyle::State),
        column(say.guide_effort(), 12.0, CellStyle::State),
        column(say.guide_what_to_do(), 60.0, CellStyle::Text),
        reference(say.guide_title(), 46.0),
        column(say.report_standards(), 34.0, CellStyle::Quiet),
        reference(say.report_link(), 56.0),
    ]);
    columns
}

pub(super) fn control<'a>(
    frame: &ReportFrame<'_>,
    silent: &[Region],
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
    cells.push(failed_in(silent, control).into());
    cells.extend(advice(frame, id));
    cells.extend([standards.join("\n").into(), control.link.as_str().into()]);
    cells
}

/// The Regions in which it failed, with how often; `silent` ones, which are not watched, have no number.
fn failed_in(silent: &[Region], control: &ControlScore) -> String {
    let mut regions: Vec<String> = control
        .regions
        .iter()
        .filter(|(_, resources)| resources.failed > 0)
        .map(|(region, resources)| format!("{region}: {}", resources.failed))
        .collect();
    let silent = silent
        .iter()
        .filter(|region| !control.regions.contains_key(region.as_str()));
    regions.extend(silent.map(|region| format!("{region}: {UNKNOWN}")));
    regions.join("\n")
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
    let say = Say(frame.language);
    let mut columns = owner_columns(frame);
    columns.extend([
        column(say.report_change(), 10.0, CellStyle::State),
        column(say.report_severity(), 13.0, CellStyle::Severity),
        column(say.report_type(), 46.0, CellStyle::Text),
        column(say.report_title(), 56.0, CellStyle::Text),
        column(say.report_resource(), 44.0, CellStyle::Text),
        column(say.report_region(), 16.0, CellStyle::Text),
        column(say.report_opened(), 17.0, CellStyle::Text),
        column(say.report_age(), 10.0, CellStyle::Days),
        column(say.report_updated(), 17.0, CellStyle::Text),
        column(say.report_alert(), 14.0, CellStyle::State),
        column(say.report_workflow(), 13.0, CellStyle::Text),
        reference(say.report_console(), 48.0),
        reference(say.report_finding_id(), 60.0),
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
        || Say(language).report_no_alert(),
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
    let say = Say(frame.language);
    let mut columns = owner_columns(frame);
    columns.extend([
        column(say.report_severity(), 13.0, CellStyle::Severity),
        column(say.report_kind(), 13.0, CellStyle::Text),
        column(say.report_control(), 14.0, CellStyle::Text),
        column(say.report_title(), 56.0, CellStyle::Text),
        column(say.report_resource(), 46.0, CellStyle::Text),
        column(say.report_region(), 16.0, CellStyle::Text),
        column(say.report_reason(), 44.0, CellStyle::Text),
        column(say.report_suppressed_since(), 17.0, CellStyle::Text),
        reference(say.report_finding_id(), 60.0),
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
