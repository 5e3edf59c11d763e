//! Messages about alerts: a single one, a digest, an escalation, and the list of open ones.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::{Account, Language};
use crate::alert::{Alert, AlertState, Severity, console, regions};
use crate::burst::SHOWN;

/// How many alerts a digest or list contains individually.
const LISTED: usize = 20;
/// How many finding ids it contains.
const NAMED: usize = 1_000;

/// An alert, with its account's data from the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AlertNotice {
    /// The alert's id.
    pub id: String,
    /// The first finding's id.
    pub finding_id: String,
    /// All finding ids.
    pub finding_ids: Vec<String>,
    /// The account.
    pub account_id: AccountId,
    /// Its project; empty if the account is not in the ledger.
    pub project: String,
    /// Whose it is.
    #[serde(default)]
    pub department: String,
    /// Its environment.
    pub environment: String,
    /// The responsible person.
    pub contact: String,
    /// Their addresses.
    pub contact_emails: Vec<String>,
    /// The contacts' language, if the account is in the ledger.
    #[serde(default)]
    pub language: Option<Language>,
    /// The Region.
    pub region: Region,
    /// All Regions of its findings.
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
    /// How often it was observed.
    pub count: i64,
    /// When it was first observed.
    pub first_seen: Timestamp,
    /// When it was last observed.
    pub last_seen: Timestamp,
    /// The finding's description.
    pub description: String,
    /// The threatened resource.
    pub resource: String,
    /// The finding in AWS's console.
    pub console: Option<String>,
    /// Why people are notified again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub news: Option<AlertNews>,
}

/// Why people are notified again of a known alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = AlertNews)]
#[serde(rename_all = "snake_case")]
pub enum AlertNews {
    /// Its severity rose.
    Worse,
    /// It was resolved or silenced, and is active again.
    Reopened,
    /// It is active again after a long pause.
    Again,
}

/// Many alerts in one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertDigest {
    /// How many messages it replaces.
    pub count: usize,
    /// The ids of all findings.
    pub finding_ids: Vec<String>,
    /// The first of the alerts, the worst first.
    pub alerts: Vec<AlertNotice>,
    /// The number of alerts by severity.
    #[serde(default)]
    pub severities: BTreeMap<String, usize>,
}

/// An alert that was not acknowledged in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EscalatedNotice {
    #[serde(flatten)]
    pub alert: AlertNotice,
    /// How often people were notified again, including this time.
    pub level: i64,
}

/// The open alerts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StillOpenNotice {
    /// How many are open.
    pub count: usize,
    /// How many of them are not acknowledged.
    pub untaken: usize,
    /// The ids of their first findings.
    pub finding_ids: Vec<String>,
    /// The first of them.
    pub alerts: Vec<AlertNotice>,
}

impl StillOpenNotice {
    /// The list of these alerts, in this order.
    pub fn of(alerts: &[AlertNotice]) -> Self {
        let untaken = |alert: &&AlertNotice| alert.state == AlertState::Open;
        let ids = alerts.iter().map(|alert| alert.finding_id.clone());
        Self {
            count: alerts.len(),
            untaken: alerts.iter().filter(untaken).count(),
            finding_ids: ids.take(NAMED).collect(),
            alerts: alerts.iter().take(LISTED).cloned().collect(),
        }
    }
}

impl AlertNotice {
    /// The notice of an alert; `account` is its row of the ledger, if there is one.
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
    /// A digest of these alerts, the worst first.
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
