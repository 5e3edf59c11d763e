//! Messages about delivered reports.

use std::cmp::Reverse;

use hubward_protocol::AccountId;
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::finding;
use crate::report::{AccountSummary, Period};

/// The delivered reports of a period, for a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportNotice {
    pub period: String,
    /// The number of reports.
    pub count: usize,
    /// The reports, the worst first; only the first [`LISTED`] of them.
    pub reports: Vec<SentReport>,
}

/// One account's report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentReport {
    pub account_id: AccountId,
    pub project: String,
    /// Open findings.
    pub open: u64,
    /// How many of the open ones are critical.
    pub critical: u64,
    /// How many of the open ones are high.
    pub high: u64,
    /// How many were opened or reopened in the period.
    pub new: u64,
    /// How many were resolved in the period.
    pub resolved: u64,
    /// The score out of 100; `None` if nothing was evaluated.
    pub score: Option<u64>,
}

impl ReportNotice {
    /// How many reports are listed; the rest is only counted.
    const LISTED: usize = 100;

    /// The notice of these reports.
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
    /// The numbers of an account's report.
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
