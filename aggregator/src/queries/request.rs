//! Requests as people see them: compared with the current ledger, with the answers to their tickets.

use jiff::Timestamp;

use crate::actions::ledger::rules;
use crate::app::App;
use hubward_domain::account::Account;
use hubward_domain::delivery::DeliveryState;
use hubward_domain::notice::contacts_of_request;
use hubward_domain::request::{JudgedRequest, Request, RequestState, RequestView};
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
    let ledger = app.store.accounts().await?;
    let requests = app.store.requests().await?.into_iter();
    Ok(requests
        .map(|request| shown(app, request, &ledger, Vec::new()))
        .collect())
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
    let ledger = app.store.accounts().await?;
    let answers = app.store.request_answers(id).await?;
    Ok(Some(shown(app, request, &ledger, answers)))
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
