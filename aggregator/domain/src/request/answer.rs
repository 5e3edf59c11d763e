//! The answers to a request's ticket, as data, and which transition closes the ticket.

use serde::{Deserialize, Serialize};

use super::Hindrance;

/// An answer to a ticket. The sentences are made when it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum TicketAnswer {
    /// It was received; a person will decide.
    Received,
    /// It cannot be carried out as it is: the reporter can correct it.
    Stuck,
    /// It is approved; with the command line to paste.
    Approved,
    Rejected {
        reason: String,
    },
    /// It was changed after the decision.
    TooLate,
    /// It makes no progress.
    Hindered {
        /// The obstacles.
        hindrances: Vec<Hindrance>,
    },
    /// It is done.
    Complete,
}

impl TicketAnswer {
    /// How the ticket is to be closed with this answer, if at all.
    pub fn closes(&self) -> Option<Transition> {
        match self {
            Self::Complete => Some(Transition::Resolve),
            Self::Rejected { .. } => Some(Transition::Decline),
            _ => None,
        }
    }
}

/// Additional information for the reporter.
#[derive(Clone, Copy, Debug)]
pub struct Help<'a> {
    /// The command line that a project pastes, and the one that verifies the script first; `None`
    /// while there is no release to install.
    pub lines: Option<[&'a str; 2]>,
    /// The guide's URL.
    pub guide: &'a str,
}

/// A part of an answer's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerPart {
    /// Sentences, possibly with text of other people.
    Text(String),
    /// A command line, which must not be changed by formatting.
    Line(String),
}

/// How to close a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// The request was completed.
    Resolve,
    /// The request was rejected.
    Decline,
}

/// Words in the names of transitions that reject a request, in both languages.
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

/// The transition that closes an issue, chosen from the ids, names, and whether they lead to a
/// closed status. Workflows differ between companies; if none fits, the ticket is left open.
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
