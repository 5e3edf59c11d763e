//! The numbers of a report: findings by severity, control and standard, and what to fix first.

mod score;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;
use strum::IntoStaticStr;

use super::PeriodBounds;
use crate::finding::{
    Compliance, Finding, FindingKind, FindingSeverity, FindingWorkflow, Mirrored, RecordState,
};
pub use score::{ControlScore, ControlVerdict, Resources, Score};

/// Upper bounds of the age groups, in days (exclusive); the last group is unbounded.
pub const AGES: [i64; 3] = [8, 31, 91];

/// The numbers of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportFacts {
    /// Open findings by severity.
    pub open: BTreeMap<FindingSeverity, u64>,
    /// How many of the open ones are threats.
    pub threats: u64,
    /// Findings that were opened in the period and are open.
    pub new: u64,
    /// Findings that were reopened in the period and are open.
    pub reopened: u64,
    /// Findings that were resolved in the period.
    pub resolved: u64,
    /// Findings that a person suppressed.
    pub suppressed: u64,
    /// Open findings by age: see [`AGES`].
    pub ages: [u64; 4],
    /// Controls by their id.
    pub controls: BTreeMap<String, ControlScore>,
    /// Open findings by Region.
    pub open_in: BTreeMap<String, u64>,
    /// The standards of which a control was evaluated, by Region.
    pub standards_in: BTreeMap<String, BTreeSet<String>>,
    groups: BTreeMap<String, FindingGroup>,
    /// By control and resource (hashed), the first standard whose finding was counted (hashed).
    counted: HashMap<u64, u64>,
}

/// Open findings with the same remediation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingGroup {
    /// What they are about.
    pub kind: FindingKind,
    /// The control; empty if none.
    pub control_id: String,
    /// The title of one of the findings.
    pub title: String,
    /// The worst severity.
    pub severity: FindingSeverity,
    /// The number of findings.
    pub count: u64,
    /// The explanation's URL.
    pub link: String,
}

/// What a finding means to the reader of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum MonthlyChange {
    /// Opened in the period.
    New,
    /// Reopened in the period.
    Reopened,
    /// Open since before the period.
    Open,
    /// A person set it to resolved, but its control still fails.
    StillFailing,
    /// Resolved in the period.
    Resolved,
}

/// The part of a report that shows a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownFinding {
    /// The findings that need attention.
    News(MonthlyChange),
    /// The suppressed findings.
    Suppressed,
}

