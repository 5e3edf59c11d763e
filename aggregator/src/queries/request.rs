//! Requests as people see them: compared with the current ledger, with the answers to their tickets.

use hubward_protocol::AccountId;
use jiff::Timestamp;

use crate::actions::ledger::rules;
use crate::app::App;
use hubward_domain::account::Account;
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::delivery::DeliveryState;
use hubward_domain::notice::contacts_of_request;
use hubward_domain::request::{JudgedRequest, Request, RequestState, RequestView};
use hubward_domain::search::fold;
use hubward_store::StoreError;
use hubward_store::request_answers::Queued;

/// A request with the answers to its ticket.
#[derive(Clone, Debug)]
pub(crate) struct ShownRequest {
    /// The request, compared with the current ledger.
    pub view: RequestView,
    /// The facts that sentences about it are made from.
    pub context: JudgedRequest,
    /// The sent and queued answers, in order.
    pub answers: Vec<Queued>,
}

/// All requests, newest first.
///
/// # Errors
/// The database failed.
pub(crate) async fn requests(app: &App) -> Result<Vec<ShownRequest>, StoreError> {
    compared(app, app.store.requests().await?).await
}

/// Which requests to read.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestFilter {
    /// The displayed state; `None` for all.
    pub state: Option<String>,
    /// A part of the id, the account, its project or the reporter; empty for all.
    pub search: String,
}

/// A page of the matching requests, newest first, and the number of matches.
///
/// # Errors
/// The database failed.
pub(crate) async fn search_requests(
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
        return Ok((compared(app, requests).await?, all));
    }
    let (requests, _) = app.store.request_page(stored, PageWindow::ALL).await?;
    let mut shown = compared(app, requests).await?;
    let wanted = fold(&filter.search);
    shown.retain(|shown| {
        state.is_none_or(|state| shown.view.state == state) && matches(&shown.view, &wanted)
    });
    let all = i64::try_from(shown.len()).unwrap_or(i64::MAX);
    let skip = usize::try_from(window.offset).unwrap_or(usize::MAX);
    let take = usize::try_from(window.limit).unwrap_or(usize::MAX);
    Ok((shown.into_iter().skip(skip).take(take).collect(), all))
}

fn matches(view: &RequestView, wanted: &str) -> bool {
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

/// Requests compared with the ledger rows of their accounts.
async fn compared(app: &App, requests: Vec<Request>) -> Result<Vec<ShownRequest>, StoreError> {
    let accounts: Vec<AccountId> = requests.iter().filter_map(Request::account).collect();
    let ledger = app.store.accounts_of(&accounts).await?;
    let shown = requests.into_iter().map(|request| {
        let record = request.account().and_then(|id| ledger.get(&id));
        let ledger = record.map_or(&[][..], std::slice::from_ref);
        shown(app, request, ledger, Vec::new())
    });
    Ok(shown.collect())
}

/// One request; `None` if there is none with this id.
///
/// # Errors
/// The database failed.
pub(crate) async fn request(app: &App, id: &str) -> Result<Option<ShownRequest>, StoreError> {
    let Some(mut request) = app.store.request(id).await? else {
        return Ok(None);
    };
    request.contacts_told = contacts_notified_at(app, &request).await?;
    let answers = app.store.request_answers(id).await?;
    let mut shown = compared(app, vec![request]).await?;
    Ok(shown.pop().map(|shown| ShownRequest { answers, ..shown }))
}

/// A request compared with a ledger.
pub(crate) fn shown(
    app: &App,
    request: Request,
    ledger: &[Account],
    answers: Vec<Queued>,
) -> ShownRequest {
    let context = JudgedRequest::of(request, ledger, &rules(app));
    ShownRequest {
        view: context.view(),
        context,
        answers,
    }
}

/// When the account's contacts were notified of the request's current revision: by a delivered mail, or as
/// confirmed by an operator.
pub(crate) async fn contacts_notified_at(
    app: &App,
    request: &Request,
) -> Result<Option<Timestamp>, StoreError> {
    if request.contacts_told.is_some() || request.state != RequestState::Open {
        return Ok(request.contacts_told);
    }
    let subject = contacts_of_request(&request.id, request.revision);
    let mails = app.store.deliveries_of(&subject).await?;
    Ok(mails
        .iter()
        .find(|mail| mail.state == DeliveryState::Delivered)
        .map(|mail| mail.created_at))
}
