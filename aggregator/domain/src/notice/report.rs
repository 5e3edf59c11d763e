//! Messages about delivered reports.

use std::cmp::Reverse;

use hubward_protocol::{AccountId, Region};
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::finding;
use crate::report::{AccountSummary, Coverage, Period};

/// The delivered reports of a period, for a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportNotice {
    pub period: String,
    /// Whether the period is not over, so that its numbers are those so far.
    #[serde(default, skip_serializing_if = "is_default")]
    pub interim: bool,
    /// The number of reports.
    pub count: usize,
    /// The reports: those that do not cover all Regions first, then the worst; only the first [`LISTED`] of them.
    pub reports: Vec<SentReport>,
    /// How many accounts got no report, because they are watched in no Region.
    #[serde(default, skip_serializing_if = "is_default")]
    pub not_watched_count: usize,
    /// Those accounts; only the first [`LISTED`] of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_watched: Vec<UnwatchedAccount>,
}

/// An account without a report, because it is watched in no Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnwatchedAccount {
    pub account_id: AccountId,
    pub project: String,
}

/// One account's report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentReport {
    pub account_id: AccountId,
    pub project: String,
    /// Open findings. Like the other numbers, `None` if nothing is known.
    pub open: Option<u64>,
    /// How many of the open ones are critical.
    pub critical: Option<u64>,
    /// How many of the open ones are high.
    pub high: Option<u64>,
    /// How many were opened or reopened in the period.
    pub new: Option<u64>,
    /// How many were resolved in the period.
    pub resolved: Option<u64>,
    /// The Regions that are not watched, which the numbers do not cover.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_watched: Vec<Region>,
    /// The Regions whose list of members could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<Region>,
    /// The score out of 100; `None` if nothing was evaluated.
    pub score: Option<u64>,
}

/// What a notice leaves out: those of reports that cover everything are as they were before there was more to say.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl ReportNotice {
    /// How many reports are listed; the rest is only counted.
    const LISTED: usize = 100;

    /// The notice of these reports.
    pub fn of(
        period: Period,
        interim: bool,
        mut reports: Vec<SentReport>,
        mut not_watched: Vec<UnwatchedAccount>,
    ) -> Self {
        reports.sort_by_key(|it| {
            let is_whole = it.not_watched.is_empty() && it.unknown.is_empty();
            (is_whole, Reverse((it.critical, it.high, it.open)))
        });
        let (count, not_watched_count) = (reports.len(), not_watched.len());
        reports.truncate(Self::LISTED);
        not_watched.truncate(Self::LISTED);
        Self {
            period: period.to_string(),
            interim,
            count,
            reports,
            not_watched_count,
            not_watched,
        }
    }
}

impl SentReport {
    /// The numbers of an account's report.
    pub fn of(account: &Account, standing: &AccountSummary, coverage: &Coverage) -> Self {
        let count = |count| coverage.count(count);
        Self {
            account_id: account.account_id.clone(),
            project: account.project.clone(),
            open: count(standing.all_open()),
            critical: count(standing.open_with(finding::FindingSeverity::Critical)),
            high: count(standing.open_with(finding::FindingSeverity::High)),
            new: count(standing.new + standing.reopened),
            resolved: count(standing.resolved),
            score: coverage.counts().score(standing.score),
            not_watched: coverage.not_watched(),
            unknown: coverage.unknown(),
        }
    }
}
