//! A request as people and programs see it: the JSON of `--json`, the API and notices.

use hubward_protocol::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use strum::VariantArray;

use super::{Hindrance, Obstacle, Origin, Ready, Request, RequestKind, RequestState, judge};
use crate::account::{Account, Language};
use crate::ledger::{FieldChange, LedgerColumn, Rules};

/// A request, what it would change in the present ledger, and the account's row in that ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedRequest {
    pub request: Request,
    /// What it would change, or its obstacle.
    pub judged: Result<Ready, Obstacle>,
    /// The account's row; `None` if it is not in the ledger.
    pub record: Option<Account>,
}

impl JudgedRequest {
    /// Judges a request against a ledger.
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

    pub fn view(&self) -> RequestView {
        RequestView::of(&self.request, &self.judged, self.record.as_ref())
    }
}

/// A request, judged against the present ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = Request)]
pub struct RequestView {
    /// Its id.
    pub id: String,
    /// The kind of change; `None` if it is not recognized.
    pub kind: Option<RequestKind>,
    /// The account; `None` if its id is missing or invalid.
    pub account_id: Option<AccountId>,
    /// The project in the ledger, or in the request.
    pub project: String,
    /// waiting, stuck, approved, complete, rejected or withdrawn.
    pub state: String,
    /// Its source.
    pub origin: Origin,
    /// The reporter.
    pub reporter: String,
    /// The language of the answers.
    pub language: Language,
    /// Which revision this is.
    pub revision: i64,
    /// The values as written, by the ledger's fields.
    #[schema(value_type = Object)]
    pub asked: Map<String, Value>,
    /// The changes, field by field; empty after the decision.
    pub changes: Vec<FieldChange>,
    /// The obstacles, for programs; empty after the decision.
    pub obstacles: Vec<Value>,
    /// The contacts on record, if the account is in the ledger.
    pub contacts: Vec<String>,
    /// When they were notified.
    pub contacts_told_at: Option<Timestamp>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// The obstacles of which the reporter was last notified, after the approval.
    #[serde(default)]
    pub hindrances: Vec<Hindrance>,
    /// When it was received.
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
                RequestState::Approved { notified, .. } => notified.clone(),
                _ => Vec::new(),
            },
            created_at: request.created_at,
            updated_at: request.updated_at,
        }
    }
}

/// Field by field; for a new account, all that are not empty.
fn changes(ready: &Ready) -> Vec<FieldChange> {
    let added = ready.plan.added.iter().flat_map(|added| {
        LedgerColumn::VARIANTS.iter().filter_map(|column| {
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
