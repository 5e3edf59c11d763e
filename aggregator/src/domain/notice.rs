//! What channels are told, as facts. The sentences are made when a message is sent, in `channel`.
//!
//! Serialised, a notice is the body of the `webhook` channel without its timestamp: `type` and
//! `data`. It is also how the outbox keeps it, so fields may be added and none renamed.

use std::collections::BTreeMap;

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::account::{Account, Language};
use super::alert::{Alert, AlertState, Severity};
use super::ledger::FieldChange;
use super::request::{Kind, RequestView};
use super::routing::RouteEvent;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Notice {
    /// A new threat.
    #[serde(rename = "alert.opened")]
    AlertOpened(Box<AlertNotice>),
    /// A known threat became worse.
    #[serde(rename = "alert.updated")]
    AlertUpdated(Box<AlertNotice>),
    /// Accounts whose verdict is another one than at the last post.
    #[serde(rename = "check.changed")]
    CheckChanged(CheckNotice),
    /// An account is not watched any more, and what its project may now switch off.
    #[serde(rename = "account.left")]
    AccountLeft(LeftNotice),
    /// A request came, or is further than before.
    #[serde(rename = "request.changed")]
    RequestChanged(Box<RequestView>),
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
    /// Its environment.
    pub environment: String,
    /// Whom to call.
    pub contact: String,
    /// Their addresses.
    pub contact_emails: Vec<String>,
    /// The Region.
    pub region: Region,
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

/// The subject under which contacts on record are told of a request.
pub fn contacts_of_request(request: &str, revision: i64) -> String {
    format!("request:{request}/{revision}:contacts")
}

impl Notice {
    /// The word that routes know it by; a test goes to the channel it is made for.
    pub fn route_event(&self) -> Option<RouteEvent> {
        match self {
            Self::AlertOpened(_) | Self::AlertUpdated(_) => Some(RouteEvent::Alert),
            Self::CheckChanged(_) | Self::AccountLeft(_) => Some(RouteEvent::Check),
            Self::RequestChanged(_) => Some(RouteEvent::Request),
            Self::Operations(_) => Some(RouteEvent::Operations),
            Self::Contact(_) | Self::Test(_) => None,
        }
    }

    /// What it is about: deliveries of one subject belong together.
    pub fn subject(&self) -> String {
        match self {
            Self::AlertOpened(alert) | Self::AlertUpdated(alert) => format!("alert:{}", alert.id),
            Self::CheckChanged(_) => "check".to_owned(),
            Self::AccountLeft(left) => format!("left:{}", left.account_id),
            Self::RequestChanged(request) => format!("request:{}", request.id),
            Self::Operations(Trouble::ChannelFailing { channel, .. }) => {
                format!("channel:{channel}")
            }
            Self::Operations(Trouble::DeliveryGivenUp { channel, .. }) => {
                format!("given_up:{channel}")
            }
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

impl AlertNotice {
    /// An alert's notice; `account` is its row of the ledger, where there is one.
    pub fn of(alert: &Alert, finding_ids: Vec<String>, account: Option<&Account>) -> Self {
        let text = |field: fn(&Account) -> &String| account.map(field).cloned().unwrap_or_default();
        Self {
            id: alert.id.clone(),
            finding_id: alert.finding_id.clone(),
            finding_ids,
            account_id: alert.account_id.clone(),
            project: text(|account| &account.project),
            environment: text(|account| &account.environment),
            contact: text(|account| &account.contact),
            contact_emails: account
                .map(|account| account.contact_emails.clone())
                .unwrap_or_default(),
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
            console: alert.facts.console.clone(),
        }
    }
}
