//! What channels are told, as facts. The sentences are made when a message is sent, in `channel`.
//!
//! Serialised, a notice is the body of the `webhook` channel without its timestamp: `type` and
//! `data`. It is also how the outbox keeps it, so fields may be added and none renamed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::account::{Account, Language};
use super::alert::{Alert, AlertState, Severity, console, regions};
use super::burst::SHOWN;
use super::finding;
use super::ledger::FieldChange;
use super::report::{Period, Standing};
use super::request::{Kind, RequestView};
use super::routing::RouteEvent;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Notice {
    /// A new threat.
    #[serde(rename = "alert.opened")]
    AlertOpened(Box<AlertNotice>),
    /// A known threat became worse, or is back.
    #[serde(rename = "alert.updated")]
    AlertUpdated(Box<AlertNotice>),
    /// Nobody has taken an alert.
    #[serde(rename = "alert.escalated")]
    AlertEscalated(Box<EscalatedNotice>),
    /// What is still open.
    #[serde(rename = "alert.still_open")]
    AlertsStillOpen(StillOpenNotice),
    /// So many alerts at once that they are told in one message.
    #[serde(rename = "alert.digest")]
    AlertDigest(Box<AlertDigest>),
    /// Accounts whose verdict is another one than at the last post.
    #[serde(rename = "check.changed")]
    CheckChanged(CheckNotice),
    /// An account is not watched any more, and what its project may now switch off.
    #[serde(rename = "account.left")]
    AccountLeft(LeftNotice),
    /// A request came, or is further than before.
    #[serde(rename = "request.changed")]
    RequestChanged(Box<RequestView>),
    /// Reports of a period are where they should go.
    #[serde(rename = "report.delivered")]
    ReportDelivered(Box<ReportNotice>),
    /// Something about Hubward itself needs a person.
    #[serde(rename = "operations.notice")]
    Operations(Trouble),
    /// Something that an account's own contacts need to know; by mail alone.
    #[serde(rename = "contact.notice")]
    Contact(Box<ContactNotice>),
    /// An operator asks whether messages arrive.
    #[serde(rename = "test")]
    Test(TestNotice),
}

/// An alert, and whom it concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    pub news: Option<News>,
}

/// Why people are told again of an alert that they know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
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

/// How a message is sent when there are many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// By itself, always.
    Single,
    /// An alert: with others in a digest when there are too many.
    Alert,
    /// An alert of the worst kind: like any other, but before all others.
    Critical,
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

/// How many alerts such a notice tells of one by one.
const TOLD: usize = 20;
/// How many findings it names.
const NAMED: usize = 1_000;

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

/// What changed since the last post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckNotice {
    /// How many account and Region pairs are complete now.
    pub complete: usize,
    /// How many there are.
    pub all: usize,
    /// Those whose verdict changed, and those that wait for people who are reminded today.
    pub rows: Vec<CheckRow>,
    /// The first post of a week says everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// The whole state, once a week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// The week, such as `2026-W47`.
    pub week: String,
    /// How many account and Region pairs have each verdict.
    pub verdicts: BTreeMap<String, usize>,
    /// The audit log's last event: whoever rewrites the log has to rewrite this post too.
    pub audit_sequence: i64,
    /// That event's hash.
    pub audit_hash: String,
}

/// One account in one Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRow {
    /// The account.
    pub account_id: AccountId,
    /// Its project.
    pub project: String,
    /// The Region.
    pub region: Region,
    /// The verdict's word.
    pub verdict: String,
    /// The steps that are missing.
    pub missing: Vec<hubward_protocol::Step>,
    /// Since when.
    pub since: Timestamp,
    /// The verdict, for a person.
    pub verdict_text: String,
    /// Who acts next, for a person.
    pub next_step: String,
    /// What helps.
    pub hint: String,
    /// For how many whole days.
    #[serde(default)]
    pub days: i64,
    /// Whether the account's own people act next.
    #[serde(default)]
    pub waits_for_member: bool,
    /// Whom to call.
    #[serde(default)]
    pub contact: String,
    /// Their addresses.
    #[serde(default)]
    pub contact_emails: Vec<String>,
    /// The line that they paste, on the days on which they are reminded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
}

/// An account that has left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftNotice {
    /// The account.
    pub account_id: AccountId,
    /// Its project.
    pub project: String,
    /// The project's language.
    pub language: Language,
    /// Whom to tell.
    pub contact: String,
    /// Their addresses.
    pub contact_emails: Vec<String>,
    /// Where it was watched.
    pub regions: Vec<Region>,
}

