//! Receives requests from the command line, the form, or Jira ([`issues`]). A request is validated when it is
//! shown, not when it is received, because the ledger may change in between.
//!
//! An issue that is read again changes nothing unless it asks for something else than before.

pub(crate) mod issues;

use serde_json::json;

use crate::actions::ledger::rules;
use crate::actions::notify::Notifier;
use crate::app::App;
use crate::queries::request::{ShownRequest, shown};
use hubward_domain::account::Language;
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::notice::{ContactNotice, Matter, Notice};
use hubward_domain::request::{
    JudgedRequest, Origin, Request, RequestState, RequestedChange, Ticket, TicketAnswer, judge,
};
use hubward_store::{StoreError, Tx};

/// A request that does not come from Jira.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedRequest {
    /// Where it comes from.
    pub origin: Origin,
    pub asked: RequestedChange,
    pub reporter: String,
    /// The language of the answers.
    pub language: Language,
}

/// Stores a request that does not come from Jira. Returns it as shown.
///
/// # Errors
/// The database failed; then nothing was stored.
pub(crate) async fn receive_request(
    app: &App,
    actor: &Actor,
    taken: ReceivedRequest,
) -> Result<ShownRequest, StoreError> {
    let now = app.clock.now();
    let request = Request {
        id: format!("R-{}", hex::encode(app.random::<4>())),
        origin: taken.origin,
        asked: taken.asked,
        reporter: taken.reporter,
        language: taken.language,
        revision: 1,
        version: None,
        state: RequestState::Open,
        contacts_told: None,
        created_at: now,
        updated_at: now,
    };
    let mut tx = app.store.begin().await?;
    keep(app, &mut tx, actor, &request).await?;
    let ledger = tx.accounts().await?;
    tx.commit().await?;
    Ok(shown(app, request, &ledger, Vec::new()))
}

/// Stores a request that is new or was changed, with its audit event, and notifies contacts and channels.
async fn keep(app: &App, tx: &mut Tx, actor: &Actor, request: &Request) -> Result<(), StoreError> {
    let now = app.clock.now();
    tx.put_request(request).await?;
    let ledger = tx.accounts().await?;
    let context = JudgedRequest::of(request.clone(), &ledger, &rules(app));
    let view = context.view();
    let mut mail_queued = false;
    if let (Ok(ready), Some(record)) = (&context.judged, &context.record) {
        let matter = Matter::Request {
            request: request.id.clone(),
            revision: request.revision,
            kind: ready.kind,
            reporter: request.reporter.clone(),
            changes: view.changes.clone(),
        };
        let notice = Notice::Contact(Box::new(ContactNotice {
            account_id: record.account_id.clone(),
            project: record.project.clone(),
            language: record.language,
            to: record.contact_emails.clone(),
            matter,
        }));
        mail_queued = Notifier::new(app).notify_contacts(tx, &notice).await?;
    }
    let event = NewEvent {
        action: Action::RequestTaken,
        subject: request.id.clone(),
        detail: json!({
            "kind": view.kind,
            "account": view.account_id,
            "reporter": request.reporter,
            "revision": request.revision,
            "asked": view.asked,
        }),
    };
    let mailed = mail_queued.then(|| NewEvent {
        action: Action::RequestContactsTold,
        subject: request.id.clone(),
        detail: json!({ "by": "mail", "contacts": view.contacts }),
    });
    tx.append_audit(now, actor, std::iter::once(event).chain(mailed))
        .await?;
    if request.origin == Origin::Jira {
        let answer = if judge(&request.id, &request.asked, &ledger, &rules(app)).is_ok() {
            TicketAnswer::Received
        } else {
            TicketAnswer::Stuck
        };
        tx.put_answer(&request.id, &answer, now).await?;
    }
    notify(app, tx, request.clone()).await
}

/// Notifies the channels of a request's state.
async fn notify(app: &App, tx: &mut Tx, request: Request) -> Result<(), StoreError> {
    let ledger = tx.accounts().await?;
    let view = JudgedRequest::of(request, &ledger, &rules(app)).view();
    let notice = Notice::RequestChanged(Box::new(view));
    Notifier::new(app).notify(tx, &notice).await?;
    Ok(())
}

/// The request of a new or changed issue.
fn revised(app: &App, known: Option<Request>, ticket: Ticket, language: Language) -> Request {
    let now = app.clock.now();
    Request {
        id: ticket.key,
        origin: Origin::Jira,
        asked: ticket.asked,
        reporter: ticket.reporter,
        language,
        revision: known.as_ref().map_or(1, |known| known.revision + 1),
        version: Some(ticket.updated),
        state: RequestState::Open,
        // The contacts were notified of the previous revision only.
        contacts_told: None,
        created_at: known.map_or(now, |known| known.created_at),
        updated_at: now,
    }
}
