//! What findings amount to: how many and how bad, per control, and what to do first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Bounds;
use crate::domain::finding::{
    Compliance, Finding, Kind, Life, Mirrored, RecordState, Severity, Workflow,
};

/// The numbers of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Open findings by severity.
    pub open: BTreeMap<Severity, u64>,
    /// How many of them are threats.
    pub threats: u64,
    /// Open ones that became so in the period.
    pub new: u64,
    /// Those that were resolved in the period.
    pub resolved: u64,
    /// Those that somebody decided to leave.
    pub suppressed: u64,
    /// Controls by their id.
    pub controls: BTreeMap<String, Control>,
    groups: BTreeMap<String, Group>,
}

/// A control over all its resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// Its title.
    pub title: String,
    /// The worst severity among its findings that nobody suppressed.
    pub severity: Severity,
    /// Resources that failed, and nobody suppressed.
    pub failed: u64,
    /// Resources that passed.
    pub passed: u64,
    /// Resources that could not be judged.
    pub unknown: u64,
    /// Resources that somebody suppressed.
    pub suppressed: u64,
    /// Where it is explained.
    pub link: String,
}

/// Open findings that are remedied in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What they are about.
    pub kind: Kind,
    /// The control, or empty.
    pub control_id: String,
    /// The title of one of them.
    pub title: String,
    /// The worst severity.
    pub severity: Severity,
    /// How many.
    pub count: u64,
    /// Where it is explained.
    pub link: String,
}

/// What a finding is to the reader of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Open since within the period.
    New,
    /// Open since before.
    Open,
    /// Resolved in the period.
    Resolved,
}

impl Change {
    /// What a finding is; `None` for what is no news and nobody's work.
    pub fn of(Mirrored { finding, life }: &Mirrored, period: Bounds) -> Option<Self> {
        if finding.is_open() {
            return Some(if period.contain(life.opened_at) {
                Self::New
            } else {
                Self::Open
            });
        }
        let put_away = finding.workflow == Workflow::Suppressed;
        (was_open(*life) && period.contain(life.closed_at) && !put_away).then_some(Self::Resolved)
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Resolved => "resolved",
        }
    }
}

fn was_open(life: Life) -> bool {
    life.opened_at.is_some()
}

impl Facts {
    /// Takes one more finding into account.
    pub fn add(&mut self, mirrored: &Mirrored, period: Bounds) {
        let finding = &mirrored.finding;
        match Change::of(mirrored, period) {
            Some(Change::Resolved) => self.resolved += 1,
            Some(change) => {
                self.new += u64::from(change == Change::New);
                self.threats += u64::from(finding.kind == Kind::Threat);
                *self.open.entry(finding.severity).or_default() += 1;
                group(&mut self.groups, finding);
            }
            None => {}
        }
        self.suppressed += u64::from(finding.is_suppressed());
        if finding.kind == Kind::Control && finding.record == RecordState::Active {
            self.judge(finding);
        }
    }

    /// How many are open.
    pub fn all_open(&self) -> u64 {
        self.open.values().sum()
    }

    /// Controls that pass, and those that pass or fail. As in Security Hub: what was suppressed does
    /// not count, and a control passes when all that counts does.
    pub fn score(&self) -> (u64, u64) {
        let (mut passed, mut judged) = (0, 0);
        for control in self.controls.values() {
            let fails = control.failed > 0;
            let passes = !fails && control.unknown == 0 && control.passed > 0;
            passed += u64::from(passes);
            judged += u64::from(passes || fails);
        }
        (passed, judged)
    }

    /// The score of 100, rounded down, so that 100 means all; `None` when nothing was judged.
    pub fn percent(&self) -> Option<u64> {
        let (passed, judged) = self.score();
        (passed * 100).checked_div(judged)
    }

    /// What to do first: the worst, threats before weaknesses, then what is most frequent.
    pub fn first(&self, count: usize) -> Vec<&Group> {
        let mut groups: Vec<&Group> = self.groups.values().collect();
        groups.sort_by_key(|group| (Reverse(group.severity), group.kind, Reverse(group.count)));
        groups.truncate(count);
        groups
    }

    /// Controls, the worst first.
    pub fn worst_first(&self) -> Vec<(&str, &Control)> {
        let mut controls: Vec<_> = self
            .controls
            .iter()
            .map(|(id, c)| (id.as_str(), c))
            .collect();
        controls.sort_by_key(|(_, control)| {
            (
                control.failed == 0,
                Reverse(control.severity),
                Reverse(control.failed),
            )
        });
        controls
    }

    fn judge(&mut self, finding: &Finding) {
        let control = self
            .controls
            .entry(finding.control_id.clone())
            .or_insert_with(|| Control {
                title: finding.title.clone(),
                severity: finding.severity,
                failed: 0,
                passed: 0,
                unknown: 0,
                suppressed: 0,
                link: finding.link.clone(),
            });
        if finding.is_suppressed() {
            control.suppressed += 1;
            return;
        }
        match finding.compliance {
            Some(Compliance::Passed) => control.passed += 1,
            Some(Compliance::Failed) => control.failed += 1,
            Some(Compliance::Unknown) | None => control.unknown += 1,
        }
        control.severity = control.severity.max(finding.severity);
    }
}

/// Adds an open finding to those that are remedied like it.
fn group(groups: &mut BTreeMap<String, Group>, finding: &Finding) {
    let group = groups.entry(group_of(finding)).or_insert_with(|| Group {
        kind: finding.kind,
        control_id: finding.control_id.clone(),
        title: finding.title.clone(),
        severity: finding.severity,
        count: 0,
        link: finding.link.clone(),
    });
    group.severity = group.severity.max(finding.severity);
    group.count += 1;
}

/// What a finding is remedied with: its control, or its type, or what it says.
fn group_of(finding: &Finding) -> String {
    let by = match finding.kind {
        Kind::Control => &finding.control_id,
        Kind::Threat if !finding.finding_type.is_empty() => &finding.finding_type,
        Kind::Threat | Kind::Other => &finding.title,
    };
    format!("{} {by}", finding.kind.as_str())
}

#[cfg(test)]
mod tests;