impl MonthlyChange {
    /// What a finding means; `None` if it is neither new nor open.
    pub fn of(Mirrored { finding, life }: &Mirrored, period: PeriodBounds) -> Option<Self> {
        if finding.is_open() {
            return Some(match period.contain(life.opened_at) {
                true if life.is_reopened() => Self::Reopened,
                true => Self::New,
                false => Self::Open,
            });
        }
        if finding.record == RecordState::Active
            && finding.workflow == FindingWorkflow::Resolved
            && finding.compliance == Some(Compliance::Failed)
        {
            return Some(Self::StillFailing);
        }
        let was_open = life.opened_at.is_some();
        let put_away = finding.workflow == FindingWorkflow::Suppressed;
        (was_open && period.contain(life.closed_at) && !put_away).then_some(Self::Resolved)
    }

    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl ReportFacts {
    /// Counts one more finding of an account, and returns the part of the report that shows it. A
    /// control that several standards report for one resource counts once.
    pub fn add(
        &mut self,
        mirrored: &Mirrored,
        period: PeriodBounds,
        now: Timestamp,
    ) -> Option<ShownFinding> {
        let finding = &mirrored.finding;
        let change = MonthlyChange::of(mirrored, period);
        let is_active_control =
            finding.kind == FindingKind::Control && finding.record == RecordState::Active;
        if finding.kind == FindingKind::Control && self.is_repetition(finding, change) {
            if is_active_control {
                self.belongs(finding);
            }
            return None;
        }
        if is_active_control {
            self.judge(finding);
        }
        if finding.is_suppressed() {
            self.suppressed += 1;
            return Some(ShownFinding::Suppressed);
        }
        let change = change?;
        if matches!(
            change,
            MonthlyChange::Resolved | MonthlyChange::StillFailing
        ) {
            self.resolved += u64::from(change == MonthlyChange::Resolved);
            return Some(ShownFinding::News(change));
        }
        self.new += u64::from(change == MonthlyChange::New);
        self.reopened += u64::from(change == MonthlyChange::Reopened);
        self.threats += u64::from(finding.kind == FindingKind::Threat);
        *self.open.entry(finding.severity).or_default() += 1;
        at_key(&mut self.open_in, &finding.region, |count| *count += 1);
        let days = age_in_days(mirrored, now).unwrap_or_default();
        let age = AGES.iter().take_while(|end| days >= **end).count();
        if let Some(count) = self.ages.get_mut(age) {
            *count += 1;
        }
        group(&mut self.groups, finding);
        Some(ShownFinding::News(change))
    }

    /// Adds another account's facts.
    pub fn merge(&mut self, other: &Self) {
        for (severity, count) in &other.open {
            *self.open.entry(*severity).or_default() += count;
        }
        self.threats += other.threats;
        self.new += other.new;
        self.reopened += other.reopened;
        self.resolved += other.resolved;
        self.suppressed += other.suppressed;
        for (sum, count) in self.ages.iter_mut().zip(other.ages) {
            *sum += count;
        }
        for (region, count) in &other.open_in {
            at_key(&mut self.open_in, region, |sum| *sum += count);
        }
        for (region, its) in &other.standards_in {
            at_key(&mut self.standards_in, region, |all| {
                all.extend(its.iter().cloned());
            });
        }
        for (id, its) in &other.controls {
            let Some(control) = self.controls.get_mut(id) else {
                self.controls.insert(id.clone(), its.clone());
                continue;
            };
            control.resources.merge(its.resources);
            control.accounts += its.accounts;
            control.severity = control.severity.max(its.severity);
            for (standard, resources) in &its.standards {
                at_key(&mut control.standards, standard, |sum| {
                    sum.merge(*resources);
                });
            }
            for (region, resources) in &its.regions {
                at_key(&mut control.regions, region, |sum| sum.merge(*resources));
            }
        }
        for (key, its) in &other.groups {
            match self.groups.get_mut(key) {
                None => {
                    self.groups.insert(key.clone(), its.clone());
                }
                Some(group) => {
                    group.count += its.count;
                    group.severity = group.severity.max(its.severity);
                }
            }
        }
    }

    /// The number of open findings.
    pub fn all_open(&self) -> u64 {
        self.open.values().sum()
    }

    /// The score over all controls, as Security Hub computes it (its user guide, "Determining the
    /// security score"): the passed controls out of those with a finding; suppressed findings do
    /// not count.
    pub fn score(&self) -> Score {
        Score::of(self.controls.values().map(|control| &control.resources))
    }

    /// The score over all controls in one Region.
    pub fn score_in(&self, region: &str) -> Score {
        let controls = self.controls.values();
        Score::of(controls.filter_map(|control| control.regions.get(region)))
    }

    /// The score of each standard.
    pub fn standards(&self) -> Vec<(&str, Score)> {
        let names: BTreeSet<&String> = self
            .controls
            .values()
            .flat_map(|control| control.standards.keys())
            .collect();
        let score = |name: &String| {
            let controls = self.controls.values();
            Score::of(controls.filter_map(|control| control.standards.get(name)))
        };
        names
            .into_iter()
            .map(|name| (name.as_str(), score(name)))
            .collect()
    }

    /// What to fix first: the worst severity, threats before weaknesses, then the most frequent.
    pub fn first(&self, count: usize) -> Vec<&FindingGroup> {
        let mut groups: Vec<&FindingGroup> = self.groups.values().collect();
        groups.sort_by_key(|group| (Reverse(group.severity), group.kind, Reverse(group.count)));
        groups.truncate(count);
        groups
    }

    pub fn worst_first(&self) -> Vec<(&str, &ControlScore)> {
        let mut controls: Vec<_> = self
            .controls
            .iter()
            .map(|(id, c)| (id.as_str(), c))
            .collect();
        controls.sort_by_key(|(_, control)| {
            (
                control.resources.failed == 0,
                Reverse(control.severity),
                Reverse(control.resources.failed),
            )
        });
        controls
    }

    /// Whether another standard's finding of the same control and resource was already counted.
    fn is_repetition(&mut self, finding: &Finding, change: Option<MonthlyChange>) -> bool {
        let [standard] = finding.standards.as_slice() else {
            return false;
        };
        let hash = |value: &dyn Fn(&mut DefaultHasher)| {
            let mut hasher = DefaultHasher::new();
            value(&mut hasher);
            hasher.finish()
        };
        let place = hash(&|hasher| {
            let place = (&finding.control_id, &finding.resource, &finding.region);
            let state = (change.map(MonthlyChange::as_str), finding.is_suppressed());
            let verdict = finding.compliance.map(Compliance::as_str);
            (place, verdict, state).hash(hasher);
        });
        let standard = hash(&|hasher| standard.hash(hasher));
        *self.counted.entry(place).or_insert(standard) != standard
    }

    /// Counts a finding for each of its standards.
    fn belongs(&mut self, finding: &Finding) {
        if let Some(control) = self.controls.get_mut(&finding.control_id) {
            for standard in &finding.standards {
                at_key(&mut control.standards, standard, |its| its.count(finding));
                at_key(&mut self.standards_in, &finding.region, |there| {
                    if !there.contains(standard) {
                        there.insert(standard.clone());
                    }
                });
            }
        }
    }

    fn judge(&mut self, finding: &Finding) {
        let control = match self.controls.get_mut(&finding.control_id) {
            Some(control) => control,
            None => self
                .controls
                .entry(finding.control_id.clone())
                .or_insert_with(|| ControlScore {
                    title: finding.title.clone(),
                    severity: finding.severity,
                    resources: Resources::default(),
                    accounts: 0,
                    standards: BTreeMap::new(),
                    regions: BTreeMap::new(),
                    link: finding.link.clone(),
                }),
        };
        control.resources.count(finding);
        at_key(&mut control.regions, &finding.region, |its| {
            its.count(finding);
        });
        if !finding.is_suppressed() {
            control.accounts = u64::from(control.resources.failed > 0);
            control.severity = control.severity.max(finding.severity);
        }
        self.belongs(finding);
    }
}

/// Changes the value of a key. The key is copied only if it is new: this runs for every finding.
fn at_key<V: Default>(map: &mut BTreeMap<String, V>, key: &str, change: impl FnOnce(&mut V)) {
    match map.get_mut(key) {
        Some(value) => change(value),
        None => change(map.entry(key.to_owned()).or_default()),
    }
}

/// For how many whole days a finding has been open; `None` if it is not open.
pub fn age_in_days(Mirrored { finding, life }: &Mirrored, now: Timestamp) -> Option<i64> {
    let since = life.opened_at.filter(|_| finding.is_open())?;
    Some((now.duration_since(since).as_hours() / 24).max(0))
}

/// Adds an open finding to the group with the same remediation.
fn group(groups: &mut BTreeMap<String, FindingGroup>, finding: &Finding) {
    let group = groups
        .entry(group_of(finding))
        .or_insert_with(|| FindingGroup {
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

/// The key of the remediation: the control, otherwise the type, otherwise the title.
fn group_of(finding: &Finding) -> String {
    let by = match finding.kind {
        FindingKind::Control => &finding.control_id,
        FindingKind::Threat if !finding.finding_type.is_empty() => &finding.finding_type,
        FindingKind::Threat | FindingKind::Other => &finding.title,
    };
    format!("{} {by}", finding.kind.as_str())
}

#[cfg(test)]
mod tests;
