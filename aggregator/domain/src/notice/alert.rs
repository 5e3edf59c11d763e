//! What channels are told of alerts: one, many at once, one that nobody took, and what is still open.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::{Account, Language};
use crate::alert::{Alert, AlertState, Severity, console, regions};
use crate::burst::SHOWN;

/// How many alerts such a notice tells of one by one.
const TOLD: usize = 20;
/// How many findings it names.
const NAMED: usize = 1_000;

/// An alert, and whom it concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AlertNotice {
    /// The alert's id.
    pub id: String,
    /// The first finding.
    pub finding_id: String,
    /// Every finding.
    pub finding_ids: Vec<String>,
    /// The account.
    pub account_id: AccountId,
    /// Its project; empty when the ledger does not know it.
    pub project: String,
    /// Whose it is.
    #[serde(default)]
    pub department: String,
    /// Its environment.
    pub environment: String,
    /// Whom to call.
    pub contact: String,
    /// Their addresses.
    pub contact_emails: Vec<String>,
    /// The contacts' language, where the ledger knows it.
    #[serde(default)]
    pub language: Option<Language>,
    /// The Region.
    pub region: Region,
    /// Every Region it was found in.
    #[serde(default)]
    pub regions: Vec<Region>,
    /// GuardDuty's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// How bad it is.
    pub severity: Severity,
    /// The title.
    pub title: String,
    /// How far people are.
    pub state: AlertState,
    /// How often it was seen.
    pub count: i64,
    /// When it began.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// The finding's description.
    pub description: String,
    /// What is threatened.
    pub resource: String,
    /// The finding in AWS's console.
    pub console: Option<String>,
    /// Why people are told again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub news: Option<AlertNews>,
}

/// Why people are told again of an alert that they know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = AlertNews)]
#[serde(rename_all = "snake_case")]
pub enum AlertNews {
    /// Its severity rose.
    Worse,
    /// It was dealt with or silenced, and goes on.
    Reopened,
    /// It was quiet for a long time, and goes on.
    Again,
}

/// Many alerts in one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertDigest {
    /// How many messages it stands for.
    pub count: usize,
    /// The findings of all of them.
    pub finding_ids: Vec<String>,
    /// The first of them, worst first.
    pub alerts: Vec<AlertNotice>,
    /// How many of each severity.
    #[serde(default)]
    pub severities: BTreeMap<String, usize>,
}

/// An alert that nobody has taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EscalatedNotice {
    /// The alert.
    #[serde(flatten)]
    pub alert: AlertNotice,
    /// How often people were told again, this time included.
    pub level: i64,
}

/// What is still open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StillOpenNotice {
    /// How many alerts.
    pub count: usize,
    /// How many of them nobody has taken.
    pub untaken: usize,
    /// Their first findings.
    pub finding_ids: Vec<String>,
    /// The first of them.
    pub alerts: Vec<AlertNotice>,
}

impl StillOpenNotice {
    /// Of alerts in the order in which they are to be told.
    pub fn of(alerts: &[AlertNotice]) -> Self {
        let untaken = |alert: &&AlertNotice| alert.state == AlertState::Open;
        let ids = alerts.iter().map(|alert| alert.finding_id.clone());
        Self {
            count: alerts.len(),
            untaken: alerts.iter().filter(untaken).count(),
            finding_ids: ids.take(NAMED).collect(),
            alerts: alerts.iter().take(TOLD).cloned().collect(),
        }
    }
}

impl AlertNotice {
    /// An alert's notice; `account` is its row of the ledger, where there is one.
    pub fn of(alert: &Alert, finding_ids: Vec<String>, account: Option<&Account>) -> Self {
        let text = |field: fn(&Account) -> &String| account.map(field).cloned().unwrap_or_default();
        Self {
            id: alert.id.clone(),
            finding_id: alert.finding_id.clone(),
            regions: regions(alert.region, &finding_ids),
            finding_ids,
            account_id: alert.account_id.clone(),
            project: text(|account| &account.project),
            department: text(|account| &account.department),
            environment: text(|account| &account.environment),
            contact: text(|account| &account.contact),
            contact_emails: account
                .map(|account| account.contact_emails.clone())
                .unwrap_or_default(),
            language: account.map(|account| account.language),
            region: alert.region,
            kind: alert.kind.clone(),
            severity: alert.severity,
            title: alert.title.clone(),
            state: alert.state,
            count: alert.count,
            first_seen: alert.first_seen,
            last_seen: alert.last_seen,
            description: alert.facts.description.clone(),
            resource: alert.facts.resource.clone(),
            console: console(&alert.finding_id),
            news: None,
        }
    }
}

impl AlertDigest {
    /// One message that stands for many; the worst come first.
    pub fn of(alerts: &[AlertNotice]) -> Self {
        let mut ids = BTreeSet::new();
        let mut severities: BTreeMap<String, usize> = BTreeMap::new();
        for alert in alerts {
            *severities.entry(alert.severity.to_string()).or_default() += 1;
        }
        let mut shown: Vec<&AlertNotice> = alerts.iter().collect();
        shown.sort_by_key(|alert| Reverse(alert.severity));
        Self {
            count: alerts.len(),
            finding_ids: alerts
                .iter()
                .flat_map(|alert| &alert.finding_ids)
                .filter(|id| ids.insert(*id))
                .cloned()
                .collect(),
            alerts: shown.into_iter().take(SHOWN).cloned().collect(),
            severities,
        }
    }
}
