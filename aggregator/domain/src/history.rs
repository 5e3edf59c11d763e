//! The daily history of findings: how a finding is counted, which rows of the history table a new
//! count changes, and the totals of a day.
//!
//! AWS deletes findings after 30 or 90 days; the history keeps their numbers. Pure: rows are stored
//! by `store::history`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use strum::{EnumString, IntoStaticStr};

use super::finding::{
    Compliance, Finding, FindingKind, FindingSeverity, FindingWorkflow, RecordState,
};

/// The status of an active finding, ordered by how much work is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum HistoryStatus {
    /// Action is needed.
    Open,
    /// It could not be evaluated.
    Unknown,
    /// A person set it to resolved, but the control has not passed yet.
    Resolved,
    /// A person decided that no action is needed.
    Suppressed,
    /// The control passed.
    Passed,
}

/// The facts of a finding that are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedFinding {
    /// The Region of the finding.
    pub region: String,
    pub kind: FindingKind,
    /// The resource; the finding's own id if it names none.
    pub resource: String,
    pub severity: FindingSeverity,
    pub status: HistoryStatus,
    /// The standards that it counts for.
    pub standards: Vec<String>,
}

/// A key of the count of a control in an account. The standard is empty for all standards together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HistoryLine {
    pub standard: String,
    pub region: String,
    pub kind: FindingKind,
    pub severity: FindingSeverity,
    pub status: HistoryStatus,
}

/// The count of one control's findings in one account.
#[derive(Debug, Default)]
pub struct Count {
    lines: BTreeMap<HistoryLine, i64>,
    resources: BTreeMap<(String, String), (HistoryStatus, FindingSeverity)>,
}

/// A row of the history that is still in effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The first day of the row.
    pub from: Date,
    pub count: i64,
}

/// The rows that a new count changes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Rows from an earlier day that end today, with their first day.
    pub ended: Vec<(HistoryLine, Date)>,
    /// Rows that started today and are deleted again.
    pub undone: Vec<HistoryLine>,
    /// Rows that start today.
    pub begun: Vec<(HistoryLine, i64)>,
}

/// A row of the history: this count from one day until before another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: Date,
    /// The first day after it; [`STILL`] while it is in effect.
    pub until: Date,
    pub region: String,
    pub kind: FindingKind,
    pub severity: FindingSeverity,
    /// How they stood.
    pub status: HistoryStatus,
    pub count: u64,
}

/// The numbers of one day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Open ones by severity.
    pub open: BTreeMap<FindingSeverity, u64>,
    /// How many of the open ones are threats.
    pub threats: u64,
    /// How many of the open ones are failed controls, counted per resource.
    pub failed: u64,
    /// Passed controls, counted per resource.
    pub passed: u64,
    /// Findings that a person resolved.
    pub resolved: u64,
    pub suppressed: u64,
    /// Findings that could not be evaluated.
    pub unknown: u64,
}

/// The end of a row that is still in effect.
pub const STILL: Date = jiff::civil::date(9999, 12, 31);

