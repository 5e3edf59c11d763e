//! How findings stood day by day: what a finding counts as, what a group of them amounts to, which spans of
//! the table that changes, and what stood on a day.
//!
//! AWS forgets findings after 30 and 90 days; this does not. Pure: rows are kept by `store::history`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::finding::{
    Compliance, Finding, FindingKind, FindingSeverity, FindingWorkflow, RecordState,
};

/// How an active finding stands. The order is that of how much there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HistoryStatus {
    /// Somebody has to do something about it.
    Open,
    /// It could not be judged.
    Unknown,
    /// A person said that it is done, and the control has not seen it yet.
    Resolved,
    /// Somebody decided that nothing is to be done.
    Suppressed,
    /// The control passed.
    Passed,
}

/// What of a finding is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedFinding {
    /// Where it is.
    pub region: String,
    /// What it is about.
    pub kind: FindingKind,
    /// What it is about, as a resource; its own id where it names none.
    pub resource: String,
    /// How bad it is.
    pub severity: FindingSeverity,
    /// How it stands.
    pub status: HistoryStatus,
    /// The standards that it counts for.
    pub standards: Vec<String>,
}

/// One line of the count of a control in an account. The standard is empty for all of them together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HistoryLine {
    /// The standard.
    pub standard: String,
    /// Where.
    pub region: String,
    /// Of what.
    pub kind: FindingKind,
    /// How bad.
    pub severity: FindingSeverity,
    /// How it stands.
    pub status: HistoryStatus,
}

/// The findings of one control in one account, being counted.
#[derive(Debug, Default)]
pub struct Count {
    lines: BTreeMap<HistoryLine, i64>,
    resources: BTreeMap<(String, String), (HistoryStatus, FindingSeverity)>,
}

/// A line that holds now, and since which day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The day.
    pub from: Date,
    /// The count.
    pub count: i64,
}

/// What a new count changes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Lines that held since an earlier day, and do no more.
    pub ended: Vec<(HistoryLine, Date)>,
    /// Lines that were written today already, and never were.
    pub undone: Vec<HistoryLine>,
    /// Lines that hold from today on.
    pub begun: Vec<(HistoryLine, i64)>,
}

/// So many findings stood like this from a day until before another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub from: Date,
    /// The first day on which it was otherwise; [`STILL`] while it is.
    pub until: Date,
    /// Of what.
    pub kind: FindingKind,
    /// How bad.
    pub severity: FindingSeverity,
    /// How they stood.
    pub status: HistoryStatus,
    /// How many.
    pub count: u64,
}

/// How findings stood on one day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Open ones by severity.
    pub open: BTreeMap<FindingSeverity, u64>,
    /// How many of them are threats.
    pub threats: u64,
    /// How many of them are failed controls on a resource.
    pub failed: u64,
    /// Controls that passed on a resource.
    pub passed: u64,
    /// Resolved by a person.
    pub resolved: u64,
    /// Suppressed.
    pub suppressed: u64,
    /// What could not be judged.
    pub unknown: u64,
}

/// The day that ends what still holds.
pub const STILL: Date = jiff::civil::date(9999, 12, 31);

impl HistoryStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::Open,
        Self::Unknown,
        Self::Resolved,
        Self::Suppressed,
        Self::Passed,
    ];

    /// How a finding stands; `None` when its product does not see it any more.
    pub fn of(
        record: RecordState,
        workflow: FindingWorkflow,
        compliance: Option<Compliance>,
    ) -> Option<Self> {
        if record == RecordState::Archived {
            return None;
        }
        Some(match (workflow, compliance) {
            (FindingWorkflow::Suppressed, _) => Self::Suppressed,
            // What passes is resolved by AWS itself.
            (_, Some(Compliance::Passed)) => Self::Passed,
            (FindingWorkflow::Resolved, _) => Self::Resolved,
            (_, Some(Compliance::Unknown)) => Self::Unknown,
            (_, None | Some(Compliance::Failed)) => Self::Open,
        })
    }

    /// The status's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Unknown => "unknown",
            Self::Resolved => "resolved",
            Self::Suppressed => "suppressed",
            Self::Passed => "passed",
        }
    }
}

impl CountedFinding {
    /// What is counted of a finding; `None` when it is archived.
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
    /// Takes one more finding of the control into account.
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
        // Where findings are not consolidated, each standard has its own of the same control and resource:
        // they are one thing to do, as bad as the worst of them says.
        let place = (counted.region, counted.resource);
        let known = self
            .resources
            .entry(place)
            .or_insert((counted.status, counted.severity));
        known.0 = known.0.min(counted.status);
        known.1 = known.1.max(counted.severity);
    }

    /// The lines.
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

/// What is to be written, so that from today on the lines are these.
pub fn changes(
    mut holding: BTreeMap<HistoryLine, Holding>,
    lines: BTreeMap<HistoryLine, i64>,
    today: Date,
) -> Changes {
    let mut changes = Changes::default();
    let end = |changes: &mut Changes, line: HistoryLine, held: Holding| {
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

/// How it stood at the end of each day; `None` for days before anything was counted.
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
