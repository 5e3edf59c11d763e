//! Controls: the results of their resources, the verdict, and the score of many controls.

use std::collections::BTreeMap;

use strum::IntoStaticStr;

use crate::finding::{Compliance, Finding, FindingSeverity};

/// A control over all its resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlScore {
    pub title: String,
    /// The worst severity of its findings, without suppressed ones.
    pub severity: FindingSeverity,
    /// The results of its resources, in any standard.
    pub resources: Resources,
    /// The number of accounts in which any of its resources failed.
    pub accounts: u64,
    /// The standards that it belongs to, with the results in each: without consolidated findings,
    /// people decide on each standard's findings separately.
    pub standards: BTreeMap<String, Resources>,
    /// Its results in each Region in which it was evaluated.
    pub regions: BTreeMap<String, Resources>,
    /// The explanation's URL.
    pub link: String,
}

/// The results of a control's resources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// Failed and not suppressed.
    pub failed: u64,
    /// Passed.
    pub passed: u64,
    /// Could not be evaluated.
    pub unknown: u64,
    /// Suppressed.
    pub suppressed: u64,
}

/// The combined result of a control's resources, as Security Hub defines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ControlVerdict {
    Failed,
    /// None failed, and one could not be evaluated.
    Unknown,
    Passed,
    /// There is no result that counts.
    NoData,
}

/// The passed controls out of those with a verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Passed.
    pub passed: u64,
    /// The controls that passed, failed or could not be evaluated.
    pub judged: u64,
}

impl ControlVerdict {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Score {
    /// Out of 100, rounded; `None` if there is no verdict.
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
    /// The combined result.
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
