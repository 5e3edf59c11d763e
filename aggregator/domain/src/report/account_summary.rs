//! An account's numbers: the overview ranks accounts by them, and trends consist of them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Period, ReportFacts, Score};
use crate::finding::FindingSeverity;

/// How many periods a trend has.
pub const TREND: usize = 12;

/// An account's numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountSummary {
    /// Open findings by severity.
    pub open: BTreeMap<FindingSeverity, u64>,
    /// Open threats.
    pub threats: u64,
    /// Findings that were opened in the period and are open.
    pub new: u64,
    /// Findings that were reopened in the period and are open.
    pub reopened: u64,
    /// Findings that were resolved in the period.
    pub resolved: u64,
    pub score: Score,
}

/// One period of a trend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrendPoint {
    pub period: Period,
    /// The open findings at its end, by severity; `None` before the first count.
    pub open: Option<BTreeMap<FindingSeverity, u64>>,
}

impl TrendPoint {
    /// Adds another account's numbers. An account without a count adds nothing.
    pub fn add(&mut self, other: Self) {
        let Some(others) = other.open else { return };
        let open = self.open.get_or_insert_default();
        for (severity, count) in others {
            *open.entry(severity).or_default() += count;
        }
    }
}

impl AccountSummary {
    /// The numbers of an account's facts.
    pub fn of(facts: &ReportFacts) -> Self {
        Self {
            open: facts.open.clone(),
            threats: facts.threats,
            new: facts.new,
            reopened: facts.reopened,
            resolved: facts.resolved,
            score: facts.score(),
        }
    }

    /// The number of open findings with a severity.
    pub fn open_with(&self, severity: FindingSeverity) -> u64 {
        self.open.get(&severity).copied().unwrap_or_default()
    }

    /// The number of open findings.
    pub fn all_open(&self) -> u64 {
        self.open.values().sum()
    }

    /// A sort key, the worst first.
    pub fn rank(&self) -> impl Ord + use<> {
        Reverse(FindingSeverity::ALL.map(|severity| self.open_with(severity)))
    }
}
