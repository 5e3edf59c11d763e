//! Whether a request can be carried out, and who may approve it.

use jiff::Timestamp;
use serde::Serialize;

use super::{OURS, Request, RequestKind, RequestState, RequestedChange};
use crate::account::{Account, AccountState};
use crate::ledger::{EntryRefused, Intent, LedgerColumn, LedgerEntry, LedgerPlan, Rules};

/// A request that can be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// What is to be done.
    pub kind: RequestKind,
    /// What it would change in the ledger.
    pub plan: LedgerPlan,
    /// The account's row in the ledger; `None` if it is new.
    pub record: Option<Account>,
}

/// Why a request cannot be carried out as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "obstacle", rename_all = "snake_case")]
pub enum Obstacle {
    /// The kind of change is missing or ambiguous.
    Kind {
        /// The text.
        found: String,
    },
    /// Its values are invalid, or the account is, or is not, in the ledger.
    Refused {
        #[serde(flatten)]
        refused: EntryRefused,
    },
    /// The ledger already has the requested values.
    NothingToChange,
}

/// Why a request is not approved. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotApprovable {
    /// It was already decided or withdrawn; with its state.
    Decided(&'static str),
    /// It changed since it was read.
    Revised {
        /// The present revision.
        now: i64,
    },
    /// It cannot be carried out as it is.
    Stuck(Box<Obstacle>),
    /// It is about an account in the ledger whose contacts were not notified.
    ContactsNotTold(Vec<String>),
    /// Its kind is not approved without a person.
    NeedsPerson,
}

/// What a request would change in this ledger.
///
/// # Errors
/// The obstacle.
pub fn judge(
    id: &str,
    asked: &RequestedChange,
    ledger: &[Account],
    rules: &Rules,
) -> Result<Ready, Obstacle> {
    let kind = RequestKind::of_text(&asked.kind).ok_or_else(|| Obstacle::Kind {
        found: asked.kind.chars().take(80).collect(),
    })?;
    let account = asked.entry.account();
    let record = ledger
        .iter()
        .find(|row| Some(&row.account_id) == account.as_ref())
        .cloned();
    let (intent, entry) = row(id, kind, asked, record.as_ref());
    let plan = entry
        .plan(intent, ledger, rules)
        .map_err(|refused| Obstacle::Refused { refused })?;
    if plan.is_empty() {
        return Err(Obstacle::NothingToChange);
    }
    Ok(Ready { kind, plan, record })
}

/// The values for the ledger's row. An empty field of a form counts as absent.
fn row(
    id: &str,
    kind: RequestKind,
    asked: &RequestedChange,
    record: Option<&Account>,
) -> (Intent, LedgerEntry) {
    let mut entry = LedgerEntry {
        fields: asked.entry.fields.clone(),
        extra: Vec::new(),
    };
    entry
        .fields
        .retain(|(column, text)| !OURS.contains(column) && !text.trim().is_empty());
    match kind {
        RequestKind::Change => (Intent::Edit, entry),
        RequestKind::Remove => {
            // Other values in the form are ignored, because the request is only about removal.
            entry
                .fields
                .retain(|(column, _)| *column == LedgerColumn::AccountId);
            // An account that is leaving or has left is not set to leaving again.
            if record.is_none_or(|record| record.state == AccountState::Active) {
                entry.set(LedgerColumn::State, AccountState::Leaving.as_str());
            }
            (Intent::Edit, entry)
        }
        RequestKind::Add => {
            entry.set(LedgerColumn::Request, id);
            match record {
                // An account that has left may be added again; the row keeps its history.
                Some(record) if record.state == AccountState::Left => {
                    entry.set(LedgerColumn::State, AccountState::Active.as_str());
                    (Intent::Edit, entry)
                }
                _ => (Intent::Add, entry),
            }
        }
    }
}

/// Whether a person may approve a request now. `reviewed` is the revision that the person read, if
/// known.
///
/// # Errors
/// Why not.
pub fn may_approve(
    request: &Request,
    ready: &Ready,
    reviewed: Option<i64>,
    contacts_told: Option<Timestamp>,
) -> Result<(), NotApprovable> {
    if request.state != RequestState::Open {
        return Err(NotApprovable::Decided(request.state.as_str()));
    }
    if reviewed.is_some_and(|revision| revision != request.revision) {
        let now = request.revision;
        return Err(NotApprovable::Revised { now });
    }
    match &ready.record {
        // Anyone can name any account, so its owners must have had a chance to object.
        Some(record) if contacts_told.is_none() => Err(NotApprovable::ContactsNotTold(
            record.contact_emails.clone(),
        )),
        _ => Ok(()),
    }
}

/// Whether a request may be approved without a person: only if it adds an account that was never in
/// the ledger, and the configuration allows it.
///
/// # Errors
/// Why not.
pub fn may_approve_alone(
    request: &Request,
    ready: &Ready,
    adds_allowed: bool,
) -> Result<(), NotApprovable> {
    // Without a notification, this fails for any account that is in the ledger.
    may_approve(request, ready, None, None)?;
    if adds_allowed && ready.kind == RequestKind::Add && ready.record.is_none() {
        Ok(())
    } else {
        Err(NotApprovable::NeedsPerson)
    }
}
