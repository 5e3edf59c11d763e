//! What only the SOC's operators are told: that something of Hubward's own does not go as it should.

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
