//! A request as people and programs see it: the shape of `--json`, of the API and of notices.

use hubward_protocol::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Hindrance, Obstacle, Origin, Ready, Request, RequestKind, RequestState, judge};
use crate::account::{Account, Language};
use crate::ledger::{FieldChange, LedgerColumn, Rules};

/// A request, what it would do to today's ledger, and the account as that ledger has it: all that can be
/// said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedRequest {
    /// The request.
    pub request: Request,
    /// What it would change, or what is in its way.
    pub judged: Result<Ready, Obstacle>,
    /// The account's row; none where the ledger has none.
    pub record: Option<Account>,
}

impl JudgedRequest {
    /// A request next to a ledger.
    pub fn of(request: Request, ledger: &[Account], rules: &Rules) -> Self {
        let judged = judge(&request.id, &request.asked, ledger, rules);
        let account = request.account();
        let record = ledger
            .iter()
            .find(|row| Some(&row.account_id) == account.as_ref())
            .cloned();
        Self {
            request,
            judged,
            record,
        }
    }

    /// As people and programs see it.
    pub fn view(&self) -> RequestView {
        RequestView::of(&self.request, &self.judged, self.record.as_ref())
    }
}

/// A request next to today's ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = Request)]
pub struct RequestView {
    /// Its id.
    pub id: String,
    /// What is to be done; none where it does not say.
    pub kind: Option<RequestKind>,
    /// The account; none where it does not say.
    pub account_id: Option<AccountId>,
    /// The project that the ledger has, or that was named.
    pub project: String,
    /// waiting, stuck, approved, complete, rejected or withdrawn.
    pub state: String,
    /// Where it came from.
    pub origin: Origin,
    /// Who asks.
    pub reporter: String,
    /// The language in which they are answered.
    pub language: Language,
    /// Which revision this is.
    pub revision: i64,
    /// What was written, by the ledger's fields.
    #[schema(value_type = Object)]
    pub asked: Map<String, Value>,
    /// What it would change, field by field; empty once it is decided.
    pub changes: Vec<FieldChange>,
    /// What is in its way, for programs; empty once it is decided.
    pub obstacles: Vec<Value>,
    /// The contacts on record of an account that the ledger has.
    pub contacts: Vec<String>,
    /// Since when they have been told.
    pub contacts_told_at: Option<Timestamp>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why it was turned down.
    pub reason: Option<String>,
    /// What its people were last told to be in the way, once it is approved.
    #[serde(default)]
    pub hindrances: Vec<Hindrance>,
    /// When it came.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl RequestView {
    fn of(request: &Request, judged: &Result<Ready, Obstacle>, record: Option<&Account>) -> Self {
        let is_open = request.state == RequestState::Open;
        let (changes, obstacles) = match judged {
            _ if !is_open => (Vec::new(), Vec::new()),
            Ok(ready) => (changes(ready), Vec::new()),
            Err(obstacle) => (Vec::new(), vec![json!(obstacle)]),
        };
        let (decided_by, decided_at, reason) = match &request.state {
            RequestState::Open | RequestState::Withdrawn { .. } => (None, None, None),
            RequestState::Approved { by, at, .. } | RequestState::Complete { by, at } => {
                (Some(by.clone()), Some(*at), None)
            }
            RequestState::Rejected { by, at, reason } => {
                (Some(by.clone()), Some(*at), Some(reason.clone()))
            }
        };
        let named = request.asked.entry.text(LedgerColumn::Project);
        Self {
            id: request.id.clone(),
            kind: request.kind(),
            account_id: request.account(),
            project: record.map_or(named, |record| &record.project).to_owned(),
            state: match judged {
                Ok(_) if is_open => "waiting",
                Err(_) if is_open => "stuck",
                _ => request.state.as_str(),
            }
            .to_owned(),
            origin: request.origin,
            reporter: request.reporter.clone(),
            language: request.language,
            revision: request.revision,
            asked: request
                .asked
                .entry
                .fields
                .iter()
                .map(|(column, text)| (column.as_str().to_owned(), json!(text)))
                .collect(),
            changes,
            obstacles,
            contacts: record.map_or_else(Vec::new, |record| record.contact_emails.clone()),
            contacts_told_at: request.contacts_told,
            decided_by,
            decided_at,
            reason,
            hindrances: match &request.state {
                RequestState::Approved { told, .. } => told.clone(),
                _ => Vec::new(),
            },
            created_at: request.created_at,
            updated_at: request.updated_at,
        }
    }
}

/// Field by field; of a new account, everything that is not empty.
fn changes(ready: &Ready) -> Vec<FieldChange> {
    let added = ready.plan.added.iter().flat_map(|added| {
        LedgerColumn::ALL.into_iter().filter_map(|column| {
            let after = column.text(&added.account);
            (!after.is_empty()).then(|| FieldChange {
                field: column.as_str().to_owned(),
                before: String::new(),
                after,
            })
        })
    });
    let changed = ready
        .plan
        .changed
        .iter()
        .flat_map(|change| change.fields.clone());
    added.chain(changed).collect()
}
