//! How an account stands, in a few numbers: what the overview ranks, and what a trend is made of.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Period, ReportFacts, Score};
use crate::finding::FindingSeverity;

/// How many periods a trend shows.
pub const TREND: usize = 12;

/// An account in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountSummary {
    /// Open findings by severity.
    pub open: BTreeMap<FindingSeverity, u64>,
    /// Open threats.
    pub threats: u64,
    /// Open ones that became so in the period.
    pub new: u64,
    /// Open ones that were closed before, and became open again in the period.
    pub reopened: u64,
    /// Those that were resolved in the period.
    pub resolved: u64,
    /// Its score.
    pub score: Score,
}

/// One period of a trend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrendPoint {
    /// The period.
    pub period: Period,
    /// What was open at its end, by severity; `None` where nobody counted yet.
    pub open: Option<BTreeMap<FindingSeverity, u64>>,
}

impl TrendPoint {
    /// Adds what was open in another account. An account of which nobody counted yet adds nothing.
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

    /// How many are open with a severity.
    pub fn open_with(&self, severity: FindingSeverity) -> u64 {
        self.open.get(&severity).copied().unwrap_or_default()
    }

    /// How many are open.
    pub fn all_open(&self) -> u64 {
        self.open.values().sum()
    }

    /// The worst first.
    pub fn rank(&self) -> impl Ord + use<> {
        Reverse(FindingSeverity::ALL.map(|severity| self.open_with(severity)))
    }
}
