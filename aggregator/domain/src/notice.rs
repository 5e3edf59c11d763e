//! What channels are told, as facts. The sentences are made when a message is sent, in `channel`.
//!
//! Serialised, a notice is the body of the `webhook` channel without its timestamp: `type` and
//! `data`. It is also how the outbox keeps it, so fields may be added and none renamed.

mod alert;
mod report;
mod trouble;

use std::collections::BTreeMap;

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::account::Language;
use super::alert::Severity;
use super::ledger::FieldChange;
use super::request::{RequestKind, RequestView};
use super::routing::RouteEvent;
pub use alert::{AlertDigest, AlertNews, AlertNotice, EscalatedNotice, StillOpenNotice};
pub use report::{ReportNotice, SentReport};
pub use trouble::Trouble;

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

/// How a message is sent when there are many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeClass {
    /// By itself, always.
    Single,
    /// An alert: with others in a digest when there are too many.
    Alert,
    /// An alert of the worst kind: like any other, but before all others.
    Critical,
}

/// What changed since the last post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckNotice {
    /// How many account and Region pairs are complete now.
    pub complete: usize,
    /// How many there are.
    pub all: usize,
    /// Those whose verdict changed, and those that wait for people who are reminded today.
    pub rows: Vec<CheckNoticeRow>,
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
pub struct CheckNoticeRow {
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
        kind: RequestKind,
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
    pub fn class(&self) -> NoticeClass {
        match self {
            Self::AlertOpened(alert) | Self::AlertUpdated(alert) => {
                if alert.severity == Severity::Critical {
                    NoticeClass::Critical
                } else {
                    NoticeClass::Alert
                }
            }
            _ => NoticeClass::Single,
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

impl NoticeClass {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Alert => "alert",
            Self::Critical => "critical",
        }
    }
}

#[cfg(test)]
mod tests;
