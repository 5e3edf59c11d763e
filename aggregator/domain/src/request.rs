//! A request to add, change or remove an account: its content, whether it can be carried out, who
//! may decide, and its state. Pure: its source (Jira, the command line, a form) and the answers are
//! handled elsewhere.
//!
//! Anyone can name any account in a form. So a request about an account that is already in the
//! ledger needs a person's decision, and its contacts on record are notified first.

mod answer;
pub mod hook;
mod judge;
mod progress;
mod view;

use hubward_protocol::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::account::Language;
use super::ledger::{LedgerColumn, LedgerEntry};
pub use answer::{AnswerPart, Help, TicketAnswer, Transition, closing};
pub use judge::{NotApprovable, Obstacle, Ready, judge, may_approve, may_approve_alone};
pub use progress::{Hindrance, RegionProgress, RequestProgress, progress};
pub use view::{JudgedRequest, RequestView};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Jira's issue key, or `R-7` for one of our own (no Jira project has a key of one letter).
    pub id: String,
    /// Where it came from.
    pub origin: Origin,
    pub asked: RequestedChange,
    /// The reporter's name.
    pub reporter: String,
    /// The language of the answers.
    pub language: Language,
    /// Increases whenever the content changes: a decision is about one revision.
    pub revision: i64,
    /// When Jira last changed the issue; `None` for our own.
    pub version: Option<Timestamp>,
    pub state: RequestState,
    /// When the contacts on record were notified of the present revision.
    pub contacts_told: Option<Timestamp>,
    /// When it was received.
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// The source of a request.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    IntoStaticStr,
    EnumString,
    VariantArray,
)]
#[schema(as = RequestOrigin)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Origin {
    /// Jira Service Management.
    Jira,
    /// The command line.
    Cli,
    /// The form of the dashboard.
    Form,
}

/// The requested change, as written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedChange {
    /// The word for the kind of change.
    pub kind: String,
    /// The account's values.
    pub entry: LedgerEntry,
}

/// The kind of change.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    IntoStaticStr,
    EnumString,
    VariantArray,
    strum::Display,
)]
#[schema(as = RequestKind)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum RequestKind {
    /// Monitor the account.
    Add,
    /// Change its row of the ledger.
    Change,
    /// Stop monitoring the account.
    Remove,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "state", rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum RequestState {
    /// Not decided.
    Open,
    /// Approved, and the ledger has been changed accordingly.
    Approved {
        by: String,
        at: Timestamp,
        /// When the invitations were sent; `None` before.
        invited: Option<Timestamp>,
        /// The obstacles of which the reporter was last notified.
        #[serde(default, rename = "told")]
        notified: Vec<Hindrance>,
        /// Whether the reporter was notified that a change of the ticket came too late.
        #[serde(default)]
        late: bool,
    },
    /// It was turned down.
    Rejected {
        by: String,
        at: Timestamp,
        /// The reason, for the reporter.
        reason: String,
    },
    /// Completed.
    Complete {
        /// Who approved it.
        by: String,
        /// When it was done.
        at: Timestamp,
    },
    /// The reporter withdrew it.
    Withdrawn {
        /// When Hubward noticed it.
        at: Timestamp,
    },
}

/// The columns that a request may not set, because they follow from its outcome.
pub const OURS: [LedgerColumn; 2] = [LedgerColumn::State, LedgerColumn::Request];

/// A Jira issue in its present state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub key: String,
    /// The content of its fields.
    pub asked: RequestedChange,
    pub reporter: String,
    pub updated: Timestamp,
    /// Whether it is closed.
    pub closed: bool,
}

/// What a read issue means for the stored request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    /// It is a new request.
    New,
    /// Its content changed, or it was reopened, and it is not decided yet.
    Revised,
    /// Its content changed after the decision: too late.
    TooLate,
    /// It was closed before the decision.
    Withdrawn,
    /// There is nothing new in it.
    Unchanged,
}

/// Decides what an issue means. Idempotent by its key, its version and its content.
pub fn taking(known: Option<&Request>, ticket: &Ticket) -> Taking {
    let Some(known) = known else {
        return if ticket.closed {
            Taking::Unchanged
        } else {
            Taking::New
        };
    };
    // An outdated response that arrived after a newer one.
    if known
        .version
        .is_some_and(|version| ticket.updated < version)
    {
        return Taking::Unchanged;
    }
    let says_else = ticket.asked != known.asked;
    match known.state {
        RequestState::Open if ticket.closed => Taking::Withdrawn,
        RequestState::Open if says_else => Taking::Revised,
        RequestState::Withdrawn { .. } if !ticket.closed => Taking::Revised,
        // Answered only once, because the answer itself changes the ticket.
        RequestState::Approved { late: false, .. } if says_else && !ticket.closed => {
            Taking::TooLate
        }
        _ => Taking::Unchanged,
    }
}

impl Request {
    /// The kind of change, if it is recognized.
    pub fn kind(&self) -> Option<RequestKind> {
        RequestKind::of_text(&self.asked.kind)
    }

    /// The account, if its id is valid.
    pub fn account(&self) -> Option<AccountId> {
        self.asked.entry.account()
    }
}

impl RequestKind {
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The kind that a text describes, such as the name of a request type: `Add an AWS account`,
    /// `AWSアカウントの解除`. `None` if it describes none, or several.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
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
        let mut spoken_of = Self::VARIANTS.iter().copied().filter(speaks_of);
        match (spoken_of.next(), spoken_of.next()) {
            (Some(kind), None) => Some(kind),
            _ => None,
        }
    }
}

impl RequestState {
    /// The state's word in the database; `open` is shown as `waiting` or `stuck`.
    pub fn as_str(&self) -> &'static str {
        self.into()
    }
}

impl Origin {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests;
