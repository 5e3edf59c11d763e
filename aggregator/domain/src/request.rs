//! A request to add, change or remove an account: what is asked for, whether it can be done, who may
//! decide, and how far it is. Pure: where it comes from (Jira, the command line, a form) and how it is
//! answered is not known here.
//!
//! Anyone can name any account in a form. Hence whatever touches an account that the ledger has already
//! is a person's decision, and the contacts on record hear of it first.

mod answer;
pub mod hook;
mod judge;
mod progress;
mod view;

use std::fmt;

use hubward_protocol::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::account::Language;
use super::ledger::{LedgerColumn, LedgerEntry};
pub use answer::{AnswerPart, Help, TicketAnswer, Transition, closing};
pub use judge::{NotApprovable, Obstacle, Ready, judge, may_approve, may_approve_alone};
pub use progress::{Hindrance, RegionProgress, RequestProgress, progress};
pub use view::{JudgedRequest, RequestView};

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Jira's issue key, or `R-7` for one of our own (no Jira project has a key of one letter).
    pub id: String,
    /// Where it came from.
    pub origin: Origin,
    /// What is asked for.
    pub asked: RequestedChange,
    /// Who asks, as a person reads it.
    pub reporter: String,
    /// The language in which they are answered.
    pub language: Language,
    /// Counts up whenever what is asked for changes: a decision is about one revision.
    pub revision: i64,
    /// When Jira last changed the issue; none for our own.
    pub version: Option<Timestamp>,
    /// How far it is.
    pub state: RequestState,
    /// Since when the contacts on record have been told; of the present revision only.
    pub contacts_told: Option<Timestamp>,
    /// When it came.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Where a request came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = RequestOrigin)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Jira Service Management.
    Jira,
    /// The command line.
    Cli,
    /// The form of the dashboard.
    Form,
}

/// What is asked for, as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedChange {
    /// The word for what is to be done.
    pub kind: String,
    /// The account, and what is said of it.
    pub entry: LedgerEntry,
}

/// What is to be done with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = RequestKind)]
#[serde(rename_all = "lowercase")]
pub enum RequestKind {
    /// It is to be watched.
    Add,
    /// Its row of the ledger is to say something else.
    Change,
    /// It is to be watched no more.
    Remove,
}

/// How far a request is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum RequestState {
    /// Nobody has decided yet.
    Open,
    /// It was approved, and the ledger says what it asked for.
    Approved {
        /// By whom.
        by: String,
        /// When.
        at: Timestamp,
        /// When the invitations went out; none before.
        invited: Option<Timestamp>,
        /// What its people were last told to be in the way.
        #[serde(default)]
        told: Vec<Hindrance>,
        /// Whether they were told that a change of their ticket comes too late.
        #[serde(default)]
        late: bool,
    },
    /// It was turned down.
    Rejected {
        /// By whom.
        by: String,
        /// When.
        at: Timestamp,
        /// Why, for whoever asked.
        reason: String,
    },
    /// What it asked for is done.
    Complete {
        /// Who approved it.
        by: String,
        /// When it was done.
        at: Timestamp,
    },
    /// Whoever asked took it back.
    Withdrawn {
        /// When that was seen.
        at: Timestamp,
    },
}

/// The columns that a request may not speak of: they follow from what becomes of it.
pub const OURS: [LedgerColumn; 2] = [LedgerColumn::State, LedgerColumn::Request];

/// An issue as Jira has it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Its key.
    pub key: String,
    /// What its fields ask for.
    pub asked: RequestedChange,
    /// Who reported it.
    pub reporter: String,
    /// When it last changed.
    pub updated: Timestamp,
    /// Whether it is closed.
    pub closed: bool,
}

/// What an issue that was read means for what is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    /// It is a new request.
    New,
    /// It asks for something else than before, or again, and nobody has decided yet.
    Revised,
    /// It asks for something else than what was decided: too late.
    TooLate,
    /// It was closed before anybody decided.
    Withdrawn,
    /// There is nothing new in it.
    Unchanged,
}

/// Decides what an issue means; idempotent by its key, its version and what it says.
pub fn taking(known: Option<&Request>, ticket: &Ticket) -> Taking {
    let Some(known) = known else {
        return if ticket.closed {
            Taking::Unchanged
        } else {
            Taking::New
        };
    };
    // An answer that was slower than a later one.
    if known.version.is_some_and(|seen| ticket.updated < seen) {
        return Taking::Unchanged;
    }
    let says_else = ticket.asked != known.asked;
    match known.state {
        RequestState::Open if ticket.closed => Taking::Withdrawn,
        RequestState::Open if says_else => Taking::Revised,
        RequestState::Withdrawn { .. } if !ticket.closed => Taking::Revised,
        // Told once: the answer itself is a change of the ticket.
        RequestState::Approved { late: false, .. } if says_else && !ticket.closed => {
            Taking::TooLate
        }
        _ => Taking::Unchanged,
    }
}

impl Request {
    /// What is to be done, where that can be told.
    pub fn kind(&self) -> Option<RequestKind> {
        RequestKind::of_text(&self.asked.kind)
    }

    /// The account, where that can be told.
    pub fn account(&self) -> Option<AccountId> {
        self.asked.entry.account()
    }
}

impl RequestKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Add, Self::Change, Self::Remove];

    /// The kind's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Change => "change",
            Self::Remove => "remove",
        }
    }

    /// The kind that a text speaks of, such as the name of a request type: `Add an AWS account`,
    /// `AWSアカウントの解除`. None where it speaks of none, or of several.
    pub fn of_text(text: &str) -> Option<Self> {
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        let speaks_of = |kind: &Self| {
            let (english, japanese): (&[&str], &[&str]) = match kind {
                Self::Add => (&["add", "addition", "join"], &["追加", "新規"]),
                Self::Change => (&["change", "edit", "update"], &["変更", "修正"]),
                Self::Remove => (&["remove", "removal", "leave", "unlink"], &["解除", "削除"]),
            };
            english.iter().any(|word| words.contains(word))
                || japanese.iter().any(|word| lower.contains(word))
        };
        let mut spoken_of = Self::ALL.into_iter().filter(speaks_of);
        match (spoken_of.next(), spoken_of.next()) {
            (Some(kind), None) => Some(kind),
            _ => None,
        }
    }
}

impl RequestState {
    /// The state's word in the database; `open` is shown as `waiting` or `stuck`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved { .. } => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Complete { .. } => "complete",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

impl Origin {
    /// Every origin.
    pub const ALL: [Self; 3] = [Self::Jira, Self::Cli, Self::Form];

    /// The origin's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jira => "jira",
            Self::Cli => "cli",
            Self::Form => "form",
        }
    }
}

impl fmt::Display for RequestKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests;