impl HistoryStatus {
    /// The status of a finding; `None` if its product no longer reports it.
    pub fn of(
        record: RecordState,
        workflow: FindingWorkflow,
        compliance: Option<Compliance>,
    ) -> Option<Self> {
        if record == RecordState::Archived {
            return None;
        }
        Some(match (workflow, compliance) {
            // A person's decision comes before the control's result.
            (FindingWorkflow::Suppressed, _) => Self::Suppressed,
            // AWS itself sets findings of passed controls to resolved.
            (_, Some(Compliance::Passed)) => Self::Passed,
            (FindingWorkflow::Resolved, _) => Self::Resolved,
            (_, Some(Compliance::Unknown)) => Self::Unknown,
            (_, None | Some(Compliance::Failed)) => Self::Open,
        })
    }

    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl CountedFinding {
    /// The facts to count; `None` if the finding is archived.
    pub fn of(finding: &Finding) -> Option<Self> {
        let status = HistoryStatus::of(finding.record, finding.workflow, finding.compliance)?;
        let resource = if finding.resource.is_empty() {
            &finding.id
        } else {
            &finding.resource
        };
        Some(Self {
            region: finding.region.clone(),
            kind: finding.kind,
            resource: resource.clone(),
            severity: finding.severity,
            status,
            standards: finding.standards.clone(),
        })
    }
}

impl Count {
    /// Counts one more finding of the control.
    pub fn add(&mut self, counted: CountedFinding) {
        let line = |standard: String, severity, status| HistoryLine {
            standard,
            region: counted.region.clone(),
            kind: counted.kind,
            severity,
            status,
        };
        let standards: BTreeSet<String> = counted.standards.into_iter().collect();
        for standard in standards {
            let line = line(standard, counted.severity, counted.status);
            *self.lines.entry(line).or_default() += 1;
        }
        if counted.kind != FindingKind::Control {
            let line = line(String::new(), counted.severity, counted.status);
            *self.lines.entry(line).or_default() += 1;
            return;
        }
        // Without consolidated findings, each standard has its own finding of the same control and
        // resource. They count as one, with the worst severity.
        let place = (counted.region, counted.resource);
        let known = self
            .resources
            .entry(place)
            .or_insert((counted.status, counted.severity));
        known.0 = known.0.min(counted.status);
        known.1 = known.1.max(counted.severity);
    }

    pub fn lines(mut self) -> BTreeMap<HistoryLine, i64> {
        for ((region, _), (status, severity)) in self.resources {
            let line = HistoryLine {
                standard: String::new(),
                region,
                kind: FindingKind::Control,
                severity,
                status,
            };
            *self.lines.entry(line).or_default() += 1;
        }
        self.lines
    }
}

/// The changes that make `self` the rows in effect from today on.
pub fn changes(
    mut holding: BTreeMap<HistoryLine, Holding>,
    lines: BTreeMap<HistoryLine, i64>,
    today: Date,
) -> Changes {
    let mut changes = Changes::default();
    let end = |changes: &mut Changes, line: HistoryLine, held: Holding| {
        // A row that began today was never in effect at the end of a day, so it is deleted.
        if held.from < today {
            changes.ended.push((line, held.from));
        } else {
            changes.undone.push(line);
        }
    };
    for (line, count) in lines {
        match holding.remove(&line) {
            Some(held) if held.count == count => continue,
            Some(held) => end(&mut changes, line.clone(), held),
            None => {}
        }
        changes.begun.push((line, count));
    }
    for (line, held) in holding {
        end(&mut changes, line, held);
    }
    changes
}

/// The totals at the end of each day; `None` for days before the first count.
pub fn tallies(spans: &[Span], days: &[Date]) -> Vec<Option<Tally>> {
    let first = spans.iter().map(|span| span.from).min();
    let on = |day: Date| {
        let mut tally = Tally::default();
        for span in spans {
            if span.from <= day && day < span.until {
                tally.add(span);
            }
        }
        tally
    };
    days.iter()
        .map(|day| first.filter(|first| first <= day).map(|_| on(*day)))
        .collect()
}

impl Tally {
    fn add(&mut self, span: &Span) {
        match span.status {
            HistoryStatus::Open => {
                *self.open.entry(span.severity).or_default() += span.count;
                match span.kind {
                    FindingKind::Threat => self.threats += span.count,
                    FindingKind::Control => self.failed += span.count,
                    FindingKind::Other => {}
                }
            }
            HistoryStatus::Unknown => self.unknown += span.count,
            HistoryStatus::Resolved => self.resolved += span.count,
            HistoryStatus::Suppressed => self.suppressed += span.count,
            HistoryStatus::Passed => self.passed += span.count,
        }
    }
}

#[cfg(test)]
mod tests;