/// What is wrong with Hubward itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "trouble", rename_all = "snake_case")]
pub enum Trouble {
    /// A message of the queue that nobody understood; it is kept.
    MessageRefused {
        /// The queue's name for it.
        message_id: String,
        /// Why.
        why: String,
    },
    /// A finding that claims to be GuardDuty's and is not.
    SuspiciousFinding {
        /// The message it came with; it is kept.
        message_id: String,
        /// Why.
        why: String,
    },
    /// A version of the ledger's file was not imported; nothing changed.
    LedgerRefused {
        /// Where it lies.
        file: String,
        /// Which version.
        version: String,
        /// Everything that is wrong, for a person; the first of it where there is much.
        why: Vec<String>,
        /// How much more there is.
        more: usize,
    },
    /// A version of the ledger's file was imported, and not everything that follows was done.
    LedgerIncomplete {
        /// Where it lies.
        file: String,
        /// Which version.
        version: String,
        /// What was not done, for a person; the first of it where there is much.
        why: Vec<String>,
        /// How much more there is.
        more: usize,
    },
    /// A limit of AWS on membership is near.
    QuotaNear {
        /// Where.
        region: Region,
        /// Which: `members` or `invitations`.
        quota: String,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// Alerts cannot be stored; whoever sends them tries again.
    StoreFailing {
        /// What the database says.
        why: String,
    },
    /// Alerts are stored again.
    StoreWorks {
        /// For how long they were not, in seconds.
        seconds: i64,
        /// What the database said.
        why: String,
    },
    /// The alert queue cannot be read; its messages stay where they are.
    QueueFailing {
        /// Why.
        why: String,
    },
    /// The daily event of our own did not arrive: alerts may not either.
    CanaryMissing {
        /// Its id.
        trial: String,
        /// When it was sent.
        sent_at: Timestamp,
    },
    /// A channel has not taken messages for a while.
    ChannelFailing {
        /// Its name.
        channel: String,
        /// What it last answered.
        why: String,
    },
    /// What is due by the clock has failed several times; it is tried again.
    JobFailing {
        /// The job's name.
        job: String,
        /// Why it last failed.
        why: String,
    },
    /// An account's people were reminded several times, and it still waits for them.
    MemberSilent {
        /// The account.
        account_id: AccountId,
        /// Its project.
        project: String,
        /// How often they were reminded.
        reminders: i64,
        /// Whom to call.
        why: String,
    },
    /// An exception ends soon, or has ended.
    ExceptionEnds {
        /// The exception.
        exception: String,
        /// The control.
        control: String,
        /// The account.
        account_id: AccountId,
        /// Its project.
        project: String,
        /// Its last day.
        until: jiff::civil::Date,
        /// Whether that day is over.
        over: bool,
        /// What it was granted for.
        why: String,
    },
    /// A message is not tried any more; it is kept.
    DeliveryGivenUp {
        /// The channel's name.
        channel: String,
        /// The message.
        delivery: String,
        /// What the channel last answered.
        why: String,
    },
    /// A report is not sent any more to one of its destinations.
    ReportNotSent {
        /// The account, or `overview`.
        report: String,
        /// Its project.
        project: String,
        /// The period.
        period: String,
        /// Where it did not go.
        destination: String,
        /// What it last failed of.
        why: String,
    },
    /// A ticket's answer is not tried any more; it is kept.
    TicketNotAnswered {
        /// The request.
        request: String,
        /// What Jira last answered.
        why: String,
    },
}

/// What an account's contacts are told, in their language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactNotice {
    /// The account.
    pub account_id: AccountId,
    /// Its project.
    pub project: String,
    /// The contacts' language.
    pub language: Language,
    /// Their addresses.
    pub to: Vec<String>,
    /// What they are told.
    pub matter: Matter,
}

/// What an account's contacts are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "matter", rename_all = "snake_case")]
pub enum Matter {
    /// The account waits for them.
    Reminder {
        /// How often they were reminded, this time included.
        count: i64,
        /// Where it waits, and why.
        places: Vec<WaitingPlace>,
        /// The line to paste into CloudShell.
        line: String,
    },
    /// Somebody asks for a change of their account: they hear of it before anybody decides.
    Request {
        /// The request.
        request: String,
        /// Which revision of it.
        revision: i64,
        /// What is asked for.
        kind: Kind,
        /// Who asks.
        reporter: String,
        /// What it would change.
        changes: Vec<FieldChange>,
    },
    /// An exception of theirs ends soon, or has ended.
    Exception {
        /// The control.
        control: String,
        /// The resource; `None` for the whole account.
        resource: Option<String>,
        /// What it was granted for.
        reason: String,
        /// Its last day.
        until: jiff::civil::Date,
        /// Whether that day is over.
        over: bool,
    },
}

