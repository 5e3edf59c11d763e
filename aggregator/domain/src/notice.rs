//! The content of messages to channels, as data. The sentences are made in `channel` when a message
//! is sent.
//!
//! A serialized notice is the body of the `webhook` channel without its timestamp: `type` and
//! `data`. The outbox stores the same JSON, so fields may be added but never renamed.

mod alert;
mod report;
mod trouble;

use std::collections::BTreeMap;

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::account::Language;
use super::alert::Severity;
use super::ledger::FieldChange;
use super::request::{RequestKind, RequestView};
use super::routing::RouteEvent;
pub use alert::{AlertDigest, AlertNews, AlertNotice, EscalatedNotice, StillOpenNotice};
pub use report::{ReportNotice, SentReport, UnwatchedAccount};
pub use trouble::{LeavingAccount, Trouble};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Notice {
    /// A new threat.
    #[serde(rename = "alert.opened")]
    AlertOpened(Box<AlertNotice>),
    /// A known threat became worse, or is active again.
    #[serde(rename = "alert.updated")]
    AlertUpdated(Box<AlertNotice>),
    /// An alert was not acknowledged in time.
    #[serde(rename = "alert.escalated")]
    AlertEscalated(Box<EscalatedNotice>),
    /// The alerts that are still open.
    #[serde(rename = "alert.still_open")]
    AlertsStillOpen(StillOpenNotice),
    /// Many alerts at once, in one message.
    #[serde(rename = "alert.digest")]
    AlertDigest(Box<AlertDigest>),
    /// Accounts whose verdict changed since the last post.
    #[serde(rename = "check.changed")]
    CheckChanged(CheckNotice),
    /// An account is no longer monitored, and its project may turn services off.
    #[serde(rename = "account.left")]
    AccountLeft(LeftNotice),
    /// A request was received or progressed.
    #[serde(rename = "request.changed")]
    RequestChanged(Box<RequestView>),
    /// Reports of a period were delivered.
    #[serde(rename = "report.delivered")]
    ReportDelivered(Box<ReportNotice>),
    /// A problem of Hubward itself needs a person.
    #[serde(rename = "operations.notice")]
    Operations(Trouble),
    /// A message for an account's own contacts; by mail only.
    #[serde(rename = "contact.notice")]
    Contact(Box<ContactNotice>),
    /// A test message that an operator requested.
    #[serde(rename = "test")]
    Test(TestNotice),
}

/// How a message is sent during a burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum NoticeClass {
    /// Always individually.
    Single,
    /// An alert: may become part of a digest.
    Alert,
    /// A critical alert: may become part of a digest, but is sent before all others.
    Critical,
}

/// The changes since the last post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckNotice {
    /// The number of complete pairs of account and Region.
    pub complete: usize,
    /// The number of all pairs.
    pub all: usize,
    /// The pairs whose verdict changed, and those whose people are reminded today.
    pub rows: Vec<CheckNoticeRow>,
    /// The weekly summary, in the first post of a week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// The weekly summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// The week, such as `2026-W47`.
    pub week: String,
    /// The number of account and Region pairs with each verdict.
    pub verdicts: BTreeMap<String, usize>,
    /// The sequence number of the audit log's last event. An attacker who rewrites the log would
    /// have to rewrite this post too.
    pub audit_sequence: i64,
    /// That event's hash.
    pub audit_hash: String,
    /// Controls that AWS added to a wanted standard in the last week.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new_controls: Vec<DigestControl>,
    /// Controls that AWS took out of every wanted standard in the last week.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retired_controls: Vec<DigestControl>,
}

/// A control in the weekly digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestControl {
    pub control_id: String,
    pub title: String,
    /// The number of accounts in which it fails.
    pub failing_accounts: i64,
}

/// One account in one Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckNoticeRow {
    pub account_id: AccountId,
    pub project: String,
    pub region: Region,
    pub verdict: String,
    /// The steps that are missing.
    pub missing: Vec<String>,
    /// When the verdict last changed.
    pub since: Timestamp,
    pub verdict_text: String,
    /// Who acts next, as text.
    pub next_step: String,
    /// A hint on how to proceed.
    pub hint: String,
    /// For how many whole days the verdict has been the same.
    #[serde(default)]
    pub days: i64,
    /// Whether the account's own people act next.
    #[serde(default)]
    pub waits_for_member: bool,
    /// The responsible person.
    #[serde(default)]
    pub contact: String,
    #[serde(default)]
    pub contact_emails: Vec<String>,
    /// The command line that the contacts paste, on days on which they are reminded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
}

/// An account that has left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftNotice {
    pub account_id: AccountId,
    pub project: String,
    /// The project's language.
    pub language: Language,
    pub contact: String,
    pub contact_emails: Vec<String>,
    /// The Regions in which it was monitored.
    pub regions: Vec<Region>,
}

/// A message to an account's contacts, in their language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactNotice {
    pub account_id: AccountId,
    pub project: String,
    /// The contacts' language.
    pub language: Language,
    pub to: Vec<String>,
    /// The subject matter.
    pub matter: Matter,
}

/// The subject matter of a message to contacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "matter", rename_all = "snake_case")]
pub enum Matter {
    /// The account is not set up yet: a reminder.
    Reminder {
        /// How many reminders there were, including this one.
        count: i64,
        /// The Regions in which it is not set up, with the reason.
        places: Vec<WaitingPlace>,
        /// The command line to paste into CloudShell.
        line: String,
    },
    /// A change of their account was requested. They are notified before it is decided.
    Request {
        request: String,
        /// The revision of the request.
        revision: i64,
        kind: RequestKind,
        reporter: String,
        /// The changes that it would make.
        changes: Vec<FieldChange>,
    },
    /// One of their exceptions expires soon, or has expired.
    Exception {
        control: String,
        /// The resource; `None` means the whole account.
        resource: Option<String>,
        /// The reason it was granted for.
        reason: String,
        until: jiff::civil::Date,
        /// Whether that day is over.
        over: bool,
    },
}

/// A Region in which an account's people have to act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingPlace {
    pub region: Region,
    pub verdict: String,
}

/// A message that tests a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestNotice {
    pub channel: String,
    /// Who requested it.
    pub actor: String,
}

/// The subject of messages to the contacts on record about a request.
pub fn contacts_of_request(request: &str, revision: i64) -> String {
    format!("request:{request}/{revision}:contacts")
}

impl Notice {
    /// The event of routes that match it; `None` for a test, which goes to its channel only.
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

    /// How it is sent during a burst.
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

    /// A key that groups messages about one thing into a thread, if the service supports threads.
    pub fn thread(&self) -> Option<String> {
        let subject = self.subject();
        subject
            .starts_with("alert:")
            .then(|| subject.replace(':', "-"))
    }

    /// What it is about; deliveries with the same subject belong together.
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

    /// The recipients' language, if it is not the channel's.
    pub fn language(&self) -> Option<Language> {
        match self {
            Self::Contact(contact) => Some(contact.language),
            Self::AccountLeft(left) => Some(left.language),
            _ => None,
        }
    }

    /// The addresses of the account's contacts, if the message is also for them.
    pub fn contacts(&self) -> &[String] {
        match self {
            Self::Contact(contact) => &contact.to,
            Self::AccountLeft(left) => &left.contact_emails,
            _ => &[],
        }
    }
}

impl NoticeClass {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests;
