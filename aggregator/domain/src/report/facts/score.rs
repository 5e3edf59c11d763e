//! Controls: how their resources stand, what that comes to, and the score of many.

use std::collections::BTreeMap;

use crate::finding::{Compliance, Finding, FindingSeverity};

/// A control over all its resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlScore {
    /// Its title.
    pub title: String,
    /// The worst severity among its findings that nobody suppressed.
    pub severity: FindingSeverity,
    /// How its resources stand, whatever the standard.
    pub resources: Resources,
    /// In how many accounts any of its resources failed.
    pub accounts: u64,
    /// The standards that it belongs to, and how its resources stand in each: where each standard has findings of its
    /// own, people decide on each apart.
    pub standards: BTreeMap<String, Resources>,
    /// Where it is explained.
    pub link: String,
}

/// How a control's resources stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// Those that failed, and nobody suppressed.
    pub failed: u64,
    /// Those that passed.
    pub passed: u64,
    /// Those that could not be judged.
    pub unknown: u64,
    /// Those that somebody suppressed.
    pub suppressed: u64,
}

/// What a control's resources say together, as Security Hub puts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlVerdict {
    /// One failed.
    Failed,
    /// None failed, and one could not be judged.
    Unknown,
    /// All passed.
    Passed,
    /// None counts.
    NoData,
}

/// Controls that passed, of those that there is a verdict of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Those that passed.
    pub passed: u64,
    /// Those that passed, failed or could not be judged.
    pub judged: u64,
}

impl ControlVerdict {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Passed => "passed",
            Self::NoData => "no_data",
        }
    }
}

impl Score {
    /// Of 100, to the nearest whole number; `None` when there is no verdict.
    pub fn percent(self) -> Option<u64> {
        (self.passed * 200 + self.judged).checked_div(2 * self.judged)
    }

    pub(super) fn of<'a>(controls: impl Iterator<Item = &'a Resources>) -> Self {
        let mut score = Self::default();
        for resources in controls {
            let verdict = resources.verdict();
            score.passed += u64::from(verdict == ControlVerdict::Passed);
            score.judged += u64::from(verdict != ControlVerdict::NoData);
        }
        score
    }
}

impl Resources {
    /// What they say together.
    pub fn verdict(&self) -> ControlVerdict {
        if self.failed > 0 {
            ControlVerdict::Failed
        } else if self.unknown > 0 {
            ControlVerdict::Unknown
        } else if self.passed > 0 {
            ControlVerdict::Passed
        } else {
            ControlVerdict::NoData
        }
    }

    pub(super) fn count(&mut self, finding: &Finding) {
        let count = match finding.compliance {
            _ if finding.is_suppressed() => &mut self.suppressed,
            Some(Compliance::Passed) => &mut self.passed,
            Some(Compliance::Failed) => &mut self.failed,
            Some(Compliance::Unknown) | None => &mut self.unknown,
        };
        *count += 1;
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.failed += other.failed;
        self.passed += other.passed;
        self.unknown += other.unknown;
        self.suppressed += other.suppressed;
    }
}
