//! Takes a request in: from the command line, from the form, or as an issue of Jira ([`issues`]). It is
//! judged when it is looked at, not when it comes: the ledger may change in between.
//!
//! An issue that is read again changes nothing unless it asks for something else than before.

pub mod issues;

use hubward_protocol::AccountId;
use serde_json::json;

use super::contacts_notified_at;
use crate::actions::ledger::rules;
use crate::actions::notify::Notifier;
use crate::app::App;
use hubward_domain::account::{Account, Language};
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::notice::{ContactNotice, Matter, Notice};
use hubward_domain::request::{
    JudgedRequest, Origin, Request, RequestState, RequestView, RequestedChange, Ticket,
    TicketAnswer, judge,
};
use hubward_domain::search::fold;
use hubward_store::request_answers::Queued;
use hubward_store::{StoreError, Tx};

/// A request of our own, as it came.
#[derive(Clone, Debug)]
pub struct ReceivedRequest {
    /// Where from.
    pub origin: Origin,
    /// What is asked for.
    pub asked: RequestedChange,
    /// Who asks.
    pub reporter: String,
    /// The language in which they are answered.
    pub language: Language,
}

/// A request with the answers that its ticket was, or is to be, given.
#[derive(Clone, Debug)]
pub struct ShownRequest {
    /// The request, next to today's ledger.
    pub view: RequestView,
    /// What is to be said about it in words.
    pub told: JudgedRequest,
    /// The answers, in order.
    pub answers: Vec<Queued>,
}

/// Takes a request that does not come from Jira, and returns it as it stands.
///
/// # Errors
/// The database failed; then nothing was taken.
pub async fn take_request(
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

/// Every request, newest first.
///
/// # Errors
/// The database failed.
pub async fn requests(app: &App) -> Result<Vec<ShownRequest>, StoreError> {
    beside_ledger(app, app.store.requests().await?).await
}

/// Which requests are asked for.
#[derive(Clone, Debug, Default)]
pub struct RequestFilter {
    /// The state that they are shown in; `None` for all.
    pub state: Option<String>,
    /// A part of the id, the account, its project or who asks; empty for all.
    pub search: String,
}

/// A page of the requests that match, newest first, and how many match.
///
/// # Errors
/// The database failed.
pub async fn search_requests(
    app: &App,
    filter: &RequestFilter,
    window: PageWindow,
) -> Result<(Vec<ShownRequest>, i64), StoreError> {
    let state = filter.state.as_deref();
    // Whether an open request can be carried out depends on the ledger: the database knows both as `open`.
    let is_judged = matches!(state, Some("waiting" | "stuck"));
    let stored = if is_judged { Some("open") } else { state };
    if !is_judged && filter.search.is_empty() {
        let (requests, all) = app.store.request_page(stored, window).await?;
        return Ok((beside_ledger(app, requests).await?, all));
    }
    let (requests, _) = app.store.request_page(stored, PageWindow::ALL).await?;
    let mut shown = beside_ledger(app, requests).await?;
    let wanted = fold(&filter.search);
    shown.retain(|shown| {
        state.is_none_or(|state| shown.view.state == state) && says(&shown.view, &wanted)
    });
    let all = i64::try_from(shown.len()).unwrap_or(i64::MAX);
    let skip = usize::try_from(window.offset).unwrap_or(usize::MAX);
    let take = usize::try_from(window.limit).unwrap_or(usize::MAX);
    Ok((shown.into_iter().skip(skip).take(take).collect(), all))
}

fn says(view: &RequestView, wanted: &str) -> bool {
    let account = view.account_id.as_ref().map(ToString::to_string);
    [
        view.id.as_str(),
        view.project.as_str(),
        view.reporter.as_str(),
        account.as_deref().unwrap_or_default(),
    ]
    .iter()
    .any(|text| fold(text).contains(wanted))
}

/// Requests next to the rows of the ledger that they are about.
async fn beside_ledger(app: &App, requests: Vec<Request>) -> Result<Vec<ShownRequest>, StoreError> {
    let accounts: Vec<AccountId> = requests.iter().filter_map(Request::account).collect();
    let ledger = app.store.accounts_of(&accounts).await?;
    let shown = requests.into_iter().map(|request| {
        let record = request.account().and_then(|id| ledger.get(&id));
        let ledger = record.map_or(&[][..], std::slice::from_ref);
        shown(app, request, ledger, Vec::new())
    });
    Ok(shown.collect())
}

/// One request; `None` where there is none of this id.
///
/// # Errors
/// The database failed.
pub async fn request(app: &App, id: &str) -> Result<Option<ShownRequest>, StoreError> {
    let Some(mut request) = app.store.request(id).await? else {
        return Ok(None);
    };
    request.contacts_told = contacts_notified_at(app, &request).await?;
    let answers = app.store.request_answers(id).await?;
    let mut shown = beside_ledger(app, vec![request]).await?;
    Ok(shown.pop().map(|shown| ShownRequest { answers, ..shown }))
}

fn shown(app: &App, request: Request, ledger: &[Account], answers: Vec<Queued>) -> ShownRequest {
    let told = JudgedRequest::of(request, ledger, &rules(app));
    ShownRequest {
        view: told.view(),
        told,
        answers,
    }
}

/// Keeps a request that is new or asks for something new, with its trace, and tells who listens.
async fn keep(app: &App, tx: &mut Tx, actor: &Actor, request: &Request) -> Result<(), StoreError> {
    let now = app.clock.now();
    tx.put_request(request).await?;
    let ledger = tx.accounts().await?;
    let told = JudgedRequest::of(request.clone(), &ledger, &rules(app));
    let view = told.view();
    let mut told_by_mail = false;
    if let (Ok(ready), Some(record)) = (&told.judged, &told.record) {
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
        told_by_mail = Notifier::new(app).notify_contacts(tx, &notice).await?;
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
    let mailed = told_by_mail.then(|| NewEvent {
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
    tell(app, tx, request.clone()).await
}

/// Tells who listens how a request stands.
async fn tell(app: &App, tx: &mut Tx, request: Request) -> Result<(), StoreError> {
    let ledger = tx.accounts().await?;
    let view = JudgedRequest::of(request, &ledger, &rules(app)).view();
    let notice = Notice::RequestChanged(Box::new(view));
    Notifier::new(app).notify(tx, &notice).await?;
    Ok(())
}

/// What an issue is as a request that asks for it anew.
fn anew(app: &App, known: Option<Request>, ticket: Ticket, language: Language) -> Request {
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
        // Whoever was told was told of something else.
        contacts_told: None,
        created_at: known.map_or(now, |known| known.created_at),
        updated_at: now,
    }
}
