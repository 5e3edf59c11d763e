//! What whoever asked is answered, as facts, and which step closes their ticket.

use serde::{Deserialize, Serialize};

use super::Hindrance;

/// An answer to a ticket. The sentences are made when it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum TicketAnswer {
    /// It came; a person decides.
    Received,
    /// It cannot be carried out as it is: whoever asked can mend it.
    Stuck,
    /// It is approved; here is the line to paste.
    Approved,
    /// It is turned down.
    Rejected {
        /// Why.
        reason: String,
    },
    /// It was changed after it was decided.
    TooLate,
    /// It does not get on.
    Hindered {
        /// What is in the way.
        hindrances: Vec<Hindrance>,
    },
    /// It is done.
    Complete,
}

impl TicketAnswer {
    /// Whether the ticket is to be closed with it, and how.
    pub fn closes(&self) -> Option<Transition> {
        match self {
            Self::Complete => Some(Transition::Resolve),
            Self::Rejected { .. } => Some(Transition::Decline),
            _ => None,
        }
    }
}

/// What helps whoever is answered.
#[derive(Clone, Copy, Debug)]
pub struct Help<'a> {
    /// The line that a project pastes, and the one that checks the script before it runs; `None` while there is no
    /// release to install.
    pub lines: Option<[&'a str; 2]>,
    /// Where the guide is.
    pub guide: &'a str,
}

/// A part of an answer in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerPart {
    /// Sentences; what anybody wrote may be in them.
    Text(String),
    /// A line that is pasted, and must stay as it is.
    Line(String),
}

/// A way to close a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// What was asked for is done.
    Resolve,
    /// It will not be.
    Decline,
}

/// Words of transitions that turn a request down, in both languages.
const DECLINES: [&str; 8] = [
    "declin",
    "reject",
    "cancel",
    "won't",
    "却下",
    "取り消し",
    "取消",
    "キャンセル",
];

/// Which of an issue's transitions closes it: their ids, names, and whether they lead to a closed
/// status. Workflows differ from company to company: nothing fits, nothing is done.
pub fn closing<'a>(
    how: Transition,
    offered: impl IntoIterator<Item = (&'a str, &'a str, bool)>,
) -> Option<&'a str> {
    offered.into_iter().find_map(|(id, name, closes)| {
        let name = name.to_lowercase();
        let declines = DECLINES.iter().any(|word| name.contains(word));
        (closes && declines == (how == Transition::Decline)).then_some(id)
    })
}
