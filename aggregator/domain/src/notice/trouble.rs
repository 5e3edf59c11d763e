//! Messages to the SOC's operators about problems of Hubward itself.

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An account that is to be unlinked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeavingAccount {
    pub account_id: AccountId,
    pub project: String,
    /// Since when checks have found it leaving.
    pub since: Timestamp,
}

/// A problem of Hubward itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "trouble", rename_all = "snake_case")]
pub enum Trouble {
    /// A message of the queue could not be parsed; it is kept.
    MessageRefused {
        /// The message's id in the queue.
        message_id: String,
        why: String,
    },
    /// A finding claims to be GuardDuty's and is not.
    SuspiciousFinding {
        /// The id of its message, which is kept.
        message_id: String,
        why: String,
    },
    /// A version of the ledger's file was rejected; nothing changed.
    LedgerRefused {
        file: String,
        version: String,
        /// The errors as text; only the first ones if there are many.
        why: Vec<String>,
        /// How many more errors there are.
        more: usize,
    },
    /// A version of the ledger's file was imported, but not all consequences were carried out.
    LedgerIncomplete {
        file: String,
        version: String,
        /// What was not done, as text; only the first items if there are many.
        why: Vec<String>,
        /// How many more there are.
        more: usize,
    },
    /// The number of members or invitations is near AWS's limit.
    QuotaNear {
        region: Region,
        /// `members` or `invitations`.
        quota: String,
        /// The present number.
        count: usize,
        /// AWS's limit.
        limit: usize,
    },
    /// Alerts cannot be stored; their senders retry.
    StoreFailing {
        /// The database's error.
        why: String,
    },
    /// Alerts are stored again.
    StoreWorks {
        /// How long they were not, in seconds.
        seconds: i64,
        /// The database's error at that time.
        why: String,
    },
    /// The alert queue cannot be read; its messages stay in it.
    QueueFailing { why: String },
    /// The daily test event did not arrive, so alerts may not arrive either.
    CanaryMissing {
        /// The test event's id.
        trial: String,
        /// When it was sent.
        sent_at: Timestamp,
    },
    /// A channel has been failing for a while.
    ChannelFailing {
        channel: String,
        /// Its last response.
        why: String,
    },
    /// A scheduled job has failed several times; it is retried.
    JobFailing {
        job: String,
        /// The last error.
        why: String,
    },
    /// An account's contacts were reminded several times, without effect.
    MemberSilent {
        account_id: AccountId,
        project: String,
        /// The number of reminders.
        reminders: i64,
        /// The person to call.
        why: String,
    },
    /// Accounts are to be unlinked and have not been; sent every day until they are.
    AccountsLeaving { accounts: Vec<LeavingAccount> },
    /// An exception expires soon, or has expired.
    ExceptionEnds {
        exception: String,
        control: String,
        account_id: AccountId,
        project: String,
        until: jiff::civil::Date,
        /// Whether that day is over.
        over: bool,
        /// The reason it was granted for.
        why: String,
    },
    /// Delivery of a message was given up; it is kept.
    DeliveryGivenUp {
        channel: String,
        delivery: String,
        /// The channel's last response.
        why: String,
    },
    /// Delivery of a report to one of its destinations was given up.
    ReportNotSent {
        /// The account, or `overview`.
        report: String,
        project: String,
        period: String,
        /// Where it did not go.
        destination: String,
        /// The last error.
        why: String,
    },
    /// A ticket's answer was given up; it is kept.
    TicketNotAnswered {
        request: String,
        /// Jira's last response.
        why: String,
    },
}
