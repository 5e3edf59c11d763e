//! What channels are told of reports that were sent.

use std::cmp::Reverse;

use hubward_protocol::AccountId;
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::finding;
use crate::report::{AccountSummary, Period};

/// Reports of a period that a channel hears of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportNotice {
    /// The period.
    pub period: String,
    /// How many they are.
    pub count: usize,
    /// The worst first; the first of them where there are many.
    pub reports: Vec<SentReport>,
}

/// One account's report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentReport {
    /// The account.
    pub account_id: AccountId,
    /// Its project.
    pub project: String,
    /// Open findings.
    pub open: u64,
    /// How many of them are critical.
    pub critical: u64,
    /// How many of them are high.
    pub high: u64,
    /// How many became open in the period, again or for the first time.
    pub new: u64,
    /// How many were resolved in the period.
    pub resolved: u64,
    /// The score of 100; `None` when nothing was judged.
    pub score: Option<u64>,
}

impl ReportNotice {
    /// So many reports are listed; the rest is counted.
    const LISTED: usize = 100;

    /// The notice of some reports.
    pub fn of(period: Period, mut reports: Vec<SentReport>) -> Self {
        reports.sort_by_key(|it| Reverse((it.critical, it.high, it.open)));
        let count = reports.len();
        reports.truncate(Self::LISTED);
        Self {
            period: period.to_string(),
            count,
            reports,
        }
    }
}

impl SentReport {
    /// An account's report in numbers.
    pub fn of(account: &Account, standing: &AccountSummary) -> Self {
        Self {
            account_id: account.account_id.clone(),
            project: account.project.clone(),
            open: standing.all_open(),
            critical: standing.open_with(finding::FindingSeverity::Critical),
            high: standing.open_with(finding::FindingSeverity::High),
            new: standing.new + standing.reopened,
            resolved: standing.resolved,
            score: standing.score.percent(),
        }
    }
}