/// A Region in which an account waits for its people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingPlace {
    /// The Region.
    pub region: Region,
    /// The verdict's word.
    pub verdict: String,
}

/// A message that proves a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestNotice {
    /// The channel's name.
    pub channel: String,
    /// Who asked.
    pub actor: String,
}

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

/// The subject under which contacts on record are told of a request.
pub fn contacts_of_request(request: &str, revision: i64) -> String {
    format!("request:{request}/{revision}:contacts")
}

impl Notice {
    /// The word that routes know it by; a test goes to the channel it is made for.
    pub fn route_event(&self) -> Option<RouteEvent> {
        match self {
            Self::AlertOpened(_)
            | Self::AlertUpdated(_)
            | Self::AlertDigest(_)
            | Self::AlertEscalated(_)
            | Self::AlertsStillOpen(_) => Some(RouteEvent::Alert),
            Self::CheckChanged(_) | Self::AccountLeft(_) => Some(RouteEvent::Check),
            Self::RequestChanged(_) => Some(RouteEvent::Request),
            Self::ReportDelivered(_) => Some(RouteEvent::Report),
            Self::Operations(_) => Some(RouteEvent::Operations),
            Self::Contact(_) | Self::Test(_) => None,
        }
    }

    /// How it is sent when there are many.
    pub fn class(&self) -> Class {
        match self {
            Self::AlertOpened(alert) | Self::AlertUpdated(alert) => {
                if alert.severity == Severity::Critical {
                    Class::Critical
                } else {
                    Class::Alert
                }
            }
            _ => Class::Single,
        }
    }

    /// What keeps messages about one thing together in a chat, where the service can do that.
    pub fn thread(&self) -> Option<String> {
        let subject = self.subject();
        subject
            .starts_with("alert:")
            .then(|| subject.replace(':', "-"))
    }

    /// What it is about: deliveries of one subject belong together.
    pub fn subject(&self) -> String {
        match self {
            Self::AlertOpened(alert) | Self::AlertUpdated(alert) => format!("alert:{}", alert.id),
            Self::AlertEscalated(escalated) => format!("alert:{}", escalated.alert.id),
            Self::AlertsStillOpen(_) => "still_open".to_owned(),
            Self::AlertDigest(_) => "digest".to_owned(),
            Self::CheckChanged(_) => "check".to_owned(),
            Self::AccountLeft(left) => format!("left:{}", left.account_id),
            Self::RequestChanged(request) => format!("request:{}", request.id),
            Self::ReportDelivered(report) => format!("report:{}", report.period),
            Self::Operations(Trouble::ChannelFailing { channel, .. }) => {
                format!("channel:{channel}")
            }
            Self::Operations(Trouble::DeliveryGivenUp { channel, .. }) => {
                format!("given_up:{channel}")
            }
            Self::Operations(Trouble::StoreFailing { .. } | Trouble::StoreWorks { .. }) => {
                "store".to_owned()
            }
            Self::Operations(Trouble::QueueFailing { .. }) => "queue".to_owned(),
            Self::Operations(Trouble::CanaryMissing { trial, .. }) => format!("trial:{trial}"),
            Self::Operations(_) => "operations".to_owned(),
            Self::Contact(contact) => match &contact.matter {
                Matter::Request {
                    request, revision, ..
                } => contacts_of_request(request, *revision),
                Matter::Reminder { .. } | Matter::Exception { .. } => {
                    format!("contact:{}", contact.account_id)
                }
            },
            Self::Test(test) => format!("test:{}", test.channel),
        }
    }

    /// Its readers' language, where it is not everybody's.
    pub fn language(&self) -> Option<Language> {
        match self {
            Self::Contact(contact) => Some(contact.language),
            Self::AccountLeft(left) => Some(left.language),
            _ => None,
        }
    }

    /// The addresses of the account's contacts, where it is about one account and for them too.
    pub fn contacts(&self) -> &[String] {
        match self {
            Self::Contact(contact) => &contact.to,
            Self::AccountLeft(left) => &left.contact_emails,
            _ => &[],
        }
    }
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
    pub fn of(account: &Account, standing: &Standing) -> Self {
        Self {
            account_id: account.account_id.clone(),
            project: account.project.clone(),
            open: standing.all_open(),
            critical: standing.open_with(finding::Severity::Critical),
            high: standing.open_with(finding::Severity::High),
            new: standing.new + standing.reopened,
            resolved: standing.resolved,
            score: standing.score.percent(),
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

impl Class {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Alert => "alert",
            Self::Critical => "critical",
        }
    }
}
